package cpu

import "github.com/org/artnn/backend"

// maxOperands is the largest number of views one loop nest walks: Where's four.
const maxOperands = 4

// nest is a loop nest over views of one shape, with axes of size 1 dropped and
// neighbours merged wherever all views allow it. Operand 0 leads.
type nest struct {
	rank    int
	count   int // operands
	size    int // elements
	shape   [backend.MaxRank]int
	strides [maxOperands][backend.MaxRank]int
	base    [maxOperands]int // offset of the first element
}

// push adds an operand's axes to an empty or matching nest.
func (s *nest) push(v *backend.View) {
	if s.count == 0 {
		s.rank, s.shape, s.size = v.Rank, v.Shape, v.Size()
	}
	s.strides[s.count], s.base[s.count] = v.Strides, v.Offset
	s.count++
}

// collapse drops and merges axes, keeping their order. Afterwards rank is at
// least 1.
func (s *nest) collapse() {
	out := 0
	for k := range s.rank {
		if s.shape[k] == 1 {
			continue
		}
		if out > 0 && s.mergeable(out-1, k) {
			s.shape[out-1] *= s.shape[k]
			for o := range s.count {
				s.strides[o][out-1] = s.strides[o][k]
			}
			continue
		}
		s.move(out, k)
		out++
	}
	if out == 0 {
		s.shape[0] = 1
		if s.size == 0 {
			s.shape[0] = 0
		}
		for o := range s.count {
			s.strides[o][0] = 1
		}
		out = 1
	}
	s.rank = out
}

func (s *nest) mergeable(outer, inner int) bool {
	for o := range s.count {
		if s.strides[o][outer] != s.strides[o][inner]*s.shape[inner] {
			return false
		}
	}
	return true
}

// move copies axis k to place to.
func (s *nest) move(to, k int) {
	s.shape[to] = s.shape[k]
	for o := range s.count {
		s.strides[o][to] = s.strides[o][k]
	}
}

// swap exchanges two axes.
func (s *nest) swap(a, b int) {
	s.shape[a], s.shape[b] = s.shape[b], s.shape[a]
	for o := range s.count {
		st := &s.strides[o]
		st[a], st[b] = st[b], st[a]
	}
}

// collapseAnyOrder is collapse for operations whose order does not matter: the
// axes are sorted by falling stride of operand 0, so that its memory is walked
// forwards.
func (s *nest) collapseAnyOrder() {
	s.collapse()
	for i := 1; i < s.rank; i++ {
		for k := i; k > 0 && abs(s.strides[0][k-1]) < abs(s.strides[0][k]); k-- {
			s.swap(k-1, k)
		}
	}
	s.collapse()
}

// flat reports whether operand o lies without gaps in the nest's order.
func (s *nest) flat(o int) bool { return s.rank == 1 && s.strides[o][0] == 1 }

// runs reports whether operand o lies without gaps although others may not.
func (s *nest) runs(o int) bool {
	stride := 1
	for k := s.rank - 1; k >= 0; k-- {
		if s.strides[o][k] != stride {
			return false
		}
		stride *= s.shape[k]
	}
	return true
}

// inner is the length of the innermost loop.
func (s *nest) inner() int { return s.shape[s.rank-1] }

// step is operand o's stride in the innermost loop.
func (s *nest) step(o int) int { return s.strides[o][s.rank-1] }

// cursor is a place in a nest: the index along each axis and the offset of
// each operand there.
type cursor struct {
	index  [backend.MaxRank]int
	offset [maxOperands]int
}

// seek is the place of element i in index order.
func (s *nest) seek(i int) (c cursor) {
	c.offset = s.base
	for k := s.rank - 1; k >= 0; k-- {
		n := s.shape[k]
		c.index[k] = i % n
		i /= n
		for o := range s.count {
			c.offset[o] += c.index[k] * s.strides[o][k]
		}
	}
	return c
}

// advance moves c by n along the innermost axis, at most to its end, and
// carries into the outer axes when the end is reached.
func (s *nest) advance(c *cursor, n int) {
	k := s.rank - 1
	c.index[k] += n
	for o := range s.count {
		c.offset[o] += n * s.strides[o][k]
	}
	for k > 0 && c.index[k] == s.shape[k] {
		for o := range s.count {
			c.offset[o] += s.strides[o][k-1] - s.shape[k]*s.strides[o][k]
		}
		c.index[k] = 0
		k--
		c.index[k]++
	}
}

// gather copies operand o's elements from c on, in index order, into dst; src
// is the operand's whole buffer.
func (s *nest) gather(dst, src []float32, o int, c cursor) { s.gatherNext(dst, src, o, &c) }

// gatherNext is gather that moves the cursor on.
func (s *nest) gatherNext(dst, src []float32, o int, c *cursor) {
	step := s.step(o)
	for len(dst) > 0 {
		n := min(len(dst), s.inner()-c.index[s.rank-1])
		loadStrided(dst[:n], src, c.offset[o], step)
		s.advance(c, n)
		dst = dst[n:]
	}
}

// loadStrided copies len(dst) numbers of src, step apart from offset on.
func loadStrided(dst, src []float32, offset, step int) {
	switch step {
	case 1:
		copy(dst, src[offset:offset+len(dst)])
	case 0:
		x := src[offset]
		for i := range dst {
			dst[i] = x
		}
	default:
		for i := range dst {
			dst[i] = src[offset]
			offset += step
		}
	}
}

// scatterNext is the opposite of gatherNext.
func (s *nest) scatterNext(dst []float32, o int, c *cursor, src []float32) {
	step := s.step(o)
	for len(src) > 0 {
		n := min(len(src), s.inner()-c.index[s.rank-1])
		storeStrided(dst, c.offset[o], step, src[:n])
		s.advance(c, n)
		src = src[n:]
	}
}

// storeStrided is the opposite of loadStrided, for steps other than 0.
func storeStrided(dst []float32, offset, step int, src []float32) {
	if step == 1 {
		copy(dst[offset:offset+len(src)], src)
		return
	}
	for _, x := range src {
		dst[offset] = x
		offset += step
	}
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
