package latent

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/org/artnn/internal/symmetric"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// DirectionOptions say how [Space.Directions] looks. Zero values are the defaults.
type DirectionOptions struct {
	Count   int // directions; default 8
	Samples int // random latents whose activations are taken; default 2000
	// Classes are the weights of the classes of all samples, as models.Draw has them;
	// nil are equal ones. Directions are those within the classes, not between them.
	Classes []float64
	// First is the beginning of the generator, whose activations are taken. Default: of
	// layers.Sequential the layers up to the first without parameters after one
	// that has some, which is the first activation or change of shape; of another
	// generator, all of it: then they are components of the pixels.
	First layers.Layer
	Seed  uint64
}

// Direction is one way to change pictures.
type Direction struct {
	// Step is what to add to the random numbers of a latent for one standard
	// deviation of the component.
	Step []float32
	// Share is the share of the variance of the activations that is the component's.
	Share float64
}

// Move is a latent moved along the direction, by so many standard deviations. Weights
// of classes stay as they are.
//
// Panics if the latent has fewer numbers than the step.
func (d Direction) Move(latent []float32, deviations float64) []float32 {
	out := slices.Clone(latent)
	for i, v := range d.Step {
		out[i] += float32(deviations * float64(v))
	}
	return out
}

// Directions finds directions in which pictures change most, without labels: the
// principal components vₖ of the activations y of the generator's first layers at
// random latents, mapped back to the random numbers z by linear regression,
//
//	xₖ = vₖ·(y − mean y),  step = mean(xₖ·(z − mean z)) / σ(xₖ)
//
// Those of the largest variance come first. Steps are not orthogonal in general; the
// largest of each step's numbers by magnitude is positive. There are fewer than
// Count where activations have fewer dimensions.
//
// Components are found by subspace iteration: the error of a component's variance is
// at most about 1e-4 of the first one's, and those of nearly equal variances may be
// mixed with each other. Memory is Samples times the size of an activation.
//
// Errors: activations that are not finite, or all equal; an ended context.
//
// Panics if an option is negative, or there are weights of another number of classes.
//
// Reference: Härkönen et al., "GANSpace: Discovering interpretable GAN controls",
// 2020, section 2.2; Halko, Martinsson and Tropp, "Finding structure with
// randomness", 2011, for the iteration.
func (s Space) Directions(ctx context.Context, o DirectionOptions) ([]Direction, error) {
	const op = "latent directions"
	s.check(op, o.Classes)
	if o.Count < 0 || o.Samples < 0 {
		tensor.Fail(op, "options must not be negative", "count %d, samples %d", o.Count, o.Samples)
	}
	o.Count, o.Samples = cmp.Or(o.Count, 8), max(2, cmp.Or(o.Samples, 2000))
	if o.Classes == nil {
		o.Classes = make([]float64, s.Classes)
		for i := range o.Classes {
			o.Classes[i] = 1 / float64(s.Classes)
		}
	}
	if o.First == nil {
		o.First = first(s.Generator)
	}
	z, w := s.draw(o.Samples, o.Seed, o.Classes)
	y, d, err := s.activations(ctx, z, w, o)
	if err != nil {
		return nil, err
	}
	total := centre(y, d) / float64(o.Samples)
	switch {
	case math.IsNaN(total) || math.IsInf(total, 0):
		return nil, errors.New("latent directions: activations are not finite: the model's weights are not")
	case total == 0:
		return nil, errors.New("latent directions: activations are equal at all latents: nothing changes the pictures")
	}
	return s.regress(ctx, z, y, d, total, o)
}

// first is the beginning of a generator, see DirectionOptions.
func first(generator layers.Layer) layers.Layer {
	list, ok := generator.(layers.Sequential)
	if !ok {
		return generator
	}
	seen := false
	for i, l := range list {
		any := false
		for range l.State() {
			any = true
			break
		}
		if seen && !any {
			return list[:i+1]
		}
		seen = seen || any
	}
	return list
}

// activations are those of the first layers at all samples.
//
// Shape: [samples, d].
func (s Space) activations(ctx context.Context, z, w []float32, o DirectionOptions) (y []float32, d int, err error) {
	tape := s.evaluation(false)
	defer tape.Release()
	for lo := 0; lo < o.Samples; lo += candidateRows {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		n := min(candidateRows, o.Samples-lo)
		latents := tape.FromSlice(z[lo*s.Random:(lo+n)*s.Random], n, s.Random)
		if s.Classes > 0 {
			latents = s.joined(latents, tape.FromSlice(w[lo*s.Classes:(lo+n)*s.Classes], n, s.Classes))
		}
		out := o.First.Forward(latents)
		if y == nil {
			d = out.Size() / n
			y = make([]float32, o.Samples*d)
		}
		out.ReadFloat32s(y[lo*d : (lo+n)*d])
		tape.Release()
	}
	return y, d, nil
}

// centre subtracts from each row the mean of all, and returns the sum of squares that
// is left.
func centre(y []float32, d int) (squares float64) {
	mean := make([]float64, d)
	for row := range slices.Chunk(y, d) {
		for i, v := range row {
			mean[i] += float64(v)
		}
	}
	for i := range mean {
		mean[i] /= float64(len(y) / d)
	}
	for row := range slices.Chunk(y, d) {
		for i, v := range row {
			row[i] = float32(float64(v) - mean[i])
			squares += float64(row[i]) * float64(row[i])
		}
	}
	return squares
}

// regress finds the components of centred activations and maps them back to the
// random numbers.
func (s Space) regress(ctx context.Context, z, y []float32, d int, total float64, o DirectionOptions) ([]Direction, error) {
	n := o.Samples
	matrix := tensor.FromSliceOn(s.backend(), y, n, d)
	defer matrix.Release()
	variances, vectors, err := s.components(ctx, matrix, min(o.Count, d, n), o.Seed)
	if err != nil {
		return nil, err
	}
	centre(z, s.Random)
	tape := s.evaluation(false)
	defer tape.Release()
	x := tape.Of(matrix).MatMul(tape.FromSlice(vectors, len(variances), d).T())
	steps := x.T().MatMul(tape.FromSlice(z, n, s.Random)).Float32s()
	var out []Direction
	for k, v := range variances {
		if v <= 1e-6*variances[0] { // there are no more dimensions
			break
		}
		step := steps[k*s.Random : (k+1)*s.Random : (k+1)*s.Random]
		scale := 1 / (float64(n) * math.Sqrt(v))
		largest := float32(0)
		for _, v := range step {
			if max(v, -v) > max(largest, -largest) {
				largest = v
			}
		}
		if largest < 0 {
			scale = -scale
		}
		for i, v := range step {
			step[i] = float32(float64(v) * scale)
		}
		out = append(out, Direction{Step: step, Share: v / total})
	}
	return out, nil
}

const (
	// spareVectors are those of the iteration beyond those that are wanted, so
	// that these converge by the ratio of variances farther apart.
	spareVectors = 12
	// mostIterations is where variances are too near to each other to be told apart.
	mostIterations = 200
	// converged bounds |C·v − λ·v| in terms of the largest λ. Products in float32
	// are not much better.
	converged = 1e-4
)

// components are the largest eigenvalues λ and the eigenvectors of the covariance
// C = Yᵀ·Y/n.
//
// Shape: y [n, d] → vectors [count, d].
func (s Space) components(ctx context.Context, y *tensor.Tensor, count int, seed uint64) (values []float64, vectors []float32, err error) {
	n, d := y.Dim(0), y.Dim(1)
	q := min(count+spareVectors, d, n)
	tape := s.evaluation(false, tensor.Seed(seed))
	defer tape.Release()
	v := tape.Normal(0, 1, q, d).Float64s()
	tape.Release()
	for iteration := 1; ; iteration++ {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		orthonormal(v, d)
		at := tape.Of(y)
		image := tape.FromSlice(float32s(v), q, d).MatMul(at.T()).MatMul(at).MulScalar(1 / float64(n)).Float64s() // rows C·v
		tape.Release()
		// The eigenvectors of C in the span of the rows of v.
		inner := make([]float64, q*q)
		for i := range q {
			for j := range i + 1 {
				product := symmetric.Dot(v[i*d:(i+1)*d], image[j*d:(j+1)*d])
				inner[i*q+j], inner[j*q+i] = product, product
			}
		}
		values, rotation := symmetric.Eigen(inner, q)
		v, image = rotated(rotation, v, q, d), rotated(rotation, image, q, d)
		worst := 0.0
		for k := range count {
			squares := 0.0
			for i := range d {
				r := image[k*d+i] - values[k]*v[k*d+i]
				squares += r * r
			}
			worst = max(worst, math.Sqrt(squares))
		}
		if worst <= converged*values[0] || iteration == mostIterations {
			return values[:count], float32s(v[:count*d]), nil
		}
		v = image
	}
}

// rotated is the rows Σ rotation[i,j]·x[j].
func rotated(rotation, x []float64, q, d int) []float64 {
	out := make([]float64, q*d)
	for i := range q {
		row := out[i*d : (i+1)*d]
		for j := range q {
			r := rotation[i*q+j]
			for k, v := range x[j*d : (j+1)*d] {
				row[k] += r * v
			}
		}
	}
	return out
}

// orthonormal makes rows orthonormal by Gram and Schmidt's method, twice, as once
// is not exact where rows are nearly parallel. A row that depends on those before it
// becomes zero.
func orthonormal(v []float64, d int) {
	rows := slices.Collect(slices.Chunk(v, d))
	for i, row := range rows {
		before := math.Sqrt(symmetric.Dot(row, row))
		for range 2 {
			for _, other := range rows[:i] {
				p := symmetric.Dot(row, other)
				for k, x := range other {
					row[k] -= p * x
				}
			}
		}
		norm := math.Sqrt(symmetric.Dot(row, row))
		scale := 0.0
		if norm > 1e-10*before {
			scale = 1 / norm
		}
		for k := range row {
			row[k] *= scale
		}
	}
}

func float32s(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}
