package layers

import "github.com/org/artnn/tensor"

// taped puts a parameter on a tape, because operations on parameters only are
// not recorded.
func taped(tape *tensor.Tape, p *tensor.Tensor) *tensor.Tensor {
	if tape == nil {
		return p
	}
	return tape.Of(p)
}

// constant puts a value on a tape as a constant: no gradient reaches it.
func constant(tape *tensor.Tape, t *tensor.Tensor) *tensor.Tensor {
	if tape == nil || t.Tape() != nil {
		return t
	}
	tape.NoGrad(func() { t = tape.Of(t) })
	return t
}

// unrecorded runs f without recording; a nil tape records nothing anyway.
func unrecorded(tape *tensor.Tape, f func()) {
	if tape == nil {
		f()
		return
	}
	tape.NoGrad(f)
}

// checkSizes panics unless all sizes given to a constructor are positive.
func checkSizes(op string, sizes ...int) {
	for _, n := range sizes {
		if n <= 0 {
			tensor.Fail(op, "sizes must be positive", "%v", sizes)
		}
	}
}

// checkRate panics unless p is a probability.
func checkRate(op string, p float64) {
	if !(p >= 0 && p <= 1) {
		tensor.Fail(op, "the probability must lie in [0, 1]", "%g", p)
	}
}
