package gemm

import "github.com/org/artnn/asm"

// Method is how one worker computes a product, or a part of one.
type Method uint8

const (
	Packed     Method = iota // packs both operands block by block
	Empty                    // K is 0
	Vector                   // a row vector times a matrix of contiguous rows
	Dots                     // dot products in place: both operands have K contiguous
	Tiles                    // tiles in place by columns: rows of B are contiguous, A has few
	Transposed               // Cᵀ = Bᵀ·Aᵀ: columns of B are contiguous, A has few rows
	InPlace                  // tiles in place by rows: rows of B are contiguous and stay in cache
)

func (m Method) String() string {
	return [...]string{"packed", "empty", "vector", "dots", "tiles", "transposed", "in place"}[m]
}

// direct reports whether the method needs no memory of its own.
func (in Inner) direct() bool { return in.Method != Packed && in.Method != Transposed }

const (
	// dotRows is the most rows of A for which dot products in place beat packing
	// B, which is then read once for few multiplications each.
	dotRows = 11
	// dotsWork is the most multiplications for which dot products in place beat
	// packing.
	dotsWork = 4 << 10
	// dotsK is the most steps of K of a dot product: eight sums side by side, of
	// as many terms each as directK allows one.
	dotsK = 2 << 10

	// directK is the most steps of K of one sum of the other methods in place: one
	// long sum loses more digits than a sum of short ones.
	directK = 512
	// vectorN is the least columns of a chunk of Vector: 2 KiB of each row.
	vectorN = 512

	// inPlaceWork is the most multiplications for which tiles in place beat
	// packing, which is then a tenth to a third of the work; inPlaceB is the most
	// numbers from the first of B to the last. More of B, in rows that may all fall
	// in a few sets of the cache, would be read from the last-level cache.
	inPlaceWork = 2 << 20
	inPlaceB    = 32 << 10

	// Where rows of B do not meet in the cache, tiles in place beat packing for up
	// to tilesRows rows of A and at least tilesColumns of B: if tilesK steps or all
	// of K stay in the level 1 cache for as many columns as a tile has, and B, of
	// at most farB numbers, in level 2. tilesN columns are done before the next
	// ones are looked at: four lines of each row.
	tilesRows    = 128
	tilesColumns = 192
	tilesK       = 128
	tilesN       = 64

	// transposedM is the most rows of A that are worth transposing: they are read
	// for every few columns of B. transposedLeastK is the shortest K: sums of
	// shorter ones are moved as often as added to.
	transposedM      = 32
	transposedLeastK = 64
	// transposedK is the most steps of K at a time: columns of B are read in runs
	// of 2 KiB. transposedN is how many of them are transposed back together.
	transposedK = 512
	transposedN = 64 * asm.MR
	// transposedUnit columns are whole tiles and whole lines of C.
	transposedUnit = 8 * asm.MR
	// transposedChunks is how many chunks wide products are cut into: nothing is
	// done again for a chunk, and one worker may be much slower than another for a
	// while.
	transposedChunks = 64

	// streamMax is the most numbers of B that may be in the last-level cache when
	// a vector meets them. A large one is that of a server, which others fill too.
	streamMax = 2 << 20
)

// choose gives the method for a product, or a part of one.
func choose(p *Problem, on Machine) Method {
	work := p.work()
	switch {
	case p.K == 0:
		return Empty
	case p.Scaled || p.Patches || min(p.A.Row, p.A.Col, p.B.Row, p.B.Col) < 0:
		return Packed
	case p.M == 1 && p.B.Col == 1:
		return Vector
	case p.A.Col == 1 && p.B.Row == 1 && (p.M <= dotRows || work <= dotsWork):
		return Dots
	case transposable(p, on):
		return Transposed
	case p.B.Col == 1 && (p.M <= asm.MR || tilesFit(p, on)):
		return Tiles
	case p.B.Col == 1 && work <= inPlaceWork && p.K*p.B.Row <= inPlaceB:
		return InPlace
	}
	return Packed
}

// transposable reports whether Transposed suits the product: columns of B lie in
// memory order, and the few rows of A all but fill slivers of NR. The wide kernel
// reads packed panels only.
func transposable(p *Problem, on Machine) bool {
	height := roundUp(p.M, asm.NR)
	return p.B.Row == 1 && p.K >= transposedLeastK && p.M <= transposedM && height-p.M <= height/8 && !on.Wide
}

// tilesFit reports whether tiles in place beat packing for more rows than a tile
// has. The wide kernel, for packed panels only, is twice as fast.
func tilesFit(p *Problem, on Machine) bool {
	return !on.Wide && p.M <= tilesRows && p.N >= tilesColumns && p.K*p.N <= farB && keptRows(p.B.Row) >= min(p.K, tilesK)
}

// keptRows is how many rows of a matrix, stride numbers apart, can be walked along
// tile by tile so that NR columns of all of them stay in the level 1 cache: five of
// the eight lines of each set that they fall in. Rows a power of two apart fall in a
// few sets. Rows that begin between lines have parts of two, and may meet in a set
// nearly as often as those a power of two apart unless they begin on quarters.
func keptRows(stride int) int {
	const line, sets, kept = 16, 64, 5 // numbers, sets, lines of a set
	switch apart := min(stride&-stride, sets*line); {
	case apart >= line:
		return sets * kept * line / apart
	case apart >= line/4:
		return sets * kept / 2
	}
	return 0
}

// serial is what one worker does with a whole product.
func serial(p *Problem, on Machine) Inner { return inner(p, choose(p, on), on) }

// inner is a method with its blocks.
func inner(p *Problem, m Method, on Machine) Inner {
	in := Inner{Method: m}
	switch m {
	case Packed:
		in.Block = blockSize(p, p.K, p.N, on.Wide)
	case Vector:
		in.Block = Size{directK, directK}
	case Dots:
		in.Block = Size{dotsK, asm.DotNR}
		in.Far = p.M == 1 && p.N*p.K > streamed(on)
	case Tiles:
		in.Block = Size{directK, p.N}
		if p.M > asm.MR {
			in.Block = Size{cutK(p.K, keptRows(p.B.Row), on.Wide), tilesN}
		}
	case Transposed:
		in.Block = Size{cutK(p.K, transposedK, on.Wide), transposedN}
	case InPlace:
		in.Block, in.Wide = Size{directK, p.N}, on.Wide
	}
	return in
}

// streamed is the most numbers of B that are read through the caches: those that
// fill three quarters of the last one. More come from memory anyway.
func streamed(on Machine) int { return min(on.LastLevel/4*3/4, streamMax) }
