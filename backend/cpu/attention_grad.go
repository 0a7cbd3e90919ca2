package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// attentionGrad is one call of AttentionGrad.
type attentionGrad struct {
	attentionShape
	q, k, v, y, dy, dq, dk, dv heads
	lse                        []float32
	sums                       []float32 // with parts > 1: the gradient of the queries, of each part
	join                       bool      // the loop that adds these
}

var attentionGrads team.Recycler[attentionGrad]

// AttentionGrad computes the gradients by blocks of keys and queries, with the weights
// computed again from the log-sum-exps:
//
//	P = exp(Scale·Q·Kᵀ − LSE),  dS = Scale · P∘(dY·Vᵀ − Σ dY∘Y)
//	dV = Pᵀ·dY,  dQ = dS·K,  dK = dSᵀ·Q
//
// With dropout, dY·Vᵀ, and P in dV, are multiplied by the mask, which is drawn again.
//
// Reference: Dao et al., "FlashAttention", 2022.
func (c *cpu) AttentionGrad(args backend.AttentionGradArgs) bool {
	a := attentionGrads.Get()
	ok := a.open(c, &args)
	if ok {
		a.divide(ceilDiv(a.keys, attentionKeys))
		var scratch *buffer
		if a.parts > 1 {
			scratch = c.pool.alloc(a.tasks * a.group * a.queries * a.dim)
			a.sums = scratch.data
		}
		c.team.Do(a.chunks.Count, a)
		if scratch != nil {
			a.join = true
			c.team.Do(a.batch*a.heads, a)
			c.pool.put(scratch)
		}
	}
	*a = attentionGrad{}
	attentionGrads.Put(a)
	return ok
}

func (a *attentionGrad) open(c *cpu, args *backend.AttentionGradArgs) bool {
	a.init(c, &args.Q, &args.K, args.K.Shape[1], args.Scale, args.Mask)
	a.lse = dense(&args.LSE)
	fit := true
	for _, o := range []struct {
		to *heads
		v  *backend.View
	}{
		{&a.q, &args.Q}, {&a.k, &args.K}, {&a.v, &args.V}, {&a.y, &args.Y}, {&a.dy, &args.DY}, {&a.dq, &args.DQ}, {&a.dk, &args.DK}, {&a.dv, &args.DV},
	} {
		h, ok := headsOf(o.v)
		*o.to, fit = h, fit && ok
	}
	return fit
}

func (a *attentionGrad) Chunk(i int) {
	if a.join {
		a.add(i/a.heads, i%a.heads)
		return
	}
	lo, hi := a.chunks.Bounds(i)
	for ; lo < hi; lo++ {
		a.part(lo)
	}
}

// target is where task i, which is part of a head of keys, adds up the gradient of the
// queries of a head, and the stride from place to place there.
func (a *attentionGrad) target(i, batch, head int) ([]float32, int) {
	if a.sums == nil {
		return a.dq.at(batch, 0, head), a.dq.place
	}
	return a.sums[(i*a.group+head%a.group)*a.queries*a.dim:], a.dim
}

// add sums the gradients of a head's queries that the parts have computed, in order.
func (a *attentionGrad) add(batch, head int) {
	first := (batch*a.kv + head/a.group) * a.parts
	for i := range a.queries {
		dst := a.dq.at(batch, i, head)[:a.dim]
		for p := range a.parts {
			src, stride := a.target(first+p, batch, head)
			if x := src[i*stride:][:a.dim]; p == 0 {
				copy(dst, x)
			} else {
				asm.Add(dst, dst, x)
			}
		}
	}
}

// attentionGradRun is the walk of one task through blocks of keys and queries.
type attentionGradRun struct {
	*attentionGrad
	task, part int
	batch, kv  int
	k, v       []float32 // packed keys, times Scale, and values, likewise, of a block
	p, ds      []float32 // weights, and the gradients of their logarithms, of a block
	kept       []float32 // with dropout: room for the mask of a row
	deltas     []float32 // Scale·Σ dY∘Y of all rows
}

// part computes every parts-th block of keys of a head: with a causal mask the first
// are seen by more queries than the last.
func (a *attentionGrad) part(task int) {
	batch, kv, part := a.task(task)
	const block = attentionRows * attentionKeys
	scratch := a.c.pool.alloc(2*attentionKeys*a.dim + 2*block + a.group*a.queries + a.drop.room())
	defer a.c.pool.put(scratch)
	mem := scratch.data
	take := func(n int) (x []float32) {
		x, mem = mem[:n], mem[n:]
		return x
	}
	r := attentionGradRun{attentionGrad: a, task: task, part: part, batch: batch, kv: kv}
	r.k, r.v = take(attentionKeys*a.dim), take(attentionKeys*a.dim)
	r.p, r.ds, r.deltas = take(block), take(block), take(a.group*a.queries)
	r.kept = mem
	for h := range a.group {
		head := kv*a.group + h
		dq, stride := a.target(task, batch, head)
		for i := range a.queries {
			r.deltas[h*a.queries+i] = a.scale * asm.Dot(a.dy.at(batch, i, head)[:a.dim], a.y.at(batch, i, head)[:a.dim])
		}
		for i := 0; i < a.queries; i += attentionTile {
			rows := min(attentionTile, a.queries-i)
			if r.firstKeys(i, rows) < a.keys {
				continue // the first product will not add
			}
			for ; rows > 0; rows-- {
				clear(dq[(i+rows-1)*stride:][:a.dim])
			}
		}
	}
	for j := part * attentionKeys; j < a.keys; j += a.parts * attentionKeys {
		r.keys(j, min(a.keys, j+attentionKeys))
	}
}

// firstKeys is where the first block of keys of this part begins that some of the
// queries from i on see, or no less than the number of keys if none does.
func (r *attentionGradRun) firstKeys(i, rows int) int {
	lo, hi := r.span(r.batch, i, i+rows, 0, r.attentionShape.keys)
	block := lo / attentionKeys
	block += (r.part + r.parts - block%r.parts) % r.parts
	if j := block * attentionKeys; lo < hi && j < hi {
		return j
	}
	return r.attentionShape.keys
}

// keys computes a block of keys.
func (r *attentionGradRun) keys(j0, j1 int) {
	packed := false
	var begun [ceilTiles]bool // tiles of keys whose gradients have been begun
	for h := range r.group {
		for i := 0; i < r.queries; i += attentionRows {
			rows := min(attentionRows, r.queries-i)
			if lo, hi := r.span(r.batch, i, i+rows, j0, j1); lo >= hi {
				continue
			}
			if !packed {
				r.packKeys(r.k, r.attentionGrad.k.at(r.batch, j0, r.kv), r.attentionGrad.k.place, j1-j0)
				r.packKeys(r.v, r.attentionGrad.v.at(r.batch, j0, r.kv), r.attentionGrad.v.place, j1-j0)
				packed = true
			}
			r.weights(h, i, rows, j0, j1)
			r.queriesGrad(h, i, rows, j0, j1)
			r.keysGrad(h, i, rows, j0, j1, &begun)
		}
	}
	for j := j0; j < j1; j++ {
		if !begun[(j-j0)/attentionTile] {
			clear(r.dk.at(r.batch, j, r.kv)[:r.dim])
			clear(r.dv.at(r.batch, j, r.kv)[:r.dim])
		}
	}
}

// ceilTiles is how many tiles a block of keys is.
const ceilTiles = (attentionKeys + attentionTile - 1) / attentionTile

// weights computes p and ds of a block of queries of a head and the block of keys. Of
// each row, zeros surround what its query sees as far as tiles of rows or keys reach.
func (r *attentionGradRun) weights(h, i0, rows, j0, j1 int) {
	head := r.kv*r.group + h
	q, dy := &r.q, &r.dy
	r.scores(r.p, q.at(r.batch, i0, head), q.place, r.k, r.batch, i0, rows, j0, j1)
	r.scores(r.ds, dy.at(r.batch, i0, head), dy.place, r.v, r.batch, i0, rows, j0, j1)
	lse := r.lse[(r.batch*r.heads+head)*r.queries+i0:][:rows]
	for t := 0; t < rows; t += attentionTile {
		m := min(attentionTile, rows-t)
		first, last := r.span(r.batch, i0+t, i0+t+m, j0, j1)
		for i := t; i < t+m; i++ {
			from, to := r.seen(r.batch, i0+i, j0, j1)
			lo := min(first, from/attentionTile*attentionTile)
			hi := max(last, min(roundUp(to, attentionTile), j1-j0))
			p, ds := r.p[i*attentionKeys:][:hi], r.ds[i*attentionKeys:][:hi]
			clear(p[lo:from])
			clear(ds[lo:from])
			clear(p[to:])
			clear(ds[to:])
			if p, ds = p[from:to], ds[from:to]; len(p) > 0 {
				asm.SumExp(p, p, lse[i])
				if !r.drop.on {
					asm.SoftmaxGrad(ds, ds, p, r.deltas[h*r.queries+i0+i])
					continue
				}
				kept := r.dropMask(r.kept, r.batch, head, i0+i, j0+from, len(p))
				asm.Mul(ds, ds, kept)
				asm.SoftmaxGrad(ds, ds, p, r.deltas[h*r.queries+i0+i])
				asm.Mul(p, p, kept)
			}
		}
	}
}

// queriesGrad adds ds@k to the gradient of the queries.
func (r *attentionGradRun) queriesGrad(h, i0, rows, j0, j1 int) {
	k := &r.attentionGrad.k
	dq, stride := r.target(r.task, r.batch, r.kv*r.group+h)
	for t := 0; t < rows; t += attentionTile {
		m := min(attentionTile, rows-t)
		from, to := r.span(r.batch, i0+t, i0+t+m, j0, j1)
		if from >= to {
			continue
		}
		addProduct(&asm.InPlaceTiles{
			Count: 1,
			K:     to - from, M: m, A: r.ds[t*attentionKeys+from:], ARow: attentionKeys, ACol: 1,
			B: k.at(r.batch, j0+from, r.kv), BRow: k.place, C: dq[(i0+t)*stride:], CRow: stride,
			Accumulate: j0 > r.firstKeys(i0+t, m),
		}, r.dim)
	}
}

// keysGrad adds pᵀ@dy and dsᵀ@q to the gradients of values and keys, by tiles of keys.
func (r *attentionGradRun) keysGrad(h, i0, rows, j0, j1 int, begun *[ceilTiles]bool) {
	head := r.kv*r.group + h
	lo, hi := r.span(r.batch, i0, i0+rows, j0, j1)
	top := 0 // the first row that sees a key from j on
	for j := lo / attentionTile * attentionTile; j < hi; j += attentionTile {
		m, bottom := min(attentionTile, j1-j0-j), rows
		for ; top < rows; top++ {
			if _, to := r.seen(r.batch, i0+top, j0, j1); to > j {
				break
			}
		}
		for ; bottom > top; bottom-- {
			if from, _ := r.seen(r.batch, i0+bottom-1, j0, j1); from < j+m {
				break
			}
		}
		if top == bottom {
			continue
		}
		first := &begun[j/attentionTile]
		at := top*attentionKeys + j
		for _, o := range []struct {
			dst, b *heads
			a      []float32
		}{{&r.dv, &r.dy, r.p[at:]}, {&r.dk, &r.q, r.ds[at:]}} {
			addProduct(&asm.InPlaceTiles{
				Count: 1,
				K:     bottom - top, M: m, A: o.a, ARow: 1, ACol: attentionKeys,
				B: o.b.at(r.batch, i0+top, head), BRow: o.b.place,
				C: o.dst.at(r.batch, j0+j, r.kv), CRow: o.dst.place, Accumulate: *first,
			}, r.dim)
		}
		*first = true
	}
}
