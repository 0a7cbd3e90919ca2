//go:build !race

package backendtest

import (
	"math"

	"github.com/org/artnn/backend"
)

// The types below override one optional kernel each, with a fault.
type (
	badSoftmax struct {
		single
		forward func(b *single, dst, x backend.View, logarithm bool) bool
		back    func(b *single, dst, g, y backend.View, logarithm bool) bool
	}
	badEntropy struct {
		single
		forward func(b *single, loss, lse, logits backend.View, targets []int32, smoothing float64, ignore int32) bool
		back    func(b *single, a backend.CrossEntropyGradArgs) bool
	}
	badNorm struct {
		single
		forward func(b *single, a backend.LayerNormArgs) bool
		back    func(b *single, a backend.LayerNormGradArgs) bool
	}
	badRMSNorm struct {
		single
		forward func(b *single, a backend.RMSNormArgs) bool
		back    func(b *single, a backend.RMSNormGradArgs) bool
	}
	badGated struct {
		single
		forward func(b *single, dst, gate, up backend.View, act backend.Activation) bool
		back    func(b *single, a backend.GatedGradArgs) bool
	}
	badGRU struct {
		single
		forward func(b *single, a backend.GRUArgs) bool
		back    func(b *single, a backend.GRUGradArgs) bool
	}
	badBatchNorm struct {
		single
		forward func(b *single, a backend.BatchNormArgs) bool
		back    func(b *single, a backend.BatchNormGradArgs) bool
	}
	badScaleShift struct {
		single
		forward func(b *single, a backend.ScaleShiftArgs) bool
	}
	badLSTM struct {
		single
		forward func(b *single, y, cells, gates, whh, h0, c0 backend.View) bool
		back    func(b *single, a backend.LSTMGradArgs) bool
	}
	badOptimizer struct {
		single
		adamStep func(b *single, p, g, m, v backend.View, c backend.AdamConfig) bool
		sgdStep  func(b *single, p, g, buf backend.View, c backend.SGDConfig) bool
	}
)

func (b *badSoftmax) Softmax(dst, x backend.View, logarithm bool) bool {
	if b.forward == nil {
		return b.single.Softmax(dst, x, logarithm)
	}
	return b.forward(&b.single, dst, x, logarithm)
}

func (b *badSoftmax) SoftmaxGrad(dst, g, y backend.View, logarithm bool) bool {
	if b.back == nil {
		return b.single.SoftmaxGrad(dst, g, y, logarithm)
	}
	return b.back(&b.single, dst, g, y, logarithm)
}

func (b *badEntropy) CrossEntropy(loss, lse, logits backend.View, t []int32, smoothing float64, ignore int32) bool {
	if b.forward == nil {
		return b.single.CrossEntropy(loss, lse, logits, t, smoothing, ignore)
	}
	return b.forward(&b.single, loss, lse, logits, t, smoothing, ignore)
}

func (b *badEntropy) CrossEntropyGrad(a backend.CrossEntropyGradArgs) bool {
	if b.back == nil {
		return b.single.CrossEntropyGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badNorm) LayerNorm(a backend.LayerNormArgs) bool {
	if b.forward == nil {
		return b.single.LayerNorm(a)
	}
	return b.forward(&b.single, a)
}

func (b *badNorm) LayerNormGrad(a backend.LayerNormGradArgs) bool {
	if b.back == nil {
		return b.single.LayerNormGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badRMSNorm) RMSNorm(a backend.RMSNormArgs) bool {
	if b.forward == nil {
		return b.single.RMSNorm(a)
	}
	return b.forward(&b.single, a)
}

func (b *badRMSNorm) RMSNormGrad(a backend.RMSNormGradArgs) bool {
	if b.back == nil {
		return b.single.RMSNormGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badGated) Gated(dst, gate, up backend.View, act backend.Activation) bool {
	if b.forward == nil {
		return b.single.Gated(dst, gate, up, act)
	}
	return b.forward(&b.single, dst, gate, up, act)
}

func (b *badGated) GatedGrad(a backend.GatedGradArgs) bool {
	if b.back == nil {
		return b.single.GatedGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badGRU) GRU(a backend.GRUArgs) bool {
	if b.forward == nil {
		return b.single.GRU(a)
	}
	return b.forward(&b.single, a)
}

func (b *badGRU) GRUGrad(a backend.GRUGradArgs) bool {
	if b.back == nil {
		return b.single.GRUGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badBatchNorm) BatchNorm(a backend.BatchNormArgs) bool {
	if b.forward == nil {
		return b.single.BatchNorm(a)
	}
	return b.forward(&b.single, a)
}

func (b *badBatchNorm) BatchNormGrad(a backend.BatchNormGradArgs) bool {
	if b.back == nil {
		return b.single.BatchNormGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badScaleShift) ScaleShift(a backend.ScaleShiftArgs) bool { return b.forward(&b.single, a) }

func (b *badLSTM) LSTM(y, cells, gates, whh, h0, c0 backend.View) bool {
	if b.forward == nil {
		return b.single.LSTM(y, cells, gates, whh, h0, c0)
	}
	return b.forward(&b.single, y, cells, gates, whh, h0, c0)
}

func (b *badLSTM) LSTMGrad(a backend.LSTMGradArgs) bool {
	if b.back == nil {
		return b.single.LSTMGrad(a)
	}
	return b.back(&b.single, a)
}

func (b *badOptimizer) AdamStep(p, g, m, v backend.View, c backend.AdamConfig) bool {
	if b.adamStep == nil {
		return b.single.AdamStep(p, g, m, v, c)
	}
	return b.adamStep(&b.single, p, g, m, v, c)
}

func (b *badOptimizer) SGDStep(p, g, buf backend.View, c backend.SGDConfig) bool {
	if b.sgdStep == nil {
		return b.single.SGDStep(p, g, buf, c)
	}
	return b.sgdStep(&b.single, p, g, buf, c)
}

func optionalFaults() []broken {
	softmax := func(fault string, f func(b *single, dst, x backend.View, logarithm bool) bool) broken {
		return broken{fault, "optional/softmax", &badSoftmax{forward: f}}
	}
	softmaxGrad := func(fault string, f func(b *single, dst, g, y backend.View, logarithm bool) bool) broken {
		return broken{fault, "optional/softmax_grad", &badSoftmax{back: f}}
	}
	entropy := func(fault string, f func(b *single, loss, lse, logits backend.View, t []int32, smoothing float64, ignore int32) bool) broken {
		return broken{fault, "optional/cross_entropy", &badEntropy{forward: f}}
	}
	entropyGrad := func(fault string, f func(b *single, a backend.CrossEntropyGradArgs) bool) broken {
		return broken{fault, "optional/cross_entropy", &badEntropy{back: f}}
	}
	batchNorm := func(fault string, f func(b *single, a backend.BatchNormArgs) bool) broken {
		return broken{fault, "optional/batch_norm", &badBatchNorm{forward: f}}
	}
	batchNormGrad := func(fault string, f func(b *single, a backend.BatchNormGradArgs) bool) broken {
		return broken{fault, "optional/batch_norm", &badBatchNorm{back: f}}
	}
	norm := func(fault string, f func(b *single, a backend.LayerNormArgs) bool) broken {
		return broken{fault, "optional/layer_norm", &badNorm{forward: f}}
	}
	normGrad := func(fault string, f func(b *single, a backend.LayerNormGradArgs) bool) broken {
		return broken{fault, "optional/layer_norm", &badNorm{back: f}}
	}
	rmsNorm := func(fault string, f func(b *single, a backend.RMSNormArgs) bool) broken {
		return broken{fault, "optional/rms_norm", &badRMSNorm{forward: f}}
	}
	rmsNormGrad := func(fault string, f func(b *single, a backend.RMSNormGradArgs) bool) broken {
		return broken{fault, "optional/rms_norm", &badRMSNorm{back: f}}
	}
	gru := func(fault string, f func(b *single, a backend.GRUArgs) bool) broken {
		return broken{fault, "optional/gru", &badGRU{forward: f}}
	}
	gruGrad := func(fault string, f func(b *single, a backend.GRUGradArgs) bool) broken {
		return broken{fault, "optional/gru", &badGRU{back: f}}
	}
	lstm := func(fault string, f func(b *single, y, cells, gates, whh, h0, c0 backend.View) bool) broken {
		return broken{fault, "optional/lstm", &badLSTM{forward: f}}
	}
	lstmGrad := func(fault string, f func(b *single, a backend.LSTMGradArgs) bool) broken {
		return broken{fault, "optional/lstm", &badLSTM{back: f}}
	}
	adam := func(fault string, f func(b *single, p, g, m, v backend.View, c backend.AdamConfig) bool) broken {
		return broken{fault, "optional/adam", &badOptimizer{adamStep: f}}
	}
	sgd := func(fault string, f func(c *backend.SGDConfig)) broken {
		return broken{fault, "optional/sgd", &badOptimizer{sgdStep: func(b *single, p, g, buf backend.View, c backend.SGDConfig) bool {
			f(&c)
			return b.SGDStep(p, g, buf, c)
		}}}
	}
	adamConfig := func(fault string, f func(c *backend.AdamConfig)) broken {
		return adam(fault, func(b *single, p, g, m, v backend.View, c backend.AdamConfig) bool {
			f(&c)
			return b.AdamStep(p, g, m, v, c)
		})
	}
	scale := func(b *single, v backend.View, by float64) {
		b.change(v, func(_ int, x float64) float64 { return x * by })
	}
	zero := func(b *single, like backend.View) backend.View {
		z := backend.NewView(b.Alloc(like.Size()), like.Dims()...)
		b.Fill(z, 0)
		return z
	}
	return []broken{
		softmax("overflows", func(b *single, dst, x backend.View, logarithm bool) bool {
			b.Softmax(dst, x, logarithm)
			in := b.get(x)
			b.change(dst, func(i int, y float64) float64 {
				if in[i] > 88.8 {
					return math.NaN()
				}
				return y
			})
			return true
		}),
		softmax("logarithm ignored", func(b *single, dst, x backend.View, _ bool) bool { return b.Softmax(dst, x, false) }),
		softmax("logarithm of the rounded result", func(b *single, dst, x backend.View, logarithm bool) bool {
			if b.Softmax(dst, x, false); logarithm {
				b.change(dst, func(_ int, y float64) float64 { return math.Log(y) })
			}
			return true
		}),
		softmax("declined after writing", func(b *single, dst, x backend.View, logarithm bool) bool {
			b.Softmax(dst, x, logarithm)
			return false
		}),
		softmax("in the place of the input", func(b *single, dst, x backend.View, logarithm bool) bool {
			b.Softmax(dst, x, logarithm)
			if x.Contiguous() && x.Size() > 0 {
				b.Copy(x, dst)
			}
			return true
		}),
		softmaxGrad("sum left out", func(b *single, dst, g, y backend.View, logarithm bool) bool {
			if logarithm {
				b.Copy(dst, g)
			} else {
				b.Binary(backend.Mul, dst, g, y, backend.Params{})
			}
			return true
		}),
		softmaxGrad("of the other form", func(b *single, dst, g, y backend.View, logarithm bool) bool {
			return b.SoftmaxGrad(dst, g, y, !logarithm)
		}),
		entropy("smoothing ignored", func(b *single, loss, lse, logits backend.View, t []int32, _ float64, ignore int32) bool {
			return b.CrossEntropy(loss, lse, logits, t, 0, ignore)
		}),
		entropy("nothing ignored", func(b *single, loss, lse, logits backend.View, t []int32, smoothing float64, ignore int32) bool {
			if ignore >= 0 {
				ignore = -1
			}
			return b.CrossEntropy(loss, lse, logits, t, smoothing, ignore)
		}),
		entropy("log-sum-exp not kept", func(b *single, loss, lse, logits backend.View, t []int32, smoothing float64, ignore int32) bool {
			b.CrossEntropy(loss, lse, logits, t, smoothing, ignore)
			b.Fill(lse, 0)
			return true
		}),
		entropyGrad("smoothing ignored", func(b *single, a backend.CrossEntropyGradArgs) bool {
			a.Smoothing = 0
			return b.CrossEntropyGrad(a)
		}),
		entropyGrad("incoming gradient ignored", func(b *single, a backend.CrossEntropyGradArgs) bool {
			a.DLoss = zero(b, a.DLoss)
			b.Fill(a.DLoss, 1)
			return b.CrossEntropyGrad(a)
		}),
		entropyGrad("ignored rows left unwritten", func(b *single, a backend.CrossEntropyGradArgs) bool {
			b.CrossEntropyGrad(a)
			b.change(a.DX, func(i int, y float64) float64 {
				if a.Targets[i/a.DX.Shape[1]] == a.Ignore {
					return math.NaN()
				}
				return y
			})
			return true
		}),
		norm("ε ignored", func(b *single, a backend.LayerNormArgs) bool {
			a.Eps = 1e-30
			return b.LayerNorm(a)
		}),
		norm("variance over n−1", func(b *single, a backend.LayerNormArgs) bool {
			b.LayerNorm(a)
			if d := float64(a.X.Shape[1]); d > 1 {
				scale(b, a.RStd, math.Sqrt((d-1)/d))
			}
			return true
		}),
		norm("variance from the mean of squares", func(b *single, a backend.LayerNormArgs) bool {
			b.LayerNorm(a)
			all, d := b.get(a.X), a.X.Shape[1]
			b.change(a.RStd, func(r int, _ float64) float64 {
				var sum, squares float32
				for _, v := range all[r*d : (r+1)*d] {
					sum += float32(v)
					squares += float32(v) * float32(v)
				}
				m := sum / float32(d)
				return 1 / math.Sqrt(float64(squares/float32(d)-m*m)+a.Eps)
			})
			return true
		}),
		norm("bias forgotten", func(b *single, a backend.LayerNormArgs) bool {
			a.Bias = backend.View{}
			return b.LayerNorm(a)
		}),
		normGrad("statistics taken as constants", func(b *single, a backend.LayerNormGradArgs) bool {
			b.LayerNormGrad(a)
			g, r, w := b.get(a.DY), b.get(a.RStd), b.maybe(a.Weight)
			b.change(a.DX, func(i int, _ float64) float64 {
				v := g[i] * r[i/a.DX.Shape[1]]
				if w != nil {
					v *= w[i%a.DX.Shape[1]]
				}
				return v
			})
			return true
		}),
		normGrad("weight's gradient added up", func(b *single, a backend.LayerNormGradArgs) bool {
			old := b.maybe(a.DWeight)
			b.LayerNormGrad(a)
			if a.DWeight.Buf != nil {
				b.change(a.DWeight, func(i int, v float64) float64 { return v + old[i] })
			}
			return true
		}),
		batchNorm("variance over n−1", func(b *single, a backend.BatchNormArgs) bool {
			b.BatchNorm(a)
			n := float64(a.X.Shape[0])
			b.change(a.Var, func(_ int, v float64) float64 { return v * n / max(1, n-1) })
			return true
		}),
		batchNorm("ε ignored", func(b *single, a backend.BatchNormArgs) bool {
			a.Eps = 1e-30
			return b.BatchNorm(a)
		}),
		batchNorm("bias forgotten", func(b *single, a backend.BatchNormArgs) bool {
			a.Bias = backend.View{}
			x := b.get(a.X)
			t := batchNormTruth(x, a.X.Shape[1], b.maybe(a.Weight), make([]float64, a.X.Shape[1]), a.Eps)
			b.set(a.Y, t.y)
			b.set(a.Mean, t.mean)
			b.set(a.Var, t.variance)
			return true
		}),
		batchNormGrad("statistics taken as constants", func(b *single, a backend.BatchNormGradArgs) bool {
			b.BatchNormGrad(a)
			g, v, w, d := b.get(a.DY), b.get(a.Var), b.maybe(a.Weight), a.X.Shape[1]
			b.change(a.DX, func(i int, _ float64) float64 {
				x := g[i] / math.Sqrt(v[i%d]+a.Eps)
				if w != nil {
					x *= w[i%d]
				}
				return x
			})
			return true
		}),
		batchNormGrad("weight's gradient forgotten", func(b *single, a backend.BatchNormGradArgs) bool {
			b.BatchNormGrad(a)
			scale(b, a.DWeight, 0)
			return true
		}),
		rmsNorm("ε ignored", func(b *single, a backend.RMSNormArgs) bool {
			a.Eps = 1e-30
			return b.RMSNorm(a)
		}),
		rmsNorm("ε outside the root", func(b *single, a backend.RMSNormArgs) bool {
			eps := a.Eps
			a.Eps = 0
			b.RMSNorm(a)
			b.change(a.RStd, func(_ int, v float64) float64 { return 1 / (1/v + eps) })
			return true
		}),
		rmsNorm("mean taken off", func(b *single, a backend.RMSNormArgs) bool {
			b.RMSNorm(a)
			d, w, r := a.X.Shape[1], b.maybe(a.Weight), b.get(a.RStd)
			x := b.get(a.X)
			b.change(a.Y, func(i int, v float64) float64 {
				mean := 0.0
				for _, u := range x[i/d*d:][:d] {
					mean += u / float64(d)
				}
				mean *= r[i/d]
				if w != nil {
					mean *= w[i%d]
				}
				return v - mean
			})
			return true
		}),
		rmsNorm("weight forgotten", func(b *single, a backend.RMSNormArgs) bool {
			a.Weight = backend.View{}
			return b.RMSNorm(a)
		}),
		rmsNormGrad("root taken as a constant", func(b *single, a backend.RMSNormGradArgs) bool {
			b.RMSNormGrad(a)
			g, r, w, d := b.get(a.DY), b.get(a.RStd), b.maybe(a.Weight), a.DX.Shape[1]
			b.change(a.DX, func(i int, _ float64) float64 {
				v := g[i] * r[i/d]
				if w != nil {
					v *= w[i%d]
				}
				return v
			})
			return true
		}),
		rmsNormGrad("weight's gradient added up", func(b *single, a backend.RMSNormGradArgs) bool {
			old := b.maybe(a.DWeight)
			b.RMSNormGrad(a)
			if a.DWeight.Buf != nil {
				b.change(a.DWeight, func(i int, v float64) float64 { return v + old[i] })
			}
			return true
		}),
		broken{"scale and shift exchanged", "optional/scale_shift", &badScaleShift{forward: func(b *single, a backend.ScaleShiftArgs) bool {
			a.Scale, a.Shift = a.Shift, a.Scale
			return b.ScaleShift(a)
		}}},
		broken{"slope of leaky ReLU ignored", "optional/scale_shift", &badScaleShift{forward: func(b *single, a backend.ScaleShiftArgs) bool {
			a.Slope = 0
			return b.ScaleShift(a)
		}}},
		broken{"shift after the activation", "optional/scale_shift", &badScaleShift{forward: func(b *single, a backend.ScaleShiftArgs) bool {
			shift := b.get(a.Shift)
			b.set(a.Y, scaleShiftTruth(b.get(a.X), b.get(a.Scale), make([]float64, len(shift)), a.Act, a.Slope))
			b.change(a.Y, func(i int, v float64) float64 { return v + shift[i%len(shift)] })
			return true
		}}},
		broken{"gate and value exchanged", "optional/gated", &badGated{forward: func(b *single, dst, gate, up backend.View, act backend.Activation) bool {
			return b.Gated(dst, up, gate, act)
		}}},
		broken{"one GELU for the other", "optional/gated", &badGated{forward: func(b *single, dst, gate, up backend.View, act backend.Activation) bool {
			if act == backend.ActGELUTanh {
				act = backend.ActGELU
			}
			return b.Gated(dst, gate, up, act)
		}}},
		broken{"declined after writing", "optional/gated", &badGated{forward: func(b *single, dst, gate, up backend.View, act backend.Activation) bool {
			b.Gated(dst, gate, up, act)
			return act != backend.ActSiLU
		}}},
		broken{"gradients exchanged", "optional/gated", &badGated{back: func(b *single, a backend.GatedGradArgs) bool {
			a.DGate, a.DUp = a.DUp, a.DGate
			return b.GatedGrad(a)
		}}},
		broken{"gate's gradient without the value", "optional/gated", &badGated{back: func(b *single, a backend.GatedGradArgs) bool {
			b.GatedGrad(a)
			dy, gate := b.get(a.DY), b.get(a.Gate)
			b.change(a.DGate, func(i int, _ float64) float64 {
				_, slope := gateTruth(a.Act, gate[i])
				return dy[i] * slope
			})
			return true
		}}},
		gru("first hidden state ignored", func(b *single, a backend.GRUArgs) bool {
			a.H0 = zero(b, a.H0)
			return b.GRU(a)
		}),
		gru("bias of the product ignored", func(b *single, a backend.GRUArgs) bool {
			a.BHH = zero(b, a.BHH)
			return b.GRU(a)
		}),
		gru("reset and keep exchanged", func(b *single, a backend.GRUArgs) bool {
			b.GRU(a)
			h := a.Y.Shape[2]
			old := b.get(a.Gates)
			b.change(a.Gates, func(i int, v float64) float64 {
				switch i / h % 3 {
				case 0:
					return old[i+h]
				case 1:
					return old[i-h]
				}
				return v
			})
			return true
		}),
		gru("gates left inactive", func(b *single, a backend.GRUArgs) bool {
			old := b.get(a.Gates)
			b.GRU(a)
			b.set(a.Gates, old)
			return true
		}),
		gruGrad("gradient of the last state ignored", func(b *single, a backend.GRUGradArgs) bool {
			a.DHN = backend.View{}
			return b.GRUGrad(a)
		}),
		gruGrad("states before the steps ignored", func(b *single, a backend.GRUGradArgs) bool {
			a.Before = zero(b, a.Before)
			return b.GRUGrad(a)
		}),
		gruGrad("product's gradient not reset", func(b *single, a backend.GRUGradArgs) bool {
			b.GRUGrad(a)
			b.set(a.DProducts, b.get(a.DGates))
			return true
		}),
		lstm("first hidden state ignored", func(b *single, y, cells, gates, whh, h0, c0 backend.View) bool {
			return b.LSTM(y, cells, gates, whh, zero(b, h0), c0)
		}),
		lstm("first cell state ignored", func(b *single, y, cells, gates, whh, h0, c0 backend.View) bool {
			return b.LSTM(y, cells, gates, whh, h0, zero(b, c0))
		}),
		lstm("recurrent weights transposed", func(b *single, y, cells, gates, whh, h0, c0 backend.View) bool {
			if h := whh.Shape[1]; h > 1 {
				whh.Strides[0], whh.Strides[1] = 1, 4*h
			}
			return b.LSTM(y, cells, gates, whh, h0, c0)
		}),
		lstm("gates left inactive", func(b *single, y, cells, gates, whh, h0, c0 backend.View) bool {
			old := b.get(gates)
			b.LSTM(y, cells, gates, whh, h0, c0)
			b.set(gates, old)
			return true
		}),
		lstmGrad("gradient of the last cell state ignored", func(b *single, a backend.LSTMGradArgs) bool {
			a.DCN = backend.View{}
			return b.LSTMGrad(a)
		}),
		lstmGrad("gradient of the last hidden state ignored", func(b *single, a backend.LSTMGradArgs) bool {
			a.DHN = backend.View{}
			return b.LSTMGrad(a)
		}),
		lstmGrad("first cell state ignored", func(b *single, a backend.LSTMGradArgs) bool {
			a.C0 = zero(b, a.C0)
			return b.LSTMGrad(a)
		}),
		adamConfig("bias not corrected", func(c *backend.AdamConfig) { c.BiasCorrection1, c.BiasCorrection2 = 1, 1 }),
		adamConfig("weight decay always decoupled", func(c *backend.AdamConfig) { c.Decoupled = true }),
		adamConfig("weight decay ignored", func(c *backend.AdamConfig) { c.WeightDecay = 0 }),
		adamConfig("1 − β₂ in float32", func(c *backend.AdamConfig) { c.Beta2 = 1 - float64(1-float32(c.Beta2)) }),
		adamConfig("ε ignored", func(c *backend.AdamConfig) { c.Eps = 1e-30 }),
		adam("second moment not kept", func(b *single, p, g, m, v backend.View, c backend.AdamConfig) bool {
			old := b.get(v)
			b.AdamStep(p, g, m, v, c)
			b.set(v, old)
			return true
		}),
		sgd("dampening ignored", func(c *backend.SGDConfig) { c.Dampening = 0 }),
		sgd("reads a momentum that holds nothing", func(c *backend.SGDConfig) { c.First = false }),
		sgd("Nesterov ignored", func(c *backend.SGDConfig) { c.Nesterov = false }),
		sgd("weight decay ignored", func(c *backend.SGDConfig) { c.WeightDecay = 0 }),
	}
}
