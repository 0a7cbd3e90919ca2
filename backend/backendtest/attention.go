package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

func attentionChecks() []check {
	return []check{
		optional("optional/attention", (*suite).attention),
		optional("optional/attention_pages", (*suite).attentionPages),
		optional("optional/rotary", (*suite).rotary),
	}
}

// attentionSize is what attention is about: queries [batch, queries, heads, dim], keys
// [batch, keys, groups, dim].
type attentionSize struct {
	batch, queries, keys, heads, groups, dim int
	scale                                    float64
	mask                                     backend.AttentionMask
}

func (z *attentionSize) q() []int { return []int{z.batch, z.queries, z.heads, z.dim} }
func (z *attentionSize) k() []int { return []int{z.batch, z.keys, z.groups, z.dim} }

// query and key are where vector i or j of a head of queries lies.
func (z *attentionSize) query(b, i, h int) int { return ((b*z.queries+i)*z.heads + h) * z.dim }
func (z *attentionSize) key(b, j, h int) int {
	return ((b*z.keys+j)*z.groups + h/(z.heads/z.groups)) * z.dim
}

// kept is what the weight of query i to key j is multiplied with by dropout.
func (z *attentionSize) kept(b, i, h, j int) float64 {
	d := &z.mask.Dropout
	if d.P == 0 {
		return 1
	}
	var x [1]float64
	philox.FillAt(x[:], d.First+((b*z.heads+h)*z.queries+i)*z.keys+j, backend.Bernoulli, backend.Params{1 - d.P}, d.Stream)
	if x[0] == 0 {
		return 0
	}
	return 1 / (1 - d.P)
}

// seen calls f for each query, with the scores of the keys it sees and how far off, in
// ε, rounded ones may be.
func (z *attentionSize) seen(q, k []float64, f func(b, i, h, lo int, score, off []float64)) {
	for b := range z.batch {
		for i := range z.queries {
			lo, hi := z.mask.Keys(b, i, z.keys)
			for h := range z.heads {
				score, off := make([]float64, hi-lo), make([]float64, hi-lo)
				x := q[z.query(b, i, h):][:z.dim]
				for j := lo; j < hi; j++ {
					sum, size := products(x, k[z.key(b, j, h):][:z.dim])
					score[j-lo], off[j-lo] = z.scale*sum, z.scale*size*(sumFactor(z.dim)+2)
				}
				f(b, i, h, lo, score, off)
			}
		}
	}
}

// products is Σ a·b and the sum of their sizes.
func products(a, b []float64) (sum, size float64) {
	for i, x := range a {
		sum += x * b[i]
		size += math.Abs(x * b[i])
	}
	return sum, size
}

// attentionTruth is the result with its log-sum-exps, and the slacks of both in ε.
func attentionTruth(z *attentionSize, q, k, v []float64) (y, lse, ySlack, lseSlack []float64) {
	y, ySlack = make([]float64, len(q)), make([]float64, len(q))
	lse, lseSlack = make([]float64, z.batch*z.heads*z.queries), make([]float64, z.batch*z.heads*z.queries)
	z.seen(q, k, func(b, i, h, lo int, score, off []float64) {
		row := (b*z.heads+h)*z.queries + i
		if len(score) == 0 {
			lse[row] = math.Inf(-1)
			return
		}
		top, sum, worst := math.Inf(-1), 0.0, 0.0
		for j, s := range score {
			top, worst = max(top, s), max(worst, off[j])
		}
		for _, s := range score {
			sum += math.Exp(s - top)
		}
		lse[row] = top + math.Log(sum)
		lseSlack[row] = worst + math.Abs(top) + 2*math.Log(sum) + sumFactor(len(score)) + 8
		at := z.query(b, i, h)
		for j, s := range score {
			p := math.Exp(s-lse[row]) * z.kept(b, i, h, lo+j)
			for d, x := range v[z.key(b, lo+j, h):][:z.dim] {
				y[at+d] += p * x
				ySlack[at+d] += p * math.Abs(x) * (off[j] + worst + 2*math.Abs(s-top) + 2*sumFactor(len(score)) + 16)
			}
		}
	})
	return y, lse, ySlack, lseSlack
}

// attentionGrads are the gradients, or their slacks in ε.
type attentionGrads struct{ q, k, v []float64 }

// attentionGradTruth is the gradients, given the results that attention left.
func attentionGradTruth(z *attentionSize, q, k, v, y, lse, dy []float64) (grad, slack attentionGrads) {
	make3 := func() attentionGrads {
		return attentionGrads{make([]float64, len(q)), make([]float64, len(k)), make([]float64, len(v))}
	}
	grad, slack = make3(), make3()
	tall := sumFactor(z.queries*z.heads/z.groups) + 4
	z.seen(q, k, func(b, i, h, lo int, score, off []float64) {
		at, row := z.query(b, i, h), (b*z.heads+h)*z.queries+i
		g := dy[at:][:z.dim]
		delta, deltaSize := products(g, y[at:][:z.dim])
		wide := sumFactor(len(score)) + 4
		for j, s := range score {
			kv := z.key(b, lo+j, h)
			p := math.Exp(s - lse[row])
			keep := z.kept(b, i, h, lo+j)
			dp, size := products(g, v[kv:][:z.dim])
			dp, size = dp*keep, size*keep
			ds := z.scale * p * (dp - delta)
			relative := off[j] + math.Abs(s) + math.Abs(s-lse[row]) + 8
			dsSlack := z.scale * p * ((size+deltaSize)*(sumFactor(z.dim)+4) + (math.Abs(dp)+math.Abs(delta))*relative)
			for d := range z.dim {
				grad.v[kv+d] += p * keep * g[d]
				slack.v[kv+d] += p * keep * math.Abs(g[d]) * (relative + tall)
				grad.q[at+d] += ds * k[kv+d]
				slack.q[at+d] += math.Abs(k[kv+d]) * (dsSlack + math.Abs(ds)*wide)
				grad.k[kv+d] += ds * q[at+d]
				slack.k[kv+d] += math.Abs(q[at+d]) * (dsSlack + math.Abs(ds)*tall)
			}
		}
	})
	return grad, slack
}

// attentionSizes have every kind of mask and the edges of tiles and blocks. Their scale
// is that of a head's size unless they have one.
func attentionSizes() []attentionSize {
	causal := backend.AttentionMask{Causal: true}
	sizes := []attentionSize{
		{1, 1, 1, 1, 1, 1, 0, causal},
		{2, 3, 5, 1, 1, 4, 0, backend.AttentionMask{}},
		{1, 5, 5, 2, 2, 16, 0, causal},
		{2, 13, 13, 4, 2, 8, 0, causal},
		{1, 12, 17, 3, 1, 33, 0.3, backend.AttentionMask{Causal: true, Offset: 5}},
		{1, 50, 130, 2, 1, 16, 0, backend.AttentionMask{Causal: true, Offset: 80}},
		{1, 131, 131, 1, 1, 32, 0, causal},
		{1, 49, 260, 1, 1, 20, 0, backend.AttentionMask{}},
		{1, 140, 140, 2, 2, 5, 0, backend.AttentionMask{Causal: true, Window: 9}},
		{1, 260, 260, 1, 1, 3, 0, backend.AttentionMask{Causal: true, Window: 130}},
		{2, 20, 20, 1, 1, 16, 0, backend.AttentionMask{Window: 3}},
		{3, 30, 40, 2, 1, 16, 0, backend.AttentionMask{Lengths: []int32{40, 0, 17}}},
		{2, 60, 60, 1, 1, 64, 0, backend.AttentionMask{Causal: true, Window: 20, Lengths: []int32{60, 33}}},
		{1, 8, 8, 1, 1, 16, 0, backend.AttentionMask{Causal: true, Offset: -3}},
		{1, 6, 0, 1, 1, 8, 0, causal},
		{2, 1, 300, 4, 1, 64, 0, backend.AttentionMask{Causal: true, Offset: 299}},
		{1, 3, 200, 2, 2, 40, 0, backend.AttentionMask{Causal: true, Offset: 190, Window: 100}},
		{1, 2, 9, 3, 1, 256, 0, backend.AttentionMask{Lengths: []int32{4}}},
		{1, 7, 30, 1, 1, 256, 0, backend.AttentionMask{}},
		{9, 16, 16, 2, 1, 16, 0, causal},
		{2, 13, 13, 4, 2, 8, 0, backend.AttentionMask{Causal: true, Dropout: dropping(0.3, 3)}},
		{2, 50, 261, 2, 1, 16, 0, backend.AttentionMask{Window: 140, Offset: 100, Lengths: []int32{261, 190}, Dropout: dropping(0.1, 0)}},
		{2, 3, 200, 4, 2, 16, 0, backend.AttentionMask{Causal: true, Offset: 190, Window: 150, Dropout: dropping(0.6, 1)}},
		{1, 5, 5, 1, 1, 4, 0, backend.AttentionMask{Dropout: dropping(1, 0)}},
	}
	for i := range sizes {
		if z := &sizes[i]; z.scale == 0 {
			z.scale = 1 / math.Sqrt(float64(z.dim))
		}
	}
	return thin(sizes)
}

// dropping is dropout by a stream whose counter carries into its high word.
func dropping(p float64, first int) backend.AttentionDropout {
	return backend.AttentionDropout{P: p, Stream: backend.Stream{Key: 0xfedcba9876543210, Counter: math.MaxUint32 - 3}, First: first}
}

// headsFirst is an operand of shape [B, T, H, D] whose heads lie one after the other in
// memory, as those of a cache do.
func (s *suite) headsFirst(shape []int, value func(int) float64) operand {
	o := s.input(contiguous, []int{shape[0], shape[2], shape[1], shape[3]}, value)
	for _, v := range []*backend.View{&o.be, &o.ref} {
		v.Shape[1], v.Shape[2] = v.Shape[2], v.Shape[1]
		v.Strides[1], v.Strides[2] = v.Strides[2], v.Strides[1]
	}
	o.at = positions(o.be)
	return o
}

func (s *suite) attention(k backend.AttentionKernel) {
	for _, z := range attentionSizes() {
		for _, l := range []layout{contiguous, padded} {
			s.attentionCase(k, z, l)
		}
	}
	// Scores far from 0 neither overflow nor lose the keys that matter.
	z := attentionSize{1, 20, 20, 1, 1, 16, 40, backend.AttentionMask{Causal: true}}
	s.attentionCase(k, z, contiguous)
}

func (s *suite) attentionCase(kernel backend.AttentionKernel, z attentionSize, l layout) {
	defer s.done()
	q := s.input(l, z.q(), s.normals())
	var k, v operand
	if l == contiguous {
		k, v = s.headsFirst(z.k(), s.normals()), s.headsFirst(z.k(), s.normals())
	} else {
		k, v = s.input(l, z.k(), s.normals()), s.input(l, z.k(), s.normals())
	}
	y, lse := s.output(l, z.q()), s.output(contiguous, []int{z.batch, z.heads, z.queries})
	what := fmt.Sprintf("attention %+v, %v", z, l)
	args := backend.AttentionArgs{
		Y: y.be, LSE: lse.be, Q: q.be, K: []backend.View{k.be}, V: []backend.View{v.be}, Scale: z.scale, Mask: z.mask,
	}
	if !s.took(what, kernel.Attention(args), y, lse) {
		return
	}
	qs, ks, vs := q.elements(), k.elements(), v.elements()
	ys, lses, ySlack, lseSlack := attentionTruth(&z, qs, ks, vs)
	s.verifyTruth(what, s.scaled(ySlack), y, ys)
	s.verifyTruth(what+": log-sum-exp", s.scaled(lseSlack), lse, lses)
	s.intact(what, q, k, v)

	again := s.output(l, z.q())
	args.Y, args.LSE = again.be, backend.View{}
	if s.took(what+" without log-sum-exps", kernel.Attention(args), again) {
		s.verifyTruth(what+" without log-sum-exps", s.scaled(ySlack), again, ys)
	}

	dy, saved := s.input(l, z.q(), s.normals()), s.input(l, z.q(), listed(append(ys, 0)))
	lse = s.input(contiguous, []int{z.batch, z.heads, z.queries}, listed(append(lses, 0)))
	dq, dk, dv := s.output(l, z.q()), s.output(l, z.k()), s.output(l, z.k())
	what = "gradient of " + what
	if !s.took(what, kernel.AttentionGrad(backend.AttentionGradArgs{
		DQ: dq.be, DK: dk.be, DV: dv.be, DY: dy.be, Y: saved.be, LSE: lse.be, Q: q.be, K: k.be, V: v.be, Scale: z.scale, Mask: z.mask,
	}), dq, dk, dv) {
		return
	}
	grad, slack := attentionGradTruth(&z, qs, ks, vs, saved.elements(), lse.elements(), dy.elements())
	s.verifyTruth(what+": queries", s.scaled(slack.q), dq, grad.q)
	s.verifyTruth(what+": keys", s.scaled(slack.k), dk, grad.k)
	s.verifyTruth(what+": values", s.scaled(slack.v), dv, grad.v)
	s.intact(what, dy, saved, lse, q, k, v)
}

// attentionPages checks keys in pages of several lengths, of which a kernel may take
// some.
func (s *suite) attentionPages(kernel backend.AttentionKernel) {
	for _, pages := range [][]int{{128, 128, 1}, {128, 5}, {256, 128, 40}, {4, 4, 4}, {3, 5}, {64, 64, 64, 7}} {
		for _, queries := range []int{1, 3, 30} {
			for _, window := range []int{0, 33} {
				s.attentionPagesCase(kernel, pages, queries, window)
			}
		}
	}
}

func (s *suite) attentionPagesCase(kernel backend.AttentionKernel, pages []int, queries, window int) {
	defer s.done()
	z := attentionSize{batch: 1, queries: queries, heads: 4, groups: 2, dim: 16, scale: 0.25}
	for _, n := range pages {
		z.keys += n
	}
	z.mask = backend.AttentionMask{Causal: true, Window: window, Offset: z.keys - queries}
	q, y := s.input(contiguous, z.q(), s.normals()), s.output(contiguous, z.q())
	args := backend.AttentionArgs{Y: y.be, Q: q.be, Scale: z.scale, Mask: z.mask}
	var ks, vs []float64
	for _, n := range pages {
		shape := []int{1, n, z.groups, z.dim}
		k, v := s.headsFirst(shape, s.normals()), s.headsFirst(shape, s.normals())
		args.K, args.V = append(args.K, k.be), append(args.V, v.be)
		ks, vs = append(ks, k.elements()...), append(vs, v.elements()...)
	}
	what := fmt.Sprintf("attention %+v in pages of %v", z, pages)
	if s.took(what, kernel.Attention(args), y) {
		ys, _, slack, _ := attentionTruth(&z, q.elements(), ks, vs)
		s.verifyTruth(what, s.scaled(slack), y, ys)
	}
}

func (s *suite) rotary(kernel backend.RotaryKernel) {
	for _, shape := range thin([][]int{{1, 1, 1, 2}, {2, 3, 1, 4}, {1, 4, 3, 7}, {2, 5, 2, 16}, {1, 3, 2, 64}, {3, 1, 2, 33}, {1, 2, 1, 256}, {1, 300, 2, 20}}) {
		for _, pairs := range []int{shape[3] / 2, (shape[3]/2 + 1) / 2} {
			for _, interleaved := range []bool{false, true} {
				for _, back := range []bool{false, true} {
					for _, l := range []layout{contiguous, padded} {
						s.rotaryCase(kernel, shape, pairs, interleaved, back, l)
					}
				}
			}
		}
	}
}

func (s *suite) rotaryCase(kernel backend.RotaryKernel, shape []int, pairs int, interleaved, back bool, l layout) {
	defer s.done()
	x, dst, place := s.input(l, shape, s.normals()), s.output(l, shape), s.inout(l, shape, s.normals())
	cos, sin := s.input(l, []int{shape[1], pairs}, s.normals()), s.input(l, []int{shape[1], pairs}, s.normals())
	args := backend.RotaryArgs{Dst: dst.be, X: x.be, Cos: cos.be, Sin: sin.be, Interleaved: interleaved, Back: back}
	what := fmt.Sprintf("rotary %v, %d pairs, interleaved %t, back %t, %v", shape, pairs, interleaved, back, l)
	if !s.took(what, kernel.Rotary(args), dst) {
		return
	}
	want, slack := rotaryTruth(shape, x.elements(), cos.elements(), sin.elements(), interleaved, back)
	s.verifyTruth(what, s.scaled(slack), dst, want)
	s.intact(what, x, cos, sin)

	want, slack = rotaryTruth(shape, place.elements(), cos.elements(), sin.elements(), interleaved, back)
	args.Dst, args.X = place.be, place.be
	if s.took(what+" in place", kernel.Rotary(args), place) {
		s.verifyTruth(what+" in place", s.scaled(slack), place, want)
	}
}

// rotaryTruth turns the pairs; slack is in ε.
func rotaryTruth(shape []int, x, cos, sin []float64, interleaved, back bool) (y, slack []float64) {
	y, slack = append([]float64{}, x...), make([]float64, len(x))
	places, d := shape[1], shape[3]
	pairs := len(cos) / places
	lines(len(x), d, func(from, _ int) {
		t := from / d / shape[2] % places
		for r := range pairs {
			a, b := from+r, from+pairs+r
			if interleaved {
				a, b = from+2*r, from+2*r+1
			}
			c, s := cos[t*pairs+r], sin[t*pairs+r]
			if back {
				s = -s
			}
			y[a], y[b] = x[a]*c-x[b]*s, x[b]*c+x[a]*s
			slack[a], slack[b] = math.Abs(x[a]*c)+math.Abs(x[b]*s), math.Abs(x[b]*c)+math.Abs(x[a]*s)
		}
	})
	return y, slack
}
