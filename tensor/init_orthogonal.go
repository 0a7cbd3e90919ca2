package tensor

import (
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// InitOrthogonal draws a matrix with orthonormal rows or columns, whichever are
// fewer, times gain: the Q of a normal matrix's QR decomposition with the signs
// that make it uniform over all such matrices. Axes past the first count as
// columns.
//
// Shape: [out, in, kernel...].
//
// Reference: Saxe, McClelland and Ganguli 2013; Mezzadri 2006 for the signs.
func InitOrthogonal(gain float64) Init {
	return func(r *RNG, p *Tensor) {
		fans("orthogonal", p.view.Dims())
		r.checkFill(p)
		if backend.IsShapeOnly(r.be) {
			r.stream = philox.Advance(r.stream, p.Size())
			return
		}
		draw := r.Normal(0, 1, p.Size())
		data := draw.Float64s()
		draw.Release()
		orthonormalise(data, p.Dim(0))
		for i := range data {
			data[i] *= gain
		}
		p.SetFloat64s(data)
	}
}

// Orthogonal is a new tensor of [InitOrthogonal].
func (r *RNG) Orthogonal(gain float64, shape ...int) *Tensor {
	fans("orthogonal", shape)
	return r.made(InitOrthogonal(gain), shape)
}

// orthonormalise makes the rows or columns of a matrix orthonormal, whichever are
// fewer. Gram–Schmidt, done twice over for accuracy, gives R a positive diagonal,
// which is the choice of signs asked for.
func orthonormalise(data []float64, rows int) {
	cols := len(data) / max(rows, 1)
	n, length, at := rows, cols, func(v, k int) *float64 { return &data[v*cols+k] }
	if rows > cols {
		n, length, at = cols, rows, func(v, k int) *float64 { return &data[k*cols+v] }
	}
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
}
