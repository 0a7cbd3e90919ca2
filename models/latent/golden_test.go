package latent

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

func floats(a golden.Array) []float32 { return float32s(a.Data) }

func float64s(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// backends are those that every result is compared on, with the tolerance.
func backends(t *testing.T, f func(t *testing.T, be backend.Backend, tol float64)) {
	for name, tol := range map[string]float64{"cpu": 1e-4, "reference": 1e-5} { // latents are float32 on both
		be, err := backend.Get(name)
		require.NoError(t, err)
		t.Run(name, func(t *testing.T) { f(t, be, tol) })
	}
}

func TestSearchGolden(t *testing.T) {
	backends(t, func(t *testing.T, be backend.Backend, tol float64) {
		golden.Load(t, "testdata/search.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			rng := tensor.NewRNGOn(be, 1)
			first, size := c.Array("param.0.weight").Shape, c.Array("in.picture").Shape
			net := layers.Sequential{layers.NewLinear(first[1], first[0], rng), layers.Tanh{}, layers.NewLinear(first[0], size[0]*size[1]*size[2], rng)}
			for name, p := range layers.Params(net) {
				p.SetFloat64s(c.Array("param." + name).Data)
			}
			random := c.Array("in.z").Shape[1]
			s := Space{Generator: net, Random: random, Classes: first[1] - random, Size: models.PictureSize{Channels: size[0], Height: size[1], Width: size[2]}, Backend: be}
			radius, err := strconv.ParseFloat(c.Note("radius"), 64)
			require.NoError(t, err)
			o := SearchOptions{Steps: c.Int("steps"), Rate: c.Float("rate"), Radius: radius, FeatureWeight: c.Float("feature_weight")}
			if !c.Bool("free") {
				o.Classes = make([]float64, s.Classes) // the starts have them
			}
			if o.FeatureWeight > 0 {
				o.Features = func(x *tensor.Tensor) (out []*tensor.Tensor) {
					for _, name := range []string{"in.head0", "in.head1"} {
						h := c.Array(name)
						w := tensor.FromSliceOn(be, h.Data, h.Shape...)
						y := x.Flatten(1).MatMul(w.T()).Tanh()
						out = append(out, y.Reshape(y.Dim(0), 1, y.Dim(1), 1))
					}
					return out
				}
			}
			z, w := floats(c.Array("in.z")), floats(c.Array("in.w"))
			target := s.target(floats(c.Array("in.picture")), o)
			var progress []float64
			o.Progress = func(step int, loss float64) {
				assert.Equal(t, len(progress)+1, step)
				progress = append(progress, loss)
			}
			best, err := s.descend(context.Background(), target, z, w, o)
			require.NoError(t, err)
			c.Close("after.z", float64s(z), tol)
			c.Close("after.w", float64s(w), tol)
			c.Close("out.best", progress, tol)
			assert.LessOrEqual(t, best.Loss, progress[len(progress)-1])
		})
	})
}

func TestDirectionsGolden(t *testing.T) {
	backends(t, func(t *testing.T, be backend.Backend, _ float64) {
		golden.Load(t, "testdata/directions.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			y := c.Array("in.y")
			n, d := y.Shape[0], y.Shape[1]
			s := Space{Random: c.Array("in.z").Shape[1], Backend: be}
			activations := floats(y)
			total := centre(activations, d) / float64(n)
			found, err := s.regress(context.Background(), floats(c.Array("in.z")), activations, d, total, DirectionOptions{Count: c.Int("count"), Samples: n})
			require.NoError(t, err)
			var steps, shares []float64
			for _, f := range found {
				steps, shares = append(steps, float64s(f.Step)...), append(shares, f.Share)
			}
			c.Close("out.steps", steps, 1e-3)
			c.Close("out.shares", shares, 1e-4)
		})
	})
}
