package data

import (
	"fmt"
	"image/color"
	"runtime"
)

// Fit says how a picture of another shape becomes Width×Height.
type Fit int

const (
	// Cover scales until the frame is full and cuts off what stands out,
	// the same on both sides.
	Cover Fit = iota
	// Contain scales until the whole picture is in the frame and fills the
	// rest with the background.
	Contain
	// Stretch scales width and height each on its own, which distorts. It is
	// what torchvision's Resize((256, 256)) does.
	Stretch
)

// Filter says how pixels are made from others when the size changes.
type Filter int

const (
	// CatmullRom is a cubic filter, widened when scaling down so that nothing
	// aliases; the same as Pillow's BICUBIC.
	CatmullRom Filter = iota
	// Nearest copies the nearest pixel: right for pixel art, where colours
	// must not mix.
	Nearest
	// Lanczos is a windowed sinc of three lobes on each side, the same as Pillow's
	// LANCZOS: the sharpest of the smooth ones, and right for enlarging.
	Lanczos
)

// ImageOptions say what a folder of pictures is turned into. Zero values are
// the defaults.
type ImageOptions struct {
	Size          int         // of both sides; 0 means 256
	Width, Height int         // sides that differ; 0 means Size, or the other side
	Gray          bool        // one channel instead of three
	Fit           Fit         // Cover
	Filter        Filter      // CatmullRom
	Background    color.Color // under transparent pixels and around Contain; nil means white
	Limit         int         // stop after so many files, in the order of their names; 0 means all
	MaxPixels     int         // larger pictures are skipped; 0 means 67 million (8192×8192)
	Workers       int         // files decoded at a time; 0 means GOMAXPROCS

	// Progress, if set, is called after each file, from one goroutine at a time.
	Progress func(done, total int)
}

const (
	defaultSize      = 256
	maxSide          = 1 << 13
	defaultMaxPixels = 1 << 26
)

// normalised fills in the defaults and checks the rest.
func (o ImageOptions) normalised() (ImageOptions, error) {
	if o.Size == 0 {
		o.Size = max(o.Width, o.Height) // one side given alone means a square
	}
	if o.Size == 0 {
		o.Size = defaultSize
	}
	if o.Width == 0 {
		o.Width = o.Size
	}
	if o.Height == 0 {
		o.Height = o.Size
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = defaultMaxPixels
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Background == nil {
		o.Background = color.White
	}
	switch {
	case o.Width < 1 || o.Height < 1 || o.Width > maxSide || o.Height > maxSide:
		return o, fmt.Errorf("image size %d×%d: each side must be from 1 to %d", o.Width, o.Height, maxSide)
	case o.Limit < 0 || o.MaxPixels < 0 || o.Workers < 0:
		return o, fmt.Errorf("image options: Limit %d, MaxPixels %d and Workers %d must not be negative", o.Limit, o.MaxPixels, o.Workers)
	case o.Fit < Cover || o.Fit > Stretch:
		return o, fmt.Errorf("image options: unknown Fit %d", o.Fit)
	case o.Filter < CatmullRom || o.Filter > Lanczos:
		return o, fmt.Errorf("image options: unknown Filter %d", o.Filter)
	}
	return o, nil
}

func (o ImageOptions) channels() int {
	if o.Gray {
		return 1
	}
	return 3
}
