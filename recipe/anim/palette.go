package anim

import (
	"cmp"
	"context"
	"image"
	"image/color"
	"slices"
)

// Palette chooses at most n colours for pictures by median cut: the box of
// colours with the largest squared error is halved at its mean along its widest
// spread, until there are n.
//
// Reference: Heckbert, "Color image quantization for frame buffer display",
// 1982; Wan, Wong and Prusinkiewicz, 1988, for the choice by variance.
func Palette(pictures []image.Image, n int) color.Palette {
	return palette(context.Background(), pictures, n)
}

// palette is [Palette], of the pictures that it has seen when ctx ends.
func palette(ctx context.Context, pictures []image.Image, n int) color.Palette {
	boxes := []box{measure(histogram(ctx, pictures))}
	for len(boxes) < n {
		worst := 0
		for i := range boxes {
			if boxes[i].err > boxes[worst].err {
				worst = i
			}
		}
		if boxes[worst].err == 0 { // every colour has a place of its own
			break
		}
		a, b := boxes[worst].halve()
		boxes[worst] = a
		boxes = append(boxes, b)
	}
	chosen := make(color.Palette, len(boxes))
	for i, b := range boxes {
		chosen[i] = color.RGBA{uint8(b.mean[0] + 0.5), uint8(b.mean[1] + 0.5), uint8(b.mean[2] + 0.5), 255}
	}
	return chosen
}

// shade is a colour and how many pixels have it.
type shade struct {
	rgb   [3]float64
	count float64
}

// keptBits of each channel tell colours apart: at 6 a box's mean is still exact,
// and a photograph has tens of thousands of shades, not millions.
const keptBits = 6

func histogram(ctx context.Context, pictures []image.Image) []shade {
	type sum struct{ r, g, b, n float64 }
	var cells []sum
	place := make([]int32, 1<<(3*keptBits)) // of a colour's cell, from 1
	for _, m := range pictures {
		if ctx.Err() != nil {
			break
		}
		b, at := m.Bounds(), colourAt(m)
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				c := at(x, y)
				const shift = 16 - keptBits
				key := c[0]>>shift<<(2*keptBits) | c[1]>>shift<<keptBits | c[2]>>shift
				if place[key] == 0 {
					cells = append(cells, sum{})
					place[key] = int32(len(cells))
				}
				s := &cells[place[key]-1]
				s.r, s.g, s.b, s.n = s.r+float64(c[0]>>8), s.g+float64(c[1]>>8), s.b+float64(c[2]>>8), s.n+1
			}
		}
	}
	shades := make([]shade, 0, len(cells))
	for _, s := range cells {
		shades = append(shades, shade{[3]float64{s.r / s.n, s.g / s.n, s.b / s.n}, s.n})
	}
	// The palette does not depend on where in the pictures a colour is first.
	slices.SortFunc(shades, func(a, b shade) int {
		return cmp.Or(cmp.Compare(a.rgb[0], b.rgb[0]), cmp.Compare(a.rgb[1], b.rgb[1]), cmp.Compare(a.rgb[2], b.rgb[2]))
	})
	return shades
}

// box is a set of shades with their mean, their squared error about it and the
// channel in which they spread most.
type box struct {
	shades []shade
	mean   [3]float64
	err    float64
	widest int
}

func measure(shades []shade) box {
	b := box{shades: shades}
	var count float64
	var squares [3]float64
	for _, s := range shades {
		count += s.count
		for c, v := range s.rgb {
			b.mean[c] += s.count * v
		}
	}
	for c := range b.mean {
		b.mean[c] /= count
	}
	for _, s := range shades {
		for c, v := range s.rgb {
			squares[c] += s.count * (v - b.mean[c]) * (v - b.mean[c])
		}
	}
	for c, v := range squares {
		b.err += v
		if v > squares[b.widest] {
			b.widest = c
		}
	}
	if len(shades) < 2 {
		b.err = 0
	}
	return b
}

// halve splits a box of at least two shades; neither half is empty.
func (b box) halve() (low, high box) {
	slices.SortStableFunc(b.shades, func(x, y shade) int { return cmp.Compare(x.rgb[b.widest], y.rgb[b.widest]) })
	at, _ := slices.BinarySearchFunc(b.shades, b.mean[b.widest], func(s shade, mean float64) int {
		return cmp.Compare(s.rgb[b.widest], mean)
	})
	at = min(max(at, 1), len(b.shades)-1)
	return measure(b.shades[:at]), measure(b.shades[at:])
}
