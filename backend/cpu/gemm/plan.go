package gemm

import (
	"fmt"
	"strings"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/internal/words"
)

const (
	// grain is how many multiplications make a chunk worth handing to another
	// worker: about 1.4 µs of arithmetic. Taking a chunk costs about 20 ns.
	grain = 64 << 10
	// serialWork is the most multiplications of a product that is not divided, and
	// handOver the most of one in place that is divided, but done by one worker:
	// about 1.4 and 3 µs. A hand-over took 2 µs of a 64³ product, which two
	// workers did in three quarters of the time.
	serialWork = 64 << 10
	handOver   = 128 << 10
	// batchWork is the most multiplications of a matrix for which a batch is
	// divided by matrices: about 90 µs, so that workers end together.
	batchWork = 4 << 20

	// pieceK is the least K of a piece, maxPieces the most pieces, of a sum that
	// is divided among workers, and splitArea the most elements of C for which it
	// is: partial products are written and read once more.
	pieceK    = 2048
	maxPieces = 32
	splitArea = 64 << 10
	// enoughChunks of columns keep many workers busy: then K is not split.
	enoughChunks = 12

	// packARows is the most rows of A for which all of A is packed first, and
	// columns of B by the worker that multiplies them. Above, the roles change:
	// B is packed for many rows.
	packARows = 384
	// balanced is how many chunks of columns PackA makes if they are wide enough:
	// 7 would leave one of two workers idle for an eighth of the time.
	balanced = 16
	// rowBlocks is the number of blocks of rows below which PackB halves them, so
	// that each of several workers gets some.
	rowBlocks = 8
)

// Order is how the work is divided among workers.
type Order uint8

const (
	Serial   Order = iota // one worker does all
	Columns               // chunks of columns of C, without a shared packed operand
	Rows                  // chunks of rows of C, likewise
	PackA                 // all workers pack A, then each packs and multiplies columns of B
	PackB                 // all workers pack a panel of B, then each packs and multiplies rows of A
	SplitK                // partial products over pieces of K, then their sum
	Matrices              // chunks of matrices of a batch
)

func (o Order) String() string {
	return [...]string{"serial", "columns", "rows", "pack A", "pack B", "split K", "matrices"}[o]
}

// Chunk is the size of a chunk of a loop: at most Step items, in whole Units.
type Chunk struct{ Step, Unit int }

// Size is the size of a block: steps of K, and columns.
type Size struct{ K, N int }

// Inner is what one worker does with its chunk.
type Inner struct {
	Method Method
	Block  Size // done before the next block is looked at
	Far    bool // Dots: B does not fit in the last-level cache
	Wide   bool // InPlace: by the kernel for two slivers of each operand
}

// Plan is how a product is computed.
type Plan struct {
	Problem
	Wide     bool // kernels for two panels of each operand are used
	Order    Order
	Chunk    Chunk // of the loop over columns, rows, pieces or matrices
	One      bool  // Rows: one worker does all chunks
	Pack     Chunk // of the loop that packs before, in tiles (PackA) or columns (PackB)
	Inner    Inner // of each chunk
	Panel    Size  // PackA: K steps of all rows; PackB: K steps of N columns
	Pieces   int   // SplitK: how many
	PieceK   int   // SplitK: K of each, but of the last
	Last     Inner // SplitK: of the last piece
	Prefetch Prefetch
}

// New is the plan for a product. For a batch that is not divided by matrices it
// is the plan of each.
func New(p Problem, on Machine) (plan Plan) {
	plan.set(&p, on)
	return plan
}

func (p *Plan) set(problem *Problem, on Machine) {
	p.Problem, p.Wide = *problem, on.Wide
	if in, ok := small(problem, on); ok {
		p.Inner = in
		return
	}
	if work := p.M * p.N * max(p.K, 1); p.Batch > 1 && work <= batchWork {
		p.Order, p.Chunk = Matrices, Chunk{max(1, grain/work), 1}
		p.Inner = serial(problem, on)
		return
	}
	p.divide(on)
}

// small is the plan of a product that one worker does: only what it does.
func small(p *Problem, on Machine) (in Inner, ok bool) {
	if p.Batch > 1 || p.work() > serialWork {
		return Inner{}, false
	}
	return serial(p, on), true
}

// divide plans a product for several workers.
func (p *Plan) divide(on Machine) {
	method := choose(&p.Problem, on)
	split := p.K >= 2*pieceK && p.M*p.N <= splitArea
	switch method {
	case InPlace:
		p.Order = Rows
		p.Chunk = Chunk{roundUp(ceilDiv(grain, p.N*p.K), asm.MR), asm.MR}
		p.One = on.Workers == 1 || p.work() <= handOver
		p.Inner = inner(&p.Problem, method, on)
		return
	case Packed:
	default:
		chunk := p.columnChunk(method)
		if ceilDiv(p.N, chunk.Step) < enoughChunks && split {
			break
		}
		if on.Workers == 1 {
			chunk.Step = p.N // long rows of B come faster than those of chunks
		}
		p.Order, p.Chunk, p.Inner = Columns, chunk, inner(&p.Problem, method, on)
		if method == Transposed {
			p.Prefetch = prefetchColumns(&p.Problem, p.Inner.Block.K)
		}
		return
	}
	switch {
	case split:
		p.splitK(method, on)
	case p.M <= packARows:
		p.packA()
	default:
		p.packB()
	}
}

// columnChunk is the chunk of the methods that read B in place, by columns. Whole
// rows of a chunk span several cache lines, or each page is visited for a few
// numbers only.
func (p *Plan) columnChunk(m Method) Chunk {
	least, unit := asm.DotNR, asm.NR
	switch m {
	case Vector:
		least = vectorN
	case Tiles:
		least = tilesN
	case Transposed:
		least, unit = ceilDiv(p.N, transposedChunks), transposedUnit
	}
	return Chunk{max(roundUp(ceilDiv(grain, p.M*p.K), unit), least), unit}
}

// splitK computes the products of pieces of K, then adds them in order.
func (p *Plan) splitK(whole Method, on Machine) {
	p.Order, p.Chunk = SplitK, Chunk{1, 1}
	p.PieceK = roundUp(max(pieceK, ceilDiv(p.K, maxPieces)), blockK)
	p.Pieces = ceilDiv(p.K, p.PieceK)
	p.Pack = Chunk{max(1, grain/8/(p.N*p.Pieces)), 1} // rows of the sum
	block := blockSize(&p.Problem, p.PieceK, p.N, on.Wide)
	piece := func(k int) Inner {
		one := p.Problem
		one.K = k
		in := serial(&one, on)
		if in.Method == Packed && whole != Transposed {
			in.Block = block
		}
		return in
	}
	p.Inner, p.Last = piece(p.PieceK), piece(p.K-(p.Pieces-1)*p.PieceK)
	switch {
	case whole == Transposed:
		p.Prefetch = prefetchColumns(&p.Problem, cutK(p.PieceK, transposedK, on.Wide))
	case !p.Wide: // the wide kernel does not prefetch
		p.Prefetch = prefetchBlocks(&p.Problem, block)
	}
}

// packA packs A once, then cuts B into groups of columns that are packed and used
// in cache, so that a wide B is read from memory once.
func (p *Plan) packA() {
	p.Order, p.Chunk = PackA, Chunk{p.packedStep(), asm.NR}
	p.Inner = Inner{Method: Packed, Block: blockSize(&p.Problem, p.K, p.Chunk.Step, p.Wide)}
	tiles, kc := ceilDiv(p.M, asm.MR), p.Inner.Block.K
	p.Panel = Size{min(p.K, max(kc, panelA/(tiles*asm.MR)/kc*kc)), p.N}
	p.Pack = Chunk{ceilDiv(grain/8/asm.MR, p.Panel.K), 1}
	if p.A.Row == 1 {
		p.Pack.Step = max(p.Pack.Step, tilesOfLines)
	}
	if !p.Wide {
		p.Prefetch = prefetchBlocks(&p.Problem, p.Inner.Block)
	}
}

// packedStep is how many columns a chunk of PackA has: few enough for several
// chunks, but no fewer than make it worth handing out.
func (p *Plan) packedStep() int {
	return roundUp(max(ceilDiv(grain, p.M*p.K), ceilDiv(p.N, balanced), 2*asm.NR), asm.NR)
}

// packB packs a panel of B, then cuts A into blocks of rows that are packed and
// used in cache.
func (p *Plan) packB() {
	kc := cutK(p.K, blockK, p.Wide)
	depth := min(p.K, panelDepth/kc*kc)
	width := min(roundUp(p.N, asm.NR), panelB/depth/asm.NR*asm.NR)
	width = roundUp(ceilDiv(p.N, ceilDiv(p.N, width)), asm.NR) // panels of equal width
	p.Order, p.Panel = PackB, Size{depth, width}
	p.Inner = Inner{Method: Packed, Block: Size{kc, width}}
	p.Pack = Chunk{max(runN/2, roundUp(ceilDiv(grain/8, depth), asm.NR)), asm.NR}
	p.Chunk = Chunk{blockM, tileRows(p.Wide)}
	if p.M < rowBlocks*blockM {
		p.Chunk.Step = blockM / 2
	}
	if !p.Wide {
		p.Prefetch = prefetchRows(&p.Problem, ceilDiv(p.M, p.Chunk.of(p.M).Count), p.Inner.Block)
	}
}

// String says what is done, in one line: "64×64×64 rows by 18: in place, blocks 512×64".
func (p Plan) String() string {
	var b strings.Builder
	if p.Batch > 1 {
		fmt.Fprintf(&b, "%d × ", p.Batch)
	}
	fmt.Fprintf(&b, "%d×%d×%d %v", p.M, p.N, p.K, p.Order)
	if p.Order != Serial {
		fmt.Fprintf(&b, " by %d", p.Chunk.Step)
	}
	if p.One {
		b.WriteString(", one worker")
	}
	if p.Panel.K > 0 {
		fmt.Fprintf(&b, ", panels %d×%d packed by %d", p.Panel.K, p.Panel.N, p.Pack.Step)
	}
	if p.Pieces > 0 {
		fmt.Fprintf(&b, ", %s of %d", words.Count(p.Pieces, "piece"), p.PieceK)
	}
	fmt.Fprintf(&b, ": %v", p.Inner)
	if p.Pieces > 0 && p.Last != p.Inner {
		fmt.Fprintf(&b, ", last %v", p.Last)
	}
	if p.Prefetch.Lines > 0 {
		fmt.Fprintf(&b, ", %s prefetched", words.Count(p.Prefetch.Lines, "line"))
	}
	return b.String()
}

// String is the method and its blocks: "packed, blocks 256×64".
func (in Inner) String() string {
	s := in.Method.String()
	if in.Block != (Size{}) {
		s += fmt.Sprintf(", blocks %d×%d", in.Block.K, in.Block.N)
	}
	if in.Wide {
		s += ", wide"
	}
	if in.Far {
		s += ", past the cache"
	}
	return s
}
