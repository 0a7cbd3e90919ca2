package pretrained

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
)

func TestFeaturesOnAnyBackend(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	want, err := Features()
	require.NoError(t, err)
	got, err := Features(models.On(be))
	require.NoError(t, err)
	channels, height, width := want.Size()
	assert.Equal(t, [3]int{3, 64, 64}, [3]int{channels, height, width})
	assert.Len(t, want.Config().Classes, 9)
	x := make([]float32, channels*height*width)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
	}
	assert.InDeltaSlice(t, want.Predict(x), got.Predict(x), 1e-4)
}

// judge gives what the network sees in pictures.
func judge(t *testing.T, channels, side int) func(pictures [][]float32) [][]float32 {
	network, err := Features()
	require.NoError(t, err)
	f, err := measure.NetworkFeatures(network, measure.View{Channels: channels, Height: side, Width: side})
	require.NoError(t, err)
	return func(pictures [][]float32) [][]float32 {
		out, err := f.Of(context.Background(), pictures)
		require.NoError(t, err)
		return out
	}
}

// blurred are pictures, each pixel the mean of the 3×3 about it.
func blurred(pictures [][]float32, side int) (out [][]float32) {
	for _, p := range pictures {
		b := make([]float32, len(p))
		for i := range p {
			plane, y, x := i/(side*side), i/side%side, i%side
			sum, n := float32(0), float32(0)
			for dy := max(0, y-1); dy <= min(side-1, y+1); dy++ {
				for dx := max(0, x-1); dx <= min(side-1, x+1); dx++ {
					sum += p[plane*side*side+dy*side+dx]
					n++
				}
			}
			b[i] = sum / n
		}
		out = append(out, b)
	}
	return out
}

// random are as many pictures of noise, uniform over all values.
func random(pictures [][]float32) (out [][]float32) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range pictures {
		p = slices.Clone(p)
		for i := range p {
			p[i] = 2*r.Float32() - 1
		}
		out = append(out, p)
	}
	return out
}

// Real pictures are nearer to real ones than blurred ones, and these than noise; at
// other sizes and without colour too.
func TestFeaturesRank(t *testing.T) {
	ctx := context.Background()
	set := samples.Faces()
	for _, c := range []struct{ channels, side int }{{3, 16}, {1, 16}, {3, 100}} {
		var pictures [][]float32
		const n = 160
		for i := range 2 * n {
			p := set.At(i)
			if c.channels == 1 {
				p = p[:16*16] // red alone
			}
			pictures = append(pictures, enlarged(p, c.side))
		}
		see := judge(t, c.channels, c.side)
		real, other := see(pictures[:n]), pictures[n:]
		soft := blurred(other, c.side)
		for range c.side / 32 {
			soft = blurred(soft, c.side)
		}
		var frechet, kernel, precision []float64
		for _, set := range [][][]float32{other, soft, random(other)} {
			made := see(set)
			frechet = append(frechet, measure.Frechet(real, made))
			k, err := measure.Kernel(ctx, real, made)
			require.NoError(t, err)
			kernel = append(kernel, k)
			o, err := measure.ByNeighbours(ctx, real, made, 3)
			require.NoError(t, err)
			precision = append(precision, o.Precision)
		}
		t.Logf("%+v: Fréchet %.3f, kernel %.4f, precision %.2f", c, frechet, kernel, precision)
		for _, d := range [][]float64{frechet, kernel} {
			assert.Greater(t, d[1], 1.5*d[0], "blurred ones are farther, %+v", c)
			assert.Greater(t, d[2], 1.5*d[1], "noise is farther still, %+v", c)
		}
		assert.Greater(t, precision[0], 0.7, "%+v", c)
		// Not 0: about a real picture far from all others, the ball is large.
		assert.Less(t, precision[2], 0.4*precision[0], "%+v", c)
	}
}

// enlarged repeats the pixels of a square picture of 16×16.
func enlarged(p []float32, side int) []float32 {
	out := make([]float32, 0, len(p)/256*side*side)
	for plane := range slices.Chunk(p, 256) {
		for y := range side {
			for x := range side {
				out = append(out, plane[y*16/side*16+x*16/side])
			}
		}
	}
	return out
}

// A generator that knows half of the classes, faces but not their negatives, makes good
// pictures and lacks others: recall falls by half, precision does not.
func TestFeaturesSeeWhatIsMissing(t *testing.T) {
	set := samples.Faces()
	both := func(from, n int) (pictures [][]float32) {
		for i := range n {
			p := set.At(from + i)
			if i%2 == 1 {
				for k := range p {
					p[k] = -p[k]
				}
			}
			pictures = append(pictures, p)
		}
		return pictures
	}
	const n = 300
	var half [][]float32
	for i := range n {
		half = append(half, set.At(2*n+i))
	}
	see := judge(t, 3, 16)
	real := see(both(0, n))
	whole, err := measure.ByNeighbours(context.Background(), real, see(both(n, n)), 3)
	require.NoError(t, err)
	part, err := measure.ByNeighbours(context.Background(), real, see(half), 3)
	require.NoError(t, err)
	t.Logf("all %+v\nhalf %+v", whole, part)
	assert.Greater(t, part.Precision, whole.Precision-0.1)
	assert.Less(t, part.Recall, 0.65*whole.Recall)
	assert.Less(t, part.Coverage, 0.65*whole.Coverage)
}
