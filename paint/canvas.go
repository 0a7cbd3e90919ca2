package paint

import (
	"fmt"
	"image"
	"math"

	"github.com/org/artnn/internal/picture"
	"github.com/org/artnn/internal/resample"
	"github.com/org/artnn/tensor"
)

const (
	// leastSide is that of the smallest picture that is worked on, in pixels: the layers
	// of most networks halve it three to five times.
	leastSide = 32
	// mostSide bounds the memory of the work: some layers have a hundred numbers for each
	// pixel, all of which a gradient needs.
	mostSide = 2048
	// mostPixels bounds the pictures that come and go; the files that this module reads
	// have no more.
	mostPixels = 1 << 26
)

// size is that of a picture.
type size struct{ h, w int }

// by is a size scaled, to at least a pixel.
func (s size) by(f float64) size {
	scaled := func(n int) int { return max(1, int(math.Round(float64(n)*f))) }
	return size{scaled(s.h), scaled(s.w)}
}

// canvas is a picture to be changed.
type canvas struct {
	picture *image.NRGBA
	size    size
	work    size // at which it is changed
}

// newCanvas prepares a picture to be worked on with a longest side of at most most.
func newCanvas(m *image.NRGBA, most int) (*canvas, error) {
	c := &canvas{picture: m, size: size{m.Rect.Dy(), m.Rect.Dx()}}
	if c.size.h < 1 || c.size.w < 1 || c.size.w > mostPixels/c.size.h {
		return nil, fmt.Errorf("a picture of %d×%d: it must have from 1 to %d million pixels", c.size.w, c.size.h, mostPixels/1_000_000)
	}
	if most < leastSide || most > mostSide {
		return nil, fmt.Errorf("size %d: must be from %d to %d", most, leastSide, mostSide)
	}
	c.work = c.size
	if longest := max(c.size.h, c.size.w); longest > most {
		c.work = c.size.by(float64(most) / float64(longest))
	}
	if min(c.work.h, c.work.w) < leastSide {
		if c.work != c.size {
			return nil, fmt.Errorf("size %d makes a picture of %d×%d too small, %d×%d: each side must have at least %d pixels", most, c.size.w, c.size.h, c.work.w, c.work.h, leastSide)
		}
		return nil, fmt.Errorf("a picture of %d×%d is too small: each side must have at least %d pixels; make it larger first", c.size.w, c.size.h, leastSide)
	}
	return c, nil
}

// at is the picture at a size, as a network sees it: in [−1, 1], on gray where it is
// transparent.
//
// Shape: [3, height, width].
func (c *canvas) at(s size) []float32 {
	pixels := make([]float32, 3*s.h*s.w)
	r := resample.New(c.size.h, c.size.w, s.h, s.w)
	plane := make([]float32, c.size.h*c.size.w) // one colour at a time: pictures may be large
	for k := range 3 {
		for y := range c.size.h {
			line := c.picture.Pix[y*c.picture.Stride:]
			for x := range c.size.w {
				value, alpha := float32(line[4*x+k])/127.5-1, float32(line[4*x+3])/255
				plane[y*c.size.w+x] = value * alpha
			}
		}
		r.Resize(pixels[k*s.h*s.w:(k+1)*s.h*s.w], plane)
	}
	return pixels
}

// changed is the picture after what was seen has become other pixels: the change is
// made as large as the picture and added to it.
func (c *canvas) changed(pixels []float32) *image.NRGBA {
	seen := c.at(c.work)
	out := image.NewNRGBA(image.Rect(0, 0, c.size.w, c.size.h))
	r := resample.New(c.work.h, c.work.w, c.size.h, c.size.w)
	change, plane := make([]float32, c.work.h*c.work.w), make([]float32, c.size.h*c.size.w)
	for k := range 3 {
		for i := range change {
			at := k*len(change) + i
			change[i] = pixels[at] - seen[at]
		}
		r.Resize(plane, change)
		for y := range c.size.h {
			from, to := c.picture.Pix[y*c.picture.Stride:], out.Pix[y*out.Stride:]
			for x := range c.size.w {
				alpha := from[4*x+3]
				to[4*x+3], to[4*x+k] = alpha, from[4*x+k]
				if alpha > 0 {
					to[4*x+k] = picture.Byte(float32(from[4*x+k])/127.5 - 1 + plane[y*c.size.w+x])
				}
			}
		}
	}
	return out
}

// resized are three planes at another size, in memory of their own.
func resized(pixels []float32, from, to size) []float32 {
	out := make([]float32, 3*to.h*to.w)
	resample.New(from.h, from.w, to.h, to.w).Resize(out, pixels)
	return out
}

// onBackend are pixels as a picture [1, 3, height, width] outside any tape.
func onBackend(pixels []float32, s size) *tensor.Tensor {
	return tensor.FromSlice(pixels, 1, 3, s.h, s.w)
}
