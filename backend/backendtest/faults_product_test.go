//go:build !race

package backendtest

import "github.com/org/artnn/backend"

type badProduct struct {
	single
	f func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool
}

func (b *badProduct) AdamStepProduct(p, x, y, m, v backend.View, c backend.AdamConfig) bool {
	return b.f(&b.single, p, x, y, m, v, c)
}

func productFaults() []broken {
	product := func(fault string, f func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool) broken {
		return broken{fault, "optional/adam_product", &badProduct{f: f}}
	}
	return []broken{
		product("the last term left out", func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool {
			if x.Shape[1] > 1 {
				x.Shape[1]--
				y.Shape[0]--
			}
			return b.AdamStepProduct(p, x, y, m, v, c)
		}),
		product("the last row not updated", func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool {
			p.Shape[0]--
			x.Shape[0]--
			m.Shape[0]--
			v.Shape[0]--
			return b.AdamStepProduct(p, x, y, m, v, c)
		}),
		product("strides of the right factor ignored", func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool {
			if y.Strides[0] == 1 {
				y.Strides[0], y.Strides[1] = y.Shape[1], 1
			}
			return b.AdamStepProduct(p, x, y, m, v, c)
		}),
		product("weight decay ignored", func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool {
			c.WeightDecay = 0
			return b.AdamStepProduct(p, x, y, m, v, c)
		}),
		product("a left factor that is changed", func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool {
			b.AdamStepProduct(p, x, y, m, v, c)
			b.change(x, func(_ int, old float64) float64 { return old + 1 })
			return true
		}),
		product("declined after writing", func(b *single, p, x, y, m, v backend.View, c backend.AdamConfig) bool {
			b.AdamStepProduct(p, x, y, m, v, c)
			return false
		}),
	}
}
