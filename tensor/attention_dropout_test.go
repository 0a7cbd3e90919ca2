package tensor_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// dropped is attention as its definition has it: weights, times a mask, times values.
func dropped(q, k, v *Tensor, cfg AttentionConfig) *Tensor {
	mask := q.Tape().Bernoulli(1-cfg.Dropout, q.Dim(0), q.Dim(2), q.Dim(1), k.Dim(1))
	if cfg.Dropout < 1 {
		mask = mask.MulScalar(1 / (1 - cfg.Dropout))
	}
	share := q.Dim(2) / k.Dim(2)
	values := v.Permute(0, 2, 1, 3).Unsqueeze(2).Expand(v.Dim(0), v.Dim(2), share, v.Dim(1), v.Dim(3)).Reshape(v.Dim(0), q.Dim(2), v.Dim(1), v.Dim(3))
	return AttentionWeights(q, k, cfg).Mul(mask).MatMul(values).Permute(0, 2, 1, 3)
}

// dropoutCases cross the edges of blocks, and have few queries too, which kernels may
// take in another way.
var dropoutCases = []struct {
	q, k []int
	cfg  AttentionConfig
}{
	{[]int{2, 7, 4, 8}, []int{2, 7, 2, 8}, AttentionConfig{Causal: true, Dropout: 0.3}},
	{[]int{3, 50, 2, 16}, []int{3, 50, 1, 16}, AttentionConfig{Dropout: 0.1, Lengths: []int32{50, 0, 17}}},
	{[]int{1, 150, 1, 8}, []int{1, 270, 1, 8}, AttentionConfig{Causal: true, Offset: 120, Dropout: 0.5}},
	{[]int{1, 140, 2, 4}, []int{1, 140, 2, 4}, AttentionConfig{Causal: true, Window: 33, Dropout: 0.2}},
	{[]int{2, 3, 4, 8}, []int{2, 201, 2, 8}, AttentionConfig{Dropout: 0.25}},
	{[]int{1, 1, 2, 8}, []int{1, 133, 2, 8}, AttentionConfig{Causal: true, Offset: 131, Dropout: 0.9}},
	{[]int{1, 5, 1, 8}, []int{1, 5, 1, 8}, AttentionConfig{Dropout: 1}},
	{[]int{1, 5, 1, 8}, []int{1, 5, 1, 8}, AttentionConfig{Dropout: 1e-12}}, // drops none
}

// Attention drops exactly what Bernoulli draws, forwards, backwards and in the second
// derivative, and leaves the stream where Bernoulli does.
func TestAttentionDropout(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		tolerance := 2e-4
		if be.Precision() == backend.Float64 {
			tolerance = 1e-10
		}
		for _, c := range dropoutCases {
			what := fmt.Sprintf("%s, q %v, k %v, %+v", name, c.q, c.k, c.cfg)
			run := func(attend func(q, k, v *Tensor, cfg AttentionConfig) *Tensor) (all [][]float64, after backend.Stream) {
				for _, order := range []int{1, 2} {
					rng := NewRNGOn(be, 3)
					tape := NewTape(On(be), Seed(5))
					ins := []*Tensor{tape.Of(rng.Normal(0, 1, c.q...)), tape.Of(rng.Normal(0, 1, c.k...)), tape.Of(rng.Normal(0, 1, c.k...))}
					up := tape.Of(rng.Normal(0, 1, c.q...))
					tape.Normal(0, 1, 3) // masks begin anywhere
					y := attend(ins[0], ins[1], ins[2], c.cfg)
					after = tape.RNG().State()
					loss := y.Mul(up).Sum()
					if order == 2 {
						sum := y.Const(0)
						for _, g := range tape.Grad(loss, ins, CreateGraph()) {
							sum = sum.Add(g.Square().Sum())
						}
						loss = sum
					} else {
						all = append(all, y.Float64s())
					}
					for _, g := range tape.Grad(loss, ins) {
						all = append(all, g.Float64s())
					}
					tape.Release()
				}
				return all, after
			}
			want, state := run(dropped)
			got, after := run(Attention)
			assert.Equal(t, state, after, what)
			for i := range want {
				largest := 1.0
				for _, x := range want[i] {
					largest = max(largest, x, -x)
				}
				require.InDeltaSlice(t, want[i], got[i], tolerance*largest, "%s: result %d", what, i)
			}
		}
	}
}

// Parts of a batch drop what the whole batch drops, and what is computed again what was
// computed first: bit for bit, on one worker and on several.
func TestAttentionDropoutIsReproducible(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		const batch = 5
		shape := []int{batch, 37, 3, 8}
		x := NewRNGOn(be, 1).Normal(0, 1, shape...)
		attend := func(x *Tensor) *Tensor { return Attention(x, x, x, AttentionConfig{Causal: true, Dropout: 0.3}) }
		run := func(lo, hi int, f func(x *Tensor) *Tensor) (y, dx []float64, after backend.Stream) {
			tape := NewTape(On(be), Seed(2))
			defer tape.Release()
			tape.Rows(lo, hi, batch)
			in := tape.Of(x.Narrow(0, lo, hi-lo))
			out := f(in)
			return out.Float64s(), tape.Grad(out.Square(), []*Tensor{in})[0].Float64s(), tape.RNG().State()
		}
		y, dx, after := run(0, batch, attend)
		for lo, hi := range map[int]int{0: 2, 2: 3, 3: 5} {
			py, pdx, state := run(lo, hi, attend)
			row := len(y) / batch
			require.Equal(t, y[lo*row:hi*row], py, "%s, rows [%d, %d)", name, lo, hi)
			require.Equal(t, dx[lo*row:hi*row], pdx, "%s, rows [%d, %d)", name, lo, hi)
			require.Equal(t, after, state)
		}
		ry, rdx, state := run(0, batch, func(x *Tensor) *Tensor {
			return Recompute(func(in []*Tensor) []*Tensor { return []*Tensor{attend(in[0])} }, x)[0]
		})
		require.Equal(t, y, ry, name)
		require.Equal(t, dx, rdx, name)
		require.Equal(t, after, state)
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			one, done, _ := run(0, batch, attend)
			require.Equal(t, y, one, name)
			require.Equal(t, dx, done, name)
		}()
	}
}

// As many weights are dropped as was said, and the mean of many masks is attention
// without one.
func TestAttentionDropoutKeepsTheExpectation(t *testing.T) {
	const n, draws, p = 24, 3000, 0.3
	rng := NewRNG(1)
	q, k := rng.Normal(0, 1, 1, n, 1, 4), rng.Normal(0, 1, 1, n, 1, 4)
	unit := make([]float32, n*n) // with these values, the result is the weights
	for i := range n {
		unit[i*n+i] = 1
	}
	pad := func(x *Tensor) *Tensor { return Cat(3, x, ZerosOn(x.Backend(), 1, n, 1, n-4)) }
	q, k, v := pad(q), pad(k), FromSlice(unit, 1, n, 1, n)
	cfg := AttentionConfig{Scale: 0.5, Causal: true}
	whole := Attention(q, k, v, cfg).Float64s()
	cfg.Dropout = p
	tape := NewTape(NoGrad(), Seed(7))
	sums, zeros := make([]float64, len(whole)), 0
	for range draws {
		for i, w := range Attention(tape.Of(q), k, v, cfg).Float64s() {
			sums[i] += w / draws
			if whole[i] != 0 && w == 0 {
				zeros++
			}
			if w != 0 {
				require.InDelta(t, whole[i]/(1-p), w, 1e-5)
			}
		}
		tape.Release()
	}
	seen := float64(draws * n * (n + 1) / 2)
	assert.InDelta(t, p, float64(zeros)/seen, 0.002) // four standard deviations
	for i, w := range whole {
		assert.InDelta(t, w, sums[i], 0.06*w+1e-9, "weight %d", i) // five, of √(p/(1−p)/draws)
	}
}

func TestAttentionDropoutMisuse(t *testing.T) {
	tape := NewTape()
	q := tape.Zeros(1, 2, 1, 4)
	loose := q.Clone().Detach()
	for want, f := range map[string]func(){
		"attention: dropout must lie in [0, 1], got 1.5":               func() { Attention(q, q, q, AttentionConfig{Dropout: 1.5}) },
		"attention: dropout must lie in [0, 1], got NaN":               func() { Attention(q, q, q, AttentionConfig{Dropout: math.NaN()}) },
		"attention: dropout draws from a tape: put the queries on one": func() { Attention(loose, loose, loose, AttentionConfig{Dropout: 0.5}) },
		"attention: weights of keys in pages are not dropped, got dropout 0.5": func() {
			tape.NoGrad(func() { AttentionPages(q, []*Tensor{q, q}, []*Tensor{q, q}, AttentionConfig{Dropout: 0.5}) })
		},
	} {
		assert.EqualError(t, Try(f), want)
	}
	tape.Rows(0, 2, 4)
	assert.ErrorContains(t, Try(func() { Attention(q, q, q, AttentionConfig{Dropout: 0.5}) }), "draw: the tape holds 2 of 4 rows")
}
