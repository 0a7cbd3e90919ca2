package backendtest

import "github.com/org/artnn/backend"

func (b *single) WantsProduct(int, int, int) bool { return true }

func (b *single) AdamStepProduct(p, x, y, m, v backend.View, cfg backend.AdamConfig) bool {
	xs, ys, ps, ms, vs := b.get(x), b.get(y), b.get(p), b.get(m), b.get(v)
	terms, n := y.Shape[0], y.Shape[1]
	for i := range ps {
		g := 0.0
		for t := range terms {
			g += xs[i/n*terms+t] * ys[t*n+i%n]
		}
		ps[i], ms[i], vs[i], _ = adamTruth(ps[i], g, ms[i], vs[i], cfg)
	}
	b.set(p, ps)
	b.set(m, ms)
	b.set(v, vs)
	return true
}
