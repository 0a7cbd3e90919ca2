package data

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/picture"
	"github.com/org/artnn/internal/pngfile"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
)

// ToImage turns values in [−1, 1] into a picture: gray for one channel, RGB for
// three, RGB with alpha for four. Values outside are clamped; NaN is black.
//
// Shape: pixels is [channels, height, width].
// Panics when the length is another, or channels is not 1, 3 or 4.
func ToImage(pixels []float32, channels, height, width int) image.Image {
	checkPlanes("toImage", len(pixels), 1, channels, height, width)
	return picture.New(pixels, channels, height, width)
}

// ToImages turns a batch into pictures, as [ToImage] each.
//
// Shape: pixels is [n, channels, height, width] for any n.
func ToImages(pixels []float32, channels, height, width int) []image.Image {
	n := checkPlanes("toImages", len(pixels), -1, channels, height, width)
	each := channels * height * width
	out := make([]image.Image, n)
	for i := range out {
		out[i] = ToImage(pixels[i*each:(i+1)*each], channels, height, width)
	}
	return out
}

// checkPlanes panics unless length is n pictures of the size, or any number of
// them for n = −1, and returns that number.
func checkPlanes(op string, length, n, channels, height, width int) int {
	if channels != 1 && channels != 3 && channels != 4 {
		panic(fmt.Sprintf("%s: expected 1, 3 or 4 channels, got %d", op, channels))
	}
	if height < 1 || width < 1 || height > math.MaxInt32/4/width {
		panic(fmt.Sprintf("%s: a picture cannot be %d×%d", op, width, height))
	}
	each := channels * height * width
	if n == 1 && length != each || length%each != 0 {
		panic(fmt.Sprintf("%s: expected [%d %d %d], %s a picture, got %d", op, channels, height, width, words.Count(each, "value"), length))
	}
	return length / each
}

// bytesToImage wraps interleaved bytes of 1, 3 or 4 channels.
func bytesToImage(p []byte, channels, height, width int) image.Image {
	rect := image.Rect(0, 0, width, height)
	switch channels {
	case 1:
		m := image.NewGray(rect)
		copy(m.Pix, p)
		return m
	case 4:
		m := image.NewNRGBA(rect)
		copy(m.Pix, p)
		return m
	}
	m := image.NewRGBA(rect)
	for i, j := 0, 0; j < len(p); i, j = i+4, j+3 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = p[j], p[j+1], p[j+2], 255
	}
	return m
}

// PNGText is a text in a PNG file under a keyword, such as "Title", "Author" or
// "Software". Keywords are 1 to 79 printable ASCII characters.
type PNGText struct{ Keyword, Text string }

// WritePNG saves a picture, with texts in the file where there are any. The file is
// whole or not there: an interrupted save leaves what was at path before.
//
// Errors: an empty picture; a keyword that is none, a text that is not UTF-8 or has
// a zero byte; those of the file system.
func WritePNG(path string, m image.Image, texts ...PNGText) error {
	list := make([]pngfile.Text, len(texts))
	for i, t := range texts {
		list[i] = pngfile.Text(t)
	}
	chunks, err := pngfile.Encode(list)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := png.Encode(pngfile.Insert(w, chunks), m); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return nil
	})
}

// ReadPNGTexts reads the texts in a PNG file, in order. Compressed ones, which
// WritePNG does not write, are left out.
//
// Errors: a file that is no PNG or too large; those of the file system.
func ReadPNGTexts(path string) ([]PNGText, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	case len(file) > maxFileBytes:
		return nil, fmt.Errorf("%s: %w", path, errFileSize)
	case !bytes.HasPrefix(file, []byte(pngfile.Magic)):
		return nil, fmt.Errorf("%s: not a PNG file", path)
	}
	var texts []PNGText
	for _, t := range pngfile.Texts(file) {
		texts = append(texts, PNGText(t))
	}
	return texts, nil
}
