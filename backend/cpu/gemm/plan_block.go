package gemm

import "github.com/org/artnn/asm"

// Block sizes of packed operands, in numbers. A sliver of B, blockK × NR (32 KiB),
// lives in the level 1 cache while the slivers of a packed block of A, blockM ×
// blockK (192 KiB), stream past it from level 2.
const (
	blockK = 512
	// wideK is blockK for the kernel that takes two slivers of B at a time.
	wideK  = 256
	blockM = 96
	// For few rows a block of B is at least blockB numbers: packed, and as much of
	// the next one as it lies in memory, it stays in the level 2 cache. Where rows
	// of B are contiguous, and B has more than farB numbers, a block has at most
	// runK of them, in runs of at least runN numbers: short runs of many rows, a
	// page or more apart, come slowly, and drive each other out of the cache.
	blockB = 16 << 10
	farB   = 256 << 10
	runK   = 128
	runN   = 256
	// panelA and panelB bound the operand packed first. A panel of B is walked for
	// every block of rows and stays in the level 2 cache, 1 MiB; panelA, 4 MiB, in
	// the last. Deeper, C is visited less often; wider, A is packed less often: it
	// is for every panel. panelDepth is the most steps of K of a panel of B.
	panelA     = 1 << 20
	panelB     = 1 << 18
	panelDepth = 512
	// tilesOfLines tiles of A are three lines of each row of K, if columns of A are
	// contiguous.
	tilesOfLines = 8

	// shallow is the size of a block that streams from the level 2 cache as fast
	// as it is used, and thin the most steps of K for which C outweighs the blocks:
	// up to these, tiles are done along rows of C.
	shallow = 32 << 10
	thin    = 128
)

// cutK cuts K into equal blocks of at most so many steps. Deep blocks visit C less
// often, and are read in longer runs along K.
func cutK(k, most int, wide bool) int {
	if wide {
		most = min(most, wideK)
	}
	return min(k, roundUp(ceilDiv(k, ceilDiv(k, most)), 8))
}

// blockSize is the size of the blocks of B that are packed for a few rows of A, out
// of k rows and n columns.
func blockSize(p *Problem, k, n int, wide bool) Size {
	most, run := blockK, 2*asm.NR
	if p.B.Col == 1 && p.K*p.N > farB {
		most, run = runK, runN
	}
	depth := cutK(k, most, wide)
	return Size{depth, min(roundUp(n, asm.NR), max(run, blockB/depth/asm.NR*asm.NR))}
}

// tileRows is how many rows the kernel of packed panels computes at a time.
func tileRows(wide bool) int {
	if wide {
		return 2 * asm.MR
	}
	return asm.MR
}

// alongRows reports whether the tiles of a block are done along rows of C: where
// packed rows × k and k × columns are small, and C outweighs them.
func alongRows(rows, columns, k int) bool {
	return columns*k <= shallow && (k <= thin || rows*k <= shallow)
}
