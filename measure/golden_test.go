package measure

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/internal/golden"
)

// rows cuts an array along its first axis.
func rows(a golden.Array) [][]float32 {
	n := a.Shape[0]
	out, d := make([][]float32, n), len(a.Data)/n
	for i := range out {
		for _, v := range a.Data[i*d : (i+1)*d] {
			out[i] = append(out[i], float32(v))
		}
	}
	return out
}

func TestFeaturesGolden(t *testing.T) {
	golden.Load(t, "testdata/features.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		real, generated := rows(c.Array("in.real")), rows(c.Array("in.generated"))
		c.Close("out.frechet", []float64{Frechet(real, generated)}, 1e-6)
		c.Close("out.kernel", []float64{must(Kernel(context.Background(), real, generated))}, 1e-5)
		o := must(ByNeighbours(context.Background(), real, generated, c.Int("k")))
		c.Close("out.overlap", []float64{o.Precision, o.Recall, o.Density, o.Coverage}, 1e-12)
	})
}

func TestSlicedWassersteinGolden(t *testing.T) {
	golden.Load(t, "testdata/wasserstein.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		pictures, places, u := c.Array("in.real"), c.Array("in.places"), c.Array("in.directions")
		size := pictures.Shape[1:]
		s := SlicedWasserstein{Channels: size[0], Height: size[1], Width: size[2], Patches: c.Int("patches")}
		p := newPyramid(size[0], size[1], size[2])
		assert.Equal(t, u.Shape[1], p.numbers())
		at := func(set, level, picture int, into []place) {
			list := places.At(set).At(level).At(picture)
			for i := range into {
				yx := list.At(i).Int32s()
				into[i] = place{int(yx[0]), int(yx[1])}
			}
		}
		along := func(int) (out []float32) {
			for _, v := range u.Data {
				out = append(out, float32(v))
			}
			return out
		}
		got := must(s.distances(context.Background(), p, rows(pictures), rows(c.Array("in.generated")), at, along))
		var sizes, distances []float64
		for _, l := range got.Levels {
			sizes = append(sizes, float64(l.Height), float64(l.Width))
			distances = append(distances, l.Distance)
		}
		c.Close("out.sizes", sizes, 0)
		c.Close("out.distances", distances, 1e-5)
		assert.InEpsilon(t, sum(distances)/float64(len(distances)), got.Mean, 1e-12)
	})
}
