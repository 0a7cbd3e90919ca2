//go:build !race

package backendtest

import (
	"math"

	"github.com/org/artnn/backend"
)

// badAttention overrides attention or rotary positions with a fault.
type badAttention struct {
	single
	forward func(b *single, a backend.AttentionArgs) bool
	back    func(b *single, a backend.AttentionGradArgs) bool
	turn    func(b *single, a backend.RotaryArgs) bool
}

func (b *badAttention) Attention(a backend.AttentionArgs) bool {
	if b.forward == nil {
		return b.single.Attention(a)
	}
	return b.forward(&b.single, a)
}

func (b *badAttention) AttentionGrad(a backend.AttentionGradArgs) bool {
	if b.back == nil {
		return b.single.AttentionGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badAttention) Rotary(a backend.RotaryArgs) bool {
	if b.turn == nil {
		return b.single.Rotary(a)
	}
	return b.turn(&b.single, a)
}

func attentionFaults() []broken {
	forward := func(fault string, f func(b *single, a backend.AttentionArgs) bool) broken {
		return broken{fault, "optional/attention", &badAttention{forward: f}}
	}
	args := func(fault string, f func(a *backend.AttentionArgs)) broken {
		return forward(fault, func(b *single, a backend.AttentionArgs) bool {
			f(&a)
			return b.Attention(a)
		})
	}
	grad := func(fault string, f func(b *single, a backend.AttentionGradArgs) bool) broken {
		return broken{fault, "optional/attention", &badAttention{back: f}}
	}
	gradArgs := func(fault string, f func(a *backend.AttentionGradArgs)) broken {
		return grad(fault, func(b *single, a backend.AttentionGradArgs) bool {
			f(&a)
			return b.AttentionGrad(a)
		})
	}
	turn := func(fault string, f func(b *single, a backend.RotaryArgs) bool) broken {
		return broken{fault, "optional/rotary", &badAttention{turn: f}}
	}
	return []broken{
		args("causal mask ignored", func(a *backend.AttentionArgs) { a.Mask.Causal = false }),
		args("offset ignored", func(a *backend.AttentionArgs) { a.Mask.Offset = 0 }),
		args("window ignored", func(a *backend.AttentionArgs) { a.Mask.Window = 0 }),
		args("window one too wide", func(a *backend.AttentionArgs) {
			if a.Mask.Window > 0 {
				a.Mask.Window++
			}
		}),
		args("lengths ignored", func(a *backend.AttentionArgs) { a.Mask.Lengths = nil }),
		args("dropout ignored", func(a *backend.AttentionArgs) { a.Mask.Dropout = backend.AttentionDropout{} }),
		args("mask of dropout one place off", func(a *backend.AttentionArgs) { a.Mask.Dropout.First++ }),
		forward("weights that are kept not scaled", func(b *single, a backend.AttentionArgs) bool {
			b.Attention(a)
			if p := a.Mask.Dropout.P; p < 1 {
				b.change(a.Y, func(_ int, y float64) float64 { return y * (1 - p) })
			}
			return true
		}),
		args("scale ignored", func(a *backend.AttentionArgs) { a.Scale = 1 / math.Sqrt(float64(a.Q.Shape[3])) }),
		args("log-sum-exp not kept", func(a *backend.AttentionArgs) { a.LSE = backend.View{} }),
		forward("NaN where a query sees nothing", func(b *single, a backend.AttentionArgs) bool {
			b.Attention(a)
			at := a.Q.Shape[2] * a.Q.Shape[3]
			keys := a.K[0].Shape[1]
			b.change(a.Y, func(i int, y float64) float64 {
				lo, hi := a.Mask.Keys(i/at/a.Q.Shape[1], i/at%a.Q.Shape[1], keys)
				if lo == hi {
					return math.NaN()
				}
				return y
			})
			return true
		}),
		forward("heads read the keys of heads modulo their number", func(b *single, a backend.AttentionArgs) bool {
			h, g := a.Q.Shape[2], a.K[0].Shape[2]
			if g == 1 || g == h {
				return b.Attention(a)
			}
			for i := range g {
				for j := i; j < h; j += g {
					one := a
					pick := func(v backend.View, head int) backend.View {
						v.Offset += head * v.Strides[2]
						v.Shape[2] = 1
						return v
					}
					one.Y, one.Q, one.LSE = pick(a.Y, j), pick(a.Q, j), backend.View{}
					one.K, one.V = []backend.View{pick(a.K[0], i)}, []backend.View{pick(a.V[0], i)}
					b.Attention(one)
				}
			}
			return true
		}),
		forward("scores not relative to the largest", func(b *single, a backend.AttentionArgs) bool {
			b.Attention(a)
			if a.LSE.Buf == nil {
				return true
			}
			lse := b.get(a.LSE)
			t, h, d := a.Q.Shape[1], a.Q.Shape[2], a.Q.Shape[3]
			b.change(a.Y, func(i int, y float64) float64 {
				if row := i / d; lse[(row/h/t*h+row%h)*t+row/h%t] > 88.8 {
					return math.NaN()
				}
				return y
			})
			return true
		}),
		forward("declined after writing", func(b *single, a backend.AttentionArgs) bool {
			b.Attention(a)
			return false
		}),
		forward("writes between heads", func(b *single, a backend.AttentionArgs) bool {
			b.Attention(a)
			if a.Y.Strides[2] > a.Y.Shape[3] {
				gap := backend.View{Buf: a.Y.Buf, Offset: a.Y.Offset + a.Y.Shape[3], Rank: 1, Shape: [backend.MaxRank]int{1}, Strides: [backend.MaxRank]int{1}}
				b.Fill(gap, 0)
			}
			return true
		}),
		broken{"second page forgotten", "optional/attention_pages", &badAttention{forward: func(b *single, a backend.AttentionArgs) bool {
			if len(a.K) > 1 {
				n := a.K[1].Shape[1]
				keys := 0
				for _, p := range a.K {
					keys += p.Shape[1]
				}
				if a.Mask.Window == 0 && keys > n {
					a.K = append(a.K[:1:1], a.K[2:]...)
					a.V = append(a.V[:1:1], a.V[2:]...)
					a.Mask.Offset -= n
				}
			}
			return b.Attention(a)
		}}},
		gradArgs("causal mask ignored backwards", func(a *backend.AttentionGradArgs) { a.Mask.Causal = false }),
		gradArgs("window ignored backwards", func(a *backend.AttentionGradArgs) { a.Mask.Window = 0 }),
		gradArgs("lengths ignored backwards", func(a *backend.AttentionGradArgs) { a.Mask.Lengths = nil }),
		gradArgs("dropout ignored backwards", func(a *backend.AttentionGradArgs) { a.Mask.Dropout = backend.AttentionDropout{} }),
		grad("weights taken as constants", func(b *single, a backend.AttentionGradArgs) bool {
			b.AttentionGrad(a)
			b.Fill(a.DQ, 0)
			return true
		}),
		grad("scale of the gradients forgotten", func(b *single, a backend.AttentionGradArgs) bool {
			b.AttentionGrad(a)
			for _, v := range []backend.View{a.DQ, a.DK} {
				b.change(v, func(_ int, x float64) float64 { return x / a.Scale })
			}
			return true
		}),
		grad("the sum of a row left out", func(b *single, a backend.AttentionGradArgs) bool {
			y := backend.NewView(b.Alloc(a.Y.Size()), a.Y.Dims()...)
			b.Fill(y, 0)
			a.Y = y
			return b.AttentionGrad(a)
		}),
		grad("keys that nobody sees left unwritten", func(b *single, a backend.AttentionGradArgs) bool {
			b.AttentionGrad(a)
			for _, v := range []backend.View{a.DK, a.DV} {
				b.change(v, func(_ int, x float64) float64 {
					if x == 0 {
						return math.NaN()
					}
					return x
				})
			}
			return true
		}),
		grad("one head of a group only", func(b *single, a backend.AttentionGradArgs) bool {
			if a.Q.Shape[2] > a.K.Shape[2] {
				for _, v := range []*backend.View{&a.DQ, &a.Q, &a.DY, &a.Y, &a.LSE} {
					axis := 2
					if v == &a.LSE {
						axis = 1
					}
					v.Strides[axis] *= v.Shape[axis] / a.K.Shape[2]
					v.Shape[axis] = a.K.Shape[2]
				}
			}
			return b.AttentionGrad(a)
		}),
		turn("pairs the other way", func(b *single, a backend.RotaryArgs) bool {
			a.Interleaved = !a.Interleaved
			return b.Rotary(a)
		}),
		turn("always forwards", func(b *single, a backend.RotaryArgs) bool {
			a.Back = false
			return b.Rotary(a)
		}),
		turn("rest not copied", func(b *single, a backend.RotaryArgs) bool {
			old := b.get(a.Dst)
			b.Rotary(a)
			d, pairs := a.X.Shape[3], a.Cos.Shape[1]
			b.change(a.Dst, func(i int, y float64) float64 {
				if i%d >= 2*pairs {
					return old[i]
				}
				return y
			})
			return true
		}),
		turn("second of a pair from the first's result", func(b *single, a backend.RotaryArgs) bool {
			x, cos, sin := b.get(a.X), b.get(a.Cos), b.get(a.Sin)
			y, _ := rotaryTruth(a.X.Dims(), x, cos, sin, a.Interleaved, a.Back)
			if a.Dst.SameElements(&a.X) && !a.Interleaved {
				d, pairs, h := a.X.Shape[3], a.Cos.Shape[1], a.X.Shape[2]
				for i := range y {
					if r := i % d; r >= pairs && r < 2*pairs {
						t := i / d / h % a.X.Shape[1]
						s := sin[t*pairs+r-pairs]
						if a.Back {
							s = -s
						}
						y[i] = x[i]*cos[t*pairs+r-pairs] + y[i-pairs]*s
					}
				}
			}
			b.set(a.Dst, y)
			return true
		}),
	}
}
