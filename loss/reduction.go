package loss

import (
	"fmt"

	"github.com/org/artnn/tensor"
)

// Reduction says how the losses of elements are combined.
type Reduction uint8

const (
	Mean      Reduction = iota // their average
	Sum                        // their sum
	BatchMean                  // their sum divided by the size of the first axis
	None                       // the losses themselves
)

func (r Reduction) String() string {
	switch r {
	case Mean:
		return "mean"
	case Sum:
		return "sum"
	case BatchMean:
		return "batch mean"
	case None:
		return "none"
	}
	return "unknown"
}

func (r Reduction) apply(op string, losses *tensor.Tensor) *tensor.Tensor {
	switch r {
	case Mean:
		return losses.Mean()
	case Sum:
		return losses.Sum()
	case BatchMean:
		if losses.Rank() == 0 {
			tensor.Fail(op, "a batch mean needs at least one axis", "shape []")
		}
		return losses.Sum().MulScalar(1 / float64(losses.Dim(0)))
	case None:
		return losses
	}
	panic(fmt.Sprintf("%s: unknown reduction %d", op, r))
}

// first is an optional reduction.
func first(op string, r []Reduction) Reduction {
	switch len(r) {
	case 0:
		return Mean
	case 1:
		return r[0]
	}
	panic(fmt.Sprintf("%s: at most one reduction can be given, got %d", op, len(r)))
}

// match checks that a target has the prediction's shape, and makes it a constant
// on the prediction's tape unless it is on a tape already.
func match(op string, pred, target *tensor.Tensor) *tensor.Tensor {
	if !target.HasShape(pred.Shape()...) {
		tensor.Fail(op, fmt.Sprintf("prediction %v needs a target of the same shape", pred.Shape()), "%v", target.Shape())
	}
	return constant(pred.Tape(), target)
}

func constant(tape *tensor.Tape, t *tensor.Tensor) *tensor.Tensor {
	if tape == nil || t.Tape() != nil {
		return t
	}
	tape.NoGrad(func() { t = tape.Of(t) })
	return t
}
