package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
)

// ScaleShift scales and shifts each channel, and applies an activation while the result
// is still in cache:
//
//	y = act(x·scale + shift)
//
// slope is that of ActLeakyReLU and must not be negative. Where a gradient is recorded,
// each of the three is an operation of its own.
//
// Shape: x [N, C], [N, C, L] or [N, C, H, W], scale and shift [C] → that of x.
//
// Panics if x has fewer than two axes, or the other sizes differ.
func ScaleShift(x, scale, shift *Tensor, act backend.Activation, slope float64) *Tensor {
	const op = "scale and shift"
	if x.view.Rank < 2 {
		Fail(op, "needs inputs [batch, channels, ...]", "%v", x.Shape())
	}
	if c := x.view.Shape[1]; !scale.HasShape(c) || !shift.HasShape(c) {
		Fail(op, fmt.Sprintf("input %v needs a scale and a shift [%d]", x.Shape(), c), "%v and %v", scale.Shape(), shift.Shape())
	}
	checkSlope(op, act, slope)
	operands := []*Tensor{x, scale, shift}
	tape, be := common(op, operands...)
	kernel, ok := be.(backend.ScaleShiftKernel)
	rows, flat := channelRows(x.view)
	if ok && flat && x.Size() > 0 && !slices.ContainsFunc(operands, func(t *Tensor) bool { return t.tape.records() }) {
		y, to := x.allocRows(tape)
		if kernel.ScaleShift(backend.ScaleShiftArgs{Y: to, X: rows, Scale: scale.view, Shift: shift.view, Act: act, Slope: slope}) {
			return y
		}
	}
	rank := x.view.Rank
	return x.Mul(scale.alongChannels(rank)).Add(shift.alongChannels(rank)).Activate(act, slope)
}
