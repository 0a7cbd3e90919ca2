package gemm

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// RepeatDirect is the most rows of A for which a B that is used again and again
	// is read in place: packing pays only if every pass over it serves several rows.
	RepeatDirect = asm.MR
	// repeatColumns is the most columns of a chunk: 2 KiB of each row of C.
	repeatColumns = 512
)

// Repeat multiplies by the same B again and again, which is packed once.
type Repeat struct {
	job
	kc      int
	scratch Scratch   // nil if B is read in place
	packed  []float32 // B in slivers, block by block of K
	states  []float32 // A of one product likewise
}

// Init prepares products with b [K, N] and an A of m rows, and packs b if that pays
// for so many of them.
func (r *Repeat) Init(env *Env, b Matrix, m, n, k, times int) {
	*r = Repeat{job: job{Product: Product{M: m, N: n, K: k, B: b, Alpha: 1}, env: env}}
	if m <= RepeatDirect || times == 1 {
		return
	}
	on := thisMachine()
	r.plan.Wide, r.kc = on.Wide, cutK(k, blockK, on.Wide)
	size := roundUp(n, asm.NR) * k
	r.scratch = env.Memory.Get(size + ceilDiv(m, asm.MR)*asm.MR*k)
	r.packed, r.states = r.scratch.Floats()[:size], r.scratch.Floats()[size:]
	chunks := team.Divide(n, roundUp(max(1, grain/8/k), asm.NR), asm.NR)
	each(env, &packBLoops, &packBLoop{dst: r.packed, b: b, n: n, k: k, kc: r.kc, chunks: chunks}, chunks.Count)
}

// Multiply computes c = a@B + beta·c.
func (r *Repeat) Multiply(c []float32, ldc int, a Matrix, beta float32) {
	r.C, r.LdC, r.A, r.Beta = c, ldc, a, beta
	if r.scratch == nil {
		p := r.Product
		Multiply(r.env, &p)
		return
	}
	// Rows of states lie a power of two apart as a rule, and would drive each other
	// out of the cache between one group of columns and the next.
	rows := cutPacked(r.M, r.plan.Wide)
	pack := team.Divide(rows.Tiles, ceilDiv(grain/8/asm.MR, r.K), 1)
	each(r.env, &packALoops, &packALoop{dst: r.states, a: a, alpha: 1, rows: rows, k: r.K, kc: r.kc, chunks: pack}, pack.Count)
	step := max(ceilDiv(grain, r.M*r.K), ceilDiv(r.N, balanced), 2*asm.NR)
	columns := team.Divide(r.N, min(roundUp(step, asm.NR), repeatColumns), asm.NR)
	each(r.env, &repeatLoops, &repeatLoop{*r, columns}, columns.Count)
}

// Free gives the packed memory back.
func (r *Repeat) Free() {
	if r.scratch != nil {
		r.env.Memory.Put(r.scratch)
	}
	*r = Repeat{}
}

var repeatLoops team.Recycler[repeatLoop]

// repeatLoop multiplies packed rows of A by columns of the packed B.
type repeatLoop struct {
	Repeat
	chunks team.Division
}

func (l *repeatLoop) Chunk(i int) {
	j0, j1 := l.chunks.Bounds(i)
	rows, cols := cutPacked(l.M, l.plan.Wide), roundUp(l.N, asm.NR)
	x := block{rows: rows, j0: j0, j1: j1, accumulate: l.Beta != 0}
	for p := 0; p < l.K; p += l.kc {
		x.k = min(l.kc, l.K-p)
		x.a, x.b = l.states[p*rows.Tiles*asm.MR:], l.packed[p*cols+j0*x.k:]
		x.next = prefetchPacked(x.b, x.k, l.N)
		l.block(&x)
		x.accumulate = true
	}
}
