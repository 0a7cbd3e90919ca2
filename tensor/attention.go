package tensor

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// AttentionConfig is what [Attention] is told besides queries, keys and values. The
// zero value scales by 1/√D and lets each query see all keys.
type AttentionConfig struct {
	// Scale multiplies the products of queries and keys; 0 means 1/√D.
	Scale float64
	// Causal queries see no key after their place.
	Causal bool
	// Window, if not 0, is how many places a query sees: its own and those before, and
	// without Causal as many after it.
	Window int
	// Offset is the place of the first query among the keys, such as the number of keys
	// that a cache held before.
	Offset int
	// Lengths is how many keys each sequence of the batch has, the rest being padding.
	// nil: all that there are. It must not change before the backward pass has run.
	Lengths []int32
	// Dropout is the probability with which each weight is dropped, once all have been
	// divided by their sum; those that are kept are divided by 1−Dropout. The mask is that
	// which [Tape.Bernoulli] draws in the shape [B, H, Tq, Tk], of the tape's rows.
	Dropout float64

	dropout backend.AttentionDropout // the mask, once it is drawn
}

func (c *AttentionConfig) mask() backend.AttentionMask {
	return backend.AttentionMask{Causal: c.Causal, Window: c.Window, Offset: c.Offset, Lengths: c.Lengths, Dropout: c.dropout}
}

// Attention is scaled dot-product attention with several heads:
//
//	y[i] = Σ_j softmax_j(scale · q[i]·k[j]) · v[j]
//
// over the keys j that a query sees. H heads of queries share G heads of keys and
// values: head h reads head h/(H/G). A query that sees no key gives zeros. Queries,
// keys and values that are parts of one projection are best given as views of it, by
// [Tensor.Split].
//
// The matrix of all queries by all keys is never held, forwards or backwards, nor is the
// mask of dropout, which is drawn where it is needed: memory grows with T, not T². For a
// second derivative they are.
//
// Shape: q [B, Tq, H, D], k and v [B, Tk, G, D], G divides H → [B, Tq, H, D].
//
// Panics if sizes differ, a configured number does not fit, or weights are to be dropped
// on no tape.
//
// Reference: Vaswani et al., "Attention Is All You Need", 2017; groups: Ainslie et al.,
// "GQA", 2023.
func Attention(q, k, v *Tensor, cfg AttentionConfig) *Tensor {
	tape, be := common("attention", q, k, v)
	checkAttention(q, k, v, &cfg)
	cfg.draw(tape, q, k)
	kernel, ok := be.(backend.AttentionKernel)
	if !ok || q.Size() == 0 {
		return attentionComposed(q, k, v, cfg)
	}
	y := alloc(tape, be, q.view.Dims())
	args := backend.AttentionArgs{Y: y.view, Q: q.view, K: []backend.View{k.view}, V: []backend.View{v.view}, Scale: cfg.Scale, Mask: cfg.mask()}
	pass := attentionPass{kernel: kernel, q: q, k: k, v: v, y: y, cfg: cfg}
	if tape.records() {
		pass.lse = alloc(tape, be, []int{q.view.Shape[0], q.view.Shape[2], q.view.Shape[1]})
		args.LSE = pass.lse.view
	}
	if !kernel.Attention(args) {
		return attentionComposed(q, k, v, cfg)
	}
	if tape.records() {
		tape.record("attention", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("scale", cfg.Scale, "causal", cfg.Causal, "window", cfg.Window, "offset", cfg.Offset, "lengths", cfg.Lengths, "dropout", cfg.Dropout)
				return
			}
			if b.Creating() || !pass.backward(b, g) {
				b.Compose(func(ins []*Tensor) []*Tensor { return []*Tensor{attentionComposed(ins[0], ins[1], ins[2], cfg)} })
			}
		}, q, k, v).says()
	}
	return y
}

// AttentionPages is [Attention] to keys and values that lie in pages, one after the
// other along their second axis, such as those of a cache. Nothing goes back to them:
// they are constants, and the result is not recorded.
//
// Shape: q [B, Tq, H, D], each page [B, n, G, D] → [B, Tq, H, D].
//
// Panics as Attention does, if there is no page, or if q's tape records.
func AttentionPages(q *Tensor, k, v []*Tensor, cfg AttentionConfig) *Tensor {
	if len(k) == 0 || len(k) != len(v) {
		Fail("attention", "needs as many pages of keys as of values, and one or more", "%d and %d", len(k), len(v))
	}
	if q.tape.records() {
		panic(&UseError{"attention", "keys in pages get no gradients: use a tape with NoGrad"})
	}
	if cfg.Dropout != 0 {
		Fail("attention", "weights of keys in pages are not dropped", "dropout %g", cfg.Dropout)
	}
	if len(k) == 1 {
		return Attention(q, k[0], v[0], cfg)
	}
	all := k[0].view
	for i := range k[1:] {
		all.Shape[1] += k[i+1].view.Shape[1]
	}
	pages := pageViews.Get()
	defer pages.put()
	tape, be := common("attention", q, k[0], v[0])
	for i := range k {
		common("attention", q, k[i], v[i])
		page := k[i].view
		if page.Rank == 4 {
			page.Shape[1] = k[0].view.Shape[1]
		}
		if !page.SameShape(&k[0].view) || !v[i].view.SameShape(&k[i].view) {
			Fail("attention", fmt.Sprintf("pages of keys and values must be alike but for their length: the first are %v", k[0].Shape()), "%v and %v", k[i].Shape(), v[i].Shape())
		}
		pages.k, pages.v = append(pages.k, k[i].view), append(pages.v, v[i].view)
	}
	whole := &Tensor{view: all, be: be, store: k[0].store}
	checkAttention(q, whole, whole, &cfg)
	if kernel, ok := be.(backend.AttentionKernel); ok && q.Size() > 0 {
		y := alloc(tape, be, q.view.Dims())
		if kernel.Attention(backend.AttentionArgs{Y: y.view, Q: q.view, K: pages.k, V: pages.v, Scale: cfg.Scale, Mask: cfg.mask()}) {
			return y
		}
	}
	return Attention(q, Cat(1, k...), Cat(1, v...), cfg)
}

// pagesOf is the views of one call, kept for the next: a long cache has many pages, and
// a call for each token and layer.
type pagesOf struct{ k, v []backend.View }

var pageViews team.Recycler[pagesOf]

func (p *pagesOf) put() {
	clear(p.k)
	clear(p.v)
	p.k, p.v = p.k[:0], p.v[:0]
	pageViews.Put(p)
}

// checkAttention panics unless all fits, and works out the scale.
func checkAttention(q, k, v *Tensor, cfg *AttentionConfig) {
	if q.view.Rank != 4 || k.view.Rank != 4 {
		Fail("attention", "needs queries [batch, queries, heads, size] and keys [batch, keys, groups, size]", "%v and %v", q.Shape(), k.Shape())
	}
	if !k.view.SameShape(&v.view) {
		Fail("attention", fmt.Sprintf("keys %v need values of the same shape", k.Shape()), "%v", v.Shape())
	}
	batch, h, g, d := q.view.Shape[0], q.view.Shape[2], k.view.Shape[2], q.view.Shape[3]
	if k.view.Shape[0] != batch || k.view.Shape[3] != d || g == 0 || h%g != 0 {
		Fail("attention", fmt.Sprintf("queries %v need keys [%d, keys, a divisor of %d, %d]", q.Shape(), batch, h, d), "%v", k.Shape())
	}
	if cfg.Window < 0 {
		Fail("attention", "the window must not be negative (0 is none)", "%d", cfg.Window)
	}
	if cfg.Lengths != nil && len(cfg.Lengths) != batch {
		Fail("attention", fmt.Sprintf("needs as many lengths as sequences, %d", batch), "%d", len(cfg.Lengths))
	}
	if !(cfg.Dropout >= 0 && cfg.Dropout <= 1) {
		Fail("attention", "dropout must lie in [0, 1]", "%g", cfg.Dropout)
	}
	for i, n := range cfg.Lengths {
		if n < 0 || int(n) > k.view.Shape[1] {
			Fail("attention", fmt.Sprintf("lengths must lie in [0, %d]", k.view.Shape[1]), "%d at position %d", n, i)
		}
	}
	if cfg.Scale == 0 {
		cfg.Scale = 1 / math.Sqrt(float64(max(d, 1)))
	}
}

// draw reserves the mask of dropout in the tape's stream.
func (c *AttentionConfig) draw(tape *Tape, q, k *Tensor) {
	if c.Dropout == 0 {
		return
	}
	if tape == nil {
		panic(&UseError{"attention", "dropout draws from a tape: put the queries on one"})
	}
	batch, held := q.view.Shape[0], tape.held(q.view.Shape[0], q.Shape())
	row := uint64(batch/held) * uint64(q.view.Shape[2]) * uint64(q.view.Shape[1]) * uint64(k.view.Shape[1])
	from, skip := tape.reserve(held, row)
	c.dropout = backend.AttentionDropout{P: c.Dropout, Stream: from, First: skip}
}

// attentionPass is what the backward pass of attention needs from the forward.
type attentionPass struct {
	kernel          backend.AttentionKernel
	q, k, v, y, lse *Tensor
	cfg             AttentionConfig
}

func (p *attentionPass) backward(b *Backprop, g *Tensor) bool {
	tape := b.tape
	if g.view.Strides[3] != 1 {
		g = g.Contiguous()
	}
	dq, dk, dv := p.gradients(tape)
	if !p.kernel.AttentionGrad(backend.AttentionGradArgs{
		DQ: dq.view, DK: dk.view, DV: dv.view, DY: g.view, Y: p.y.view, LSE: p.lse.view,
		Q: p.q.view, K: p.k.view, V: p.v.view, Scale: p.cfg.Scale, Mask: p.cfg.mask(),
	}) {
		return false
	}
	b.Add(0, dq)
	b.Add(1, dk)
	b.Add(2, dv)
	return true
}

// gradients makes the gradients of q, k and v. Where these are parts of one projection,
// so are the gradients, which [Tensor.Split] then need not join.
func (p *attentionPass) gradients(tape *Tape) (dq, dk, dv *Tensor) {
	if d := sideBySide(tape, p.q, p.k, p.v); d != nil {
		return d[0], d[1], d[2]
	}
	dv = alloc(tape, tape.be, p.v.view.Dims())
	if d := sideBySide(tape, p.q, p.k); d != nil {
		return d[0], d[1], dv
	}
	return alloc(tape, tape.be, p.q.view.Dims()), alloc(tape, tape.be, p.k.view.Dims()), dv
}

// sideBySide makes a tensor for each of some [B, T, H, D] that are parts of one along
// its third axis: parts of one likewise. It is nil if they are not.
func sideBySide(tape *Tape, parts ...*Tensor) []*Tensor {
	first := &parts[0].view
	shape := [4]int{first.Shape[0], first.Shape[1], 0, first.Shape[3]}
	for _, p := range parts {
		shape[2] += p.view.Shape[2]
	}
	all := backend.NewView(first.Buf, shape[:]...)
	all.Offset = first.Offset
	at := 0
	for _, p := range parts {
		piece := place(all, 2, at, p.view.Shape[2])
		if !p.view.SameElements(&piece) {
			return nil
		}
		at += p.view.Shape[2]
	}
	whole := alloc(tape, tape.be, shape[:])
	out, at := make([]*Tensor, len(parts)), 0
	for i, p := range parts {
		out[i] = whole.alias(tape, place(whole.view, 2, at, p.view.Shape[2]))
		at += p.view.Shape[2]
	}
	return out
}

// attentionComposed is attention by public operations, which hold all scores.
func attentionComposed(q, k, v *Tensor, cfg AttentionConfig) *Tensor {
	batch, queries, h, d := q.view.Shape[0], q.view.Shape[1], q.view.Shape[2], q.view.Shape[3]
	weights := attentionWeights(q, k, cfg)
	if d := cfg.dropout; d.P != 0 {
		tape, _ := common("attention", q, k, v)
		var mask *Tensor
		tape.NoGrad(func() {
			mask = tape.drawFrom(backend.Bernoulli, backend.Params{1 - d.P}, d.Stream, d.First, weights.Shape())
			if d.P < 1 {
				mask = mask.MulScalar(1 / (1 - d.P))
			}
		})
		weights = weights.Mul(mask)
	}
	y := weights.MatMul(v.Permute(0, 2, 1, 3).Unsqueeze(2))
	return y.Permute(0, 3, 1, 2, 4).Reshape(batch, queries, h, d)
}

// AttentionWeights is how much each query of [Attention] takes of each key, to be looked
// at: softmax_j(scale · q[i]·k[j]), and 0 where a query does not see a key. Unlike there,
// the matrix of all queries by all keys is held, and nothing is dropped.
//
// Shape: q [B, Tq, H, D], k [B, Tk, G, D], G divides H → [B, H, Tq, Tk].
//
// Panics as Attention does.
func AttentionWeights(q, k *Tensor, cfg AttentionConfig) *Tensor {
	common("attention weights", q, k)
	checkAttention(q, k, k, &cfg)
	return attentionWeights(q, k, cfg).Reshape(q.view.Shape[0], q.view.Shape[2], q.view.Shape[1], k.view.Shape[1])
}

// attentionWeights is the weights [B, G, H/G, Tq, Tk].
func attentionWeights(q, k *Tensor, cfg AttentionConfig) *Tensor {
	batch, queries, h, d := q.view.Shape[0], q.view.Shape[1], q.view.Shape[2], q.view.Shape[3]
	keys, g := k.view.Shape[1], k.view.Shape[2]
	rows := q.Reshape(batch, queries, g, h/g, d).Permute(0, 2, 3, 1, 4) // [B, G, H/G, Tq, D]
	scores := rows.MatMul(k.Permute(0, 2, 3, 1).Unsqueeze(2)).MulScalar(cfg.Scale)
	mask := cfg.mask()
	if mask.Full(queries, keys) && keys > 0 {
		return scores.Softmax(-1)
	}
	seen := seenKeys(scores.tape, scores.be, &mask, batch, queries, keys)
	// Finite, so that a query that sees nothing gives no NaN.
	return Where(seen, scores, scores.Const(-1e30)).Softmax(-1).Mul(seen)
}

// seenKeys is a mask as numbers: 1 for a key that a query sees.
//
// Shape: [B or 1, 1, 1, Tq, Tk].
func seenKeys(tape *Tape, be backend.Backend, mask *backend.AttentionMask, batch, queries, keys int) *Tensor {
	if mask.Lengths == nil {
		batch = 1
	}
	seen := make([]float64, batch*queries*keys)
	for b := range batch {
		for i := range queries {
			lo, hi := mask.Keys(b, i, keys)
			row := seen[(b*queries+i)*keys:][:keys]
			for j := lo; j < hi; j++ {
				row[j] = 1
			}
		}
	}
	y := alloc(tape, be, []int{batch, 1, 1, queries, keys})
	load(y, seen)
	return y
}
