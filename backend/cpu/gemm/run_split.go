package gemm

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

// splitK computes the products of pieces of K, then adds them in order.
func (j *job) splitK() {
	scratch := j.env.Memory.Get(j.plan.Pieces * j.M * j.N)
	j.startPrefetch()
	each(j.env, &pieceLoops, &pieceLoop{*j, scratch.Floats()}, j.plan.Pieces)
	j.endPrefetch()
	rows := j.plan.Pack.of(j.M)
	each(j.env, &sumLoops, &sumLoop{j.Product, rows, scratch.Floats(), j.plan.Pieces}, rows.Count)
	j.env.Memory.Put(scratch)
}

// pieceLoop computes one product [M, N] for each piece of K.
type pieceLoop struct {
	job
	products []float32
}

func (l *pieceLoop) Chunk(i int) {
	p, one, in := i*l.plan.PieceK, l.job, l.plan.Inner
	if i == l.plan.Pieces-1 {
		in = l.plan.Last
	}
	one.K = min(l.K-p, l.plan.PieceK)
	one.A, one.B = l.A.From(0, p), l.B.From(p, 0)
	one.C, one.LdC = l.products[i*l.M*l.N:], l.N
	one.Beta, one.Epilogue = 0, Epilogue{scale: 1}
	one.serial(in)
}

// sumLoop adds the products of the pieces, some rows to a chunk.
type sumLoop struct {
	Product
	chunks   team.Division
	products []float32
	pieces   int
}

func (l *sumLoop) Chunk(i int) {
	i0, i1 := l.chunks.Bounds(i)
	all := rect{i0, i1, 0, l.N}
	acc := l.start(all)
	for i := i0; i < i1; i++ {
		row := l.C[i*l.LdC:][:l.N]
		for s := range l.pieces {
			part := l.products[(s*l.M+i)*l.N:][:l.N]
			if s == 0 && !acc {
				copy(row, part)
			} else {
				asm.Add(row, row, part)
			}
		}
	}
	l.finish(all)
}
