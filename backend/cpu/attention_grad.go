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
	task, batch, kv int
	k, v            []float32 // packed keys, times Scale, and values, likewise, of a block
	q, dy           []float32 // packed queries and gradients of a block of rows
	p, ds           []float32 // weights, and the gradients of their logarithms, of a block
	deltas          []float32 // Scale·Σ dY∘Y of all rows
}

// part computes every parts-th block of keys of a head: with a causal mask the first
// are seen by more queries than the last.
func (a *attentionGrad) part(task int) {
	batch, kv, part := a.task(task)
	const block = attentionRows * attentionKeys
	scratch := a.c.pool.alloc(2*(attentionKeys+attentionRows)*a.dim + 2*block + a.group*a.queries)
	defer a.c.pool.put(scratch)
	mem := scratch.data
	take := func(n int) (x []float32) {
		x, mem = mem[:n], mem[n:]
		return x
	}
	r := attentionGradRun{attentionGrad: a, task: task, batch: batch, kv: kv}
	r.k, r.v = take(attentionKeys*a.dim), take(attentionKeys*a.dim)
	r.q, r.dy = take(attentionRows*a.dim), take(attentionRows*a.dim)
	r.p, r.ds, r.deltas = take(block), take(block), take(a.group*a.queries)
	for h := range a.group {
		head := kv*a.group + h
		dq, stride := a.target(task, batch, head)
		for i := range a.queries {
			clear(dq[i*stride:][:a.dim])
			r.deltas[h*a.queries+i] = a.scale * asm.Dot(a.dy.at(batch, i, head)[:a.dim], a.y.at(batch, i, head)[:a.dim])
		}
	}
	for j := part * attentionKeys; j < a.keys; j += a.parts * attentionKeys {
		r.keys(j, min(a.keys, j+attentionKeys))
	}
}

// keys computes a block of keys.
func (r *attentionGradRun) keys(j0, j1 int) {
	for j := j0; j < j1; j++ {
		clear(r.dk.at(r.batch, j, r.kv)[:r.dim])
		clear(r.dv.at(r.batch, j, r.kv)[:r.dim])
	}
	packed := false
	for h := range r.group {
		for i := 0; i < r.queries; i += attentionRows {
			rows := min(attentionRows, r.queries-i)
			lo, hi := r.span(r.batch, i, i+rows, j0, j1)
			if lo >= hi {
				continue
			}
			if !packed {
				r.pack(r.k, &r.attentionGrad.k, j0, j1)
				r.pack(r.v, &r.attentionGrad.v, j0, j1)
				packed = true
			}
			r.rows(h, i, rows, j0, j1)
		}
	}
}

func (r *attentionGradRun) pack(dst []float32, x *heads, j0, j1 int) {
	r.packVectors(dst, x.at(r.batch, j0, r.kv), x.place, j1-j0, asm.NR)
	dst = dst[:roundUp(j1-j0, asm.NR)*r.dim]
	asm.MulScalar(dst, dst, r.scale)
}

// rows computes a block of queries of a head with the block of keys.
func (r *attentionGradRun) rows(h, i0, rows, j0, j1 int) {
	head := r.kv*r.group + h
	q, dy := r.attentionGrad.q.at(r.batch, i0, head), r.attentionGrad.dy.at(r.batch, i0, head)
	r.packVectors(r.q, q, r.attentionGrad.q.place, rows, asm.MR)
	r.packVectors(r.dy, dy, r.attentionGrad.dy.place, rows, asm.MR)
	r.scores(r.p, r.q, r.k, r.batch, i0, rows, j0, j1)
	r.scores(r.ds, r.dy, r.v, r.batch, i0, rows, j0, j1)
	lo, hi := r.span(r.batch, i0, i0+rows, j0, j1)
	for i := range rows {
		from, to := r.seen(r.batch, i0+i, j0, j1)
		p, ds := r.p[i*attentionKeys:][:attentionKeys], r.ds[i*attentionKeys:][:attentionKeys]
		from = min(max(from, lo), hi)
		to = max(from, min(to, hi))
		for _, x := range [][]float32{p, ds} {
			clear(x[lo:from])
			clear(x[to:hi])
		}
		if p, ds = p[from:to], ds[from:to]; len(p) > 0 {
			asm.SumExp(p, p, r.lse[(r.batch*r.heads+head)*r.queries+i0+i])
			asm.AddScalar(ds, ds, -r.deltas[h*r.queries+i0+i])
			asm.Mul(ds, ds, p)
		}
	}
	k := &r.attentionGrad.k
	dq, stride := r.target(r.task, r.batch, head)
	for t := 0; t < rows; t += attentionTile {
		m := min(attentionTile, rows-t)
		from, to := r.span(r.batch, i0+t, i0+t+m, j0, j1)
		if from >= to {
			continue
		}
		addProduct(&asm.InPlaceTile{
			K: to - from, M: m, A: r.ds[t*attentionKeys+from:], ARow: attentionKeys, ACol: 1,
			B: k.at(r.batch, j0+from, r.kv), BRow: k.place, C: dq[(i0+t)*stride:], CRow: stride, Accumulate: true,
		}, r.dim)
	}
	top := 0 // the first row that sees a key from j on
	for j := lo; j < hi; j += attentionTile {
		m, bottom := min(attentionTile, hi-j), rows
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
		at := top*attentionKeys + j
		for _, o := range []struct {
			dst *heads
			a   []float32
			b   []float32
			ldb int
		}{
			{&r.dv, r.p[at:], dy[top*r.attentionGrad.dy.place:], r.attentionGrad.dy.place},
			{&r.dk, r.ds[at:], q[top*r.attentionGrad.q.place:], r.attentionGrad.q.place},
		} {
			addProduct(&asm.InPlaceTile{
				K: bottom - top, M: m, A: o.a, ARow: 1, ACol: attentionKeys, B: o.b, BRow: o.ldb,
				C: o.dst.at(r.batch, j0+j, r.kv), CRow: o.dst.place, Accumulate: true,
			}, r.dim)
		}
	}
}
