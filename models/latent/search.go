package latent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// Features are differentiable values that a network finds in pictures, such as
// activations of a classifier's inner layers. x and the values are on one tape.
//
// Shape: x [n, channels, height, width], values in [−1, 1] → any number of tensors
// [n, …].
type Features func(x *tensor.Tensor) []*tensor.Tensor

// SearchOptions say how [Space.Search] looks. Zero values are the defaults.
type SearchOptions struct {
	Starts     int     // latents that gradient descent begins at; default 8
	Candidates int     // random latents of which the starts are the nearest; default 64 for each start
	Steps      int     // of gradient descent; default 500
	Rate       float64 // Adam's learning rate at first, which falls to 0 along half a cosine; default 0.3

	// Radius bounds the length of the random numbers. Default √Random + 3/√2, within
	// which 999 of 1000 random latents lie; +Inf bounds nothing: the picture
	// may then be nearer to the one that is looked for, and what lies between it and
	// others less like what the generator has learned.
	Radius float64
	// Classes are the weights of the classes, as models.Draw has them; nil looks for
	// the best mixture: weights that are not negative and add up to 1.
	Classes []float64

	// Features, if set, are compared besides the pixels, with FeatureWeight; default 1.
	Features      Features
	FeatureWeight float64

	Seed uint64 // of the candidates
	// Progress, if set, is called after each step with the loss of the best latent
	// so far.
	Progress func(step int, loss float64)
}

func (o SearchOptions) withDefaults(s Space) SearchOptions {
	o.Starts = cmp.Or(o.Starts, 8)
	o.Candidates = max(o.Starts, cmp.Or(o.Candidates, 64*o.Starts))
	o.Steps = cmp.Or(o.Steps, 500)
	o.Rate = cmp.Or(o.Rate, 0.3)
	o.Radius = cmp.Or(o.Radius, s.radius())
	o.FeatureWeight = cmp.Or(o.FeatureWeight, 1)
	return o
}

// Found is what a search has found.
type Found struct {
	Latent  []float32 // random numbers and weights of classes
	Picture []float32 // that is generated from it, values in [−1, 1]
	Loss    float64   // of the search
	// Distance is the root mean square difference of the pictures, in shades of 255.
	Distance float64
}

// candidateRows is how many candidates are looked at at a time, to bound memory.
const candidateRows = 64

// Search finds a latent whose picture is like the given one, by gradient descent
// (Adam) from several starts at once, of which the best result counts. The loss of a
// latent is, with x = G(z), picture t and features f,
//
//	mean (x − t)² + FeatureWeight · mean over k of Σ(fₖ(x) − fₖ(t))² / Σfₖ(t)²
//
// After each step, random numbers are moved back into the ball of the radius, and
// weights of classes to the nearest that add up to 1. The generator is in evaluation
// mode.
//
// Shape: picture [channels, height, width], values in [−1, 1].
//
// Errors: a loss that is not finite; an ended context, whose error then comes with
// the best that was found so far, if anything.
//
// Panics if the picture has another length, an option is negative or NaN, or there are
// weights of another number of classes.
//
// Reference: Zhu et al., "Generative visual manipulation on the natural image
// manifold", 2016; Lipton and Tripathi, "Precise recovery of latent vectors from
// generative adversarial networks", 2017. Deviation: they clip each number; this
// bounds the length, which has less influence on the gradient.
func (s Space) Search(ctx context.Context, picture []float32, o SearchOptions) (Found, error) {
	const op = "latent search"
	s.check(op, o.Classes)
	if len(picture) != s.pixels() {
		tensor.Fail(op, fmt.Sprintf("needs a picture of %s", words.Count(s.pixels(), "number")), "%d", len(picture))
	}
	if o.Starts < 0 || o.Candidates < 0 || o.Steps < 0 || !(o.Rate >= 0) || !(o.Radius >= 0) || !(o.FeatureWeight >= 0) {
		tensor.Fail(op, "options must not be negative", "starts %d, candidates %d, steps %d, rate %g, radius %g, feature weight %g",
			o.Starts, o.Candidates, o.Steps, o.Rate, o.Radius, o.FeatureWeight)
	}
	o = o.withDefaults(s)
	t := s.target(picture, o)
	defer t.release()
	z, w, err := s.starts(ctx, t, o)
	if err != nil {
		return Found{}, err
	}
	best, err := s.descend(ctx, t, z, w, o)
	if best.Latent != nil {
		best.Picture = s.decode(best.Latent)
		best.Distance = shades(best.Picture, picture)
	}
	return best, err
}

// shades is the root mean square difference in shades of 255.
func shades(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += d * d
	}
	return math.Sqrt(sum/float64(len(a))) * 127.5 // of values in [−1, 1]
}

// target is what the pictures of latents are compared with.
type target struct {
	space    Space
	o        SearchOptions
	picture  *tensor.Tensor // [1, pixels]
	features []feature
}

// feature is one feature of the picture that is looked for.
type feature struct {
	value *tensor.Tensor // [1, numbers]
	scale float64        // 1/Σ value²
}

// target takes the features of the picture.
func (s Space) target(picture []float32, o SearchOptions) *target {
	t := &target{space: s, o: o, picture: tensor.FromSliceOn(s.backend(), picture, 1, s.pixels())}
	if o.Features == nil {
		return t
	}
	tape := s.evaluation(false)
	defer tape.Release()
	for _, f := range o.Features(tape.Of(t.picture).Reshape(s.planes(1)...)) {
		squares := f.Square().Sum().Item()
		t.features = append(t.features, feature{f.Reshape(1, f.Size()).Detach().Clone().Keep(), 1 / max(squares, 1e-12)})
	}
	return t
}

// planes is the shape of n pictures.
func (s Space) planes(n int) []int {
	return []int{n, s.Size.Channels, s.Size.Height, s.Size.Width}
}

func (t *target) release() {
	t.picture.Release()
	for _, f := range t.features {
		f.value.Release()
	}
}

// losses are those of latents on a tape.
//
// Shape: latents [n, Random + Classes] → [n].
func (t *target) losses(latents *tensor.Tensor) *tensor.Tensor {
	tape, n := latents.Tape(), latents.Dim(0)
	pictures := t.space.Generator.Forward(latents)
	loss := pictures.Reshape(n, t.space.pixels()).Sub(tape.Of(t.picture)).Square().Mean(1)
	if len(t.features) == 0 {
		return loss
	}
	weight := t.o.FeatureWeight / float64(len(t.features))
	for k, f := range t.o.Features(pictures.Reshape(t.space.planes(n)...)) {
		want := t.features[k]
		apart := f.Reshape(n, want.value.Dim(1)).Sub(tape.Of(want.value)).Square().Sum(1)
		loss = loss.Add(apart.MulScalar(weight * want.scale))
	}
	return loss
}

// starts draws the candidates and returns the nearest of them.
func (s Space) starts(ctx context.Context, t *target, o SearchOptions) (z, w []float32, err error) {
	allZ, allW := s.draw(o.Candidates, o.Seed, o.Classes)
	intoBall(allZ, s.Random, o.Radius)
	tape := s.evaluation(false)
	defer tape.Release()
	losses := make([]float32, 0, o.Candidates)
	for lo := 0; lo < o.Candidates; lo += candidateRows {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		n := min(candidateRows, o.Candidates-lo)
		part := func(all []float32, length int) *tensor.Tensor {
			return tape.FromSlice(all[lo*length:(lo+n)*length], n, length)
		}
		latents := part(allZ, s.Random)
		if s.Classes > 0 {
			latents = s.joined(latents, part(allW, s.Classes))
		}
		losses = append(losses, t.losses(latents).Float32s()...)
		tape.Release()
	}
	order := make([]int, o.Candidates)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(losses[i], losses[j]) })
	for _, i := range order[:o.Starts] {
		z = append(z, allZ[i*s.Random:(i+1)*s.Random]...)
		w = append(w, allW[i*s.Classes:(i+1)*s.Classes]...)
	}
	return z, w, nil
}

// descend is gradient descent from all starts, and the best latent on the way.
func (s Space) descend(ctx context.Context, t *target, z, w []float32, o SearchOptions) (best Found, err error) {
	n := len(z) / s.Random
	be := s.backend()
	random := tensor.FromSliceOn(be, z, n, s.Random)
	defer random.Release()
	free := []*tensor.Tensor{random}
	var weights *tensor.Tensor
	if s.Classes > 0 {
		weights = tensor.FromSliceOn(be, w, n, s.Classes)
		defer weights.Release()
		if o.Classes == nil {
			free = append(free, weights)
		}
	}
	adam := optim.NewAdam(func(yield func(string, *tensor.Tensor) bool) {
		for i, p := range free {
			if !yield([]string{"random numbers", "weights of classes"}[i], p) {
				return
			}
		}
	}, optim.AdamConfig{LR: o.Rate})
	schedule := optim.CosineWarmup{LR: o.Rate, Total: o.Steps}
	tape := s.evaluation(true)
	best.Loss = math.Inf(1)
	look := func(losses *tensor.Tensor) error {
		for i, v := range losses.Float32s() {
			switch v := float64(v); {
			case math.IsNaN(v) || math.IsInf(v, 0):
				return errors.New("latent search: the loss is not finite: the model's weights, the features or the picture are not")
			case v < best.Loss:
				best.Loss = v
				best.Latent = append(append(best.Latent[:0], z[i*s.Random:(i+1)*s.Random]...), w[i*s.Classes:(i+1)*s.Classes]...)
			}
		}
		return nil
	}
	for step := 0; ; step++ {
		if ctx.Err() != nil {
			return best, ctx.Err()
		}
		latents := tape.Of(random)
		if weights != nil {
			latents = s.joined(latents, tape.Of(weights))
		}
		losses := t.losses(latents)
		if err := look(losses); err != nil || step == o.Steps {
			tape.Release()
			return best, err
		}
		tape.Backward(losses.Sum(), free...)
		tape.Release()
		adam.SetLR(schedule.Rate(step))
		adam.Step()
		adam.ZeroGrad()
		random.ReadFloat32s(z)
		intoBall(z, s.Random, o.Radius)
		random.SetFloat32s(z)
		if len(free) > 1 {
			weights.ReadFloat32s(w)
			ontoSimplex(w, s.Classes)
			weights.SetFloat32s(w)
		}
		if o.Progress != nil {
			o.Progress(step+1, best.Loss)
		}
	}
}
