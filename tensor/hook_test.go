package tensor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/org/artnn/tensor"
)

// hooked is a pass over three layers, the first of whose weights is read twice.
type hooked struct {
	tape   *Tape
	names  map[*Tensor]string
	params []*Tensor
	calls  []string
}

func newHooked() *hooked {
	rng, h := NewRNG(5), &hooked{tape: NewTape(), names: map[*Tensor]string{}}
	for _, name := range []string{"w0", "w1", "w2", "unread"} {
		p := rng.Normal(0, 1, 4, 4)
		h.names[p] = name
		h.params = append(h.params, p)
	}
	return h
}

func (h *hooked) loss() *Tensor {
	p := h.params
	x := h.tape.Full(0.5, 2, 4)
	x = Linear(x, p[0], nil).Tanh()
	x = Linear(x, p[1], nil).Tanh().MatMul(p[0]) // p[0] again
	return Linear(x, p[2], nil).Square().Sum()
}

// A hook sees each gradient once, complete, in the order of the walk.
func TestOnGrad(t *testing.T) {
	h := newHooked()
	var want [][]float64
	h.tape.Backward(h.loss(), h.params...)
	for _, p := range h.params[:3] {
		want = append(want, p.Grad().Float64s())
	}
	index := map[*Tensor]int{}
	for i, p := range h.params {
		index[p] = i
		p.ZeroGrad()
	}
	h.tape.Release()
	h.tape.OnGrad(func(p *Tensor) {
		h.calls = append(h.calls, h.names[p])
		if g := p.Grad(); g != nil {
			assert.Equal(t, want[index[p]], g.Float64s(), h.names[p])
		}
		p.ZeroGrad() // so that whatever came later would show
	})
	for range 10 { // map order must not show
		for name, c := range map[string]struct {
			params []*Tensor
			calls  []string
		}{
			"all":   {nil, []string{"w2", "w1", "w0"}},
			"named": {h.params, []string{"w2", "w1", "w0", "unread"}},
			"some":  {[]*Tensor{h.params[3], h.params[0], h.params[3], h.params[0]}, []string{"w0", "unread"}},
		} {
			h.calls = nil
			h.tape.Backward(h.loss(), c.params...)
			assert.Equal(t, c.calls, h.calls, name)
			for _, p := range h.params {
				assert.Nil(t, p.Grad(), "%s: %s", name, h.names[p])
			}
			h.tape.Release()
		}
	}
	h.calls = nil
	h.tape.OnGrad(nil)
	h.tape.Backward(h.loss(), h.params...)
	assert.Empty(t, h.calls)
}

// Values on the tape, several parameters of one operation, parameters that the
// loss does not depend on, and the loss itself.
func TestOnGradAtTheEdges(t *testing.T) {
	w, v, aside := Full(2, 1), Full(3, 1), Full(4, 1)
	tape := NewTape()
	defer tape.Release()
	x := tape.Of(w).Mul(v)
	aside.Mul(x)
	y := x.Square().Sum()
	var calls []string
	tape.OnGrad(func(p *Tensor) {
		g := "none"
		if p.Grad() != nil {
			g = fmt.Sprint(p.Grad().Item())
		}
		calls = append(calls, g)
	})
	tape.Backward(y, v, w, aside, x)
	assert.Equal(t, []string{"none", "12", "none", "none"}, calls, "x stops the walk: what lies behind it gets nothing")
	calls = nil
	z := tape.Of(w).Square().Sum()
	tape.Backward(z, z)
	assert.Equal(t, []string{"1"}, calls)
}

// A postponed gradient stays so unless the hook asks for it.
func TestOnGradKeepsProducts(t *testing.T) {
	l := newLarge(t)
	seen := 0
	l.tape.OnGrad(func(p *Tensor) { seen++ })
	l.backward()
	require.True(t, postponed(l.w))
	l.tape.Release()
	l.w.ZeroGrad()
	l.tape.OnGrad(func(p *Tensor) { seen++; p.Grad() })
	want := l.backward()
	require.False(t, postponed(l.w))
	requireGrad(t, l.w, want)
	assert.Equal(t, 2, seen)
}
