package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// attentionRows is how many queries are done together: four tiles, so that keys that
	// come to the level 1 cache serve all four. Half as many took a tenth longer at 1024
	// places, twice as many too.
	attentionRows = 4 * attentionTile
	attentionTile = 2 * asm.MR
	// attentionKeys is how many keys are: scores of a block of both fill half of a level
	// 1 cache, and pages of a cache are as long.
	attentionKeys = 128
	// attentionVector is the most queries for which keys and values are read once for
	// each, by dot products, and nothing is packed: tiles of fewer than four rows do
	// not pay.
	attentionVector = 3
	// attentionTasks is how many tasks are enough for the workers. If there are fewer
	// heads, their queries are divided too, or their keys for the gradient.
	attentionTasks = 8
	// attentionGrain is how many multiplications make a chunk worth handing out: about
	// 3 µs.
	attentionGrain = 256 << 10
)

// heads is the memory of a view [B, T, H, D], whose last axis is contiguous.
type heads struct {
	mem                 []float32
	batch, place, group int // strides from sequence to sequence, place to place, head to head
}

// headsOf reports false for layouts that are not read where they are.
func headsOf(v *backend.View) (heads, bool) {
	h := heads{from(v), v.Strides[0], v.Strides[1], v.Strides[2]}
	return h, v.Size() == 0 || (v.Shape[3] == 1 || v.Strides[3] == 1) && !hasNegative(v)
}

// at is the memory from one vector on.
func (h *heads) at(batch, place, head int) []float32 {
	return h.mem[batch*h.batch+place*h.place+head*h.group:]
}

// attentionShape is what both directions of attention work on.
type attentionShape struct {
	c            *cpu
	batch        int
	queries      int
	keys         int
	heads, kv    int // heads of queries, of keys
	group        int // heads of queries for each of keys
	dim          int
	scale        float32
	mask         backend.AttentionMask
	parts, tasks int // pieces of each head of keys; tasks in all
	chunks       team.Division
}

func (a *attentionShape) init(c *cpu, q, k *backend.View, keys int, scale float64, mask backend.AttentionMask) {
	*a = attentionShape{
		c: c, batch: q.Shape[0], queries: q.Shape[1], keys: keys, heads: q.Shape[2], kv: k.Shape[2], group: q.Shape[2] / k.Shape[2],
		dim: q.Shape[3], scale: float32(scale), mask: mask,
	}
}

// divide makes the tasks: most pieces of each head of keys at the most.
func (a *attentionShape) divide(most int) {
	a.parts = max(1, min(most, attentionTasks/(a.batch*a.kv)))
	a.tasks = a.batch * a.kv * a.parts
	work := 2 * a.group * a.queries * a.keys * a.dim / a.parts
	a.chunks = team.Divide(a.tasks, max(1, attentionGrain/max(1, work)), 1)
}

// task is what number i is about.
func (a *attentionShape) task(i int) (batch, head, part int) {
	part, i = i%a.parts, i/a.parts
	return i / a.kv, i % a.kv, part
}

// seen is the range of keys, counted from key j0 on and cut at j1, that query i sees.
func (a *attentionShape) seen(batch, i, j0, j1 int) (lo, hi int) {
	lo, hi = a.mask.Keys(batch, i, a.keys)
	lo = min(max(lo, j0), j1)
	return lo - j0, max(lo, min(hi, j1)) - j0
}

// span is the range that some of the queries [i0, i1) see.
func (a *attentionShape) span(batch, i0, i1, j0, j1 int) (lo, hi int) {
	lo, _ = a.seen(batch, i0, j0, j1)
	_, hi = a.seen(batch, i1-1, j0, j1)
	return lo, hi
}

// packVectors packs n vectors, at stride ld, as [asm.GemmWide] reads its first or, with
// width NR, its second operand.
func (a *attentionShape) packVectors(dst, src []float32, ld, n, width int) {
	for i := 0; i < n; i += width {
		asm.PackTranspose(dst[i*a.dim:], src[i*ld:], ld, min(width, n-i), a.dim, width)
	}
}

// scores computes products of packed queries [i0, i0+rows) with packed keys from j0 to
// j1, of those that a tile's queries may see, into rows of attentionKeys numbers.
func (a *attentionShape) scores(dst, q, k []float32, batch, i0, rows, j0, j1 int) {
	tile := asm.WideTile{K: a.dim, CRow: attentionKeys}
	for c := 0; c < j1-j0; c += 2 * asm.NR {
		tile.B, tile.N = k[c*a.dim:], min(2*asm.NR, j1-j0-c)
		for r := 0; r < rows; r += attentionTile {
			tile.M = min(attentionTile, rows-r)
			if lo, hi := a.span(batch, i0+r, i0+r+tile.M, j0, j1); c >= hi || c+tile.N <= lo {
				continue
			}
			tile.A, tile.C = q[r*a.dim:], dst[r*attentionKeys+c:]
			asm.GemmWide(&tile)
		}
	}
}

// addProduct computes a tile of at most attentionTile rows and any number of columns by
// operands in place.
func addProduct(t *asm.InPlaceTile, columns int) {
	b, c := t.B, t.C
	for columns >= asm.NR {
		t.N = columns / asm.NR * asm.NR
		t.N = min(t.N, 2*asm.NR)
		t.B, t.C = b, c
		asm.GemmInPlace(t)
		columns -= t.N
		if columns == 0 {
			return
		}
		b, c = b[t.N:], c[t.N:]
	}
	for i := 0; i < t.M; i += asm.MR {
		asm.GemmTiles(&asm.Tiles{
			Count: 1, K: t.K, M: min(asm.MR, t.M-i), N: columns, A: t.A[i*t.ARow:], ARow: t.ARow, ACol: t.ACol,
			B: b, BRow: t.BRow, C: c[i*t.CRow:], CRow: t.CRow, Accumulate: t.Accumulate,
		})
	}
}

// attention is one call of Attention.
type attention struct {
	attentionShape
	y, q heads
	k, v []heads // pages
	page int     // keys in each page but the last
	lse  []float32
}

var attentions team.Recycler[attention]

// Attention computes softmax(Scale·Q·Kᵀ + mask)·V by blocks of queries and keys, with the
// sum of a row's exponentials relative to the largest score so far.
//
// Reference: Milakov and Gimelshein, "Online normalizer calculation for softmax",
// 2018; Rabe and Staats, "Self-attention Does Not Need O(n²) Memory", 2021; Dao et al.,
// "FlashAttention", 2022.
func (c *cpu) Attention(args backend.AttentionArgs) bool {
	a := attentions.Get()
	ok := a.open(c, &args)
	if ok {
		if a.queries > attentionVector {
			a.divide(ceilDiv(a.queries, attentionRows))
		} else {
			a.divide(1)
		}
		c.team.Do(a.chunks.Count, a)
	}
	k, v := a.k, a.v
	clear(k)
	clear(v)
	*a = attention{k: k[:0], v: v[:0]}
	attentions.Put(a)
	return ok
}

// open reports whether the kernel takes the layout.
func (a *attention) open(c *cpu, args *backend.AttentionArgs) bool {
	k, v, keys := a.k[:0], a.v[:0], 0
	fit := true
	for i := range args.K {
		page, pv := &args.K[i], &args.V[i]
		n := page.Shape[1]
		keys += n
		if i < len(args.K)-1 && (n%attentionKeys != 0 || n != args.K[0].Shape[1]) || i > 0 && n > args.K[0].Shape[1] {
			fit = false
		}
		hk, okK := headsOf(page)
		hv, okV := headsOf(pv)
		k, v, fit = append(k, hk), append(v, hv), fit && okK && okV
	}
	a.init(c, &args.Q, &args.K[0], keys, args.Scale, args.Mask)
	a.k, a.v, a.page = k, v, max(1, args.K[0].Shape[1])
	var okQ, okY bool
	a.q, okQ = headsOf(&args.Q)
	a.y, okY = headsOf(&args.Y)
	if args.LSE.Buf != nil {
		a.lse = dense(&args.LSE)
	}
	return fit && okQ && okY
}

func (a *attention) Chunk(i int) {
	lo, hi := a.chunks.Bounds(i)
	for ; lo < hi; lo++ {
		batch, head, part := a.task(lo)
		if a.queries <= attentionVector {
			a.vectors(batch, head)
			continue
		}
		blocks := ceilDiv(a.queries, attentionRows)
		a.blocks(batch, head, part*blocks/a.parts*attentionRows, min(a.queries, (part+1)*blocks/a.parts*attentionRows))
	}
}

// pageOf is where key j lies: its page, and its place there.
func (a *attention) pageOf(j int) (page, place int) { return j / a.page, j % a.page }

// finish divides sums over a row by the sum of its exponentials, relative to largest.
func (a *attention) finish(batch, head, i int, largest, sum float32) {
	y := a.y.at(batch, i, head)[:a.dim]
	lse := float32(math.Inf(-1))
	if sum == 0 {
		clear(y)
	} else {
		asm.MulScalar(y, y, 1/sum)
		lse = largest + float32(math.Log(float64(sum)))
	}
	if a.lse != nil {
		a.lse[(batch*a.heads+head)*a.queries+i] = lse
	}
}

// blocks computes queries [q0, q1) of the heads that read one head of keys.
func (a *attention) blocks(batch, kv, q0, q1 int) {
	lo, hi := a.span(batch, q0, q1, 0, a.keys)
	first := lo / attentionKeys * attentionKeys
	width := roundUp(max(0, hi-first), 2*asm.NR)
	scratch := a.c.pool.alloc(width*a.dim + attentionRows*(attentionKeys+a.dim))
	defer a.c.pool.put(scratch)
	packed, mem := scratch.data[:width*a.dim], scratch.data[width*a.dim:]
	for j := first; j < hi; j += attentionKeys {
		page, place := a.pageOf(j)
		k := &a.k[page]
		dst := packed[(j-first)*a.dim:]
		n := min(attentionKeys, hi-j)
		a.packVectors(dst, k.at(batch, place, kv), k.place, n, asm.NR)
		dst = dst[:roundUp(n, asm.NR)*a.dim]
		asm.MulScalar(dst, dst, a.scale)
	}
	for head := kv * a.group; head < (kv+1)*a.group; head++ {
		for i := q0; i < q1; i += attentionRows {
			r := attentionRun{attention: a, batch: batch, head: head, kv: kv, i0: i, rows: min(attentionRows, q1-i)}
			r.q, r.s = mem[:attentionRows*a.dim], mem[attentionRows*a.dim:]
			r.run(packed, first)
		}
	}
}

// attentionRun is a block of queries of one head.
type attentionRun struct {
	*attention
	batch, head, kv int
	i0, rows        int
	q, s            []float32 // packed queries; scores of a block of keys, then their exponentials

	largest, sum [attentionRows]float32 // of each row so far
	begun        [attentionRows / attentionTile]bool
}

// run goes through the blocks of keys, packed from key first on.
func (r *attentionRun) run(packed []float32, first int) {
	for i := range r.rows {
		r.largest[i] = float32(math.Inf(-1))
	}
	r.packVectors(r.q, r.attention.q.at(r.batch, r.i0, r.head), r.attention.q.place, r.rows, asm.MR)
	lo, hi := r.span(r.batch, r.i0, r.i0+r.rows, 0, r.keys)
	for j := max(first, lo/attentionKeys*attentionKeys); j < hi; j += attentionKeys {
		j1 := min(hi, j+attentionKeys)
		r.scores(r.s, r.q, packed[(j-first)*r.dim:], r.batch, r.i0, r.rows, j, j1)
		for t := 0; t < r.rows; t += attentionTile {
			r.tile(t, min(attentionTile, r.rows-t), j, j1)
		}
	}
	for i := range r.rows {
		r.finish(r.batch, r.head, r.i0+i, r.largest[i], r.sum[i])
	}
}

// tile adds the values of keys from j0 to j1 to a tile's rows, m from row t on.
func (r *attentionRun) tile(t, m, j0, j1 int) {
	lo, hi := r.span(r.batch, r.i0+t, r.i0+t+m, j0, j1)
	if lo >= hi {
		return
	}
	for i := t; i < t+m; i++ {
		row := r.s[i*attentionKeys:][:attentionKeys]
		from, to := r.seen(r.batch, r.i0+i, j0, j1)
		clear(row[lo:max(lo, min(from, hi))])
		clear(row[max(lo, min(to, hi)):hi])
		if from >= to {
			continue
		}
		x := row[from:to]
		if top := asm.Max(x); r.sum[i] == 0 || top > r.largest[i] {
			if r.sum[i] != 0 {
				shrink := float32(math.Exp(float64(r.largest[i] - top)))
				y := r.y.at(r.batch, r.i0+i, r.head)[:r.dim]
				asm.MulScalar(y, y, shrink)
				r.sum[i] *= shrink
			}
			r.largest[i] = top
		}
		r.sum[i] += asm.SumExp(x, x, r.largest[i])
	}
	page, place := r.pageOf(j0 + lo)
	v := &r.v[page]
	addProduct(&asm.InPlaceTile{
		K: hi - lo, M: m, A: r.s[t*attentionKeys+lo:], ARow: attentionKeys, ACol: 1,
		B: v.at(r.batch, place, r.kv), BRow: v.place,
		C: r.y.at(r.batch, r.i0+t, r.head), CRow: r.y.place, Accumulate: r.begun[t/attentionTile],
	}, r.dim)
	r.begun[t/attentionTile] = true
}

// vectors computes the few queries there are of the heads that read one head of keys,
// as is done for each token that is written. Keys and values come from memory once.
func (a *attention) vectors(batch, kv int) {
	lo, hi := a.span(batch, 0, a.queries, 0, a.keys)
	width, rows := hi-lo, a.group*a.queries
	scratch := a.c.pool.alloc(a.dim + rows*(2+width))
	defer a.c.pool.put(scratch)
	part, stats, scores := scratch.data[:a.dim], scratch.data[a.dim:a.dim+2*rows], scratch.data[a.dim+2*rows:]
	row := func(r int) (head, i int, s []float32) {
		return kv*a.group + r/a.queries, r % a.queries, scores[r*width:][:width]
	}
	for j, n := lo, 0; j < hi; j += n {
		page, place := a.pageOf(j)
		n = min(hi-j, attentionKeys-j%attentionKeys)
		k := &a.k[page]
		for r := range rows {
			head, i, s := row(r)
			asm.Gemv(s[j-lo:][:n], k.at(batch, place, kv), k.place, a.q.at(batch, i, head)[:a.dim], false, false)
		}
	}
	for r := range rows {
		head, i, s := row(r)
		from, to := a.seen(batch, i, lo, hi)
		x := s[from:to]
		asm.MulScalar(x, x, a.scale)
		top := asm.Max(x)
		stats[2*r], stats[2*r+1] = top, asm.SumExp(x, x, top)
		clear(a.y.at(batch, i, head)[:a.dim])
	}
	for j, n := lo, 0; j < hi; j += n {
		page, place := a.pageOf(j)
		n = min(hi-j, attentionKeys-j%attentionKeys)
		v := &a.v[page]
		for r := range rows {
			head, i, s := row(r)
			from, to := a.seen(batch, i, j, j+n)
			if from >= to {
				continue
			}
			// Blocks are summed apart, since one long sum loses more than short ones.
			clear(part)
			asm.GemvT(part, v.at(batch, place+from, kv), v.place, s[j-lo:][from:to])
			y := a.y.at(batch, i, head)[:a.dim]
			asm.Add(y, y, part)
		}
	}
	for r := range rows {
		head, i, _ := row(r)
		a.finish(batch, head, i, stats[2*r], stats[2*r+1])
	}
}
