package tensor

import (
	"fmt"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Float32s copies the elements out in row-major order.
func (t *Tensor) Float32s() []float32 {
	out := make([]float32, t.Size())
	t.ReadFloat32s(out)
	return out
}

// Float64s copies the elements out in row-major order.
func (t *Tensor) Float64s() []float64 {
	out := make([]float64, t.Size())
	t.check("read")
	c := t.dense()
	t.be.Read64(out, c.Buf, c.Offset)
	t.doneWith(c)
	return out
}

// ReadFloat32s copies the elements into dst in row-major order.
//
// Panics if dst is not Size long.
func (t *Tensor) ReadFloat32s(dst []float32) {
	t.check("read")
	if len(dst) != t.Size() {
		Fail("read", fmt.Sprintf("shape %v has %s", t.Shape(), words.Count(t.Size(), "number")), "room for %d", len(dst))
	}
	c := t.dense()
	t.be.Read32(dst, c.Buf, c.Offset)
	t.doneWith(c)
}

// dense is the view, or a contiguous copy that doneWith frees.
func (t *Tensor) dense() backend.View {
	if t.view.Contiguous() {
		return t.view
	}
	c := backend.NewView(t.be.Alloc(t.Size()), t.view.Dims()...)
	t.be.Copy(c, t.view)
	return c
}

func (t *Tensor) doneWith(c backend.View) {
	if c.Buf != t.view.Buf {
		t.be.Free(c.Buf)
	}
}

// Item is the value of a one-element tensor.
//
// Panics if there is not exactly one element.
func (t *Tensor) Item() float64 {
	t.check("item")
	if t.Size() != 1 {
		Fail("item", "needs one element", "shape %v", t.Shape())
	}
	var out [1]float64
	t.be.Read64(out[:], t.view.Buf, t.view.Offset)
	return out[0]
}

// Clone copies a value off the tape: the copy is contiguous, has no history,
// and belongs to the caller.
func (t *Tensor) Clone() *Tensor {
	t.check("clone")
	c := alloc(nil, t.be, t.view.Dims())
	t.be.Copy(c.view, t.view)
	return c
}

// Detach is the same value on the same tape, cut off from its history: no
// gradient flows through it.
func (t *Tensor) Detach() *Tensor {
	t.check("detach")
	return t.alias(t.tape, t.view)
}

// String shows shape and elements, abridged for large tensors.
func (t *Tensor) String() string {
	if t.store == nil {
		return fmt.Sprintf("tensor%v (released)", t.view.Dims())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "tensor%v ", t.view.Dims())
	writeAxis(&b, t.Float64s(), t.Shape(), 0)
	return b.String()
}

// printEdge is how many elements an abridged axis shows at each end.
const printEdge = 3

func writeAxis(b *strings.Builder, data []float64, shape []int, depth int) {
	if len(shape) == 0 {
		fmt.Fprintf(b, "%.6g", data[0])
		return
	}
	n := shape[0]
	step := 1
	for _, d := range shape[1:] {
		step *= d
	}
	b.WriteByte('[')
	for i := 0; i < n; i++ {
		if i > 0 {
			if len(shape) > 1 {
				b.WriteString("\n" + strings.Repeat(" ", depth+1))
			} else {
				b.WriteByte(' ')
			}
		}
		if n > 2*printEdge+2 && i == printEdge {
			b.WriteString("…")
			i = n - printEdge - 1
			continue
		}
		writeAxis(b, data[i*step:(i+1)*step], shape[1:], depth+1)
	}
	b.WriteByte(']')
}
