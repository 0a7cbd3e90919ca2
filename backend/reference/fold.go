package reference

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Reduce folds x along every axis where dst has size 1 and x has not.
func (*Backend) Reduce(op backend.ReduceOp, dst, x backend.View) {
	name := op.String()
	if dst.Rank != x.Rank {
		panic(fmt.Sprintf("reference: %s: expected rank %d, got %d", name, x.Rank, dst.Rank))
	}
	out, in := separate(name, dst, x), source(name, x)
	// The destination as seen from x: folded axes do not move.
	spread := dst
	for k := range dst.Rank {
		switch {
		case dst.Shape[k] == x.Shape[k]:
		case dst.Shape[k] == 1:
			spread.Shape[k], spread.Strides[k] = x.Shape[k], 0
		default:
			panic(fmt.Sprintf("reference: %s: shape %v does not fold to %v", name, x.Dims(), dst.Dims()))
		}
	}
	for i := range dst.Size() {
		out[dst.Offset+i] = identity(op)
	}
	to, from := walk(&spread), walk(&x)
	for range x.Size() {
		out[to.pos] = fold(op, out[to.pos], in[from.pos])
		to.next()
		from.next()
	}
}

func identity(op backend.ReduceOp) float64 {
	switch op {
	case backend.ReduceSum:
		return 0
	case backend.ReduceMax:
		return math.Inf(-1)
	case backend.ReduceMin:
		return math.Inf(1)
	}
	panic(fmt.Sprintf("reference: unknown reduction %d", op))
}

// fold takes one more number in; the built-in max and min propagate NaN.
func fold(op backend.ReduceOp, acc, x float64) float64 {
	switch op {
	case backend.ReduceMax:
		return max(acc, x)
	case backend.ReduceMin:
		return min(acc, x)
	}
	return acc + x
}

// ArgMax writes the index of the largest element of each line along axis.
func (*Backend) ArgMax(dst []int32, x backend.View, axis int) {
	if axis < 0 || axis >= x.Rank {
		panic(fmt.Sprintf("reference: argmax: expected an axis of %v, got %d", x.Dims(), axis))
	}
	in := source("argmax", x)
	lines, size, stride := without(x, axis)
	if len(dst) != lines.Size() || size == 0 {
		panic(fmt.Sprintf("reference: argmax: shape %v along axis %d does not give %s", x.Dims(), axis, words.Count(len(dst), "index")))
	}
	at := walk(&lines)
	for i := range dst {
		best := 0
		for j := 1; j < size; j++ {
			if above(in[at.pos+j*stride], in[at.pos+best*stride]) {
				best = j
			}
		}
		dst[i] = int32(best)
		at.next()
	}
}

// above reports a > b, with NaN above all else and not above itself.
func above(a, b float64) bool { return a > b || math.IsNaN(a) && !math.IsNaN(b) }
