package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
)

// reduce folds x along a set of axes, which keep size 1 or are dropped.
func (x *Tensor) reduce(op backend.ReduceOp, axes int, keep bool) *Tensor {
	x.check(op.String())
	sizes := x.view.Shape
	for i := range x.view.Rank {
		if axes&(1<<i) != 0 {
			sizes[i] = 1
		}
	}
	y := alloc(x.tape, x.be, sizes[:x.view.Rank])
	x.be.Reduce(op, y.view, x.view)
	if !keep {
		y.view = dropAxes(y.view, axes)
	}
	return y
}

func dropAxes(v backend.View, axes int) backend.View {
	out := backend.View{Buf: v.Buf, Offset: v.Offset}
	for i, d := range v.Dims() {
		if axes&(1<<i) == 0 {
			out.Shape[out.Rank], out.Strides[out.Rank] = d, v.Strides[i]
			out.Rank++
		}
	}
	return out
}

// unreduced gives a reduction of x its dropped axes back, as size 1.
func (y *Tensor) unreduced(x *Tensor, axes int) *Tensor {
	if y.view.Rank == x.view.Rank {
		return y
	}
	sizes := x.view.Shape
	for i := range x.view.Rank {
		if axes&(1<<i) != 0 {
			sizes[i] = 1
		}
	}
	return y.Reshape(sizes[:x.view.Rank]...)
}

// Sum adds up the elements along axes, which are dropped; with none named,
// along all.
func (x *Tensor) Sum(axes ...int) *Tensor { return x.sum(x.axisSet("sum", axes), false) }

// SumKeep is Sum with the axes kept at size 1.
func (x *Tensor) SumKeep(axes ...int) *Tensor { return x.sum(x.axisSet("sum", axes), true) }

func (x *Tensor) sum(axes int, keep bool) *Tensor {
	y := x.reduce(backend.ReduceSum, axes, keep)
	if y.tape.records() {
		y.tape.record("sum", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("axes", axisList(axes), "keep", keep)
				return
			}
			b.Add(0, g.spread(x, axes))
		}, x).says()
	}
	return y
}

// spread repeats a sum over axes along them again, as a view of x's shape: the
// transpose of sum.
func (g *Tensor) spread(x *Tensor, axes int) *Tensor {
	v := backend.View{Buf: g.view.Buf, Offset: g.view.Offset, Rank: x.view.Rank, Shape: x.view.Shape}
	kept, at := g.view.Rank == x.view.Rank, 0
	for i := range v.Rank {
		if axes&(1<<i) == 0 {
			v.Strides[i] = g.view.Strides[at]
		} else if !kept {
			continue
		}
		at++
	}
	return g.viewAs("spread", v, func(b *Backprop, gg *Tensor) {
		if b.asked() {
			b.say("axes", axisList(axes), "kept", kept)
			return
		}
		b.Add(0, gg.sum(axes, kept))
	})
}

// SumTo adds up the axes along which shape was broadcast to x's: the transpose
// of [Tensor.Expand].
//
// Panics if shape does not expand to x's shape.
func (x *Tensor) SumTo(shape ...int) *Tensor {
	x.check("sum to")
	if x.HasShape(shape...) {
		return x
	}
	shift := x.view.Rank - len(shape)
	axes := 0
	for i, d := range x.view.Dims() {
		switch {
		case i < shift:
			axes |= 1 << i
		case shift < 0 || shape[i-shift] != d && shape[i-shift] != 1:
			Fail("sum to", fmt.Sprintf("shape must expand to %v", x.Shape()), "%v", slices.Clone(shape))
		case shape[i-shift] != d:
			axes |= 1 << i
		}
	}
	y := x.reduce(backend.ReduceSum, axes, true)
	if shift > 0 {
		y.view = dropAxes(y.view, 1<<shift-1)
	}
	if y.tape.records() {
		y.tape.record("sum to", y, func(b *Backprop, g *Tensor) { b.Add(0, g.Expand(x.view.Dims()...)) }, x)
	}
	return y
}

// count is the number of elements that fold into one.
func (x *Tensor) count(axes int) int {
	n := 1
	for i, d := range x.view.Dims() {
		if axes&(1<<i) != 0 {
			n *= d
		}
	}
	return n
}

// Mean averages the elements along axes, which are dropped; with none named,
// along all.
func (x *Tensor) Mean(axes ...int) *Tensor {
	set := x.axisSet("mean", axes)
	return x.sum(set, false).MulScalar(1 / float64(x.count(set)))
}

// MeanKeep is Mean with the axes kept at size 1.
func (x *Tensor) MeanKeep(axes ...int) *Tensor {
	set := x.axisSet("mean", axes)
	return x.sum(set, true).MulScalar(1 / float64(x.count(set)))
}

// Var is the variance Σ(x − mean)²/(n − correction) along axes, which are
// dropped; with none named, along all. Correction 1 is the unbiased estimate,
// 0 the plain average.
func (x *Tensor) Var(correction int, axes ...int) *Tensor {
	set := x.axisSet("var", axes)
	return x.varOf(correction, set, false)
}

// VarKeep is Var with the axes kept at size 1.
func (x *Tensor) VarKeep(correction int, axes ...int) *Tensor {
	set := x.axisSet("var", axes)
	return x.varOf(correction, set, true)
}

func (x *Tensor) varOf(correction, axes int, keep bool) *Tensor {
	n := float64(x.count(axes))
	centred := x.Sub(x.sum(axes, true).MulScalar(1 / n))
	return centred.Square().sum(axes, keep).MulScalar(1 / (n - float64(correction)))
}

// Max is the largest element along axes, which are dropped; with none named,
// along all. Equal largest elements share the gradient evenly.
func (x *Tensor) Max(axes ...int) *Tensor {
	return x.extremum(backend.ReduceMax, x.axisSet("max", axes), false)
}

// MaxKeep is Max with the axes kept at size 1.
func (x *Tensor) MaxKeep(axes ...int) *Tensor {
	return x.extremum(backend.ReduceMax, x.axisSet("max", axes), true)
}

// Min is the smallest element along axes, which are dropped; with none named,
// along all. Equal smallest elements share the gradient evenly.
func (x *Tensor) Min(axes ...int) *Tensor {
	return x.extremum(backend.ReduceMin, x.axisSet("min", axes), false)
}

// MinKeep is Min with the axes kept at size 1.
func (x *Tensor) MinKeep(axes ...int) *Tensor {
	return x.extremum(backend.ReduceMin, x.axisSet("min", axes), true)
}

func (x *Tensor) extremum(op backend.ReduceOp, axes int, keep bool) *Tensor {
	if x.count(axes) == 0 && x.Size() == 0 {
		Fail(op.String(), "needs at least one element along the axes", "shape %v", x.Shape())
	}
	y := x.reduce(op, axes, keep)
	if y.tape.records() {
		y.tape.record(op.String(), y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("axes", axisList(axes), "keep", keep)
				return
			}
			hits := x.Equal(y.Detach().unreduced(x, axes))
			share := hits.Div(hits.sum(axes, true))
			b.Add(0, g.unreduced(x, axes).Mul(share))
		}, x).says()
	}
	return y
}

// LogSumExp is ln Σ exp(x) along axes, which are dropped, without overflow; with
// none named, along all.
func (x *Tensor) LogSumExp(axes ...int) *Tensor {
	set := x.axisSet("logsumexp", axes)
	top := x.Detach().extremum(backend.ReduceMax, set, true).Detach()
	y := x.Sub(top).Exp().sum(set, true).Log().Add(top)
	sizes := dropAxes(y.view, set)
	return y.Reshape(sizes.Dims()...)
}

// ArgMax is the place of the largest element along an axis, the first among
// equals, in row-major order of the other axes.
//
// Panics if the axis is empty.
func (x *Tensor) ArgMax(axis int) []int32 {
	x.check("argmax")
	axis = x.axis("argmax", axis)
	n := x.view.Shape[axis]
	if n == 0 {
		Fail("argmax", fmt.Sprintf("axis %d must not be empty", axis), "shape %v", x.Shape())
	}
	out := make([]int32, x.Size()/n)
	x.be.ArgMax(out, x.view, axis)
	return out
}
