package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// cheapChunk and expensiveChunk are the elements of a chunk of a map: about 5 µs
	// of additions in cache, and of exponentials.
	cheapChunk     = 16 << 10
	expensiveChunk = 4 << 10
	// blockLen is the length of the pieces in which strided operands are
	// gathered; a few of them fit into level 1 cache together.
	blockLen = 512
	// shortRow is the length below which a row of the innermost loop is not
	// worth a kernel call of its own.
	shortRow = 16
)

type mapKind uint8

const (
	mapFill mapKind = iota
	mapCopy
	mapUnary
	mapBinary
	mapWhere
)

// mapping is one call of a map, cut into ranges of elements.
type mapping struct {
	kind   mapKind
	unary  backend.UnaryOp
	binary backend.BinaryOp
	p      backend.Params
	parts  team.Division
	nest   nest
	mem    [maxOperands][]float32 // whole buffers; operand 0 is the destination
}

var mappings team.Recycler[mapping]

func (t *mapping) Chunk(i int) {
	lo, hi := t.parts.Bounds(i)
	switch t.kind {
	case mapFill:
		t.fill(lo, hi)
	case mapCopy:
		t.copy(lo, hi)
	case mapUnary:
		t.runUnary(lo, hi)
	case mapBinary:
		t.runBinary(lo, hi)
	case mapWhere:
		t.runWhere(lo, hi)
	}
}

// add pushes an operand.
func (t *mapping) add(v *backend.View) {
	t.mem[t.nest.count] = data(v.Buf)
	t.nest.push(v)
}

// do runs the map over all elements, at most step to a chunk and whole units.
func (t *mapping) do(c *cpu, step, unit int) {
	t.parts = team.Divide(t.nest.size, step, unit)
	c.team.Do(t.parts.Count, t)
	*t = mapping{}
	mappings.Put(t)
}

// flat is elements [lo, hi) of operand o, which lies without gaps.
func (t *mapping) flat(o, lo, hi int) []float32 {
	b := t.nest.base[o]
	return t.mem[o][b+lo : b+hi]
}

// Fill sets every element of dst to value.
func (c *cpu) Fill(dst backend.View, value float64) {
	if dst.Size() == 0 {
		return
	}
	t := mappings.Get()
	t.kind, t.p[0] = mapFill, value
	t.add(&dst)
	t.nest.collapseAnyOrder()
	t.do(c, cheapChunk, alignFloats)
}

func (t *mapping) fill(lo, hi int) {
	x := float32(t.p[0])
	s := &t.nest
	if s.flat(0) {
		fill(t.flat(0, lo, hi), x)
		return
	}
	for cur := s.seek(lo); lo < hi; {
		n := min(hi-lo, s.inner()-cur.index[s.rank-1])
		step, at := s.step(0), cur.offset[0]
		for range n {
			t.mem[0][at] = x
			at += step
		}
		s.advance(&cur, n)
		lo += n
	}
}

func fill(dst []float32, x float32) {
	if x == 0 {
		clear(dst)
		if 1/x > 0 { // −0 is no cleared word
			return
		}
	}
	for i := range dst {
		dst[i] = x
	}
}

// Unary computes dst = op(x).
func (c *cpu) Unary(op backend.UnaryOp, dst, x backend.View, p backend.Params) {
	n := dst.Size()
	if n == 0 {
		return
	}
	step := cheapChunk
	if expensiveUnary(op) {
		step = expensiveChunk
	}
	if n <= step && x.Contiguous() {
		unary(op, dense(&dst), dense(&x), p)
		return
	}
	t := mappings.Get()
	t.kind, t.unary, t.p = mapUnary, op, p
	t.add(&dst)
	t.add(&x)
	t.nest.collapse()
	t.do(c, step, alignFloats)
}

func (t *mapping) runUnary(lo, hi int) {
	s := &t.nest
	dst := t.flat(0, lo, hi)
	if s.flat(1) {
		unary(t.unary, dst, t.flat(1, lo, hi), t.p)
		return
	}
	for cur := s.seek(lo); len(dst) > 0; {
		n := min(blockLen, len(dst))
		s.gatherNext(dst[:n], t.mem[1], 1, &cur)
		unary(t.unary, dst[:n], dst[:n], t.p)
		dst = dst[n:]
	}
}

// Binary computes dst = op(a, b).
func (c *cpu) Binary(op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
	n := dst.Size()
	if n == 0 {
		return
	}
	step := cheapChunk
	if expensiveBinary(op) {
		step = expensiveChunk
	}
	if n <= step && a.Contiguous() && b.Contiguous() {
		binary(op, dense(&dst), dense(&a), dense(&b), p)
		return
	}
	t := mappings.Get()
	t.kind, t.binary, t.p = mapBinary, op, p
	t.add(&dst)
	t.add(&a)
	t.add(&b)
	t.nest.collapse()
	t.do(c, step, alignFloats)
}

func (t *mapping) runBinary(lo, hi int) {
	s := &t.nest
	dst := t.flat(0, lo, hi)
	if s.flat(1) && s.flat(2) {
		binary(t.binary, dst, t.flat(1, lo, hi), t.flat(2, lo, hi), t.p)
		return
	}
	if s.inner() >= shortRow && uint(s.step(1)) <= 1 && uint(s.step(2)) <= 1 {
		t.binaryRows(dst, lo)
		return
	}
	var bufA, bufB [blockLen]float32
	ca := s.seek(lo)
	cb := ca
	for ; len(dst) > 0; lo += min(blockLen, hi-lo) {
		n := min(blockLen, len(dst))
		a, b := bufA[:n], bufB[:n]
		if s.runs(1) {
			a = t.flat(1, lo, lo+n)
		} else {
			s.gatherNext(a, t.mem[1], 1, &ca)
		}
		if s.runs(2) {
			b = t.flat(2, lo, lo+n)
		} else {
			s.gatherNext(b, t.mem[2], 2, &cb)
		}
		binary(t.binary, dst[:n], a, b, t.p)
		dst = dst[n:]
	}
}

// binaryRows runs row by row of the innermost loop, along which each operand
// is contiguous or one number.
func (t *mapping) binaryRows(dst []float32, lo int) {
	s := &t.nest
	last := s.rank - 1
	for cur := s.seek(lo); len(dst) > 0; {
		n := min(len(dst), s.inner()-cur.index[last])
		a, b := t.mem[1][cur.offset[1]:], t.mem[2][cur.offset[2]:]
		switch {
		case s.step(1) == 1 && s.step(2) == 1:
			binary(t.binary, dst[:n], a[:n], b[:n], t.p)
		case s.step(1) == 1:
			binaryRight(t.binary, dst[:n], a[:n], b[0], t.p)
		case s.step(2) == 1:
			binaryLeft(t.binary, dst[:n], a[0], b[:n], t.p)
		default:
			fill(dst[:n], a[0])
			binaryRight(t.binary, dst[:n], dst[:n], b[0], t.p)
		}
		s.advance(&cur, n)
		dst = dst[n:]
	}
}

// Where computes dst = a where cond ≠ 0, else b.
func (c *cpu) Where(dst, cond, a, b backend.View) {
	n := dst.Size()
	if n == 0 {
		return
	}
	if n <= cheapChunk && cond.Contiguous() && a.Contiguous() && b.Contiguous() {
		asm.Select(dense(&dst), dense(&cond), dense(&a), dense(&b))
		return
	}
	t := mappings.Get()
	t.kind = mapWhere
	t.add(&dst)
	t.add(&cond)
	t.add(&a)
	t.add(&b)
	t.nest.collapse()
	t.do(c, cheapChunk, alignFloats)
}

func (t *mapping) runWhere(lo, hi int) {
	s := &t.nest
	var bufs [3][blockLen]float32
	var curs [3]cursor
	if s.rank > 1 || !s.flat(1) || !s.flat(2) || !s.flat(3) {
		curs[0] = s.seek(lo)
		curs[1], curs[2] = curs[0], curs[0]
	}
	for lo < hi {
		n := min(blockLen, hi-lo)
		var in [3][]float32
		for o := range in {
			if s.runs(o + 1) {
				in[o] = t.flat(o+1, lo, lo+n)
				continue
			}
			in[o] = bufs[o][:n]
			s.gatherNext(in[o], t.mem[o+1], o+1, &curs[o])
		}
		asm.Select(t.flat(0, lo, lo+n), in[0], in[1], in[2])
		lo += n
	}
}
