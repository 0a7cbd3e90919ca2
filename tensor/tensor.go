package tensor

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync/atomic"

	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/cpu"       // the default backend
	_ "github.com/org/artnn/backend/reference" // ARTNN_BACKEND=reference works everywhere
)

// Tensor is an n-dimensional array of numbers, or a view on part of one. The
// zero value is not usable.
type Tensor struct {
	view  backend.View
	be    backend.Backend
	store *storage // nil once released
	tape  *Tape    // nil for parameters and other values outside any pass
	id    int32    // 1 + index in tape.values; 0 if the tape has not numbered it
	held  int32    // gradient slots that hold this value during a backward pass
	keep  bool     // survives Backward

	grad    *Tensor // of a parameter: its accumulated gradient, memory kept between steps
	gradSet bool    // whether there is a gradient since ZeroGrad: grad, or a postponed product
	product *product
}

// storage is a buffer shared by views; the last one to let go frees it.
type storage struct {
	buf     backend.Buffer
	refs    atomic.Int32
	passing bool // made by a pass: once computed, nobody overwrites it
}

// release lets go of one reference.
func (s *storage) release(be backend.Backend) {
	if s.refs.Add(-1) == 0 {
		be.Free(s.buf)
	}
}

// Shape returns the sizes of all axes. The caller may keep the slice.
func (t *Tensor) Shape() []int { return slices.Clone(t.view.Dims()) }

// Rank is the number of axes.
func (t *Tensor) Rank() int { return t.view.Rank }

// Dim is the size of one axis; negative axes count from the end.
func (t *Tensor) Dim(axis int) int { return t.view.Shape[t.axis("dim", axis)] }

// Size is the number of elements.
func (t *Tensor) Size() int { return t.view.Size() }

// Backend is the backend that owns the tensor's memory.
func (t *Tensor) Backend() backend.Backend { return t.be }

// Tape is the pass the value belongs to, nil for parameters and constants.
func (t *Tensor) Tape() *Tape { return t.tape }

// View is the tensor's layout and memory, for kernels and optimisers.
func (t *Tensor) View() backend.View {
	t.check("view")
	return t.view
}

// HasShape reports whether the tensor has exactly this shape.
func (t *Tensor) HasShape(shape ...int) bool { return slices.Equal(t.view.Dims(), shape) }

// Keep marks a value on a tape to survive [Tape.Backward], so that it can still
// be read afterwards. It returns t.
func (t *Tensor) Keep() *Tensor {
	t.keep = true
	return t
}

// Release returns the memory of a value outside any tape to its backend.
// Values on a tape are released by the tape. Releasing twice does nothing.
func (t *Tensor) Release() {
	if t.tape != nil {
		panic(&UseError{"release", "the value is on a tape: release the tape"})
	}
	t.drop()
	t.ZeroGrad()
	if t.grad != nil {
		t.grad.drop()
		t.grad = nil
	}
}

func (t *Tensor) drop() {
	if t.store == nil {
		return
	}
	t.store.release(t.be)
	t.store = nil
	t.view.Buf = nil
}

// check panics if the value has been released.
func (t *Tensor) check(op string) {
	if t.store == nil {
		panic(&UseError{op, fmt.Sprintf("value of shape %v was released (by Release, or by Backward without Keep)", t.view.Dims())})
	}
}

// axis normalises a possibly negative axis.
func (t *Tensor) axis(op string, axis int) int { return normAxis(op, axis, t.view.Rank) }

func normAxis(op string, axis, rank int) int {
	a := axis
	if a < 0 {
		a += rank
	}
	if a < 0 || a >= rank {
		Fail(op, fmt.Sprintf("expected an axis in [%d, %d)", -rank, rank), "%d", axis)
	}
	return a
}

// common returns the tape and backend that operands share.
func common(op string, ts ...*Tensor) (*Tape, backend.Backend) {
	var tape *Tape
	for _, t := range ts {
		t.check(op)
		if t.be != ts[0].be {
			panic(&UseError{op, fmt.Sprintf("operands on backends %q and %q", ts[0].be.Name(), t.be.Name())})
		}
		if t.tape != nil && t.tape != tape {
			if tape != nil {
				panic(&UseError{op, "operands are on two different tapes"})
			}
			tape = t.tape
		}
	}
	return tape, ts[0].be
}

// alloc makes a contiguous tensor with unspecified contents, owned by tape if
// there is one.
func alloc(tape *Tape, be backend.Backend, shape []int) *Tensor {
	size := 1
	for _, d := range shape {
		if d < 0 {
			Fail("new", "sizes must not be negative", "%v", slices.Clone(shape)) // Clone: shape stays on the stack
		}
		hi, lo := bits.Mul(uint(size), uint(d))
		if hi != 0 || lo > math.MaxInt {
			Fail("new", fmt.Sprintf("sizes must multiply to at most %d", math.MaxInt), "%v", slices.Clone(shape))
		}
		size = int(lo)
	}
	if len(shape) > backend.MaxRank {
		Fail("new", fmt.Sprintf("at most %d axes are supported", backend.MaxRank), "%v", slices.Clone(shape))
	}
	t, s := newCell(tape)
	s.buf = be.Alloc(size)
	s.refs.Store(1)
	s.passing = tape != nil
	t.be, t.store, t.tape = be, s, tape
	t.view = backend.NewView(s.buf, shape...)
	tape.own(t)
	return t
}

// cell is a tensor and its storage, allocated together.
type cell struct {
	t Tensor
	s storage
}

func newCell(tape *Tape) (*Tensor, *storage) {
	if tape == nil {
		c := new(cell)
		return &c.t, &c.s
	}
	c := tape.cell()
	return &c.t, &c.s
}

// alias makes a tensor that views t's memory with another layout.
func (t *Tensor) alias(tape *Tape, view backend.View) *Tensor {
	a, _ := newCell(tape)
	t.store.refs.Add(1)
	a.be, a.store, a.tape, a.view = t.be, t.store, tape, view
	tape.own(a)
	return a
}
