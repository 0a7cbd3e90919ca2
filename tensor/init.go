package tensor

import (
	"fmt"
	"math"
)

// fans are the numbers of inputs and outputs that one unit of a weight [out,
// in, kernel...] connects.
func fans(op string, shape []int) (in, out float64) {
	if len(shape) < 2 {
		Fail(op, "needs a weight of at least two axes", "shape %v", append([]int{}, shape...))
	}
	field := 1
	for _, d := range shape[2:] {
		field *= d
	}
	return float64(shape[1] * field), float64(shape[0] * field)
}

// XavierUniform draws from [−a, a) with a = gain·√(6/(fan_in + fan_out)), which
// keeps the variance of signals and gradients alike for linear and tanh units.
//
// Shape: [out, in, kernel...].
//
// Reference: Glorot and Bengio 2010.
func (r *RNG) XavierUniform(gain float64, shape ...int) *Tensor {
	in, out := fans("xavier", shape)
	a := gain * math.Sqrt(6/(in+out))
	return r.Uniform(-a, a, shape...)
}

// XavierNormal draws with deviation gain·√(2/(fan_in + fan_out)).
//
// Shape: [out, in, kernel...].
func (r *RNG) XavierNormal(gain float64, shape ...int) *Tensor {
	in, out := fans("xavier", shape)
	return r.Normal(0, gain*math.Sqrt(2/(in+out)), shape...)
}

// KaimingUniform draws from [−a, a) with a = √(6/((1 + slope²)·fan_in)), which
// keeps the variance of signals through leaky ReLU units of that slope.
//
// Shape: [out, in, kernel...].
//
// Reference: He, Zhang, Ren and Sun 2015.
func (r *RNG) KaimingUniform(slope float64, shape ...int) *Tensor {
	in, _ := fans("kaiming", shape)
	a := math.Sqrt(6 / ((1 + slope*slope) * in))
	return r.Uniform(-a, a, shape...)
}

// KaimingNormal draws with deviation √(2/((1 + slope²)·fan_in)).
//
// Shape: [out, in, kernel...].
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

// Orthogonal draws a matrix with orthonormal rows or columns, whichever are
// fewer, times gain: the Q of a normal matrix's QR decomposition with the signs
// that make it uniform over all such matrices. Axes past the first count as
// columns.
//
// Shape: [out, in, kernel...].
//
// Reference: Saxe, McClelland and Ganguli 2013; Mezzadri 2006 for the signs.
func (r *RNG) Orthogonal(gain float64, shape ...int) *Tensor {
	fans("orthogonal", shape)
	rows, cols := shape[0], 1
	for _, d := range shape[1:] {
		cols *= d
	}
	draw := r.Normal(0, 1, rows, cols)
	data := draw.Float64s()
	draw.Release()
	n, length, at := rows, cols, func(v, k int) *float64 { return &data[v*cols+k] }
	if rows > cols {
		n, length, at = cols, rows, func(v, k int) *float64 { return &data[k*cols+v] }
	}
	// Gram–Schmidt, done twice over for accuracy, gives R a positive diagonal,
	// which is the choice of signs asked for.
	for v := range n {
		for range 2 {
			for u := range v {
				dot := 0.0
				for k := range length {
					dot += *at(v, k) * *at(u, k)
				}
				for k := range length {
					*at(v, k) -= dot * *at(u, k)
				}
			}
		}
		norm := 0.0
		for k := range length {
			norm += *at(v, k) * *at(v, k)
		}
		norm = math.Sqrt(norm)
		for k := range length {
			*at(v, k) /= norm
		}
	}
	for i := range data {
		data[i] *= gain
	}
	return FromSliceOn(r.be, data, shape...)
}
