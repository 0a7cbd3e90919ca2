package main

import (
	"fmt"

	"github.com/org/artnn/data"
)

// sheetFlags are the flags that all commands share which write pictures.
type sheetFlags struct {
	Scale    *int   `conf:"free" placeholder:"N" help:"Enlarge pictures N times (default: small ones are enlarged)."`
	Resample string `conf:"free" default:"nearest" enum:"nearest,lanczos" placeholder:"HOW" help:"How to enlarge: ${enum}; crisply, as pixel art needs, or smoothly (default: ${default})."`
}

// mostScale makes a picture of 256 pixels one of 16,384.
const mostScale = 64

// checkScale refuses what makes no sense for any picture.
func (f *sheetFlags) checkScale() error {
	if f.Scale != nil && (*f.Scale < 1 || *f.Scale > mostScale) {
		return fmt.Errorf("--scale must be from 1 to %d, got %d", mostScale, *f.Scale)
	}
	return nil
}

// grid is what the flags say of a sheet; scale is the default.
func (f *sheetFlags) grid(scale int) data.GridOptions {
	o := data.GridOptions{Scale: scale, Smooth: f.Resample == "lanczos"}
	if f.Scale != nil {
		o.Scale = *f.Scale
	}
	return o
}

// checkSheet refuses a sheet that is too large, before memory is taken for it.
// flags are those that make it smaller.
func checkSheet(o data.GridOptions, n, w, h int, flags string) error {
	if pixels := o.Pixels(n, w, h); pixels > data.MaxGridPixels {
		return usagef("%s make a sheet of %d pixels, over the limit of %d: lower one of them", flags, pixels, data.MaxGridPixels)
	}
	return nil
}
