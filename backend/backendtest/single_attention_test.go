package backendtest

import "github.com/org/artnn/backend"

// attentionOf is what a call is about.
func attentionOf(q, k backend.View, keys int, scale float64, mask backend.AttentionMask) attentionSize {
	return attentionSize{q.Shape[0], q.Shape[1], keys, q.Shape[2], k.Shape[2], q.Shape[3], scale, mask}
}

// joinPages is pages as one, of one sequence if there are several.
func (b *single) joinPages(pages []backend.View) (all []float64, keys int) {
	for _, p := range pages {
		all = append(all, b.get(p)...)
		keys += p.Shape[1]
	}
	return all, keys
}

func (b *single) Attention(a backend.AttentionArgs) bool {
	if len(a.K) > 1 && a.Q.Shape[0] > 1 {
		return false
	}
	ks, keys := b.joinPages(a.K)
	vs, _ := b.joinPages(a.V)
	z := attentionOf(a.Q, a.K[0], keys, a.Scale, a.Mask)
	y, lse, _, _ := attentionTruth(&z, b.get(a.Q), ks, vs)
	b.set(a.Y, y)
	if a.LSE.Buf != nil {
		b.set(a.LSE, lse)
	}
	return true
}

func (b *single) AttentionGrad(a backend.AttentionGradArgs) bool {
	z := attentionOf(a.Q, a.K, a.K.Shape[1], a.Scale, a.Mask)
	g, _ := attentionGradTruth(&z, b.get(a.Q), b.get(a.K), b.get(a.V), b.get(a.Y), b.get(a.LSE), b.get(a.DY))
	b.set(a.DQ, g.q)
	b.set(a.DK, g.k)
	b.set(a.DV, g.v)
	return true
}

func (b *single) Rotary(a backend.RotaryArgs) bool {
	y, _ := rotaryTruth(a.X.Dims(), b.get(a.X), b.get(a.Cos), b.get(a.Sin), a.Interleaved, a.Back)
	b.set(a.Dst, y)
	return true
}
