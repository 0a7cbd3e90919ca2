package asm

import (
	"fmt"
	"math"
	"testing"
)

// adam64 is one step for one number in float64, as the formulas say.
func adam64(p, g, m, v *float64, lr, beta1, beta2, eps, decay float64, decoupled bool, bias1, bias2 float64) {
	if decoupled {
		*p -= lr * decay * *p
	} else {
		*g += decay * *p
	}
	*m = beta1**m + (1-beta1)**g
	*v = beta2**v + (1-beta2)**g**g
	*p -= lr / bias1 * *m / (math.Sqrt(*v)/math.Sqrt(bias2) + eps)
}

func TestAdamStep(t *testing.T) {
	var ap, ag, am, av arena
	for _, c := range []struct {
		lr, beta1, beta2, eps, decay float64
		decoupled                    bool
		step                         float64
	}{
		{1e-3, 0.9, 0.999, 1e-8, 0, false, 1},
		{2e-4, 0.5, 0.999, 1e-8, 0, false, 100},
		{1e-2, 0.9, 0.99, 1e-6, 0.1, false, 3},
		{1e-2, 0.9, 0.99, 1e-6, 0.1, true, 3},
	} {
		bias1, bias2 := 1-math.Pow(c.beta1, c.step), 1-math.Pow(c.beta2, c.step)
		k := NewAdam(AdamConfig{c.lr, c.beta1, c.beta2, c.eps, c.decay, c.decoupled, bias1, bias2})
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				for _, n := range lengths() {
					r := newRand(uint64(n))
					p, g, m, v := tame(r, n), tame(r, n), tame(r, n), tame(r, n)
					Abs(v, v)
					want := [][]float32{append([]float32{}, p...), append([]float32{}, m...), append([]float32{}, v...)}
					onGeneric(func() { AdamStep(want[0], g, want[1], want[2], k) })
					for _, where := range placements[:3] {
						gotP, gotM, gotV := ap.take(n, where, p), am.take(n, where, m), av.take(n, where, v)
						AdamStep(gotP, ag.take(n, where, g), gotM, gotV, k)
						wantSame(t, "p", gotP, want[0])
						wantSame(t, "m", gotM, want[1])
						wantSame(t, "v", gotV, want[2])
						for _, a := range []*arena{&ap, &ag, &am, &av} {
							a.check(t, "adam")
						}
					}
					for i := range p {
						p64, g64, m64, v64 := float64(p[i]), float64(g[i]), float64(m[i]), float64(v[i])
						adam64(&p64, &g64, &m64, &v64, c.lr, c.beta1, c.beta2, c.eps, c.decay, c.decoupled, bias1, bias2)
						within(t, "p", want[0][i], p64, 4*eps*(math.Abs(p64)+1))
						within(t, "m", want[1][i], m64, 8*eps*(math.Abs(m64)+1))
						within(t, "v", want[2][i], v64, 16*eps*(math.Abs(v64)+1))
					}
				}
			})
		})
	}
}

// TestAdamStepOfInfinity checks that parameters do not reach the moments unless
// their decay says so.
func TestAdamStepOfInfinity(t *testing.T) {
	inf, nan := float32(math.Inf(1)), math.NaN()
	for _, c := range []struct{ decay, want float64 }{{0, 0.25}, {0.5, nan}} {
		k := NewAdam(AdamConfig{LR: 1, Beta1: 0.5, Beta2: 0.5, Eps: 1, WeightDecay: c.decay, Bias1: 1, Bias2: 1})
		eachPath(t, func(t *testing.T) {
			for n := 1; n < 12; n++ {
				p, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
				p[n-1], g[n-1] = inf, 0.5
				if c.decay != 0 {
					g[n-1] = -inf
				}
				AdamStep(p, g, m, v, k)
				if got := float64(m[n-1]); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
					t.Fatalf("decay %v: expected m = %v, got %v", c.decay, c.want, got)
				}
			}
		})
	}
}

func TestSGDStep(t *testing.T) {
	var ap, ag, ab arena
	nan := float32(math.NaN())
	for _, c := range []SGD{
		{LR: 0.1},
		{LR: 0.1, WeightDecay: 0.25},
		{LR: 0.1, Momentum: 0.5, Rest: 1},
		{LR: 0.1, Momentum: 0.5, Rest: 1, First: true},
		{LR: 0.1, Momentum: 0.875, Rest: 0.75, WeightDecay: 0.25},
		{LR: 0.1, Momentum: 0.875, Rest: 1, WeightDecay: 0.25, Nesterov: true},
		{LR: 0.1, Momentum: 0.875, Rest: 1, Nesterov: true, First: true},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				for _, n := range lengths() {
					r := newRand(uint64(n))
					p, g, b := tame(r, n), tame(r, n), tame(r, n)
					if c.First {
						for i := range b {
							b[i] = nan
						}
					}
					wantP, wantB := append([]float32{}, p...), append([]float32{}, b...)
					onGeneric(func() { SGDStep(wantP, g, wantB, c) })
					for _, where := range placements[:3] {
						gotP, gotB := ap.take(n, where, p), ab.take(n, where, b)
						SGDStep(gotP, ag.take(n, where, g), gotB, c)
						wantSame(t, "p", gotP, wantP)
						wantSame(t, "b", gotB, wantB)
						ap.check(t, "p")
						ab.check(t, "b")
					}
					for i := range p {
						gi := float64(g[i]) + float64(c.WeightDecay)*float64(p[i])
						u := gi
						if c.Momentum != 0 {
							bi := gi
							if !c.First {
								bi = float64(c.Momentum)*float64(b[i]) + float64(c.Rest)*gi
							}
							within(t, "b", wantB[i], bi, 8*eps*(math.Abs(bi)+1))
							u = bi
							if c.Nesterov {
								u = gi + float64(c.Momentum)*bi
							}
						}
						want := float64(p[i]) - float64(c.LR)*u
						within(t, "p", wantP[i], want, 8*eps*(math.Abs(want)+1))
					}
				}
			})
		})
	}
	SGDStep([]float32{1}, []float32{1}, nil, SGD{LR: 1})
	mustPanic(t, "sgd step", func() { SGDStep([]float32{1}, []float32{1}, nil, SGD{LR: 1, Momentum: 0.5}) })
	mustPanic(t, "adam step", func() { AdamStep([]float32{1}, []float32{1}, nil, nil, Adam{}) })
}

// Moments below the smallest normal number become 0, all others stay.
func TestMomentsAreFlushed(t *testing.T) {
	const keepAll = 1
	x := append(wild(newRand(5), 300), special...)
	zero := make([]float32, len(x))
	want := make([]float32, len(x))
	for i, v := range x {
		if !(math.Abs(float64(v)) < 0x1p-126) {
			want[i] = v
		}
	}
	eachPath(t, func(t *testing.T) {
		for n := range len(x) + 1 {
			m, v, b := append([]float32{}, x[:n]...), append([]float32{}, x[:n]...), append([]float32{}, x[:n]...)
			AdamStep(make([]float32, n), zero[:n], m, v, Adam{Beta1: keepAll, Beta2: keepAll, Eps: 1})
			wantSame(t, "m", m, want[:n])
			wantSame(t, "v", v, want[:n])
			SGDStep(make([]float32, n), zero[:n], b, SGD{Momentum: keepAll, Rest: 1})
			wantSame(t, "b", b, want[:n])
			SGDStep(make([]float32, n), x[:n], b, SGD{Momentum: keepAll, First: true})
			wantSame(t, "first b", b, want[:n])
		}
	})
}

// Without a gradient moments reach 0, where rounding would keep them above it.
func TestMomentsFadeToZero(t *testing.T) {
	const n = 13
	adam := NewAdam(AdamConfig{LR: 1e-3, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, Bias1: 1, Bias2: 1})
	eachPath(t, func(t *testing.T) {
		p, zero := make([]float32, n), make([]float32, n)
		m, v, b := make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range m {
			m[i], v[i], b[i] = 1-2*float32(i%2), 1, 2
		}
		for range 9000 {
			AdamStep(p, zero, m, v, adam)
			SGDStep(p, zero, b, SGD{LR: 1e-3, Momentum: 0.9, Rest: 1})
		}
		wantSame(t, "m", m, zero)
		wantSame(t, "v", v, zero)
		wantSame(t, "b", b, zero)
	})
}
