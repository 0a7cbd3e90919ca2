package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// attentionRows is how many queries are done together: four tiles, so that keys that
	// come to the level 1 cache serve all four. Half as many, and twice, were as fast at
	// 128 to 1024 places.
	attentionRows = 4 * attentionTile
	attentionTile = 2 * asm.MR
	// attentionKeys is how many keys are: scores of a block of both fill half of a level
	// 1 cache. Pages of a cache are as long; 256 keys were as fast.
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
	drop         dropping
	parts, tasks int // pieces of each head of keys; tasks in all
	chunks       team.Division
}

func (a *attentionShape) init(c *cpu, q, k *backend.View, keys int, scale float64, mask backend.AttentionMask) {
	*a = attentionShape{
		c: c, batch: q.Shape[0], queries: q.Shape[1], keys: keys, heads: q.Shape[2], kv: k.Shape[2], group: q.Shape[2] / k.Shape[2],
		dim: q.Shape[3], scale: float32(scale), mask: mask, drop: newDropping(&mask.Dropout),
	}
}

// divide makes the tasks: each head of keys in one piece, or if there are few heads, in
// at most so many.
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

// packKeys packs n vectors, at stride ld and times the scale, into slivers of NR
// columns.
func (a *attentionShape) packKeys(dst, src []float32, ld, n int) {
	for i := 0; i < n; i += asm.NR {
		asm.PackTranspose(dst[i*a.dim:], src[i*ld:], ld, min(asm.NR, n-i), a.dim, asm.NR)
	}
	dst = dst[:roundUp(n, asm.NR)*a.dim]
	asm.MulScalar(dst, dst, a.scale)
}

// copyVectors copies n vectors at stride ld to contiguous memory: read in place, each
// would lie on a page of its own.
func copyVectors(dst, src []float32, ld, n, dim int) {
	for i := range n {
		copy(dst[i*dim:][:dim], src[i*ld:])
	}
}

// scores computes products of vectors, at stride ld, of queries [i0, i0+rows) with
// packed keys from j0 to j1, of those that a tile's queries may see, into rows of
// attentionKeys numbers.
func (a *attentionShape) scores(dst, q []float32, ld int, k []float32, batch, i0, rows, j0, j1 int) {
	tile := asm.InPlaceTiles{Count: 1, K: a.dim, N: asm.NR, ARow: ld, ACol: 1, BRow: asm.NR, CRow: attentionKeys}
	for c := 0; c < j1-j0; c += asm.NR {
		tile.B = k[c*a.dim:]
		for r := 0; r < rows; r += attentionTile {
			tile.M = min(attentionTile, rows-r)
			if lo, hi := a.span(batch, i0+r, i0+r+tile.M, j0, j1); c >= hi || c+asm.NR <= lo {
				continue
			}
			tile.A, tile.C = q[r*ld:], dst[r*attentionKeys+c:]
			asm.GemmInPlace(&tile)
		}
	}
}

// addProduct computes a tile of at most attentionTile rows and any number of columns by
// operands in place.
func addProduct(t *asm.InPlaceTiles, columns int) {
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
			a.divide(a.group)
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
			a.vectors(batch, head, part*a.group/a.parts, (part+1)*a.group/a.parts)
			continue
		}
		blocks := ceilDiv(a.queries, attentionRows)
		a.blocks(batch, head, part*blocks/a.parts*attentionRows, min(a.queries, (part+1)*blocks/a.parts*attentionRows))
	}
}

// pageOf is where key j lies: its page, and its place there.
func (a *attention) pageOf(j int) (page, place int) { return j / a.page, j % a.page }

// finish divides the sums of rows from row i on by those of their exponentials, which
// are relative to the largest score of each. It overwrites sum.
func (a *attention) finish(batch, head, i int, largest, sum []float32) {
	for r, x := range sum {
		if y := a.y.at(batch, i+r, head)[:a.dim]; x == 0 {
			clear(y)
		} else {
			asm.MulScalar(y, y, 1/x)
		}
	}
	if a.lse != nil {
		asm.Log(sum, sum)
		asm.Add(a.lse[(batch*a.heads+head)*a.queries+i:][:len(sum)], sum, largest)
	}
}

// blocks computes queries [q0, q1) of the heads that read one head of keys.
func (a *attention) blocks(batch, kv, q0, q1 int) {
	lo, hi := a.span(batch, q0, q1, 0, a.keys)
	first := lo / attentionKeys * attentionKeys
	width := roundUp(max(0, hi-first), asm.NR)
	size := width * a.dim
	const block = attentionRows * attentionKeys
	scratch := a.c.pool.alloc(2*size + block + a.drop.room())
	defer a.c.pool.put(scratch)
	packed, values, scores, kept := scratch.data[:size], scratch.data[size:2*size], scratch.data[2*size:][:block], scratch.data[2*size+block:]
	for j := first; j < hi; j += attentionKeys {
		page, place := a.pageOf(j)
		k, v := &a.k[page], &a.v[page]
		n := min(attentionKeys, hi-j)
		copyVectors(values[(j-first)*a.dim:], v.at(batch, place, kv), v.place, n, a.dim)
		a.packKeys(packed[(j-first)*a.dim:], k.at(batch, place, kv), k.place, n)
	}
	for head := kv * a.group; head < (kv+1)*a.group; head++ {
		for i := q0; i < q1; i += attentionRows {
			r := attentionRun{attention: a, batch: batch, head: head, i0: i, rows: min(attentionRows, q1-i), s: scores, kept: kept}
			r.run(packed, values, first)
		}
	}
}

// attentionRun is a block of queries of one head.
type attentionRun struct {
	*attention
	batch, head int
	i0, rows    int
	s           []float32 // scores of a block of keys, then their exponentials
	kept        []float32 // with dropout: room for the mask of a row

	largest, sum [attentionRows]float32 // of each row so far
}

// run goes through the blocks of keys and values, packed from key first on.
func (r *attentionRun) run(packed, values []float32, first int) {
	for i := range r.rows {
		r.largest[i] = float32(math.Inf(-1))
	}
	q := r.q.at(r.batch, r.i0, r.head)
	lo, hi := r.span(r.batch, r.i0, r.i0+r.rows, 0, r.keys)
	for j := max(first, lo/attentionKeys*attentionKeys); j < hi; j += attentionKeys {
		j1 := min(hi, j+attentionKeys)
		r.scores(r.s, q, r.q.place, packed[(j-first)*r.dim:], r.batch, r.i0, r.rows, j, j1)
		for t := 0; t < r.rows; t += attentionTile {
			r.tile(values[(j-first)*r.dim:], t, min(attentionTile, r.rows-t), j, j1)
		}
	}
	r.finish(r.batch, r.head, r.i0, r.largest[:r.rows], r.sum[:r.rows])
}

// tile adds the values of keys from j0 to j1 to a tile's rows, m from row t on.
func (r *attentionRun) tile(values []float32, t, m, j0, j1 int) {
	lo, hi := r.span(r.batch, r.i0+t, r.i0+t+m, j0, j1)
	if lo >= hi {
		return
	}
	var seen [attentionTile]struct{ from, to int }
	var shrink [attentionTile]float32
	largest, sum, begun := r.largest[t:t+m], r.sum[t:t+m], false
	for i := range m {
		row := r.s[(t+i)*attentionKeys:][:attentionKeys]
		from, to := r.seen(r.batch, r.i0+t+i, j0, j1)
		from = min(max(from, lo), hi)
		to = max(from, min(to, hi))
		clear(row[lo:from])
		clear(row[to:hi])
		seen[i].from, seen[i].to = from, to
		begun = begun || sum[i] != 0
		if from < to {
			if top := asm.Max(row[from:to]); sum[i] == 0 || top > largest[i] {
				shrink[i] = largest[i] - top
				largest[i] = top
			}
		}
	}
	if begun {
		asm.Exp(shrink[:m], shrink[:m])
	}
	for i := range m {
		if sum[i] != 0 && shrink[i] != 1 {
			y := r.y.at(r.batch, r.i0+t+i, r.head)[:r.dim]
			asm.MulScalar(y, y, shrink[i])
			sum[i] *= shrink[i]
		}
		x := r.s[(t+i)*attentionKeys:][seen[i].from:seen[i].to]
		sum[i] += asm.SumExp(x, x, largest[i])
		if r.drop.on {
			asm.Mul(x, x, r.dropMask(r.kept, r.batch, r.head, r.i0+t+i, j0+seen[i].from, len(x)))
		}
	}
	addProduct(&asm.InPlaceTiles{
		Count: 1,
		K:     hi - lo, M: m, A: r.s[t*attentionKeys+lo:], ARow: attentionKeys, ACol: 1,
		B: values[lo*r.dim:], BRow: r.dim,
		C: r.y.at(r.batch, r.i0+t, r.head), CRow: r.y.place, Accumulate: begun,
	}, r.dim)
}

// vectors computes the few queries there are of heads that read one head of keys, h0 to
// h1 of its group, as is done for each token that is written. Keys and values come from
// memory once.
func (a *attention) vectors(batch, kv, h0, h1 int) {
	lo, hi := a.span(batch, 0, a.queries, 0, a.keys)
	width, rows := hi-lo, (h1-h0)*a.queries
	scratch := a.c.pool.alloc(a.dim + rows*(2+width) + a.drop.room())
	defer a.c.pool.put(scratch)
	part, tops, sums, scores := scratch.data[:a.dim], scratch.data[a.dim:][:rows], scratch.data[a.dim+rows:][:rows], scratch.data[a.dim+2*rows:]
	kept := scores[rows*width:]
	row := func(r int) (head, i int, s []float32) {
		return kv*a.group + h0 + r/a.queries, r % a.queries, scores[r*width:][:width]
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
		tops[r] = asm.Max(x)
		sums[r] = asm.SumExp(x, x, tops[r])
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
			x := s[j-lo:][from:to]
			if a.drop.on {
				asm.Mul(x, x, a.dropMask(kept, batch, head, i, j+from, len(x)))
			}
			// Blocks are summed apart, since one long sum loses more than short ones.
			clear(part)
			asm.GemvT(part, v.at(batch, place+from, kv), v.place, x)
			y := a.y.at(batch, i, head)[:a.dim]
			asm.Add(y, y, part)
		}
	}
	for h := range h1 - h0 {
		at := h * a.queries
		a.finish(batch, kv*a.group+h0+h, 0, tops[at:at+a.queries], sums[at:at+a.queries])
	}
}
