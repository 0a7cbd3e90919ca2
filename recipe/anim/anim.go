// Package anim writes pictures as an animation: GIF, which everything shows, in 256
// colours, or APNG, which browsers and most viewers show, in all.
package anim

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/giffile"
	"github.com/org/artnn/internal/pngfile"
	"github.com/org/artnn/internal/regular"
)

// Options say how an animation runs.
type Options struct {
	// Delay is how long a picture stays. GIF counts hundredths of a second, APNG
	// thousandths; browsers slow down what is faster than 20 ms.
	Delay time.Duration
	// Last is how long the last picture stays; 0 means Delay.
	Last time.Duration
	// Back shows the pictures in reverse order after the last, so that
	// the loop has no jump.
	Back bool
	// Dither spreads the error of each pixel of a GIF over its neighbours. Pixel art
	// looks better without.
	Dither bool
	// Texts are kept in the file: in an APNG as data.WritePNG keeps them, in a GIF as
	// comments of the form "keyword: text".
	Texts []data.PNGText
}

// formats write animations, by the endings of their files.
var formats = map[string]func(context.Context, io.Writer, []image.Image, Options) error{".gif": WriteGIF, ".apng": WriteAPNG}

// Extensions are the endings of files that [Save] knows, in alphabetical order.
func Extensions() []string { return slices.Sorted(maps.Keys(formats)) }

// Save writes an endless animation to a file, in the format of its ending. The file is
// whole or not there.
//
// Errors: another ending; those of the format; those of the file system; an ended
// context.
func Save(ctx context.Context, path string, pictures []image.Image, o Options) error {
	write, ok := formats[strings.ToLower(filepath.Ext(path))]
	if !ok {
		return fmt.Errorf("%s: an animation's file must end in %s", path, strings.Join(Extensions(), " or "))
	}
	return atomicfile.Write(path, func(w io.Writer) error { return write(ctx, w, pictures, o) })
}

// ReadTexts reads the texts in a PNG, APNG or GIF file, in order. Of a GIF, they are the
// comments before its first picture; one without a keyword has "Comment".
//
// Errors: a file that is none of these or damaged; those of the file system.
func ReadTexts(path string) ([]data.PNGText, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	begin := make([]byte, len(gifMagic))
	if _, err := io.ReadFull(f, begin); err != nil || string(begin) != gifMagic {
		return data.ReadPNGTexts(path)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	list, err := giffile.Texts(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var texts []data.PNGText
	for _, t := range list {
		texts = append(texts, data.PNGText(t))
	}
	return texts, nil
}

// gifMagic is what GIF files of all versions begin with.
const gifMagic = "GIF8"

// texts are those of the options.
func (o Options) texts() []pngfile.Text {
	list := make([]pngfile.Text, len(o.Texts))
	for i, t := range o.Texts {
		list[i] = pngfile.Text(t)
	}
	return list
}

// interruptible is a writer for as long as a context lasts.
type interruptible struct {
	ctx context.Context
	w   io.Writer
}

// Write is an error once the context has ended.
func (i interruptible) Write(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.w.Write(p)
}

// check returns an error if pictures make no animation.
func check(pictures []image.Image) error {
	if len(pictures) == 0 {
		return errors.New("animation: no pictures")
	}
	size := pictures[0].Bounds().Size()
	for _, m := range pictures {
		if m.Bounds().Size() != size {
			return errors.New("animation: the pictures are not of one size")
		}
	}
	if size.X < 1 || size.Y < 1 {
		return errors.New("animation: the pictures are empty")
	}
	return nil
}

// frame is one picture of an animation, by its index, and how long it stays.
type frame struct {
	of    int
	delay time.Duration
}

// frames are those of n pictures, in the order in which they are shown.
func (o Options) frames(n int) (list []frame) {
	for i := range n {
		list = append(list, frame{i, o.Delay})
	}
	if o.Last > 0 {
		list[n-1].delay = o.Last
	}
	if o.Back {
		for i := n - 2; i > 0; i-- {
			list = append(list, frame{i, o.Delay})
		}
	}
	return list
}
