package profile

import "github.com/org/artnn/backend"

// The optional kernels decline where the backend inside has none, and tensors
// compose the operation, as they do without a profiler.

func (p *Profiler) Softmax(dst, x backend.View, logarithm bool) bool {
	k, ok := p.inner.(backend.SoftmaxKernel)
	return ok && p.timeIf("softmax", dst, moved(4, dst, x), func() bool { return k.Softmax(dst, x, logarithm) })
}

func (p *Profiler) SoftmaxGrad(dst, g, y backend.View, logarithm bool) bool {
	k, ok := p.inner.(backend.SoftmaxKernel)
	return ok && p.timeIf("softmax_grad", dst, moved(4, dst, g, y), func() bool { return k.SoftmaxGrad(dst, g, y, logarithm) })
}

func (p *Profiler) CrossEntropy(loss, lse, logits backend.View, targets []int32, smoothing float64, ignore int32) bool {
	k, ok := p.inner.(backend.CrossEntropyKernel)
	return ok && p.timeIf("cross_entropy", logits, moved(3, logits, loss, lse), func() bool {
		return k.CrossEntropy(loss, lse, logits, targets, smoothing, ignore)
	})
}

func (p *Profiler) CrossEntropyGrad(a backend.CrossEntropyGradArgs) bool {
	k, ok := p.inner.(backend.CrossEntropyKernel)
	return ok && p.timeIf("cross_entropy_grad", a.DX, moved(3, a.DX, a.DLoss, a.LSE, a.Logits), func() bool {
		return k.CrossEntropyGrad(a)
	})
}

func (p *Profiler) LayerNorm(a backend.LayerNormArgs) bool {
	k, ok := p.inner.(backend.LayerNormKernel)
	return ok && p.timeIf("layer_norm", a.Y, moved(7, a.Y, a.X, a.Mean, a.RStd, a.Weight, a.Bias), func() bool {
		return k.LayerNorm(a)
	})
}

func (p *Profiler) LayerNormGrad(a backend.LayerNormGradArgs) bool {
	k, ok := p.inner.(backend.LayerNormKernel)
	return ok && p.timeIf("layer_norm_grad", a.DX, moved(11, a.DX, a.DY, a.X, a.Mean, a.RStd, a.Weight, a.DWeight, a.DBias), func() bool {
		return k.LayerNormGrad(a)
	})
}

func (p *Profiler) RMSNorm(a backend.RMSNormArgs) bool {
	k, ok := p.inner.(backend.RMSNormKernel)
	return ok && p.timeIf("rms_norm", a.Y, moved(4, a.Y, a.X, a.RStd, a.Weight), func() bool { return k.RMSNorm(a) })
}

func (p *Profiler) RMSNormGrad(a backend.RMSNormGradArgs) bool {
	k, ok := p.inner.(backend.RMSNormKernel)
	return ok && p.timeIf("rms_norm_grad", a.DX, moved(9, a.DX, a.DY, a.X, a.RStd, a.Weight, a.DWeight), func() bool {
		return k.RMSNormGrad(a)
	})
}

func (p *Profiler) Gated(dst, gate, up backend.View, act backend.Activation) bool {
	k, ok := p.inner.(backend.GatedKernel)
	return ok && p.timeIf("gated", dst, moved(2, dst, gate, up), func() bool { return k.Gated(dst, gate, up, act) })
}

func (p *Profiler) GatedGrad(a backend.GatedGradArgs) bool {
	k, ok := p.inner.(backend.GatedKernel)
	return ok && p.timeIf("gated_grad", a.DGate, moved(5, a.DGate, a.DUp, a.DY, a.Gate, a.Up), func() bool { return k.GatedGrad(a) })
}

func (p *Profiler) BatchNorm(a backend.BatchNormArgs) bool {
	k, ok := p.inner.(backend.BatchNormKernel)
	return ok && p.timeIf("batch_norm", a.Y, moved(7, a.Y, a.X, a.X, a.X, a.Mean, a.Var, a.Weight, a.Bias), func() bool {
		return k.BatchNorm(a)
	})
}

func (p *Profiler) BatchNormGrad(a backend.BatchNormGradArgs) bool {
	k, ok := p.inner.(backend.BatchNormKernel)
	return ok && p.timeIf("batch_norm_grad", a.DX, moved(11, a.DX, a.DY, a.DY, a.X, a.X, a.Mean, a.Var, a.Weight, a.DWeight, a.DBias), func() bool {
		return k.BatchNormGrad(a)
	})
}

func (p *Profiler) ScaleShift(a backend.ScaleShiftArgs) bool {
	k, ok := p.inner.(backend.ScaleShiftKernel)
	return ok && p.timeIf("scale_shift", a.Y, moved(3, a.Y, a.X, a.Scale, a.Shift), func() bool { return k.ScaleShift(a) })
}

func (p *Profiler) LSTM(y, cells, gates, whh, h0, c0 backend.View) bool {
	k, ok := p.inner.(backend.LSTMKernel)
	return ok && p.timeIf("lstm", y, recurrence(4, y, gates, cells, whh), func() bool {
		return k.LSTM(y, cells, gates, whh, h0, c0)
	})
}

func (p *Profiler) LSTMGrad(a backend.LSTMGradArgs) bool {
	k, ok := p.inner.(backend.LSTMKernel)
	return ok && p.timeIf("lstm_grad", a.DY, recurrence(4, a.DY, a.Gates, a.DGates, a.Cells, a.WHH), func() bool {
		return k.LSTMGrad(a)
	})
}

func (p *Profiler) GRU(a backend.GRUArgs) bool {
	k, ok := p.inner.(backend.GRUKernel)
	return ok && p.timeIf("gru", a.Y, recurrence(3, a.Y, a.Gates, a.Candidates, a.WHH), func() bool { return k.GRU(a) })
}

func (p *Profiler) GRUGrad(a backend.GRUGradArgs) bool {
	k, ok := p.inner.(backend.GRUKernel)
	c := recurrence(3, a.DY, a.Gates, a.DGates, a.DProducts, a.Candidates, a.Before, a.WHH)
	return ok && p.timeIf("gru_grad", a.DY, c, func() bool { return k.GRUGrad(a) })
}

// recurrence is one product with the recurrent weights [gates·H, H] for each step of
// y [B, T, H].
func recurrence(gates float64, y backend.View, others ...backend.View) cost {
	c := moved(0, append([]backend.View{y}, others...)...)
	c.flops = gates * size(y) * 2 * float64(y.Shape[2])
	return c
}

func (p *Profiler) Attention(a backend.AttentionArgs) bool {
	k, ok := p.inner.(backend.AttentionKernel)
	if !ok {
		return false
	}
	keys := 0
	for i := range a.K {
		keys += a.K[i].Shape[1]
	}
	c := moved(0, append(append([]backend.View{a.Y, a.LSE, a.Q}, a.K...), a.V...)...)
	c.flops = 4 * float64(a.Q.Shape[2]*a.Q.Shape[3]) * seenPairs(&a.Mask, a.Q.Shape[0], a.Q.Shape[1], keys)
	return p.timeIf("attention", a.Y, c, func() bool { return k.Attention(a) })
}

func (p *Profiler) AttentionGrad(a backend.AttentionGradArgs) bool {
	k, ok := p.inner.(backend.AttentionKernel)
	if !ok {
		return false
	}
	c := moved(0, a.DQ, a.DK, a.DV, a.DY, a.Y, a.LSE, a.Q, a.K, a.V)
	c.flops = 10 * float64(a.Q.Shape[2]*a.Q.Shape[3]) * seenPairs(&a.Mask, a.Q.Shape[0], a.Q.Shape[1], a.K.Shape[1])
	return p.timeIf("attention_grad", a.DQ, c, func() bool { return k.AttentionGrad(a) })
}

// seenPairs is how many keys all queries of a head see in all sequences.
func seenPairs(mask *backend.AttentionMask, batch, queries, keys int) float64 {
	n := 0
	for b := range batch {
		for i := range queries {
			lo, hi := mask.Keys(b, i, keys)
			n += hi - lo
		}
	}
	return float64(n)
}

func (p *Profiler) Rotary(a backend.RotaryArgs) bool {
	k, ok := p.inner.(backend.RotaryKernel)
	return ok && p.timeIf("rotary", a.Dst, moved(3, a.Dst, a.X, a.Cos, a.Sin), func() bool { return k.Rotary(a) })
}

func (p *Profiler) AdamStep(param, g, m, v backend.View, cfg backend.AdamConfig) bool {
	k, ok := p.inner.(backend.OptimizerKernel)
	// Three of the four are written as well as read.
	return ok && p.timeIf("adam", param, moved(12, param, param, g, m, m, v, v), func() bool {
		return k.AdamStep(param, g, m, v, cfg)
	})
}

func (p *Profiler) ShapeOnly() bool { return backend.IsShapeOnly(p.inner) }

func (p *Profiler) WantsProduct(m, k, n int) bool {
	inner, ok := p.inner.(backend.ProductAdamKernel)
	return ok && inner.WantsProduct(m, k, n)
}

func (p *Profiler) AdamStepProduct(param, a, b, m, v backend.View, cfg backend.AdamConfig) bool {
	k, ok := p.inner.(backend.ProductAdamKernel)
	c := moved(2*float64(b.Shape[0])+12, param, param, m, m, v, v, a, b)
	return ok && p.timeIf("adam_product", param, c, func() bool { return k.AdamStepProduct(param, a, b, m, v, cfg) })
}

func (p *Profiler) SGDStep(param, g, buf backend.View, cfg backend.SGDConfig) bool {
	k, ok := p.inner.(backend.OptimizerKernel)
	return ok && p.timeIf("sgd", param, moved(4, param, param, g, buf, buf), func() bool {
		return k.SGDStep(param, g, buf, cfg)
	})
}
