package tensor

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// Init overwrites a parameter with the values that training starts from, drawn
// from r where they are random:
//
//	tensor.InitNormal(0, 0.02)(rng, conv.Weight)
//
// On a backend that holds no numbers ([backend.ShapeOnly]) it draws none and takes
// no memory, and r moves on all the same.
//
// Panics if the parameter is on a tape or on another backend than r.
type Init func(r *RNG, p *Tensor)

// InitUniform draws from [lo, hi).
func InitUniform(lo, hi float64) Init {
	return func(r *RNG, p *Tensor) { r.fill(p, backend.Uniform, backend.Params{lo, hi}) }
}

// InitNormal draws from the normal distribution.
//
// Panics if the deviation is negative.
func InitNormal(mean, deviation float64) Init {
	return func(r *RNG, p *Tensor) { r.fill(p, backend.Normal, backend.Params{mean, deviation}) }
}

// InitConstant sets every element to value. r may be nil.
func InitConstant(value float64) Init { return func(_ *RNG, p *Tensor) { p.Fill(value) } }

// InitTruncatedNormal draws from the part of the normal distribution that lies in
// [lo, hi], bounds that do not depend on mean and deviation:
//
//	x = mean + deviation·√2·erf⁻¹(u),  u uniform between the images of the bounds
//
// Panics if the deviation is not positive or lo ≥ hi.
func InitTruncatedNormal(mean, deviation, lo, hi float64) Init {
	if !(deviation > 0) || !(lo < hi) {
		panic(fmt.Sprintf("truncated normal: needs a positive deviation and lo < hi, got deviation %g and [%g, %g]", deviation, lo, hi))
	}
	image := func(x float64) float64 { return math.Erf((x - mean) / (deviation * math.Sqrt2)) }
	u := backend.Params{image(lo), image(hi)}
	return func(r *RNG, p *Tensor) {
		r.checkFill(p)
		start := r.stream
		r.stream = philox.Advance(start, p.Size())
		if backend.IsShapeOnly(r.be) {
			return
		}
		p.fillFrom(func(c *Tensor) {
			var buf [1024]float64 // on the host at a time, a multiple of a counter's numbers
			for at, n := 0, c.Size(); at < n; at += len(buf) {
				part := buf[:min(len(buf), n-at)]
				philox.FillAt(part, at, backend.Uniform, u, start)
				for i, x := range part {
					part[i] = min(max(mean+deviation*math.Sqrt2*math.Erfinv(x), lo), hi)
				}
				c.be.Write64(c.view.Buf, c.view.Offset+at, part)
			}
		})
	}
}

// Fill sets every element of a tensor outside any tape.
//
// Panics if t is on a tape.
func (t *Tensor) Fill(value float64) {
	t.checkOff("fill")
	t.be.Fill(t.view, value)
}

// fill draws over a parameter.
func (r *RNG) fill(p *Tensor, dist backend.Distribution, params backend.Params) {
	checkDraw(dist, params)
	r.checkFill(p)
	r.be.Random(p.view, dist, params, r.stream)
	r.stream = philox.Advance(r.stream, p.Size())
}

func (r *RNG) checkFill(p *Tensor) {
	p.checkOff("init")
	if p.be != r.be {
		panic(&UseError{"init", fmt.Sprintf("the parameter is on backend %q, the random numbers on %q", p.be.Name(), r.be.Name())})
	}
}

// made is a new parameter with first values.
func (r *RNG) made(f Init, shape []int) *Tensor {
	p := alloc(nil, r.be, shape)
	f(r, p)
	return p
}
