package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// Stored is a matrix of weights in a form smaller than a backend computes with,
// such as int8. It has no gradient, but gradients flow through it to what it is
// multiplied by: it is a frozen weight.
//
// It may be used by several goroutines at once.
type Stored struct {
	matrix     backend.StoredMatrix
	rows, cols int
	be         backend.Backend
}

// NewStored makes a weight of a matrix, for products on a backend. The matrix
// must not change afterwards.
func NewStored(be backend.Backend, m backend.StoredMatrix) *Stored {
	rows, cols := m.Dims()
	return &Stored{m, rows, cols, be}
}

// Matrix is the matrix as it is stored.
func (w *Stored) Matrix() backend.StoredMatrix { return w.matrix }

// Backend is where products with the matrix are computed.
func (w *Stored) Backend() backend.Backend { return w.be }

// Shape is [out, in].
func (w *Stored) Shape() []int { return []int{w.rows, w.cols} }

// Dim is the size of one axis; negative axes count from the end.
func (w *Stored) Dim(axis int) int { return []int{w.rows, w.cols}[normAxis("dim", axis, 2)] }

// Size is the number of elements.
func (w *Stored) Size() int { return w.rows * w.cols }

// Float32s decodes all elements in row-major order.
func (w *Stored) Float32s() []float32 {
	out := make([]float32, w.Size())
	for r := range w.rows {
		w.matrix.DecodeRow(out[r*w.cols:][:w.cols], r)
	}
	return out
}

// Float64s decodes all elements in row-major order.
func (w *Stored) Float64s() []float64 {
	out := make([]float64, w.Size())
	d := newDecoder(w)
	for r := range w.rows {
		d.row64(out[r*w.cols:][:w.cols], r)
	}
	return out
}

// Widen is the matrix as a new tensor, on no tape, which can learn.
func (w *Stored) Widen() *Tensor { return w.widen(nil) }

func (w *Stored) widen(tape *Tape) *Tensor {
	t := alloc2(tape, w.be, w.rows, w.cols)
	w.decode(t.view, 0)
	return t
}

// Rows decodes rows. No gradient flows back from them.
func (w *Stored) Rows(tape *Tape, index []int32) *Tensor {
	checkIndex("take", index, w.rows)
	if tape != nil && tape.be != w.be {
		panic(&UseError{"take", fmt.Sprintf("the weight is on backend %q, the tape on %q", w.be.Name(), tape.be.Name())})
	}
	y := alloc2(tape, w.be, len(index), w.cols)
	d := newDecoder(w)
	for i, r := range index {
		d.write(y.view.Buf, i*w.cols, int(r))
	}
	return y
}

func (w *Stored) dims() (out, in int, ok bool) { return w.rows, w.cols, true }

// common is the tape of the operands, which must be on the weight's backend.
func (w *Stored) common(op string, ts ...*Tensor) *Tape {
	tape, be := common(op, ts...)
	if be != w.be {
		panic(&UseError{op, fmt.Sprintf("operands on backends %q and %q", be.Name(), w.be.Name())})
	}
	return tape
}

func (w *Stored) linear(x, bias *Tensor, act backend.Activation, slope float64) *Tensor {
	tape := w.common("linear", x)
	ep := backend.Epilogue{Act: act, Slope: slope}
	if bias != nil {
		tape = w.common("linear", x, bias)
		ep.Bias = bias.view
	}
	y := alloc2(tape, w.be, x.view.Shape[0], w.rows)
	if !w.kernel(y.view, x.view, ep) {
		w.blocks(func(lo, n int, block backend.View) {
			part := ep
			if bias != nil {
				part.Bias = place(ep.Bias, 0, lo, n)
			}
			w.be.Gemm(place(y.view, 1, lo, n), x.view, transposed(block), 1, 0, part)
		})
	}
	if tape.records() {
		f := func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("activation", act.String(), "slope", slope, "weight", w)
				return
			}
			g = activationGrad(act, slope, g, y)
			if b.Needs(0) {
				b.Add(0, w.linearT(g))
			}
			if bias != nil && b.Needs(1) {
				b.Add(1, g.Sum(0))
			}
		}
		if bias != nil {
			tape.record("linear", y, f, x, bias).says()
		} else {
			tape.record("linear", y, f, x).says()
		}
	}
	return y
}

// kernel computes act(x·wᵀ + bias) by the backend's kernel for the format, if it
// has one.
func (w *Stored) kernel(y, x backend.View, ep backend.Epilogue) bool {
	switch m := w.matrix.(type) {
	case *backend.Int8Matrix:
		if k, ok := w.be.(backend.LinearInt8Kernel); !ok || !k.LinearInt8(y, x, m, ep.Bias) {
			return false
		}
	default:
		return false
	}
	if op, ok := ep.Act.Unary(); ok {
		w.be.Unary(op, y, y, backend.Params{ep.Slope})
	}
	return true
}

func (w *Stored) linearT(x *Tensor) *Tensor {
	tape := w.common("linear_t", x)
	y := alloc2(tape, w.be, x.view.Shape[0], w.cols)
	beta := 0.0
	w.blocks(func(lo, n int, block backend.View) {
		w.be.Gemm(y.view, place(x.view, 1, lo, n), block, 1, beta, backend.Epilogue{})
		beta = 1
	})
	if beta == 0 {
		w.be.Fill(y.view, 0)
	}
	if tape.records() {
		tape.record("linear_t", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("weight", w)
				return
			}
			b.Add(0, w.linear(g, nil, backend.ActNone, 0))
		}, x).says()
	}
	return y
}

// blocks decodes rows [lo, lo+n) after each other, as many at a time as the backend
// likes, and hands them over.
func (w *Stored) blocks(use func(lo, n int, block backend.View)) {
	step := w.rows
	if k, ok := w.be.(backend.DecodeKernel); ok {
		if n := k.DecodeBlock(); n > 0 {
			step = min(step, max(1, n/max(1, w.cols)))
		}
	}
	buf := w.be.Alloc(step * w.cols)
	defer w.be.Free(buf)
	for lo := 0; lo < w.rows; lo += step {
		n := min(step, w.rows-lo)
		block := backend.NewView(buf, n, w.cols)
		w.decode(block, lo)
		use(lo, n, block)
	}
}

// decode writes rows [lo, lo+n) to dst [n, in], which is contiguous.
func (w *Stored) decode(dst backend.View, lo int) {
	if k, ok := w.be.(backend.DecodeKernel); ok && k.Decode(dst, w.matrix, lo) {
		return
	}
	d := newDecoder(w)
	for r := range dst.Shape[0] {
		d.write(dst.Buf, dst.Offset+r*w.cols, lo+r)
	}
}

// decoder decodes rows in the precision of the backend.
type decoder struct {
	w     *Stored
	exact backend.Float64Decoder // nil where float32 holds all there is
	row   []float32
	wide  []float64
}

func newDecoder(w *Stored) *decoder {
	d := &decoder{w: w, row: make([]float32, w.cols)}
	d.exact, _ = w.matrix.(backend.Float64Decoder)
	return d
}

func (d *decoder) row64(dst []float64, r int) {
	if d.exact != nil {
		d.exact.DecodeRow64(dst, r)
		return
	}
	d.w.matrix.DecodeRow(d.row, r)
	for k, v := range d.row {
		dst[k] = float64(v)
	}
}

// write puts row r into a buffer.
func (d *decoder) write(dst backend.Buffer, offset, r int) {
	if d.exact != nil && d.w.be.Precision() == backend.Float64 {
		if d.wide == nil {
			d.wide = make([]float64, d.w.cols)
		}
		d.row64(d.wide, r)
		d.w.be.Write64(dst, offset, d.wide)
		return
	}
	d.w.matrix.DecodeRow(d.row, r)
	d.w.be.Write32(dst, offset, d.row)
}
