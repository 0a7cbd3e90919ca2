package layers

import (
	"iter"
	"sync"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// Weighted is a layer with a weight that another can stand in for.
type Weighted interface {
	Layer
	// ForwardWith is ForwardAct with w in place of the weight.
	ForwardWith(w, x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor
	// WeightMatrix is the weight, and the axis that counts its outputs.
	WeightMatrix() (w *tensor.Tensor, outputs int)
}

// SpectralNorm divides a layer's weight by its largest singular value, as estimated by
// power iteration:
//
//	y = Body(x) with weight/σ in place of weight,  σ = uᵀ·W·v
//
// W is the weight as a matrix with a row for each output. In training, each pass first
// improves the vectors, without gradient:
//
//	u = W·v/‖W·v‖,  v = Wᵀ·u/‖Wᵀ·u‖
//
// Goroutines may train one layer at the same time: they improve the vectors one at a
// time, in no fixed order.
//
// Parameters are named as PyTorch's parametrizations.spectral_norm names them.
//
// Shape: as Body.
//
// Reference: Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for
// Generative Adversarial Networks", 2018.
type SpectralNorm struct {
	Body Weighted
	U    *tensor.Tensor // [outputs]
	V    *tensor.Tensor // [in·height·width]: the weights of one output

	Iterations int     // in each pass; 0 means 1
	Eps        float64 // least norm that is divided by; 0 means 1e-12

	mu sync.Mutex // guards U and V
}

// NewSpectralNorm draws the vectors and improves them fifteen times, as PyTorch does.
func NewSpectralNorm(body Weighted, rng *tensor.RNG) *SpectralNorm {
	s := &SpectralNorm{Body: body}
	w := s.matrix(s.weight())
	eps := orDefault(s.Eps, 1e-12)
	s.U, s.V = normalised(rng.Normal(0, 1, w.Dim(0)), eps), normalised(rng.Normal(0, 1, w.Dim(1)), eps)
	s.improve(w, 15)
	return s
}

func (s *SpectralNorm) weight() *tensor.Tensor {
	w, _ := s.Body.WeightMatrix()
	return w
}

// matrix is a weight with a row for each output.
func (s *SpectralNorm) matrix(w *tensor.Tensor) *tensor.Tensor {
	if _, axis := s.Body.WeightMatrix(); axis != 0 {
		w = w.Transpose(0, axis)
	}
	return w.Flatten(1)
}

// normalised is v/‖v‖.
func normalised(v *tensor.Tensor, eps float64) *tensor.Tensor {
	norm := v.Square().Sum().Sqrt()
	return v.Div(norm.Maximum(norm.Const(eps)))
}

// improve takes steps of power iteration.
func (s *SpectralNorm) improve(w *tensor.Tensor, steps int) {
	eps := orDefault(s.Eps, 1e-12)
	u, v := constant(w.Tape(), s.U), constant(w.Tape(), s.V)
	for range steps {
		u = normalised(w.MatMul(v.Reshape(-1, 1)).Reshape(-1), eps)
		v = normalised(u.Reshape(1, -1).MatMul(w).Reshape(-1), eps)
	}
	s.U.Set(u)
	s.V.Set(v)
}

func (s *SpectralNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	return s.ForwardAct(x, backend.ActNone, 0)
}

// ForwardAct is act(Forward(x)), with the activation applied while the result is
// still in cache. slope is that of leaky ReLU.
func (s *SpectralNorm) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return s.Body.ForwardWith(s.normal(x.Tape()), x, act, slope)
}

// normal is weight/σ.
func (s *SpectralNorm) normal(tape *tensor.Tape) *tensor.Tensor {
	weight := taped(tape, s.weight())
	w := s.matrix(weight)
	var u, v *tensor.Tensor
	unrecorded(tape, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if tape != nil && tape.Training() && !tape.Recomputing() {
			s.improve(w, max(1, s.Iterations))
		}
		u, v = constant(tape, s.U).MulScalar(1), constant(tape, s.V).MulScalar(1) // the next pass changes them
	})
	sigma := u.Reshape(1, -1).MatMul(w.MatMul(v.Reshape(-1, 1)))
	return weight.Div(sigma.Reshape())
}

// State yields the body's, with the weight as parametrizations.weight.original, and the
// vectors as buffers.
func (s *SpectralNorm) State() iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for name, e := range s.Body.State() {
			if name == "weight" {
				name = "parametrizations.weight.original"
				e.slot = nil // its form is used here
			}
			if !yield(name, e) {
				return
			}
		}
		for name, e := range Entries(Buffer("parametrizations.weight.0._u", s.U), Buffer("parametrizations.weight.0._v", s.V)) {
			if !yield(name, e) {
				return
			}
		}
	}
}

// WeightMatrix is the weight, with outputs along its first axis.
func (l *Conv2d) WeightMatrix() (*tensor.Tensor, int) { return l.Weight, 0 }

// ForwardWith is ForwardAct with another weight.
func (l *Conv2d) ForwardWith(w, x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.Conv2dAct(x, w, l.Bias, l.Conv, act, slope)
}

// WeightMatrix is the weight, with outputs along its second axis.
func (l *ConvTranspose2d) WeightMatrix() (*tensor.Tensor, int) { return l.Weight, 1 }

// ForwardWith is ForwardAct with another weight.
func (l *ConvTranspose2d) ForwardWith(w, x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.ConvTranspose2dAct(x, w, l.Bias, l.Conv, act, slope)
}

// WeightMatrix is the weight, with outputs along its first axis.
//
// Panics if the weight is stored in another form.
func (l *Linear) WeightMatrix() (*tensor.Tensor, int) {
	w, ok := l.Weight.(*tensor.Tensor)
	if !ok {
		tensor.Fail("linear", "needs a weight that is a tensor", "%T", l.Weight)
	}
	return w, 0
}

// ForwardWith is ForwardAct with another weight.
func (l *Linear) ForwardWith(w, x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.LinearAct(x, w, l.Bias, act, slope)
}
