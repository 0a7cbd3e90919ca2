package anim

import (
	"image"
	"image/color"
)

const (
	// cellBits of each channel name a cell of colours: at 5, a cell of a palette of 256
	// has a handful of colours to choose among.
	cellBits  = 5
	cellShift = 16 - cellBits
)

// nearest finds the colour of a palette that is nearest to another. Colours are divided
// into cells, and each cell knows, once it is asked for, the few colours of the palette
// that can be the nearest to one in it. The result is the same as that of looking at all.
type nearest struct {
	palette [][3]int32 // in 16 bits, as color.Color has them
	cells   [1 << (3 * cellBits)][]uint8
}

func newNearest(palette color.Palette) *nearest {
	n := &nearest{palette: make([][3]int32, len(palette))}
	for i, c := range palette {
		r, g, b, _ := c.RGBA()
		n.palette[i] = [3]int32{int32(r), int32(g), int32(b)}
	}
	return n
}

// of is the index of the first of the nearest colours.
func (n *nearest) of(c [3]int32) uint8 {
	cell := c[0]>>cellShift<<(2*cellBits) | c[1]>>cellShift<<cellBits | c[2]>>cellShift
	if n.cells[cell] == nil {
		n.cells[cell] = n.among(c)
	}
	best, least := uint8(0), ^uint32(0)
	for _, i := range n.cells[cell] {
		p := &n.palette[i]
		if d := square(c[0]-p[0]) + square(c[1]-p[1]) + square(c[2]-p[2]); d < least {
			best, least = i, d
		}
	}
	return best
}

// among are the colours that can be the nearest to one in the cell of c: not farther from
// all of it than another is from its farthest corner.
func (n *nearest) among(c [3]int32) (list []uint8) {
	least := ^uint32(0)
	near := make([]uint32, len(n.palette))
	for i, p := range n.palette {
		far := uint32(0)
		for k, v := range c {
			low := v >> cellShift << cellShift
			high := low + 1<<cellShift - 1
			near[i] += square(max(0, low-p[k], p[k]-high))
			far += square(max(p[k]-low, high-p[k]))
		}
		least = min(least, far)
	}
	for i, d := range near {
		if d <= least {
			list = append(list, uint8(i))
		}
	}
	return list
}

// square is d² in quarters, so that the sum of three fits. Package image/draw compares
// colours in the same way.
func square(d int32) uint32 { return uint32(d) * uint32(d) >> 2 }

// paletted draws a picture in the colours of a palette. With dither it spreads the error of
// each pixel over its neighbours. The result is that of package image/draw, which looks at
// all colours for each pixel.
//
// Reference: Floyd and Steinberg, "An adaptive algorithm for spatial grey scale", 1976.
func paletted(m image.Image, palette color.Palette, n *nearest, dither bool) *image.Paletted {
	b := m.Bounds()
	out := image.NewPaletted(image.Rectangle{Max: b.Size()}, palette)
	at := colourAt(m)
	width := b.Dx()
	// Errors, in sixteenths, of this row and the next, with a place before and after.
	errors, next := make([][3]int32, width+2), make([][3]int32, width+2)
	for y := range b.Dy() {
		row := out.Pix[y*out.Stride : y*out.Stride+width]
		for x := range row {
			c := at(b.Min.X+x, b.Min.Y+y)
			if !dither {
				row[x] = n.of(c)
				continue
			}
			for k := range c {
				c[k] = min(max(c[k]+errors[x+1][k]/16, 0), 0xffff)
			}
			row[x] = n.of(c)
			p := &n.palette[row[x]]
			for k := range c {
				e := c[k] - p[k]
				next[x][k] += e * 3
				next[x+1][k] += e * 5
				next[x+2][k] += e
				errors[x+2][k] += e * 7
			}
		}
		errors, next = next, errors
		clear(next)
	}
	return out
}

// colourAt gives the colours of a picture in 16 bits, with alpha on black.
func colourAt(m image.Image) func(x, y int) [3]int32 {
	if m, ok := m.(image.RGBA64Image); ok { // without an allocation for each
		return func(x, y int) [3]int32 {
			c := m.RGBA64At(x, y)
			return [3]int32{int32(c.R), int32(c.G), int32(c.B)}
		}
	}
	return func(x, y int) [3]int32 {
		r, g, b, _ := m.At(x, y).RGBA()
		return [3]int32{int32(r), int32(g), int32(b)}
	}
}
