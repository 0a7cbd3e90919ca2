package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// reduceChunk is the elements of a chunk of a reduction, and segment the
	// most that go into one result before it is cut into partial results.
	reduceChunk = 32 << 10
	segment     = 64 << 10
	// columnBlock is how many columns are summed side by side in cache.
	columnBlock = 1024
	// cascade is how many rows are summed before the sum moves up a level,
	// which keeps the error of a long column near that of a short one.
	cascade = 64
)

// reduction is one call of Reduce. The axes of x are kept or folded. If memory
// runs along a folded axis each result is a sum of rows of numbers; if it runs
// along a kept one, whole rows of results are summed side by side.
type reduction struct {
	op      backend.ReduceOp
	columns bool
	x, dst  []float32 // x is the whole buffer, dst the results
	kept    nest      // operands x, dst; without the innermost axis if columns
	folded  nest      // operand x

	outer    int // results, or rows of results
	n        int // results in a row of them
	sx, sd   int // and their strides in x and dst
	blocks   int // column blocks in such a row
	segments int // partial results per result
	length   int // folded elements, or rows, per partial result
	step     int // units of work in a chunk

	joining bool
	parts   []float32 // segment by segment, if there are several
}

var reductions team.Recycler[reduction]

// identity is the fold of nothing.
func identity(op backend.ReduceOp) float32 {
	switch op {
	case backend.ReduceMax:
		return float32(math.Inf(-1))
	case backend.ReduceMin:
		return float32(math.Inf(1))
	}
	return 0
}

// Reduce folds x along the axes where dst has size 1 and x has not.
func (c *cpu) Reduce(op backend.ReduceOp, dst, x backend.View) {
	size, results := x.Size(), dst.Size()
	switch {
	case results == 0:
		return
	case size == 0:
		fill(dense(&dst), identity(op))
		return
	case size == results:
		c.Copy(dst, x)
		return
	case results == 1 && size <= segment && x.Contiguous():
		dense(&dst)[0] = foldRow(op, dense(&x))
		return
	}
	r := reductions.Get()
	r.op, r.x, r.dst = op, data(x.Buf), dense(&dst)
	r.plan(&dst, &x, size/results)
	units := r.outer * r.blocks * r.segments
	var scratch *buffer
	if r.segments > 1 {
		scratch = c.pool.alloc(r.segments * results)
		r.parts = scratch.data
	}
	c.team.Do(ceilDiv(units, r.step), r)
	if scratch != nil {
		r.joining, r.step = true, max(1, reduceChunk/r.segments)
		c.team.Do(ceilDiv(results, r.step), r)
		c.pool.put(scratch)
	}
	*r = reduction{}
	reductions.Put(r)
}

// plan sorts the axes into kept and folded and cuts the work, each of whose
// results folds count elements.
func (r *reduction) plan(dst, x *backend.View, count int) {
	var s nest
	target := *dst
	target.Offset = 0
	for k := range x.Rank {
		if dst.Shape[k] != x.Shape[k] {
			target.Strides[k] = 0
		}
	}
	s.push(x)
	s.push(&target)
	s.collapseAnyOrder()
	last := s.rank - 1
	r.columns = s.strides[1][last] != 0
	r.kept.count, r.folded.count = 2, 1
	r.kept.base = s.base
	for k := range s.rank {
		to := &r.folded
		if s.strides[1][k] != 0 {
			if k == last {
				continue
			}
			to = &r.kept
		}
		to.shape[to.rank] = s.shape[k]
		to.strides[0][to.rank], to.strides[1][to.rank] = s.strides[0][k], s.strides[1][k]
		to.rank++
	}
	r.outer = r.kept.complete()
	r.folded.complete()
	r.n, r.blocks, r.length = 1, 1, segment
	if r.columns {
		r.n, r.sx, r.sd = s.shape[last], s.strides[0][last], s.strides[1][last]
		r.blocks = ceilDiv(r.n, columnBlock)
		r.length = max(cascade, segment/min(r.n, columnBlock))
	}
	r.segments = ceilDiv(count, r.length)
	perUnit := min(count, r.length) * min(r.n, columnBlock)
	r.step = max(1, reduceChunk/perUnit)
}

// complete sets the size, with one axis of one element if there is none.
func (s *nest) complete() int {
	if s.rank == 0 {
		s.rank, s.shape[0] = 1, 1
	}
	s.size = 1
	for k := range s.rank {
		s.size *= s.shape[k]
	}
	return s.size
}

func (r *reduction) Chunk(i int) {
	lo := i * r.step
	if r.joining {
		r.join(lo, min(len(r.dst), lo+r.step))
		return
	}
	hi := min(r.outer*r.blocks*r.segments, lo+r.step)
	if !r.columns && r.segments == 1 && r.folded.rank == 1 && r.folded.step(0) == 1 {
		r.foldWholeRows(lo, hi)
		return
	}
	for u := lo; u < hi; u++ {
		seg, rest := u%r.segments, u/r.segments
		at := r.kept.seek(rest / r.blocks)
		from, to := seg*r.length, min(r.folded.size, (seg+1)*r.length)
		if r.columns {
			j := rest % r.blocks * columnBlock
			r.foldColumns(&at, seg, from, to, j, min(r.n, j+columnBlock))
		} else {
			r.store(at.offset[1], seg, r.foldElements(at.offset[0], from, to))
		}
	}
}

// foldWholeRows is the common case of results that each fold one row.
func (r *reduction) foldWholeRows(lo, hi int) {
	n := r.folded.size
	at := r.kept.seek(lo)
	for ; lo < hi; lo++ {
		r.dst[at.offset[1]] = foldRow(r.op, r.x[at.offset[0]:at.offset[0]+n])
		r.kept.advance(&at, 1)
	}
}

// store keeps a result, or a partial result, of element at of dst.
func (r *reduction) store(at, seg int, x float32) {
	if r.segments > 1 {
		r.parts[seg*len(r.dst)+at] = x
		return
	}
	r.dst[at] = x
}

func (r *reduction) join(lo, hi int) {
	for i := lo; i < hi; i++ {
		acc := r.parts[i]
		if r.op == backend.ReduceSum {
			sum := float64(acc)
			for s := 1; s < r.segments; s++ {
				sum += float64(r.parts[s*len(r.dst)+i])
			}
			acc = float32(sum)
		} else {
			for s := 1; s < r.segments; s++ {
				acc = pick(r.op, acc, r.parts[s*len(r.dst)+i])
			}
		}
		r.dst[i] = acc
	}
}

// pick is the larger or smaller of two numbers, NaN if either is.
func pick(op backend.ReduceOp, a, b float32) float32 {
	if op == backend.ReduceMax {
		return max(a, b)
	}
	return min(a, b)
}

// foldRow folds a contiguous row.
func foldRow(op backend.ReduceOp, x []float32) float32 {
	switch op {
	case backend.ReduceMax:
		return asm.Max(x)
	case backend.ReduceMin:
		return asm.Min(x)
	}
	return asm.Sum(x)
}

// foldElements folds elements [lo, hi) of the folded axes of the result whose
// first element lies at base.
func (r *reduction) foldElements(base, lo, hi int) float32 {
	s := &r.folded
	acc, sum := identity(r.op), 0.0
	var buf [blockLen]float32
	step := s.step(0)
	for cur := s.seek(lo); lo < hi; {
		n := min(hi-lo, s.inner()-cur.index[s.rank-1])
		at := base + cur.offset[0]
		var row []float32
		if step == 1 {
			row = r.x[at : at+n]
		} else {
			n = min(n, blockLen)
			row = buf[:n]
			loadStrided(row, r.x, at, step)
		}
		f := foldRow(r.op, row)
		if r.op == backend.ReduceSum {
			sum += float64(f)
		} else {
			acc = pick(r.op, acc, f)
		}
		s.advance(&cur, n)
		lo += n
	}
	if r.op == backend.ReduceSum {
		return float32(sum)
	}
	return acc
}

// ones are the weights that turn a vector-matrix product into column sums.
var ones = func() (x [cascade]float32) {
	fill(x[:], 1)
	return x
}()

// foldColumns folds rows [lo, hi) of the folded axes in columns [j0, j1).
func (r *reduction) foldColumns(at *cursor, seg, lo, hi, j0, j1 int) {
	s := &r.folded
	var low, high [columnBlock]float32
	l, h := low[:j1-j0], high[:j1-j0]
	fill(h, identity(r.op))
	base := at.offset[0] + j0*r.sx
	for cur := s.seek(lo); lo < hi; {
		n := min(hi-lo, s.inner()-cur.index[s.rank-1], cascade)
		row := base + cur.offset[0]
		switch {
		case r.op == backend.ReduceSum && r.sx == 1 && s.step(0) >= 0:
			clear(l)
			asm.GemvT(l, r.x[row:], s.step(0), ones[:n])
			asm.Add(h, h, l)
		case r.sx == 1:
			for range n {
				combine(r.op, h, r.x[row:row+len(h)])
				row += s.step(0)
			}
		default:
			for range n {
				loadStrided(l, r.x, row, r.sx)
				combine(r.op, h, l)
				row += s.step(0)
			}
		}
		s.advance(&cur, n)
		lo += n
	}
	to := at.offset[1] + j0*r.sd
	if r.segments > 1 {
		to += seg * len(r.dst)
		storeStrided(r.parts, to, r.sd, h)
		return
	}
	storeStrided(r.dst, to, r.sd, h)
}

func combine(op backend.ReduceOp, acc, x []float32) {
	switch op {
	case backend.ReduceMax:
		asm.Maximum(acc, acc, x)
	case backend.ReduceMin:
		asm.Minimum(acc, acc, x)
	default:
		asm.Add(acc, acc, x)
	}
}
