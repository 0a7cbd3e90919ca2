package cpu

import (
	"fmt"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
	"github.com/org/artnn/internal/words"
)

type indexKind uint8

const (
	indexTake indexKind = iota
	indexTakeAdd
	indexGather
	indexScatterAdd
	indexArgMax
)

// indexing is one call of an operation with indices. Rows are the elements
// under one index of Take, and the lines of the last axis of Gather.
type indexing struct {
	kind  indexKind
	index []int32
	out   []int32   // of ArgMax
	dst   []float32 // contiguous
	src   []float32 // whole buffer
	rows  nest      // operand src: which row
	row   nest      // operand src: the elements of a row
	n     int       // length of a row of dst
	m     int       // length of a row of index and of src
	limit int       // rows, or elements of a row, that an index chooses from
	total int       // rows, or columns of TakeAdd
	step  int       // of them in a chunk
}

var indexings team.Recycler[indexing]

func (t *indexing) do(c *cpu, total, step int) {
	t.total, t.step = total, step
	c.team.Do(ceilDiv(total, step), t)
	*t = indexing{}
	indexings.Put(t)
}

func (t *indexing) Chunk(i int) {
	lo := i * t.step
	hi := min(t.total, lo+t.step)
	switch t.kind {
	case indexTake:
		t.take(lo, hi)
	case indexTakeAdd:
		t.takeAdd(lo, hi)
	case indexGather:
		t.gather(lo, hi)
	case indexScatterAdd:
		t.scatterAdd(lo, hi)
	case indexArgMax:
		t.argMax(lo, hi)
	}
}

// split makes the nests of the axes before and from axis at on.
func (t *indexing) split(v *backend.View, at int) {
	t.src = data(v.Buf)
	t.rows, t.row = nest{count: 1}, nest{count: 1}
	t.rows.base[0] = v.Offset
	for k := range v.Rank {
		s := &t.rows
		if k >= at {
			s = &t.row
		}
		s.shape[s.rank], s.strides[0][s.rank] = v.Shape[k], v.Strides[k]
		s.rank++
	}
	t.rows.complete()
	t.row.complete()
	t.rows.collapse()
	t.row.collapse()
}

// line is elements [lo, hi) of the row of src that starts at base: in place if
// they are contiguous, else gathered into buf.
func (t *indexing) line(buf []float32, base, lo, hi int) []float32 {
	if t.row.flat(0) {
		return t.src[base+lo : base+hi]
	}
	cur := t.row.seek(lo)
	cur.offset[0] += base
	t.row.gather(buf[:hi-lo], t.src, 0, cur)
	return buf[:hi-lo]
}

func checkIndex(op string, index []int32, limit, want int) {
	if len(index) != want {
		panic(fmt.Sprintf("%s: expected %s, got %d", op, words.Count(want, "index"), len(index)))
	}
	for i, x := range index {
		if uint(x) >= uint(limit) {
			panic(fmt.Sprintf("%s: expected indices from 0 to %d, got %d at %d", op, limit-1, x, i))
		}
	}
}

// Take copies rows: dst[i, …] = x[index[i], …].
//
// Panics if an index is out of range.
func (c *cpu) Take(dst, x backend.View, index []int32) {
	checkIndex("take", index, x.Shape[0], dst.Shape[0])
	if dst.Size() == 0 {
		return
	}
	t := indexings.Get()
	t.kind, t.index, t.dst = indexTake, index, dense(&dst)
	t.split(&x, 1)
	t.n = t.row.size
	t.do(c, len(index), max(1, cheapChunk/t.n))
}

func (t *indexing) take(lo, hi int) {
	for i := lo; i < hi; i++ {
		at := t.rows.base[0] + int(t.index[i])*t.rows.strides[0][0]
		out := t.dst[i*t.n : (i+1)*t.n]
		if t.row.flat(0) {
			copy(out, t.src[at:])
		} else {
			t.line(out, at, 0, t.n)
		}
	}
}

// TakeAdd adds rows: dst[index[i], …] += src[i, …], in order of i.
//
// Panics if an index is out of range.
func (c *cpu) TakeAdd(dst, src backend.View, index []int32) {
	checkIndex("take add", index, dst.Shape[0], src.Shape[0])
	if dst.Size() == 0 || src.Size() == 0 {
		return
	}
	t := indexings.Get()
	t.kind, t.index, t.dst = indexTakeAdd, index, dense(&dst)
	t.split(&src, 1)
	t.n = t.row.size
	// Rows may repeat, so columns are divided, by whole cache lines: into four parts or
	// more, of long runs, because the next row is far away in memory. Of 2048 rows of
	// 2048 numbers, runs of 512 took a third of the time of runs of 64.
	step := max(64, roundUp(max(ceilDiv(cheapChunk, len(index)), ceilDiv(t.n, 4)), alignFloats))
	t.do(c, t.n, min(step, blockLen))
}

func (t *indexing) takeAdd(lo, hi int) {
	var buf [blockLen]float32
	cur := t.rows.seek(0)
	for _, to := range t.index {
		out := t.dst[int(to)*t.n+lo : int(to)*t.n+hi]
		asm.Add(out, out, t.line(buf[:], cur.offset[0], lo, hi))
		t.rows.advance(&cur, 1)
	}
}

// Gather picks along the last axis: dst[…, j] = x[…, index[…, j]].
//
// Panics if an index is out of range.
func (c *cpu) Gather(dst, x backend.View, index []int32) {
	last := x.Rank - 1
	checkIndex("gather", index, x.Shape[last], dst.Size())
	if dst.Size() == 0 {
		return
	}
	t := indexings.Get()
	t.kind, t.index, t.dst = indexGather, index, dense(&dst)
	t.split(&x, last)
	t.n, t.limit = dst.Shape[last], x.Strides[last]
	t.do(c, t.rows.size, max(1, cheapChunk/t.n))
}

func (t *indexing) gather(lo, hi int) {
	cur := t.rows.seek(lo)
	for i := lo; i < hi; i++ {
		at := cur.offset[0]
		out, index := t.dst[i*t.n:(i+1)*t.n], t.index[i*t.n:(i+1)*t.n]
		for j, k := range index {
			out[j] = t.src[at+int(k)*t.limit]
		}
		t.rows.advance(&cur, 1)
	}
}

// ScatterAdd is Gather's transpose: dst[…, index[…, j]] += src[…, j].
//
// Panics if an index is out of range.
func (c *cpu) ScatterAdd(dst, src backend.View, index []int32) {
	last := src.Rank - 1
	checkIndex("scatter add", index, dst.Shape[last], src.Size())
	if src.Size() == 0 {
		return
	}
	t := indexings.Get()
	t.kind, t.index, t.dst = indexScatterAdd, index, dense(&dst)
	t.split(&src, last)
	t.n, t.m, t.limit = dst.Shape[last], src.Shape[last], src.Strides[last]
	t.do(c, t.rows.size, max(1, cheapChunk/t.m))
}

func (t *indexing) scatterAdd(lo, hi int) {
	cur := t.rows.seek(lo)
	for i := lo; i < hi; i++ {
		out, at := t.dst[i*t.n:(i+1)*t.n], cur.offset[0]
		for _, k := range t.index[i*t.m : (i+1)*t.m] {
			out[k] += t.src[at]
			at += t.limit
		}
		t.rows.advance(&cur, 1)
	}
}

// ArgMax writes the index of the largest element of each line of x along axis.
func (c *cpu) ArgMax(dst []int32, x backend.View, axis int) {
	if x.Shape[axis] == 0 || len(dst)*x.Shape[axis] != x.Size() {
		panic(fmt.Sprintf("argmax: expected as many results as %v has lines along axis %d, got %d", x, axis, len(dst)))
	}
	if len(dst) == 0 {
		return
	}
	t := indexings.Get()
	t.kind, t.out = indexArgMax, dst
	moved := x // with axis last
	for k := axis; k < x.Rank-1; k++ {
		moved.Shape[k], moved.Strides[k] = x.Shape[k+1], x.Strides[k+1]
	}
	moved.Shape[x.Rank-1], moved.Strides[x.Rank-1] = x.Shape[axis], x.Strides[axis]
	t.split(&moved, x.Rank-1)
	t.m, t.limit = x.Shape[axis], x.Strides[axis]
	t.do(c, len(dst), max(1, cheapChunk/t.m))
}

func (t *indexing) argMax(lo, hi int) {
	cur := t.rows.seek(lo)
	for i := lo; i < hi; i++ {
		at := cur.offset[0]
		if t.limit == 1 {
			t.out[i] = firstOf(t.src[at:at+t.m], asm.Max(t.src[at:at+t.m]))
		} else {
			t.out[i] = argMaxStrided(t.src, at, t.limit, t.m)
		}
		t.rows.advance(&cur, 1)
	}
}

// firstOf is the first index of v, the largest element or NaN.
func firstOf(x []float32, v float32) int32 {
	if v != v {
		for i, y := range x {
			if y != y {
				return int32(i)
			}
		}
	}
	for i, y := range x {
		if y == v {
			return int32(i)
		}
	}
	return 0
}

func argMaxStrided(x []float32, at, step, n int) int32 {
	best, index := x[at], int32(0)
	for i := 1; i < n && best == best; i++ {
		at += step
		if v := x[at]; v > best || v != v {
			best, index = v, int32(i)
		}
	}
	return index
}
