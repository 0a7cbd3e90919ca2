package tensor

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// Fan is which connections of a weight Kaiming initialisation counts.
type Fan uint8

const (
	FanIn  Fan = iota // those into a unit: signals keep their variance
	FanOut            // those out of a unit: gradients keep theirs
)

// fans are the numbers of inputs and outputs that one unit of a weight [out,
// in, kernel...] connects.
func fans(op string, shape []int) (in, out float64) {
	if len(shape) < 2 {
		Fail(op, "needs a weight of at least two axes", "shape %v", append([]int{}, shape...))
	}
	field := 1.0
	for _, d := range shape[2:] {
		field *= float64(d)
	}
	return float64(shape[1]) * field, float64(shape[0]) * field
}

// Gain is the factor by which a weight's deviation makes up for what the
// activation after it does to the variance: 1 for none and sigmoid, 5/3 for tanh,
// √2 for ReLU, √(2/(1 + slope²)) for leaky ReLU. They are PyTorch's.
func Gain(act backend.Activation, slope float64) float64 {
	switch act {
	case backend.ActTanh:
		return 5.0 / 3
	case backend.ActReLU:
		return math.Sqrt2
	case backend.ActLeakyReLU:
		return math.Sqrt(2 / (1 + slope*slope))
	}
	return 1
}

// InitXavierUniform draws from [−a, a) with a = gain·√(6/(fan_in + fan_out)),
// which keeps the variance of signals and gradients alike for linear and tanh
// units.
//
// Shape: [out, in, kernel...].
//
// Reference: Glorot and Bengio 2010.
func InitXavierUniform(gain float64) Init {
	return func(r *RNG, p *Tensor) {
		in, out := fans("xavier", p.view.Dims())
		a := gain * math.Sqrt(6/(in+out))
		InitUniform(-a, a)(r, p)
	}
}

// InitXavierNormal draws with deviation gain·√(2/(fan_in + fan_out)).
//
// Shape: [out, in, kernel...].
func InitXavierNormal(gain float64) Init {
	return func(r *RNG, p *Tensor) {
		in, out := fans("xavier", p.view.Dims())
		InitNormal(0, gain*math.Sqrt(2/(in+out)))(r, p)
	}
}

// InitKaimingUniform draws from [−a, a) with a = gain·√(3/fan), which keeps the
// variance of signals, or of gradients, through units whose [Gain] it is.
//
// Shape: [out, in, kernel...].
//
// Reference: He, Zhang, Ren and Sun 2015.
func InitKaimingUniform(gain float64, fan Fan) Init {
	return func(r *RNG, p *Tensor) {
		a := gain * math.Sqrt(3/fan.of(p))
		InitUniform(-a, a)(r, p)
	}
}

// InitKaimingNormal draws with deviation gain/√fan.
//
// Shape: [out, in, kernel...].
func InitKaimingNormal(gain float64, fan Fan) Init {
	return func(r *RNG, p *Tensor) { InitNormal(0, gain/math.Sqrt(fan.of(p)))(r, p) }
}

func (f Fan) of(p *Tensor) float64 {
	in, out := fans("kaiming", p.view.Dims())
	if f == FanOut {
		return out
	}
	return in
}

// XavierUniform is a new tensor of [InitXavierUniform].
func (r *RNG) XavierUniform(gain float64, shape ...int) *Tensor {
	fans("xavier", shape)
	return r.made(InitXavierUniform(gain), shape)
}

// XavierNormal is a new tensor of [InitXavierNormal].
func (r *RNG) XavierNormal(gain float64, shape ...int) *Tensor {
	fans("xavier", shape)
	return r.made(InitXavierNormal(gain), shape)
}

// KaimingUniform draws from [−a, a) with a = √(6/((1 + slope²)·fan_in)), for leaky
// ReLU units of that slope: [InitKaimingUniform] with their gain and [FanIn].
func (r *RNG) KaimingUniform(slope float64, shape ...int) *Tensor {
	in, _ := fans("kaiming", shape)
	a := math.Sqrt(6 / ((1 + slope*slope) * in))
	return r.Uniform(-a, a, shape...)
}

// KaimingNormal draws with deviation √(2/((1 + slope²)·fan_in)).
func (r *RNG) KaimingNormal(slope float64, shape ...int) *Tensor {
	in, _ := fans("kaiming", shape)
	return r.Normal(0, math.Sqrt(2/((1+slope*slope)*in)), shape...)
}

// FanIn draws from [−1/√n, 1/√n), what PyTorch starts linear and convolution
// weights and biases (n their fan-in) and LSTMs (n the hidden size) with.
//
// Panics if n is not positive.
func (r *RNG) FanIn(n int, shape ...int) *Tensor {
	if n <= 0 {
		panic(fmt.Sprintf("rng: FanIn needs a positive fan-in, got %d", n))
	}
	a := 1 / math.Sqrt(float64(n))
	return r.Uniform(-a, a, shape...)
}
