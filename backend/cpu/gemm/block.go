package gemm

import "github.com/org/artnn/asm"

// Block is a product of operands that the caller has packed and uses again and again:
// C (+)= A@B with A [M, K] by [PackTiles], B [K, N] by [PackColumns].
type Block struct {
	M, N, K    int
	A, B       []float32
	C          []float32 // rows of unit stride
	LdC        int       // numbers from one row of C to the next
	Accumulate bool      // add to C; else C is not read
}

// BlockK is how many steps of K a block has at most, out of k.
func BlockK(k int) int { return cutK(k, blockK, asm.Wide()) }

// TilesSize is how many numbers m packed rows of k steps are.
func TilesSize(m, k int) int { return cutPacked(m, asm.Wide()).Tiles * asm.MR * k }

// PackTiles packs m rows and k columns of a.
func PackTiles(dst []float32, a Matrix, m, k int) {
	rows := cutPacked(m, asm.Wide())
	packA(dst, tilesOfA{a: a, rows: rows, t1: rows.Tiles, k: k, alpha: 1})
}

// Multiply computes the block by one worker.
func (b *Block) Multiply() {
	j := job{Product: Product{C: b.C, LdC: b.LdC}}
	j.plan.Wide = asm.Wide()
	j.block(&block{a: b.A, b: b.B, rows: cutPacked(b.M, j.plan.Wide), j1: b.N, k: b.K, accumulate: b.Accumulate})
}
