package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// MatMul is the matrix product over the last two axes; leading axes are batches
// and broadcast. Transposed operands cost nothing: write a.MatMul(b.T()).
//
// Shape: [..., M, K] @ [..., K, N] → [..., M, N].
//
// Panics if an operand has fewer than two axes or the inner sizes differ.
func (a *Tensor) MatMul(c *Tensor) *Tensor {
	tape, be := common("matmul", a, c)
	if a.view.Rank < 2 || c.view.Rank < 2 {
		Fail("matmul", "needs operands of at least two axes", "%v @ %v", a.Shape(), c.Shape())
	}
	if k, l := a.Dim(-1), c.Dim(-2); k != l {
		Fail("matmul", fmt.Sprintf("%v needs %s on the right", a.Shape(), words.Count(k, "row")), "%v", c.Shape())
	}
	if a.view.Rank > 2 && c.view.Rank == 2 && a.view.Contiguous() {
		// One tall product instead of many small ones.
		shape := shapeOf(&a.view)
		shape[len(shape)-1] = c.Dim(-1)
		return a.Reshape(-1, a.Dim(-1)).MatMul(c).Reshape(shape...)
	}
	if a.view.Rank > 2 || c.view.Rank > 2 {
		return batched(a, c)
	}
	y := alloc2(tape, be, a.view.Shape[0], c.view.Shape[1])
	be.Gemm(y.view, a.view, c.view, 1, 0, backend.Epilogue{})
	if tape.records() {
		tape.record("matmul", y, func(b *Backprop, g *Tensor) {
			if b.Needs(0) {
				b.AddMatMul(0, g, c.T())
			}
			if b.Needs(1) {
				b.AddMatMul(1, a.T(), g)
			}
		}, a, c)
	}
	return y
}

func alloc2(tape *Tape, be backend.Backend, rows, cols int) *Tensor {
	shape := [2]int{rows, cols}
	return alloc(tape, be, shape[:])
}

// batched multiplies equally many matrices from each side.
func batched(a, c *Tensor) *Tensor {
	if a.view.Rank == 3 && c.view.Rank == 3 && a.view.Shape[0] == c.view.Shape[0] {
		tape, be := common("matmul", a, c)
		y := alloc(tape, be, []int{a.view.Shape[0], a.view.Shape[1], c.view.Shape[2]})
		be.Gemm(y.view, a.view, c.view, 1, 0, backend.Epilogue{})
		if tape.records() {
			tape.record("matmul", y, func(b *Backprop, g *Tensor) {
				if b.Needs(0) {
					b.Add(0, g.MatMul(c.T()))
				}
				if b.Needs(1) {
					b.Add(1, a.T().MatMul(g))
				}
			}, a, c)
		}
		return y
	}
	am, cm := batchOf(a.view), batchOf(c.view)
	sizes, rank := broadcast("matmul", &am, &cm)
	batch := sizes[:rank]
	join := func(x *Tensor) *Tensor {
		rows, cols := x.Dim(-2), x.Dim(-1)
		full := append(append([]int{}, batch...), rows, cols)
		if len(full) > backend.MaxRank {
			Fail("matmul", fmt.Sprintf("at most %d axes are supported", backend.MaxRank), "%v @ %v", a.Shape(), c.Shape())
		}
		n := 1
		for _, d := range batch {
			n *= d
		}
		return x.Expand(full...).mergeBatch(n, rows, cols)
	}
	out := append(append([]int{}, batch...), a.Dim(-2), c.Dim(-1))
	return batched(join(a), join(c)).Reshape(out...)
}

// batchOf is the batch axes of a stack of matrices.
func batchOf(v backend.View) backend.View {
	v.Rank -= 2
	return v
}

// mergeBatch merges the batch axes into one, without a copy where their strides
// allow it: transposed and broadcast matrices stay as they are.
func (t *Tensor) mergeBatch(n, rows, cols int) *Tensor {
	r := t.view.Rank
	stride, known := 0, false
	for i := r - 3; i >= 0; i-- {
		d := t.view.Shape[i]
		if d == 1 {
			continue
		}
		if !known {
			stride, known = t.view.Strides[i], true
			n2 := d
			for j := i - 1; j >= 0; j-- {
				if t.view.Shape[j] == 1 {
					continue
				}
				if t.view.Strides[j] != stride*n2 {
					return t.Reshape(n, rows, cols)
				}
				n2 *= t.view.Shape[j]
			}
		}
	}
	v := backend.View{Buf: t.view.Buf, Offset: t.view.Offset, Rank: 3}
	v.Shape[0], v.Shape[1], v.Shape[2] = n, rows, cols
	v.Strides[0], v.Strides[1], v.Strides[2] = stride, t.view.Strides[r-2], t.view.Strides[r-1]
	return t.viewAs("merge batch", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("shape", b.outShape())
			return
		}
		b.Add(0, g.Reshape(t.view.Dims()...))
	})
}

func transposed(v backend.View) backend.View {
	r := v.Rank
	v.Shape[r-1], v.Shape[r-2] = v.Shape[r-2], v.Shape[r-1]
	v.Strides[r-1], v.Strides[r-2] = v.Strides[r-2], v.Strides[r-1]
	return v
}
