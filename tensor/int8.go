package tensor

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// QuantizeInt8 rounds a matrix to int8, each row by a scale of its own:
//
//	s[r] = max|w[r,:]| / 127,  q[r,k] = round(w[r,k] / s[r])
//
// so that s·q is within s/2 of w. A row of zeros has scale 0. The numbers must
// be finite.
//
// Panics unless w has two axes.
func QuantizeInt8(w *Tensor) *backend.Int8Matrix {
	if w.view.Rank != 2 {
		Fail("quantize", "needs a matrix", "%v", w.Shape())
	}
	rows, cols := w.view.Shape[0], w.view.Shape[1]
	q := &backend.Int8Matrix{Rows: rows, Cols: cols, Values: make([]int8, rows*cols), Scale: make([]float32, rows)}
	values := w.Float64s()
	for r := range rows {
		row, largest := values[r*cols:][:cols], 0.0
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
		scale := float32(largest / 127)
		if scale == 0 { // nothing, or too little to tell from it
			continue
		}
		q.Scale[r] = scale
		for k, v := range row {
			q.Values[r*cols+k] = int8(max(-127, min(127, math.RoundToEven(v/float64(scale)))))
		}
	}
	return q
}

// dequantised is rows [lo, hi) of int8 weights on a backend, on no tape.
func dequantised(be backend.Backend, w *backend.Int8Matrix, lo, hi int) *Tensor {
	values := make([]float64, (hi-lo)*w.Cols)
	for r := lo; r < hi; r++ {
		dequantiseRow(values[(r-lo)*w.Cols:][:w.Cols], w, r)
	}
	return FromSliceOn(be, values, hi-lo, w.Cols)
}

func dequantiseRow(dst []float64, w *backend.Int8Matrix, r int) {
	scale := float64(w.Scale[r])
	for k, v := range w.Values[r*w.Cols:][:w.Cols] {
		dst[k] = scale * float64(v)
	}
}

// inferenceOnly panics if the tape of an input records: int8 weights cannot
// learn, and nothing before them could through them.
func inferenceOnly(op string, tape *Tape) {
	if tape.records() {
		panic(&UseError{op, "int8 weights have no gradient: use a tape made with NoGrad"})
	}
}

// TakeInt8 looks up rows of int8 weights, on a tape or, if that is nil, on a
// backend.
//
// Shape: index [n] → [n, columns].
//
// Panics if an index is out of range or the tape records.
func TakeInt8(tape *Tape, be backend.Backend, w *backend.Int8Matrix, index []int32) *Tensor {
	inferenceOnly("take_int8", tape)
	checkIndex("take_int8", index, w.Rows)
	if tape != nil {
		be = tape.be
	}
	y := alloc2(tape, be, len(index), w.Cols)
	row := make([]float64, w.Cols)
	for i, r := range index {
		dequantiseRow(row, w, int(r))
		be.Write64(y.view.Buf, i*w.Cols, row)
	}
	return y
}

// LinearInt8 is [Linear] with int8 weights. bias may be nil. A backend may round
// each row of x to 14 bits or more, by max|x| / 16382, which is a 64th of what
// rounding did to the weights.
//
// Shape: x [..., columns], bias [rows] → [..., rows].
//
// Panics if the sizes differ or the tape records.
func LinearInt8(x *Tensor, w *backend.Int8Matrix, bias *Tensor) *Tensor {
	if x.view.Rank == 0 || x.Dim(-1) != w.Cols {
		Fail("linear_int8", fmt.Sprintf("weight [%d %d] needs inputs [..., %d]", w.Rows, w.Cols, w.Cols), "%v", x.Shape())
	}
	if bias != nil && !bias.HasShape(w.Rows) {
		Fail("linear_int8", fmt.Sprintf("weight [%d %d] needs a bias [%d]", w.Rows, w.Cols, w.Rows), "%v", bias.Shape())
	}
	inferenceOnly("linear_int8", x.tape)
	if x.view.Rank == 2 {
		return linearInt8(x, w, bias)
	}
	shape := shapeOf(&x.view)
	shape[len(shape)-1] = w.Rows
	return linearInt8(x.Reshape(-1, w.Cols), w, bias).Reshape(shape...)
}

func linearInt8(x *Tensor, w *backend.Int8Matrix, bias *Tensor) *Tensor {
	tape, be := common("linear_int8", x)
	var shift backend.View
	if bias != nil {
		tape, be = common("linear_int8", x, bias)
		shift = bias.view
	}
	y := alloc2(tape, be, x.view.Shape[0], w.Rows)
	if k, ok := be.(backend.LinearInt8Kernel); ok && k.LinearInt8(y.view, x.view, w, shift) {
		return y
	}
	const block = 1 << 16 // numbers: weights dequantised at a time, 256 KiB as float32
	step := max(1, block/max(1, w.Cols))
	for lo := 0; lo < w.Rows; lo += step {
		n := min(step, w.Rows-lo)
		wide := dequantised(be, w, lo, lo+n)
		ep := backend.Epilogue{}
		if bias != nil {
			ep.Bias = place(shift, 0, lo, n)
		}
		be.Gemm(place(y.view, 1, lo, n), x.view, transposed(wide.view), 1, 0, ep)
		wide.Release()
	}
	return y
}

// LSTMInt8 is [LSTM] with int8 weights. Inputs and states may be rounded as by
// [LinearInt8].
//
// Panics if sizes differ, T is 0, or the tape records.
func LSTMInt8(x *Tensor, wih, whh *backend.Int8Matrix, bias, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	tape, be := common("lstm_int8", x, bias, h0, c0)
	inferenceOnly("lstm_int8", tape)
	if x.view.Rank != 3 || x.view.Shape[1] == 0 {
		Fail("lstm_int8", "needs input [batch, steps, features] with at least one step", "%v", x.Shape())
	}
	batch, steps, hidden := x.view.Shape[0], x.view.Shape[1], whh.Cols
	if whh.Rows != 4*hidden || wih.Rows != 4*hidden {
		Fail("lstm_int8", fmt.Sprintf("hidden size %d needs weights of %d rows", hidden, 4*hidden), "%d and %d", wih.Rows, whh.Rows)
	}
	if !h0.HasShape(batch, hidden) || !c0.HasShape(batch, hidden) {
		Fail("lstm_int8", fmt.Sprintf("needs states [%d %d]", batch, hidden), "%v and %v", h0.Shape(), c0.Shape())
	}
	gates := LinearInt8(x, wih, bias)
	if k, ok := be.(backend.LSTMInt8Kernel); ok {
		y = alloc(tape, be, []int{batch, steps, hidden})
		cells := alloc(tape, be, []int{batch, steps, hidden})
		if k.LSTMInt8(y.view, cells.view, gates.view, whh, h0.view, c0.view) {
			return y, lastStep(y), lastStep(cells)
		}
	}
	wide := dequantised(be, whh, 0, whh.Rows)
	defer wide.Release()
	return lstmSteps(gates, wide, h0, c0)
}
