package gemm

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

// packA packs panels of A, each by all workers, who then pack and multiply columns
// of B.
func (j *job) packA() {
	rows, plan := cutPacked(j.M, j.plan.Wide), &j.plan
	scratch := j.env.Memory.Get(rows.Tiles * asm.MR * plan.Panel.K)
	j.startPrefetch()
	pack, columns := plan.Pack.of(rows.Tiles), plan.Chunk.of(j.N)
	for p0 := 0; p0 < j.K; p0 += plan.Panel.K {
		p1 := min(j.K, p0+plan.Panel.K)
		each(j.env, &packALoops, &packALoop{
			dst: scratch.Floats(), a: j.A.From(0, p0), alpha: j.Alpha, rows: rows, k: p1 - p0, kc: plan.Inner.Block.K, chunks: pack,
		}, pack.Count)
		each(j.env, &packedALoops, &packedALoop{*j, columns, scratch.Floats(), p0, p1}, columns.Count)
	}
	j.endPrefetch()
	j.env.Memory.Put(scratch)
}

// packALoop packs tiles of rows of a panel of A, block by block of K.
type packALoop struct {
	dst    []float32
	a      Matrix
	alpha  float32
	rows   Cut
	k, kc  int // of the panel and of a block
	chunks team.Division
}

func (l *packALoop) Chunk(i int) {
	t0, t1 := l.chunks.Bounds(i)
	for p := 0; p < l.k; p += l.kc {
		k := min(l.kc, l.k-p)
		packA(l.dst[(p*l.rows.Tiles+t0*k)*asm.MR:], tilesOfA{l.a.From(0, p), l.rows, t0, t1, k, l.alpha})
	}
}

// packedALoop multiplies a packed panel of A, rows [p0, p1) of B, by columns of B.
type packedALoop struct {
	job
	chunks team.Division
	packed []float32
	p0, p1 int
}

func (l *packedALoop) Chunk(i int) {
	j0, j1 := l.chunks.Bounds(i)
	s := sweep{job: &l.job, size: l.plan.Inner.Block, i1: l.M, j0: j0, j1: j1, p0: l.p0, p1: l.p1, deep: true, packed: l.packed}
	s.run()
}

// packB packs panels of B, each by all workers, who then pack and multiply rows of A.
func (j *job) packB() {
	panel := j.plan.Panel
	scratch := j.env.Memory.Get(panel.N * panel.K)
	rows := j.plan.Chunk.of(j.M)
	j.startPrefetch()
	for j0 := 0; j0 < j.N; j0 += panel.N {
		for p0 := 0; p0 < j.K; p0 += panel.K {
			at := place{j0, min(j.N, j0+panel.N), p0, min(j.K, p0+panel.K)}
			pack := j.plan.Pack.of(at.j1 - at.j0)
			each(j.env, &packBLoops, &packBLoop{
				dst: scratch.Floats(), b: j.B.From(p0, j0), n: at.j1 - at.j0, k: at.p1 - at.p0, kc: j.plan.Inner.Block.K, chunks: pack,
			}, pack.Count)
			each(j.env, &packedBLoops, &packedBLoop{*j, rows, scratch.Floats(), at}, rows.Count)
		}
	}
	j.endPrefetch()
	j.env.Memory.Put(scratch)
}

// packBLoop packs columns of a panel of B, block by block of K.
type packBLoop struct {
	dst      []float32
	b        Matrix
	n, k, kc int // columns and K of the panel, K of a block
	chunks   team.Division
}

func (l *packBLoop) Chunk(i int) {
	j0, j1 := l.chunks.Bounds(i)
	for p := 0; p < l.k; p += l.kc {
		k := min(l.kc, l.k-p)
		PackColumns(l.dst[p*roundUp(l.n, asm.NR)+j0*k:], l.b.From(p, j0), j1-j0, k)
	}
}

// packedBLoop multiplies rows of A by a packed panel of B.
type packedBLoop struct {
	job
	chunks team.Division
	packed []float32
	at     place
}

func (l *packedBLoop) Chunk(i int) {
	i0, i1 := l.chunks.Bounds(i)
	rows, cols, kc := cutPacked(i1-i0, l.plan.Wide), roundUp(l.at.j1-l.at.j0, asm.NR), l.plan.Inner.Block.K
	scratch := l.env.Memory.Get(rows.Tiles * asm.MR * kc)
	part := rect{i0, i1, l.at.j0, l.at.j1}
	x := block{a: scratch.Floats(), rows: rows, i0: i0, j0: l.at.j0, j1: l.at.j1, accumulate: l.at.p0 > 0 || l.start(part)}
	for p := l.at.p0; p < l.at.p1; p += kc {
		x.k = min(kc, l.at.p1-p)
		packA(x.a, tilesOfA{a: l.A.From(i0, p), rows: rows, t1: rows.Tiles, k: x.k, alpha: l.Alpha})
		x.b = l.packed[(p-l.at.p0)*cols:]
		x.next = l.prefetchRows(i1, p)
		l.block(&x)
		x.accumulate = true
	}
	if l.at.p1 == l.K {
		l.finish(part)
	}
	l.env.Memory.Put(scratch)
}
