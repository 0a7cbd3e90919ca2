package tensor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	. "github.com/org/artnn/tensor"
)

func TestAttentionGolden(t *testing.T) {
	for _, name := range backend.Names() {
		be, err := backend.Get(name)
		require.NoError(t, err)
		tolerance := 1e-5
		if be.Precision() == backend.Float64 {
			tolerance = 1e-12
		}
		golden.Load(t, "testdata/attention.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			cfg := AttentionConfig{Scale: c.Float("scale"), Causal: c.Bool("causal"), Window: c.Int("window"), Offset: c.Int("offset")}
			for _, n := range c.Ints("lengths") {
				cfg.Lengths = append(cfg.Lengths, int32(n))
			}
			tape := NewTape(On(be))
			defer tape.Release()
			value := func(name string) *Tensor {
				a := c.Array(name)
				return tape.Of(FromSliceOn(be, a.Data, a.Shape...))
			}
			ins := []*Tensor{value("in.q"), value("in.k"), value("in.v")}
			y := Attention(ins[0], ins[1], ins[2], cfg)
			c.Close("out.y", y.Float64s(), tolerance)
			for i, g := range tape.Grad(y, ins, GradOutput(value("up.y"))) {
				c.Close([]string{"grad.q", "grad.k", "grad.v"}[i], g.Float64s(), tolerance)
			}
		})
	}
}

// attentionDerivatives are cases of every kind of mask, and of views.
func attentionDerivatives() []derivative {
	with := func(name string, q, k []int, cfg AttentionConfig) derivative {
		return derivative{"attention " + name, func(x []*Tensor) *Tensor { return Attention(x[0], x[1], x[2], cfg) }, -1, 1, [][]int{q, k, k}}
	}
	return []derivative{
		with("full", []int{2, 2, 1, 2}, []int{2, 3, 1, 2}, AttentionConfig{}),
		with("causal", []int{1, 3, 2, 2}, []int{1, 3, 1, 2}, AttentionConfig{Causal: true}),
		with("window", []int{1, 4, 1, 1}, []int{1, 4, 1, 1}, AttentionConfig{Causal: true, Window: 2}),
		with("later", []int{1, 2, 1, 2}, []int{1, 4, 1, 2}, AttentionConfig{Causal: true, Offset: 2, Scale: 0.4}),
		with("lengths", []int{3, 1, 1, 2}, []int{3, 2, 1, 2}, AttentionConfig{Lengths: []int32{1, 0, 2}}),
		with("dropout", []int{2, 3, 2, 2}, []int{2, 3, 1, 2}, AttentionConfig{Causal: true, Dropout: 0.4}),
		{"attention packed", func(x []*Tensor) *Tensor {
			p := x[0].Square().Split(2, 4, 2, 2)
			return Attention(p[0], p[1], p[2], AttentionConfig{Causal: true})
		}, -1, 1, [][]int{{1, 5, 8, 2}}},
		{"attention of pairs", func(x []*Tensor) *Tensor {
			p := x[0].Split(2, 2, 1)
			qk := p[0].Split(2, 1, 1)
			return Attention(qk[0], qk[1], p[1].Square(), AttentionConfig{})
		}, -1, 1, [][]int{{1, 4, 3, 2}}},
		{"attention of transposed", func(x []*Tensor) *Tensor {
			q := x[0].Transpose(1, 3)
			return Attention(q, q, x[0].Permute(0, 3, 2, 1).Contiguous(), AttentionConfig{}).Transpose(1, 2)
		}, -1, 1, [][]int{{1, 2, 1, 3}}},
		{"rotary", func(x []*Tensor) *Tensor {
			be := x[0].Backend()
			return x[0].Rotary(span(be, -1, 1, 2, 2), span(be, -1, 0.9, 2, 2), false).Square()
		}, -1, 1, [][]int{{2, 2, 1, 5}}},
		{"rotary interleaved", func(x []*Tensor) *Tensor {
			be := x[0].Backend()
			return x[0].Transpose(1, 2).Rotary(span(be, -1, 1, 2, 2), span(be, -1, 0.9, 2, 2), true).Square()
		}, -1, 1, [][]int{{1, 2, 2, 4}}},
	}
}

// Split leaves gradients that are parts of one tensor where they are, and fills in
// zeros for parts that nothing depends on.
func TestSplitOfUnusedParts(t *testing.T) {
	for _, name := range backend.Names() {
		be, _ := backend.Get(name)
		tape := NewTape(On(be))
		x := tape.Of(FromSliceOn(be, []float64{1, 2, 3, 4, 5, 6}, 2, 3))
		p := x.Split(1, 1, 1, 1)
		g := tape.Grad(p[1].Square(), []*Tensor{x})
		assert.Equal(t, []float64{0, 4, 0, 0, 10, 0}, g[0].Float64s())
		empty := x.Split(1, 0, 3, 0)
		g = tape.Grad(empty[1].Square(), []*Tensor{x})
		assert.Equal(t, []float64{2, 4, 6, 8, 10, 12}, g[0].Float64s())
		tape.Release()
	}
}

// The pages of a cache give what one long tensor of keys gives.
func TestAttentionPages(t *testing.T) {
	for _, name := range backend.Names() {
		be, _ := backend.Get(name)
		for _, sizes := range [][]int{{5}, {128, 128, 3}, {4, 4, 2}, {2, 7}} {
			total := 0
			var ks, vs []*Tensor
			for i, n := range sizes {
				total += n
				ks, vs = append(ks, NewRNGOn(be, uint64(i)).Normal(0, 1, 1, n, 2, 4)), append(vs, NewRNGOn(be, uint64(9+i)).Normal(0, 1, 1, n, 2, 4))
			}
			q := NewRNGOn(be, 5).Normal(0, 1, 1, 2, 4, 4)
			cfg := AttentionConfig{Causal: true, Offset: total - 2}
			want := Attention(q, Cat(1, ks...), Cat(1, vs...), cfg).Float64s()
			assert.InDeltaSlice(t, want, AttentionPages(q, ks, vs, cfg).Float64s(), 1e-6, "%s, pages of %v", name, sizes)
		}
	}
}

func TestAttentionMisuse(t *testing.T) {
	tape := NewTape()
	zeros := func(shape ...int) *Tensor { return tape.Zeros(shape...) }
	q, k := zeros(2, 3, 4, 8), zeros(2, 5, 2, 8)
	for want, f := range map[string]func(){
		"attention: needs queries [batch, queries, heads, size] and keys [batch, keys, groups, size], got [3 8] and [2 5 2 8]": func() { Attention(zeros(3, 8), k, k, AttentionConfig{}) },
		"attention: keys [2 5 2 8] need values of the same shape, got [2 5 2 7]":                                               func() { Attention(q, k, zeros(2, 5, 2, 7), AttentionConfig{}) },
		"attention: queries [2 3 4 8] need keys [2, keys, a divisor of 4, 8], got [2 5 3 8]":                                   func() { Attention(q, zeros(2, 5, 3, 8), zeros(2, 5, 3, 8), AttentionConfig{}) },
		"attention: the window must not be negative (0 is none), got -1":                                                       func() { Attention(q, k, k, AttentionConfig{Window: -1}) },
		"attention: needs as many lengths as sequences, 2, got 1":                                                              func() { Attention(q, k, k, AttentionConfig{Lengths: []int32{1}}) },
		"attention: lengths must lie in [0, 5], got 6 at position 1":                                                           func() { Attention(q, k, k, AttentionConfig{Lengths: []int32{1, 6}}) },
		"attention: keys in pages get no gradients: use a tape with NoGrad":                                                    func() { AttentionPages(q, []*Tensor{k, k}, []*Tensor{k, k}, AttentionConfig{}) },
		"rotary: needs an input [batch, places, heads, size], got [3 8]":                                                       func() { zeros(3, 8).Rotary(zeros(3, 4), zeros(3, 4), false) },
		"rotary: input [2 3 4 8] needs cosines and sines [3, at most 4], got [2 4] and [2 4]":                                  func() { q.Rotary(zeros(2, 4), zeros(2, 4), false) },
	} {
		assert.EqualError(t, Try(f), want)
	}
	tape.NoGrad(func() {
		assert.ErrorContains(t, Try(func() { AttentionPages(q, nil, nil, AttentionConfig{}) }), "attention: needs as many pages of keys as of values, and one or more, got 0 and 0")
		assert.ErrorContains(t, Try(func() { AttentionPages(q, []*Tensor{k, zeros(2, 5, 1, 8)}, []*Tensor{k, k}, AttentionConfig{}) }), "must be alike but for their length")
	})
}

// Memory for a long sequence grows with its length, not with the square: no scores of
// all queries and keys are kept.
func TestAttentionKeepsNoScores(t *testing.T) {
	cpu, err := backend.Get("cpu") // the other composes attention of operations
	require.NoError(t, err)
	be := &greatest{Backend: cpu}
	const n = 1024
	tape := NewTape(On(be))
	defer tape.Release()
	x := tape.Zeros(1, n, 3, 16)
	be.largest = 0
	p := x.Split(2, 1, 1, 1)
	y := Attention(p[0], p[1], p[2], AttentionConfig{Causal: true})
	tape.Grad(y, []*Tensor{x})
	assert.LessOrEqual(t, be.largest, 3*n*16)
}

// greatest remembers the largest buffer.
type greatest struct {
	backend.Backend
	largest int
}

func (c *greatest) Alloc(n int) backend.Buffer {
	c.largest = max(c.largest, n)
	return c.Backend.Alloc(n)
}

func (c *greatest) Attention(a backend.AttentionArgs) bool {
	return c.Backend.(backend.AttentionKernel).Attention(a)
}

func (c *greatest) AttentionGrad(a backend.AttentionGradArgs) bool {
	return c.Backend.(backend.AttentionKernel).AttentionGrad(a)
}

func ExampleAttention() {
	// Three places, one head of two numbers. The last place asks for what the first holds.
	q := FromSlice([]float32{0, 0, 0, 0, 9, 0}, 1, 3, 1, 2)
	k := FromSlice([]float32{9, 0, 0, 9, 0, 9}, 1, 3, 1, 2)
	v := FromSlice([]float32{1, 10, 2, 20, 3, 30}, 1, 3, 1, 2)
	y := Attention(q, k, v, AttentionConfig{Causal: true})
	fmt.Println(y.Reshape(3, 2).Float32s())
	// Output:
	// [1 10 1.5 15 1 10]
}
