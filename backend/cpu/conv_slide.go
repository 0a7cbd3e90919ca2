package cpu

import (
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// sliding is a window that goes over images: a convolution, or the part of the
// gradient of its input at one place between windows.
type sliding struct {
	gemm.Patches      // of the first group
	images       int  // how many
	groups, outs int  // groups of channels, and channels of the result in each
	pointwise    bool // windows are pixels, at equal distances

	// Number (group, out, tap, in) of the weights is at the sum of each times its
	// stride; perTap is C·perIn.
	weights                         []float32
	perGroup, perOut, perTap, perIn int

	out      images // at equal distances
	epilogue gemm.Epilogue
}

// slide computes the windows, by the way that suits the shape.
func (c *cpu) slide(s *sliding) {
	if s.banded() {
		c.bands(s)
		return
	}
	k := s.KH * s.KW * s.C
	for g := range s.groups {
		e := s.epilogue
		if e.Bias != nil {
			e.Bias = e.Bias[g*s.outs:][:s.outs]
		}
		c.multiply(&gemm.Product{
			M: s.images * s.Down * s.Across, N: s.outs, K: k, Alpha: 1, A: operand(&s.Patches, g, s.pointwise),
			B: gemm.Matrix{Mem: shift(s.weights, g*s.perGroup), Strides: gemm.Strides{Row: s.perIn, Col: s.perOut}},
			C: s.out.mem[g*s.outs:], LdC: s.out.pixel, Epilogue: e,
		})
	}
}

// kept are patches of earlier calls: operands refer to them.
var kept team.Recycler[gemm.Patches]

// operand is the matrix [window, tap·c] of a group's channels.
func operand(p *gemm.Patches, group int, pointwise bool) gemm.Matrix {
	mem := shift(p.Mem, group*p.C)
	if pointwise {
		return gemm.Matrix{Mem: mem, Strides: gemm.Strides{Row: p.Pixel, Col: 1}}
	}
	q := kept.Get()
	*q = *p
	q.Mem = mem
	return q.Matrix()
}

// multiply computes a product and takes the patches back.
func (c *cpu) multiply(p *gemm.Product) {
	a, b := p.A.Patches, p.B.Patches
	gemm.Multiply(&c.env, p)
	for _, q := range [...]*gemm.Patches{a, b} {
		if q != nil {
			*q = gemm.Patches{}
			kept.Put(q)
		}
	}
}
