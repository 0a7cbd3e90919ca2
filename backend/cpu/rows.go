package cpu

import "github.com/org/artnn/backend"

// rows walks the lines of the last axis of several views of one shape.
type rows struct {
	nest nest // the axes before the last
	n    int  // length of a line
	mem  [maxOperands][]float32
}

// init reports false if a view's last axis is not contiguous. The views are
// not empty.
func (r *rows) init(views ...*backend.View) bool {
	*r = rows{}
	for o, v := range views {
		last := v.Rank - 1
		if last < 0 || v.Shape[last] != 1 && v.Strides[last] != 1 {
			return false
		}
		outer := *v
		outer.Rank = last
		r.n, r.mem[o] = v.Shape[last], data(v.Buf)
		r.nest.push(&outer)
	}
	r.nest.complete()
	r.nest.collapse()
	return true
}

func (r *rows) count() int { return r.nest.size }

// row is the line of operand o at c.
func (r *rows) row(o int, c *cursor) []float32 {
	return r.mem[o][c.offset[o]:][:r.n:r.n]
}

// element is number i of a vector.
func element(v *backend.View, i int) *float32 {
	return &data(v.Buf)[v.Offset+i*v.Strides[0]]
}

// contiguousVector is the memory of a contiguous view, or nil if it has none;
// ok is false if there is memory that is not contiguous.
func contiguousVector(v *backend.View) (mem []float32, ok bool) {
	if v.Buf == nil {
		return nil, true
	}
	if !v.Contiguous() {
		return nil, false
	}
	return dense(v), true
}
