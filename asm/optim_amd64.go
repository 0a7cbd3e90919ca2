//go:build !purego

package asm

func adam(p, g, m, v []float32, c *Adam) {
	switch {
	case !useAVX2:
		adamGeneric(p, g, m, v, c)
	case c.decays():
		adamDecayAVX2(p, g, m, v, c.Beta1, c.Beta2, c.Rest1, c.Rest2, c.Step, c.InvRoot2, c.Eps, c.L2, c.Keep)
	default:
		adamAVX2(p, g, m, v, c.Beta1, c.Beta2, c.Rest1, c.Rest2, c.Step, c.InvRoot2, c.Eps)
	}
}

func sgd(p, g []float32, lr, decay float32) {
	if useAVX2 {
		sgdAVX2(p, g, lr, decay)
		return
	}
	sgdGeneric(p, g, lr, decay)
}

func sgdMomentum(p, g, buf []float32, c *sgdConsts) {
	if useAVX2 {
		sgdMomentumAVX2(p, g, buf, c.lr, c.decay, c.old, c.new, c.useGrad, c.useBuf)
		return
	}
	sgdMomentumGeneric(p, g, buf, c)
}
