package layers

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// stateless is the State of layers without any.
type stateless struct{}

// State yields nothing.
func (stateless) State() iter.Seq2[string, Entry] { return Entries() }

// ReLU is max(x, 0). Its derivative at 0 is 0.
type ReLU struct{ stateless }

func (ReLU) Forward(x *tensor.Tensor) *tensor.Tensor { return x.ReLU() }

// LeakyReLU is x for x > 0, else Slope·x.
type LeakyReLU struct {
	stateless
	Slope float64 // 0 means 0.01; for a slope of 0 use [ReLU]
}

func (l LeakyReLU) Forward(x *tensor.Tensor) *tensor.Tensor { return x.LeakyReLU(l.slope()) }

func (l LeakyReLU) slope() float64 {
	if l.Slope == 0 {
		return 0.01
	}
	return l.Slope
}

// Tanh is the hyperbolic tangent.
type Tanh struct{ stateless }

func (Tanh) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Tanh() }

// Sigmoid is 1/(1+e⁻ˣ).
type Sigmoid struct{ stateless }

func (Sigmoid) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Sigmoid() }

// GELU is x·Φ(x) with Φ the normal distribution function, or with Tanh the
// approximation used by GPT-2:
//
//	½x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
//
// Reference: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
type GELU struct {
	stateless
	Tanh bool
}

func (l GELU) Forward(x *tensor.Tensor) *tensor.Tensor {
	if l.Tanh {
		return x.GELUTanh()
	}
	return x.GELU()
}

// SiLU is x·sigmoid(x).
//
// Reference: Elfwing, Uchibe and Doya 2017.
type SiLU struct{ stateless }

func (SiLU) Forward(x *tensor.Tensor) *tensor.Tensor { return x.SiLU() }

// Softplus is ln(1+eˣ).
type Softplus struct{ stateless }

func (Softplus) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Softplus() }

// Softmax is exp(x)/Σ exp(x) along Axis. The zero value works along the first
// axis, usually the batch; −1 is the last.
type Softmax struct {
	stateless
	Axis int
}

func (s Softmax) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Softmax(s.Axis) }

// LogSoftmax is x − ln Σ exp(x) along Axis, which is as in [Softmax].
type LogSoftmax struct {
	stateless
	Axis int
}

func (s LogSoftmax) Forward(x *tensor.Tensor) *tensor.Tensor { return x.LogSoftmax(s.Axis) }

// epilogue is the layer as an activation that a matrix product applies to its
// result, if it is one.
func epilogue(l Layer) (act backend.Activation, slope float64, ok bool) {
	switch l := l.(type) {
	case ReLU:
		return backend.ActReLU, 0, true
	case LeakyReLU: // the fused derivative takes the sign of the input from the output
		return backend.ActLeakyReLU, l.slope(), l.slope() > 0
	case Tanh:
		return backend.ActTanh, 0, true
	case Sigmoid:
		return backend.ActSigmoid, 0, true
	case GELU:
		if l.Tanh {
			return backend.ActGELUTanh, 0, true
		}
		return backend.ActGELU, 0, true
	case SiLU:
		return backend.ActSiLU, 0, true
	}
	return 0, 0, false
}
