package layers

import "github.com/org/artnn/tensor"

// Dropout sets elements to 0 with probability P in training and scales the
// others by 1/(1−P), which keeps the expectation. In evaluation it is the identity.
// The mask comes from the tape's random stream: each pass draws another, and the
// same seed gives the same masks.
//
// Shape: [...] → the same.
//
// Panics if P is not in [0, 1].
//
// Reference: Srivastava et al., "Dropout", 2014.
type Dropout struct {
	stateless
	P float64
}

func (d Dropout) Forward(x *tensor.Tensor) *tensor.Tensor {
	checkRate("dropout", d.P)
	tape := x.Tape()
	if tape == nil || !tape.Training() || d.P == 0 {
		return x
	}
	if d.P == 1 {
		return x.Mul(x.Const(0))
	}
	var mask *tensor.Tensor
	tape.NoGrad(func() {
		mask = tape.Bernoulli(1-d.P, x.Shape()...).MulScalar(1 / (1 - d.P))
	})
	return x.Mul(mask)
}
