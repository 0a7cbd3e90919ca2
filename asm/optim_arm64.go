//go:build !purego

package asm

func adam(p, g, m, v []float32, c *Adam) {
	switch {
	case !useNEON:
		adamGeneric(p, g, m, v, c)
	case c.decays():
		adamDecayNEON(p, g, m, v, c)
	default:
		adamNEON(p, g, m, v, c)
	}
}

func sgd(p, g []float32, lr, decay float32) {
	if useNEON {
		sgdNEON(p, g, lr, decay)
		return
	}
	sgdGeneric(p, g, lr, decay)
}

func sgdMomentum(p, g, buf []float32, c *sgdConsts) {
	if useNEON {
		sgdMomentumNEON(p, g, buf, c)
		return
	}
	sgdMomentumGeneric(p, g, buf, c)
}

// adamNEON is adamGeneric without decay.
//
//go:noescape
func adamNEON(p, g, m, v []float32, c *Adam)

// adamDecayNEON is adamGeneric with decay.
//
//go:noescape
func adamDecayNEON(p, g, m, v []float32, c *Adam)

// sgdNEON is sgdGeneric.
//
//go:noescape
func sgdNEON(p, g []float32, lr, decay float32)

// sgdMomentumNEON is sgdMomentumGeneric.
//
//go:noescape
func sgdMomentumNEON(p, g, buf []float32, c *sgdConsts)
