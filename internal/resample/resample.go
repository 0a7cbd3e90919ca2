// Package resample resizes planes of numbers.
package resample

import "math"

// Resizer resizes planes of numbers: each result is a mean, weighted by a triangle as
// wide as two pixels of the coarser of both, as Pillow's BILINEAR is. It is safe for
// concurrent use.
type Resizer struct {
	from, to     size
	down, across []weighted // of each row and each column of the result
}

// weighted is a mean of some neighbours.
type weighted struct {
	first   int
	weights []float32
}

// size is that of a plane.
type size struct{ h, w int }

func (s size) area() int { return s.h * s.w }

// New resizes planes of h×w to toH×toW.
func New(h, w, toH, toW int) Resizer {
	return Resizer{size{h, w}, size{toH, toW}, triangles(h, toH), triangles(w, toW)}
}

// triangles are the weights of n pixels in each of m.
func triangles(n, m int) []weighted {
	scale := float64(n) / float64(m)
	radius := max(1, scale)
	out := make([]weighted, m)
	for i := range out {
		centre := (float64(i) + 0.5) * scale
		lo, hi := max(0, int(centre-radius+0.5)), min(n, int(centre+radius+0.5))
		total, weights := 0.0, make([]float64, hi-lo)
		for k := range weights {
			weights[k] = max(0, 1-math.Abs(float64(lo+k)+0.5-centre)/radius)
			total += weights[k]
		}
		out[i] = weighted{lo, make([]float32, hi-lo)}
		for k, w := range weights {
			out[i].weights[k] = float32(w / total)
		}
	}
	return out
}

// Resize fills dst with the planes of src resized.
//
// Shape: src is [n, h, w], dst [n, toH, toW], for any n.
func (r Resizer) Resize(dst, src []float32) {
	if r.from == r.to {
		copy(dst, src)
		return
	}
	narrow := make([]float32, r.from.h*r.to.w)
	for c := range len(dst) / r.to.area() {
		plane := src[c*r.from.area() : (c+1)*r.from.area()]
		for y := range r.from.h {
			row := plane[y*r.from.w : (y+1)*r.from.w]
			for x, a := range r.across {
				sum := float32(0)
				for k, w := range a.weights {
					sum += w * row[a.first+k]
				}
				narrow[y*r.to.w+x] = sum
			}
		}
		out := dst[c*r.to.area() : (c+1)*r.to.area()]
		clear(out)
		for y, a := range r.down {
			row := out[y*r.to.w : (y+1)*r.to.w]
			for k, w := range a.weights {
				for x, v := range narrow[(a.first+k)*r.to.w : (a.first+k+1)*r.to.w] {
					row[x] += w * v
				}
			}
		}
	}
}

// Matrices resize one plane x by products: down · x · across.
//
// Shape: down [toH, h], across [w, toW].
func (r Resizer) Matrices() (down, across []float32) {
	down, across = make([]float32, r.to.h*r.from.h), make([]float32, r.from.w*r.to.w)
	for y, a := range r.down {
		copy(down[y*r.from.h+a.first:], a.weights)
	}
	for x, a := range r.across {
		for k, w := range a.weights {
			across[(a.first+k)*r.to.w+x] = w
		}
	}
	return down, across
}
