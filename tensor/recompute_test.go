package tensor_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// counting counts the numbers that are allocated.
type counting struct {
	backend.Backend
	live, peak atomic.Int64
}

func (c *counting) Alloc(n int) backend.Buffer {
	c.peak.Store(max(c.peak.Load(), c.live.Add(int64(n))))
	return c.Backend.Alloc(n)
}

func (c *counting) Free(b backend.Buffer) {
	c.live.Add(-int64(b.Len()))
	c.Backend.Free(b)
}

// wrapper computes f(x) at a depth of nesting.
type wrapper func(depth int, x *Tensor, f func(x *Tensor) *Tensor) *Tensor

// blocks is a residual network with dropout, of blocks that may be recomputed.
type blocks struct {
	tape   *Tape
	params []*Tensor
	width  int
	wrap   wrapper
	runs   int // of the inside of blocks
	again  int // of these, as recomputations
}

const depth = 6

func newBlocks(be backend.Backend, width int) *blocks {
	rng := NewRNGOn(be, 2)
	n := &blocks{tape: NewTape(On(be), Seed(3), Train()), width: width, wrap: plainly}
	for range depth {
		n.params = append(n.params, rng.Normal(0, 0.3, width, width), rng.Normal(0, 0.3, width), rng.Normal(1, 0.3, width))
	}
	return n
}

// plainly does not recompute; each does so block by block; nested also halves and
// the inside of blocks.
func plainly(_ int, x *Tensor, f func(x *Tensor) *Tensor) *Tensor { return f(x) }

func each(depth int, x *Tensor, f func(x *Tensor) *Tensor) *Tensor {
	if depth == 1 {
		return nested(depth, x, f)
	}
	return f(x)
}

func nested(_ int, x *Tensor, f func(x *Tensor) *Tensor) *Tensor {
	return Recompute(func(ins []*Tensor) []*Tensor { return []*Tensor{f(ins[0])} }, x)[0]
}

func (n *blocks) half(x *Tensor, from int) *Tensor {
	return n.wrap(0, x, func(x *Tensor) *Tensor {
		for i := from; i < from+depth/2; i++ {
			x = n.block(x, n.params[3*i:])
		}
		return x
	})
}

func (n *blocks) block(x *Tensor, p []*Tensor) *Tensor {
	return n.wrap(1, x, func(x *Tensor) *Tensor {
		n.runs++
		if n.tape.Recomputing() {
			n.again++
		}
		h := LayerNorm(x, p[2], p[1], 1e-5)
		h = n.wrap(2, h, func(h *Tensor) *Tensor { return LinearAct(h, p[0], p[1], backend.ActTanh, 0).GELU() })
		return x.Add(h.Mul(n.tape.Bernoulli(0.8, h.Shape()...))).Mul(h.Sigmoid())
	})
}

func (n *blocks) loss() *Tensor {
	x := n.tape.Normal(0, 1, 5, n.width)
	y := n.half(n.half(x, 0), depth/2)
	return y.Square().Mean().Add(y.Mul(n.tape.Normal(0, 1, 5, n.width)).Sum())
}

// bits is the loss, the stream's place and the gradients after two passes.
func (n *blocks) bits(t *testing.T) []any {
	var out []any
	for range 2 { // gradients accumulate
		loss := n.loss()
		n.tape.Backward(loss, n.params...)
		require.False(t, n.tape.Recomputing())
		out = append(out, loss.Item(), n.tape.RNG().State())
		n.tape.Release()
	}
	for _, p := range n.params {
		out = append(out, p.Grad().Float64s())
	}
	return out
}

func TestRecomputeGivesTheSameBits(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		want := newBlocks(be, 24).bits(t)
		for what, c := range map[string]struct {
			wrap        wrapper
			runs, again int
		}{
			"each":   {each, 2 * depth, depth},
			"nested": {nested, 3 * depth, 2 * depth},
		} {
			n := newBlocks(be, 24)
			n.wrap = c.wrap
			assert.Equal(t, want, n.bits(t), "%s, %s", name, what)
			assert.Equal(t, []int{2 * c.runs, 2 * c.again}, []int{n.runs, n.again}, "%s, %s", name, what)
		}
	}
}

func TestRecomputeHoldsLess(t *testing.T) {
	held := func(wrap wrapper) (forward, peak int64) {
		be := &counting{Backend: reference(t)}
		n := newBlocks(be, 24)
		n.wrap = wrap
		start := be.live.Load()
		loss := n.loss()
		forward = be.live.Load() - start
		be.peak.Store(be.live.Load())
		n.tape.Backward(loss, n.params...)
		peak = be.peak.Load() - start
		n.tape.Release()
		grads := int64(0)
		for _, p := range n.params {
			grads += int64(p.Size())
		}
		assert.Equal(t, start+grads, be.live.Load(), "nothing is lost")
		return forward, peak - grads
	}
	forward, peak := held(plainly)
	blocksForward, blocksPeak := held(each)
	nestedForward, _ := held(nested)
	assert.Less(t, blocksForward, forward/4)
	assert.Less(t, nestedForward, blocksForward)
	assert.Less(t, blocksPeak, peak/2)
}

// Gradients through recomputations can be differentiated again.
func TestRecomputeTwiceDifferentiated(t *testing.T) {
	be := reference(t)
	second := func(wrap wrapper) []any {
		n := newBlocks(be, 5)
		n.wrap = wrap
		x := n.tape.Of(NewRNGOn(be, 8).Normal(0, 1, 4, 5))
		y := n.half(x, 0)
		gx := n.tape.Grad(y.Square().Sum(), []*Tensor{x}, CreateGraph())[0]
		loss := gx.Square().Sum().Add(y.Sum())
		first := n.tape.Grad(loss, []*Tensor{x})[0].Float64s() // leaves the graph standing
		n.tape.Backward(loss, n.params[:3*depth/2]...)
		out := []any{loss.Item(), first}
		for _, p := range n.params[:3*depth/2] {
			out = append(out, p.Grad().Float64s())
		}
		n.tape.Release()
		return out
	}
	want := second(plainly)
	assert.Equal(t, want[0], second(each)[0])
	for name, wrap := range map[string]wrapper{"each": each, "nested": nested} {
		got := second(wrap)
		for i := 1; i < len(want); i++ { // sums meet in another order
			assert.InDeltaSlice(t, want[i], got[i], 1e-9, name)
		}
	}
}

// A gradient that is kept as a product stays one.
func TestRecomputeKeepsProducts(t *testing.T) {
	l := newLarge(t)
	x := l.tape.Of(l.rng.Normal(0, 1, 3, 1<<10)).MulScalar(1)
	want := x.Sum(0).Float64s()
	y := Recompute(func(ins []*Tensor) []*Tensor { return []*Tensor{Linear(ins[0], l.w, nil)} }, x)[0]
	l.tape.Backward(y.Sum(), l.w)
	l.tape.Release()
	require.True(t, postponed(l.w))
	requireGrad(t, l.w, want)
}

// Results that are inputs, parameters, constants, views, or there twice.
func TestRecomputeResults(t *testing.T) {
	gradient := func(recompute bool) (values []string) {
		tape, w := NewTape(), FromSlice([]float64{1, 2, 3, 4}, 2, 2)
		defer tape.Release()
		x := tape.Of(w).Square()
		var kept *Tensor
		f := func(ins []*Tensor) []*Tensor {
			x := ins[0]
			kept = x.Exp().Keep()
			y := kept.Mul(w)
			return []*Tensor{y.T(), x, w, y, y, x.Greater(x.Const(5)), tape.Full(2, 2)}
		}
		var outs []*Tensor
		if recompute {
			outs = Recompute(f, x)
		} else {
			outs = f([]*Tensor{x})
		}
		inside := kept
		sum := tape.Zeros()
		for i, y := range outs {
			sum = sum.Add(y.Square().MulScalar(float64(i + 1)).Sum())
			values = append(values, fmt.Sprint(y.Float64s()))
		}
		calls := 0
		tape.OnGrad(func(p *Tensor) { calls++ })
		tape.Backward(sum, w)
		assert.Equal(t, 1, calls)
		return append(values, fmt.Sprint(w.Grad().Float64s()), fmt.Sprint(inside.Float64s()))
	}
	assert.Equal(t, gradient(false), gradient(true))
}

func TestRecomputeEdges(t *testing.T) {
	w, v := Full(2, 1), Full(3, 1)
	square := func(ins []*Tensor) []*Tensor { return []*Tensor{ins[0].Square()} }
	assert.Equal(t, 4.0, Recompute(square, w)[0].Item())
	tape := NewTape()
	defer tape.Release()
	x := tape.Of(w)
	tape.NoGrad(func() { assert.Equal(t, 4.0, Recompute(square, x)[0].Item()) })
	assert.Empty(t, Recompute(func([]*Tensor) []*Tensor { return nil }))
	assert.Empty(t, Recompute(func([]*Tensor) []*Tensor { return nil }, x))
	assert.ErrorContains(t, Try(func() { Recompute(square, x, NewTape().Zeros(1)) }), "two different tapes")

	var inner *Tensor
	run := 0
	unsteady := func(again func() *Tensor) *Tensor {
		run = 0
		return Recompute(func(ins []*Tensor) []*Tensor {
			if run++; run > 1 {
				return []*Tensor{again()}
			}
			inner = ins[0].Square()
			return []*Tensor{inner.Exp()}
		}, x)[0]
	}
	assert.ErrorContains(t, Try(func() { unsteady(nil); inner.Item() }), "released")
	y := unsteady(func() *Tensor { x.Square(); return w })
	assert.EqualError(t, Try(func() { tape.Backward(y.Sum(), w) }), "recompute: the function gave other results when it was run again")
	y = unsteady(func() *Tensor { return x.Mul(v) })
	assert.EqualError(t, Try(func() { tape.Backward(y.Sum(), w) }), "recompute: the function read other values when it was run again: pass values on the tape as inputs")
	assert.False(t, tape.Recomputing())

	// The usual trap: a variable that holds another value by then.
	z := tape.Of(w)
	for range 2 {
		z = Recompute(func([]*Tensor) []*Tensor { return []*Tensor{z.Square()} }, z)[0]
	}
	assert.ErrorContains(t, Try(func() { tape.Backward(z.Sum(), w) }), "pass values on the tape as inputs")
}
