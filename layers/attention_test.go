package layers_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func TestMultiHeadAttentionGolden(t *testing.T) {
	goldens(t, "attention", func(t *testing.T, c *golden.Case, p place) {
		rng := tensor.NewRNGOn(p.be, 1)
		cfg := layers.MultiHeadAttentionConfig{Heads: c.Int("heads"), KVHeads: c.Int("groups"), HeadDim: c.Int("dim"), Causal: c.Bool("causal")}
		if c.Bool("rotary") {
			cfg.Rotary = layers.NewRotary(p.be, cfg.HeadDim, layers.RotaryConfig{})
		}
		l := layers.NewMultiHeadAttention(c.Array("in.x").Shape[2], cfg, rng)
		if !c.Bool("bias") {
			l.QKV.Bias, l.Out.Bias = nil, nil
		}
		if c.Bool("norms") {
			l.QNorm, l.KNorm = layers.NewLayerNorm(cfg.HeadDim, rng), layers.NewLayerNorm(cfg.HeadDim, rng)
		}
		p.pass(t, c, l, true, l.Forward)
		w := l.Weights(p.of(c.Array("in.x")))
		assert.Equal(t, c.Array("out.weights").Shape, w.Shape())
		c.Close("out.weights", w.Float64s(), p.tol)
	})
}

// A window is seen in the weights, too.
func TestAttentionWeightsSeeTheWindow(t *testing.T) {
	l := attentionLayers(backend.Default())["window"] // of 40
	w := l.Weights(tensor.NewRNG(4).Normal(0, 1, 1, 60, 16))
	require.Equal(t, []int{1, 4, 60, 60}, w.Shape())
	for i, p := range w.Float32s() {
		query, key := i/60%60, i%60
		if seen := key <= query && key > query-40; (p > 0) != seen {
			t.Fatalf("query %d gives key %d the weight %g", query, key, p)
		}
	}
	for _, sum := range w.Sum(-1).Float32s() {
		assert.InDelta(t, 1, sum, 1e-5)
	}
}

func TestRotaryGolden(t *testing.T) {
	goldens(t, "rotary", func(t *testing.T, c *golden.Case, p place) {
		cfg := layers.RotaryConfig{Base: c.Float("base"), Interleaved: c.Bool("interleaved")}
		if c.Bool("llama3") {
			cfg.Rescale = llama3
		}
		r := layers.NewRotary(p.be, c.Int("dims"), cfg)
		assert.Equal(t, c.Int("dims"), r.Dims())
		tape := tensor.NewTape(tensor.On(p.be))
		defer tape.Release()
		x := tape.Of(p.of(c.Array("in.x")))
		y := r.Forward(x, c.Int("start"))
		c.Close("out.y", y.Float64s(), p.tol)
		g := tape.Grad(y, []*tensor.Tensor{x}, tensor.GradOutput(p.of(c.Array("up.y"))))
		c.Close("grad.x", g[0].Float64s(), p.tol)
	})
}

// llama3 is how Llama 3.1 rescales its frequencies.
func llama3(f float64) float64 {
	const factor, low, high, context = 8, 1, 4, 8192
	switch wavelength := 2 * math.Pi / f; {
	case wavelength > context/low:
		return f / factor
	case wavelength < context/high:
		return f
	default:
		smooth := (context/wavelength - low) / (high - low)
		return (1-smooth)*f/factor + smooth*f
	}
}

// attentionLayers are layers of each kind that can be cached.
func attentionLayers(be backend.Backend) map[string]*layers.MultiHeadAttention {
	rng := tensor.NewRNGOn(be, 3)
	make := func(cfg layers.MultiHeadAttentionConfig) *layers.MultiHeadAttention {
		cfg.Causal = true
		return layers.NewMultiHeadAttention(16, cfg, rng)
	}
	normed := make(layers.MultiHeadAttentionConfig{Heads: 4, KVHeads: 1, Window: 40, Rotary: layers.NewRotary(be, 4, layers.RotaryConfig{Interleaved: true})})
	normed.QNorm, normed.KNorm = layers.NewLayerNorm(4, rng), layers.NewLayerNorm(4, rng)
	return map[string]*layers.MultiHeadAttention{
		"plain":  make(layers.MultiHeadAttentionConfig{Heads: 2}),
		"rotary": make(layers.MultiHeadAttentionConfig{Heads: 4, KVHeads: 2, Rotary: layers.NewRotary(be, 4, layers.RotaryConfig{})}),
		"window": normed,
	}
}

// Token by token, in pieces or at once: a cache changes nothing but rounding.
func TestCachedAttentionIsAttention(t *testing.T) {
	for _, name := range backend.Names() {
		be, err := backend.Get(name)
		require.NoError(t, err)
		tolerance := 1e3 * be.Precision().Epsilon()
		for name, l := range attentionLayers(be) {
			t.Run(be.Name()+"/"+name, func(t *testing.T) {
				const n = 300 // more than two pages
				x := tensor.NewRNGOn(be, 4).Normal(0, 1, 1, n, 16)
				want := l.Forward(x).Float64s()
				for _, piece := range []int{1, 7, 130, n} {
					cache := l.NewCache(n)
					for at := 0; at < n; at += piece {
						m := min(piece, n-at)
						y := l.ForwardCached(x.Narrow(1, at, m), cache)
						require.InDeltaSlice(t, want[at*16:(at+m)*16], y.Float64s(), tolerance, "places from %d in pieces of %d", at, piece)
					}
					assert.Equal(t, n, cache.Len())
					cache.Release()
				}
			})
		}
	}
}

// A truncated cache, and forks of one, go on as one that never had more; none sees what
// another writes.
func TestForksAndTruncation(t *testing.T) {
	for name, l := range attentionLayers(backend.Default()) {
		t.Run(name, func(t *testing.T) {
			rng := tensor.NewRNG(5)
			prompt, other := rng.Normal(0, 1, 1, 135, 16), rng.Normal(0, 1, 1, 9, 16)
			next := [3]*tensor.Tensor{rng.Normal(0, 1, 1, 1, 16), rng.Normal(0, 1, 1, 1, 16), rng.Normal(0, 1, 1, 1, 16)}
			alone := func(tail ...*tensor.Tensor) []float32 {
				c := l.NewCache(0)
				defer c.Release()
				l.ForwardCached(prompt, c)
				var y *tensor.Tensor
				for _, x := range tail {
					y = l.ForwardCached(x, c)
				}
				return y.Float32s()
			}
			first := layers.KVCaches{l.NewCache(0)}
			l.ForwardCached(prompt, first[0])
			second, third := first.Fork(), first.Fork()
			assert.Equal(t, alone(next[0]), l.ForwardCached(next[0], first[0]).Float32s())
			assert.Equal(t, alone(next[1]), l.ForwardCached(next[1], second[0]).Float32s())
			first.Release()
			assert.Equal(t, alone(next[2]), l.ForwardCached(next[2], third[0]).Float32s())
			assert.Equal(t, alone(next[1], next[2]), l.ForwardCached(next[2], second[0]).Float32s())
			l.ForwardCached(other, third[0])
			third.Truncate(135)
			assert.Equal(t, 135, third.Len())
			assert.Equal(t, alone(next[0]), l.ForwardCached(next[0], third[0]).Float32s())
			second.Release()
			third.Release()
		})
	}
}

// Forks share pages: many continuations of a prompt take little more than one. A window
// keeps few pages, and all memory comes back.
func TestMemoryOfCaches(t *testing.T) {
	be := &metered{Backend: backend.Default()}
	rng := tensor.NewRNGOn(be, 1)
	cache := func(window int) (*layers.KVCache, layers.KVCacheConfig) {
		cfg := layers.KVCacheConfig{KVHeads: 2, HeadDim: 8, Capacity: 1000, Window: window}
		return layers.NewKVCache(be, cfg), cfg
	}
	k := rng.Normal(0, 1, 1, 1, 2, 8)
	start := be.held
	const page = 2 * 128 * 2 * 8
	c, cfg := cache(0)
	for range 1000 {
		c.Append(k, k)
	}
	assert.Equal(t, 8*page, be.held-start)
	assert.Equal(t, 4*8*page, cfg.Bytes())
	var forks []*layers.KVCache
	for range 20 {
		forks = append(forks, c.Fork())
	}
	assert.Equal(t, 8*page, be.held-start, "forks share all")
	forks[3].Truncate(999)
	forks[3].Append(k, k)
	assert.Equal(t, 9*page, be.held-start, "a fork has what it writes to for itself")
	for _, f := range append(forks, c) {
		f.Release()
	}
	assert.Equal(t, start, be.held)

	c, cfg = cache(100)
	most := 0
	for range 1000 {
		c.Append(k, k)
		most = max(most, be.held-start)
	}
	assert.Equal(t, 2*page, most)
	assert.Equal(t, 4*most, cfg.Bytes())
	assert.EqualError(t, tensor.Try(func() { c.Truncate(800) }), "kv cache: the window of 100 has forgotten what is before place 896, got 800 to keep")
	c.Truncate(998)
	c.Release()
	assert.Equal(t, start, be.held)
}

// A token costs the Go heap as much after 1000 places as after one.
func TestTokensAllocateAlike(t *testing.T) {
	be := cpu(t)
	l := attentionLayers(be)["rotary"]
	tape := tensor.NewTape(tensor.On(be), tensor.NoGrad())
	bytesAt := func(n int) uint64 {
		c := l.NewCache(0)
		defer c.Release()
		l.ForwardCached(tensor.ZerosOn(be, 1, n, 16), c)
		token := func() {
			l.ForwardCached(tape.Zeros(1, 1, 16), c)
			tape.Release()
			c.Truncate(n)
		}
		for range 10 {
			token()
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 50 {
			token()
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / 50
	}
	assert.InDelta(t, bytesAt(1), bytesAt(1001), 1000)
}

// metered counts the numbers in buffers.
type metered struct {
	backend.Backend
	held int
}

func (m *metered) Alloc(n int) backend.Buffer {
	m.held += n
	return m.Backend.Alloc(n)
}

func (m *metered) Free(b backend.Buffer) {
	m.held -= b.Len()
	m.Backend.Free(b)
}

// Goroutines with forks of one cache each write what they would write alone, to the bit,
// at any number of threads.
func TestManyGoroutinesOneLayer(t *testing.T) {
	l := attentionLayers(backend.Default())["rotary"]
	prompt := tensor.NewRNG(7).Normal(0, 1, 1, 140, 16)
	write := func(c *layers.KVCache, seed uint64) (out []float32) {
		defer c.Release()
		for range 20 {
			tape := tensor.NewTape(tensor.NoGrad(), tensor.Seed(seed))
			seed++
			out = append(out, l.ForwardCached(tape.Normal(0, 1, 1, 1, 16), c).Float32s()...)
			tape.Release()
		}
		return out
	}
	base := l.NewCache(0)
	l.ForwardCached(prompt, base)
	var alone, together [8][]float32
	func() {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		for i := range alone {
			alone[i] = write(base.Fork(), uint64(100*i))
		}
	}()
	var wg sync.WaitGroup
	for i := range together {
		c := base.Fork()
		wg.Go(func() { together[i] = write(c, uint64(100*i)) })
	}
	wg.Wait()
	assert.Equal(t, alone, together)
}

// Prompts of several lengths go together, each with a cache of its own.
func TestCachedBatch(t *testing.T) {
	l := attentionLayers(backend.Default())["rotary"]
	rng := tensor.NewRNG(9)
	a, b := l.NewCache(0), l.NewCache(0)
	l.ForwardCached(rng.Normal(0, 1, 1, 5, 16), a)
	l.ForwardCached(rng.Normal(0, 1, 1, 11, 16), b)
	x := rng.Normal(0, 1, 2, 1, 16)
	alone := append(l.ForwardCached(x.Narrow(0, 0, 1), a.Fork()).Float64s(), l.ForwardCached(x.Narrow(0, 1, 1), b.Fork()).Float64s()...)
	assert.InDeltaSlice(t, alone, l.ForwardCached(x, a, b).Float64s(), 1e-6)
	assert.Equal(t, []int{6, 12}, []int{a.Len(), b.Len()})
}

// Padding changes nothing at the places before it.
func TestPaddedAttention(t *testing.T) {
	rng := tensor.NewRNG(2)
	l := layers.NewMultiHeadAttention(8, layers.MultiHeadAttentionConfig{Heads: 2}, rng)
	x := rng.Normal(0, 1, 2, 6, 8)
	got := l.ForwardPadded(x, []int32{6, 4})
	short := l.Forward(x.Narrow(0, 1, 1).Narrow(1, 0, 4)).Float64s()
	assert.InDeltaSlice(t, short, got.Narrow(0, 1, 1).Narrow(1, 0, 4).Float64s(), 1e-6)
	assert.InDeltaSlice(t, l.Forward(x.Narrow(0, 0, 1)).Float64s(), got.Narrow(0, 0, 1).Float64s(), 1e-6)
}

func TestAttentionMisuse(t *testing.T) {
	rng := tensor.NewRNG(1)
	be := backend.Default()
	layer := func(width int, cfg layers.MultiHeadAttentionConfig) func() {
		return func() { layers.NewMultiHeadAttention(width, cfg, rng) }
	}
	causal := layers.NewMultiHeadAttention(8, layers.MultiHeadAttentionConfig{Heads: 2, Causal: true, Window: 5}, rng)
	full := layers.NewMultiHeadAttention(8, layers.MultiHeadAttentionConfig{Heads: 2}, rng)
	zeros := func(shape ...int) *tensor.Tensor { return tensor.Zeros(shape...) }
	cache := causal.NewCache(3)
	for want, f := range map[string]func(){
		"multi-head attention: sizes must be positive, got [8 0]":                                                     layer(8, layers.MultiHeadAttentionConfig{}),
		"multi-head attention: heads must divide the width 8, or have a size of their own, got 3":                     layer(8, layers.MultiHeadAttentionConfig{Heads: 3}),
		"multi-head attention: heads of keys must divide the 4 of queries, got 3":                                     layer(8, layers.MultiHeadAttentionConfig{Heads: 4, KVHeads: 3}),
		"multi-head attention: rotary positions must not turn more than a head's 2 numbers, got 4":                    layer(8, layers.MultiHeadAttentionConfig{Heads: 4, Rotary: layers.NewRotary(be, 4, layers.RotaryConfig{})}),
		"multi-head attention: the window must not be negative (0 is none), got -2":                                   layer(8, layers.MultiHeadAttentionConfig{Heads: 4, Window: -2}),
		"multi-head attention: needs inputs [batch, places, width], got [4 8]":                                        func() { full.Forward(zeros(4, 8)) },
		"linear: weight [24 8] needs inputs [..., 8], got [1 4 7]":                                                    func() { full.Forward(zeros(1, 4, 7)) },
		"attention: needs as many lengths as sequences, 2, got 1":                                                     func() { full.ForwardPadded(zeros(2, 4, 8), []int32{3}) },
		"multi-head attention: needs inputs [1, places, width], a sequence for each cache, got [2 1 8]":               func() { causal.ForwardCached(zeros(2, 1, 8), cache) },
		"multi-head attention: only causal attention can be cached, got one that sees later places":                   func() { full.ForwardCached(zeros(1, 1, 8), full.NewCache(0)) },
		"multi-head attention: needs a cache with the window 5, got 0":                                                func() { causal.ForwardCached(zeros(1, 1, 8), full.NewCache(0)) },
		"kv cache: has room for 3 places, got 4 after 0":                                                              func() { causal.ForwardCached(zeros(1, 4, 8), cache) },
		"kv cache: needs keys and values [1, places, 2, 4], got [1 1 2 5] and [1 1 2 4]":                              func() { cache.Append(zeros(1, 1, 2, 5), zeros(1, 1, 2, 4)) },
		"kv cache: needs queries [1, from 1 to 0, heads, 4], got [1 1 2 4]":                                           func() { cache.Attend(zeros(1, 1, 2, 4), 0) },
		"kv cache: holds 0 places, got 1 to keep":                                                                     func() { cache.Truncate(1) },
		"kv cache: sizes must be positive, got [2 0]":                                                                 func() { layers.NewKVCache(be, layers.KVCacheConfig{KVHeads: 2}) },
		"kv cache: capacity and window must not be negative (0 is no limit), got 0 and -1":                            func() { layers.NewKVCache(be, layers.KVCacheConfig{KVHeads: 2, HeadDim: 2, Window: -1}) },
		"rotary: needs an even number of dims and a base above 0, got 3 and 10000":                                    func() { layers.NewRotary(be, 3, layers.RotaryConfig{}) },
		"rotary: needs inputs [batch, places, heads, size] from a place of 0 or later on, got [2 3] from 0 places on": func() { layers.NewRotary(be, 2, layers.RotaryConfig{}).Forward(zeros(2, 3), 0) },
	} {
		assert.EqualError(t, tensor.Try(f), want)
	}
	recording := tensor.NewTape()
	assert.ErrorContains(t, tensor.Try(func() { causal.ForwardCached(recording.Zeros(1, 1, 8), causal.NewCache(0)) }), "keys in pages get no gradients")
}

// The first half of a transformer's block, x + Attention(Norm(x)), on a whole sequence
// and token by token.
func ExampleMultiHeadAttention() {
	const width, vocabulary, places = 32, 8, 12
	rng := tensor.NewRNG(1)
	rotary := layers.NewRotary(rng.Backend(), width/2, layers.RotaryConfig{})
	tokens := layers.NewEmbedding(vocabulary, width, rng)
	norm := layers.NewLayerNorm(width, rng)
	attention := layers.NewMultiHeadAttention(width, layers.MultiHeadAttentionConfig{Heads: 2, Causal: true, Rotary: rotary}, rng)

	block := func(x *tensor.Tensor) *tensor.Tensor { return x.Add(attention.Forward(norm.Forward(x))) }

	tape := tensor.NewTape(tensor.NoGrad())
	x := tokens.Forward(tape, []int32{3, 1, 4, 1, 5, 2, 6, 5, 3, 5, 0, 7}, 1, places)
	whole := block(x)

	// The same, token by token with a cache.
	cache := attention.NewCache(places)
	var last *tensor.Tensor
	for i := range places {
		token := x.Narrow(1, i, 1)
		last = token.Add(attention.ForwardCached(norm.Forward(token), cache))
	}
	apart := last.Sub(whole.Narrow(1, places-1, 1)).Abs().Max()
	fmt.Println(whole.Shape(), last.Shape(), apart.Item() < 1e-5)
	fmt.Println(cache.Len(), "places,", attention.CacheConfig(places).Bytes(), "bytes")
	// Output:
	// [1 12 32] [1 1 32] true
	// 12 places, 32768 bytes
}
