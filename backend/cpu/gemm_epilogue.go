package cpu

import (
	"fmt"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

// epilogue is what happens to each finished element x of column j:
// act(scale·x + bias[j] + shift).
type epilogue struct {
	scale float32
	bias  []float32
	shift float32
	act   backend.Activation
	slope float32
}

// setEpilogue translates ep. A bias that is not contiguous is copied to
// scratch memory, which is returned.
func (g *gemm) setEpilogue(ep *backend.Epilogue) *buffer {
	g.ep = epilogue{scale: 1, act: ep.Act, slope: float32(ep.Slope)}
	if ep.Bias.Buf == nil {
		return nil
	}
	if ep.Bias.Size() != g.n {
		panic(fmt.Sprintf("gemm: expected a bias of %d numbers, got %v", g.n, ep.Bias))
	}
	if ep.Bias.Contiguous() {
		g.ep.bias = dense(&ep.Bias)
		return nil
	}
	scratch := g.c.pool.alloc(g.n)
	var s nest
	s.push(&ep.Bias)
	s.collapse()
	s.gather(scratch.data, data(ep.Bias.Buf), 0, s.seek(0))
	g.ep.bias = scratch.data
	return scratch
}

func (e *epilogue) empty() bool {
	return e.scale == 1 && e.bias == nil && e.shift == 0 && e.act == backend.ActNone
}

// finish applies the epilogue to rows [i0, i1) and columns [j0, j1).
func (g *gemm) finish(i0, i1, j0, j1 int) {
	e := &g.ep
	if e.empty() {
		return
	}
	for i := i0; i < i1; i++ {
		row := g.d[i*g.ldd+j0 : i*g.ldd+j1]
		if e.scale != 1 {
			asm.MulScalar(row, row, e.scale)
		}
		if e.bias != nil {
			asm.Add(row, row, e.bias[j0:j1])
		}
		if e.shift != 0 {
			asm.AddScalar(row, row, e.shift)
		}
		switch e.act {
		case backend.ActReLU:
			asm.ReLU(row, row)
		case backend.ActLeakyReLU:
			asm.LeakyReLU(row, row, e.slope)
		case backend.ActTanh:
			asm.Tanh(row, row)
		case backend.ActSigmoid:
			asm.Sigmoid(row, row)
		}
	}
}

// start brings rows [i0, i1), columns [j0, j1) of the destination to what the
// first block of K is added to, and reports whether it is added at all: with
// beta 0 it overwrites.
func (g *gemm) start(i0, i1, j0, j1 int) (accumulate bool) {
	if g.beta == 0 {
		return false
	}
	if g.beta != 1 {
		for i := i0; i < i1; i++ {
			row := g.d[i*g.ldd+j0 : i*g.ldd+j1]
			asm.MulScalar(row, row, g.beta)
		}
	}
	return true
}
