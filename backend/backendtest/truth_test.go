package backendtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
)

// The truths that optional kernels are held to are themselves held to finite
// differences and to numbers worked out by hand.

// slope checks that grad is the derivative of f at x.
func slope(t *testing.T, what string, x, grad []float64, f func() float64) {
	t.Helper()
	const h = 1e-5
	for i, old := range x {
		x[i] = old + h
		up := f()
		x[i] = old - h
		down := f()
		x[i] = old
		assert.InDelta(t, (up-down)/(2*h), grad[i], 1e-8, "%s, number %d", what, i)
	}
}

func randoms(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func TestSoftmaxTruth(t *testing.T) {
	y, _ := softmaxTruth([]float64{1, 2, 3}, false)
	assert.InDeltaSlice(t, []float64{0.0900305732, 0.2447284711, 0.6652409558}, y, 1e-10)
	rng := rand.New(rand.NewPCG(1, 1))
	x, g := randoms(rng, 5), randoms(rng, 5)
	for _, logarithm := range []bool{false, true} {
		y, _ := softmaxTruth(x, logarithm)
		dx, _ := softmaxGradTruth(g, y, logarithm)
		slope(t, "softmax", x, dx, func() float64 {
			y, _ := softmaxTruth(x, logarithm)
			return dot(g, y)
		})
	}
}

func TestCrossEntropyTruth(t *testing.T) {
	loss, lse, _ := crossEntropyTruth([]float64{1, 2, 3}, 0, 0)
	assert.InDelta(t, 2.4076059644, loss, 1e-10)
	assert.InDelta(t, 3.4076059644, lse, 1e-10)
	x := randoms(rand.New(rand.NewPCG(2, 1)), 6)
	for _, smoothing := range []float64{0, 0.2} {
		_, lse, _ := crossEntropyTruth(x, 4, smoothing)
		dx, _ := crossEntropyGradTruth(x, 4, 0.7, lse, smoothing)
		slope(t, "cross-entropy", x, dx, func() float64 {
			loss, _, _ := crossEntropyTruth(x, 4, smoothing)
			return 0.7 * loss
		})
	}
}

func TestLayerNormTruth(t *testing.T) {
	n := layerNormTruth([]float64{1, 2, 4}, nil, nil, 1e-5)
	assert.InDeltaSlice(t, []float64{-1.0690415, -0.2672604, 1.3363019}, n.y, 1e-6)
	rng := rand.New(rand.NewPCG(3, 1))
	const rows, d, eps = 3, 5, 1e-2
	x, dy, w, c := randoms(rng, rows*d), randoms(rng, rows*d), randoms(rng, d), randoms(rng, d)
	var mean, rstd []float64
	loss := func() float64 {
		sum := 0.0
		mean, rstd = nil, nil
		for r := range rows {
			n := layerNormTruth(x[r*d:(r+1)*d], w, c, eps)
			sum += dot(dy[r*d:(r+1)*d], n.y)
			mean, rstd = append(mean, n.mean), append(rstd, n.rstd)
		}
		return sum
	}
	loss()
	dx, dw, db, _, _, _ := layerNormGradTruth(dy, x, mean, rstd, w)
	slope(t, "input", x, dx, loss)
	slope(t, "weight", w, dw, loss)
	slope(t, "bias", c, db, loss)
}

func TestRMSNormTruth(t *testing.T) {
	y, _, _, _ := rmsNormTruth([]float64{1, 2, 4}, nil, 1e-5) // by √7
	assert.InDeltaSlice(t, []float64{0.3779642, 0.7559284, 1.5118568}, y, 1e-6)
	rng := rand.New(rand.NewPCG(5, 1))
	const rows, d, eps = 3, 5, 1e-2
	x, dy, w := randoms(rng, rows*d), randoms(rng, rows*d), randoms(rng, d)
	var rstds []float64
	loss := func() float64 {
		sum := 0.0
		rstds = nil
		for r := range rows {
			y, _, rstd, _ := rmsNormTruth(x[r*d:(r+1)*d], w, eps)
			sum += dot(dy[r*d:(r+1)*d], y)
			rstds = append(rstds, rstd)
		}
		return sum
	}
	loss()
	dx, dw, _, _ := rmsNormGradTruth(dy, x, rstds, w, d)
	slope(t, "input", x, dx, loss)
	slope(t, "weight", w, dw, loss)
}

func TestGatedTruth(t *testing.T) {
	// 2·silu(1) and 2·gelu(1), from tables.
	assert.InDeltaSlice(t, []float64{1.46211716}, gatedTruth([]float64{1}, []float64{2}, backend.ActSiLU), 1e-8)
	assert.InDeltaSlice(t, []float64{1.68268949}, gatedTruth([]float64{1}, []float64{2}, backend.ActGELU), 1e-8)
	assert.InDeltaSlice(t, []float64{1.68238398}, gatedTruth([]float64{1}, []float64{2}, backend.ActGELUTanh), 1e-8)
	rng := rand.New(rand.NewPCG(7, 1))
	gate, up, dy := randoms(rng, 6), randoms(rng, 6), randoms(rng, 6)
	for act := range backend.NumActivations {
		if act == backend.ActLeakyReLU {
			continue
		}
		loss := func() float64 { return dot(dy, gatedTruth(gate, up, act)) }
		dgate, dup := gatedGradTruth(dy, gate, up, act)
		slope(t, act.String()+" gate", gate, dgate, loss)
		slope(t, act.String()+" up", up, dup, loss)
	}
}

func TestGRUTruth(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	z := gruSize{2, 3, 2}
	units := z.batch * z.steps * z.hidden
	gates, whh, bhh := randoms(rng, 3*units), randoms(rng, 3*z.hidden*z.hidden), randoms(rng, 3*z.hidden)
	h0, dy, dhn := randoms(rng, z.batch*z.hidden), randoms(rng, units), randoms(rng, z.batch*z.hidden)
	run := func() (active, y, candidates []float64) {
		active = append([]float64{}, gates...)
		y, candidates = gruTruth(z, active, whh, bhh, h0)
		return active, y, candidates
	}
	for _, last := range []bool{true, false} {
		loss := func() float64 {
			_, y, _ := run()
			sum := dot(dy, y)
			for b := range z.batch {
				if last {
					sum += dot(dhn[b*z.hidden:(b+1)*z.hidden], y[z.unit(b, z.steps-1, 0):])
				}
			}
			return sum
		}
		active, y, candidates := run()
		hn := dhn
		if !last {
			hn = nil
		}
		before := make([]float64, units)
		for b := range z.batch {
			copy(before[z.unit(b, 0, 0):], h0[b*z.hidden:(b+1)*z.hidden])
			copy(before[z.unit(b, 1, 0):z.unit(b, z.steps, 0)], y[z.unit(b, 0, 0):])
		}
		dgates, dproducts, dh0 := gruGradTruth(gruGradIn{z, dy, active, candidates, before, whh, hn})
		slope(t, "gates", gates, dgates, loss)
		slope(t, "h0", h0, dh0, loss)
		db := make([]float64, len(bhh)) // the bias is a product's only other term
		for i, g := range dproducts {
			db[i%len(bhh)] += g
		}
		slope(t, "bhh", bhh, db, loss)
	}
	// One unit, one step, worked by hand: z = σ(0.2 + 0.1), n = tanh(0.3 + σ(0.1)·0.5).
	one := []float64{0.1, 0.2, 0.3}
	y, candidates := gruTruth(gruSize{1, 1, 1}, one, []float64{0, 0, 0}, []float64{0, 0.1, 0.5}, []float64{2})
	assert.Equal(t, []float64{0.5}, candidates)
	assert.InDelta(t, (1-0.57444252)*math.Tanh(0.3+0.52497919*0.5)+0.57444252*2, y[0], 1e-7)
}

func TestLSTMTruth(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	z := lstmSize{2, 3, 2}
	units := z.batch * z.steps * z.hidden
	gates, whh := randoms(rng, 4*units), randoms(rng, 4*z.hidden*z.hidden)
	h0, c0 := randoms(rng, z.batch*z.hidden), randoms(rng, z.batch*z.hidden)
	dy, dhn, dcn := randoms(rng, units), randoms(rng, len(h0)), randoms(rng, len(c0))
	run := func() (active, y, cells []float64) {
		active = append([]float64{}, gates...)
		y, cells = lstmTruth(z, active, whh, h0, c0)
		return active, y, cells
	}
	for _, last := range []bool{true, false} {
		loss := func() float64 {
			_, y, cells := run()
			sum := dot(dy, y)
			for b := range z.batch {
				if end := z.unit(b, z.steps-1, 0); last {
					sum += dot(dhn[b*z.hidden:(b+1)*z.hidden], y[end:])
					sum += dot(dcn[b*z.hidden:(b+1)*z.hidden], cells[end:])
				}
			}
			return sum
		}
		active, _, cells := run()
		hn, cn := dhn, dcn
		if !last {
			hn, cn = nil, nil
		}
		dgates, dh0, dc0 := lstmGradTruth(lstmGradIn{z, dy, active, cells, whh, c0, hn, cn})
		slope(t, "gates", gates, dgates, loss)
		slope(t, "h0", h0, dh0, loss)
		slope(t, "c0", c0, dc0, loss)
	}
	// One unit, one step, worked by hand: σ(0.1)·tanh(0.3) + σ(0.2)·0.5.
	one := []float64{0.1, 0.2, 0.3, 0.4}
	y, cells := lstmTruth(lstmSize{1, 1, 1}, one, []float64{0, 0, 0, 0}, []float64{1}, []float64{0.5})
	assert.InDelta(t, 0.42785006, cells[0], 1e-7)
	assert.InDelta(t, math.Tanh(0.42785006)*0.59868766, y[0], 1e-7)
}

func TestOptimizerTruths(t *testing.T) {
	// The first Adam step moves by the learning rate, whatever the gradient.
	c := backend.AdamConfig{LR: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-12, BiasCorrection1: 0.1, BiasCorrection2: 0.001}
	p, m, v, _ := adamTruth(1, 0.02, 0, 0, c)
	assert.InDelta(t, 0.9, p, 1e-9)
	assert.InDelta(t, 0.002, m, 1e-15)
	assert.InDelta(t, 4e-7, v, 1e-18)
	c.WeightDecay = 0.5
	p, m, _, _ = adamTruth(1, 0.02, 0, 0, c)
	assert.InDelta(t, 0.9, p, 1e-9)
	assert.InDelta(t, 0.052, m, 1e-15)
	c.Decoupled = true
	p, m, _, _ = adamTruth(1, 0.02, 0, 0, c)
	assert.InDelta(t, 0.85, p, 1e-9)
	assert.InDelta(t, 0.002, m, 1e-15)

	for _, x := range []struct {
		c       backend.SGDConfig
		p, b, g float64
	}{
		{backend.SGDConfig{LR: 0.1}, 0.8, 0, 2},
		{backend.SGDConfig{LR: 0.1, WeightDecay: 0.5}, 0.75, 0, 2},
		{backend.SGDConfig{LR: 0.1, Momentum: 0.5}, 0.6, 4, 2},
		{backend.SGDConfig{LR: 0.1, Momentum: 0.5, Dampening: 0.5}, 0.7, 3, 2},
		{backend.SGDConfig{LR: 0.1, Momentum: 0.5, Dampening: 0.5, First: true}, 0.8, 2, 2},
		{backend.SGDConfig{LR: 0.1, Momentum: 0.5, Nesterov: true}, 0.6, 4, 2},
	} {
		p, b, _ := sgdTruth(1, x.g, 4, x.c)
		assert.InDelta(t, x.p, p, 1e-15, "%+v", x.c)
		assert.InDelta(t, x.b, b, 1e-15, "%+v", x.c)
	}
}

// Distances that a tolerance must and must not allow.
func TestClose(t *testing.T) {
	s := newSuite(t, new(single), "close")
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		got, want float64
		tol       tolerance
		ok        bool
	}{
		{1, 1, exact, true}, {1 + 0x1p-23, 1, exact, false}, {1 + 0x1p-23, 1, tolerance{ulp: 1}, true},
		{1 - 0x1p-23, 1, tolerance{ulp: 1}, true}, {1 + 0x1p-22, 1, tolerance{ulp: 1}, false},
		{3 + 0x1p-22, 3, tolerance{ulp: 1}, true}, {3 + 0x1p-21, 3, tolerance{ulp: 1}, false},
		{0, math.Copysign(0, -1), exact, true}, {0, math.Copysign(0, -1), moved, false},
		{nan, nan, exact, true}, {nan, 1, tolerance{abs: inf}, false}, {1, nan, tolerance{abs: inf}, false},
		{inf, inf, exact, true}, {-inf, inf, tolerance{ulp: 9}, false}, {1e38, inf, tolerance{abs: 1e40}, false},
		{inf, 1e39, exact, true}, {math.MaxFloat32, 1e39, exact, false}, {inf, math.MaxFloat32, tolerance{ulp: 2}, true},
		{inf, math.MaxFloat32, exact, false}, {inf, 3e38, tolerance{ulp: 2}, false}, {math.MaxFloat32, 0x1p128, tolerance{ulp: 2}, true},
		{0, 0x1p-127, tolerance{ulp: 4}, false}, {0, 0x1p-127, tolerance{ulp: 4, flush: true}, true},
		{0, 0x1p-125, tolerance{ulp: 4, flush: true}, false}, {0x1p-149, 0x1p-148, tolerance{ulp: 1}, true},
		{0.5, 0.25, tolerance{each: []float64{0.25}}, true}, {0.5, 0.25, tolerance{each: []float64{0.2}}, false},
	} {
		if s.close(c.got, c.want, c.tol, 0) != c.ok {
			t.Errorf("%v for %v within %s: want %t", c.got, c.want, c.tol.describe(0), c.ok)
		}
	}
}

// Layouts are what they are called and keep clear of each other.
func TestLayouts(t *testing.T) {
	for _, shape := range shapes {
		for l := range numLayouts {
			v, size := l.view(shape, 5)
			seen := map[int]bool{}
			for _, pos := range positions(v) {
				if pos < guard || pos >= size-guard {
					t.Fatalf("%v of %v reaches %d, into the guards of a buffer of %d", l, shape, pos, size)
				}
				seen[pos] = true
			}
			if l < broadcastFirst && len(seen) != v.Size() {
				t.Errorf("%v of %v has %d places for %d elements", l, shape, len(seen), v.Size())
			}
			if l == contiguous && !v.Contiguous() {
				t.Errorf("%v of %v is not", l, shape)
			}
		}
	}
}

func TestAttentionTruth(t *testing.T) {
	// One query, two keys: weights ½ and ½, then ¾ and ¼.
	z := attentionSize{1, 1, 2, 1, 1, 1, 1, backend.AttentionMask{}}
	y, lse, _, _ := attentionTruth(&z, []float64{0}, []float64{5, 7}, []float64{1, 3})
	assert.InDelta(t, 2, y[0], 1e-15)
	assert.InDelta(t, math.Ln2, lse[0], 1e-15)
	y, _, _, _ = attentionTruth(&z, []float64{1}, []float64{math.Log(3), 0}, []float64{0, 4})
	assert.InDelta(t, 1, y[0], 1e-15)

	rng := rand.New(rand.NewPCG(1, 1))
	z = attentionSize{2, 3, 4, 4, 2, 2, 0.7, backend.AttentionMask{Causal: true, Offset: 1, Window: 3, Lengths: []int32{4, 2}}}
	q, k, v := randoms(rng, 2*3*4*2), randoms(rng, 2*4*2*2), randoms(rng, 2*4*2*2)
	g := randoms(rng, len(q))
	y, lse, _, _ = attentionTruth(&z, q, k, v)
	grad, _ := attentionGradTruth(&z, q, k, v, y, lse, g)
	f := func() float64 {
		y, _, _, _ := attentionTruth(&z, q, k, v)
		return dot(g, y)
	}
	slope(t, "queries", q, grad.q, f)
	slope(t, "keys", k, grad.k, f)
	slope(t, "values", v, grad.v, f)
}

func TestRotaryTruth(t *testing.T) {
	quarter := func(interleaved, back bool) []float64 {
		y, _ := rotaryTruth([]int{1, 1, 1, 5}, []float64{1, 2, 3, 4, 5}, []float64{0, 0}, []float64{1, 1}, interleaved, back)
		return y
	}
	assert.Equal(t, []float64{-3, -4, 1, 2, 5}, quarter(false, false))
	assert.Equal(t, []float64{-2, 1, -4, 3, 5}, quarter(true, false))
	assert.Equal(t, []float64{2, -1, 4, -3, 5}, quarter(true, true))
}
