package measure

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/internal/resample"
	"github.com/org/artnn/tensor"
)

func TestResizeGolden(t *testing.T) {
	golden.Load(t, "testdata/resize.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		x, y := c.Array("in.x"), c.Array("out.y")
		var planes []float32
		for _, p := range rows(x) {
			planes = append(planes, p...)
		}
		got := make([]float32, len(y.Data))
		resample.New(x.Shape[1], x.Shape[2], y.Shape[1], y.Shape[2]).Resize(got, planes)
		var wide []float64
		for _, v := range got {
			wide = append(wide, float64(v))
		}
		c.Close("out.y", wide, 1e-6)
	})
}

func TestColours(t *testing.T) {
	gray, rgb := []float32{-1, 1}, []float32{-1, 1, 0, 1, 1, 1}
	assert.Equal(t, []float32{-1, 1, -1, 1, -1, 1}, coloured(gray, 1, 3))
	assert.Equal(t, []float32{-1, 1, -1, 1, -1, 1, 1, 1}, coloured(gray, 1, 4))
	assert.InDeltaSlice(t, []float32{-0.299 + 0.114, 1}, coloured(rgb, 3, 1), 1e-6)
	assert.Equal(t, append(rgb[:6:6], 1, 1), coloured(rgb, 3, 4))
	// Half transparent black, and white that nothing is seen of.
	assert.InDeltaSlice(t, []float32{0, 1, 0, 1, 0, 1}, coloured([]float32{-1, -1, -1, -1, -1, -1, 0, -1}, 4, 3), 1e-6)
	assert.InDeltaSlice(t, gray, coloured(coloured(gray, 1, 3), 3, 1), 1e-6)
	assert.Equal(t, rgb, coloured(rgb, 3, 3))
}

// eye is a network that sees pictures as they are.
type eye struct{ channels, height, width int }

func (e eye) Size() (int, int, int)     { return e.channels, e.height, e.width }
func (e eye) ActivationNames() []string { return []string{"pixels", "flat", "sum"} }
func (e eye) Activations(x *tensor.Tensor, names ...string) (out []*tensor.Tensor) {
	for _, name := range names {
		switch name {
		case "pixels":
			out = append(out, x)
		case "flat":
			out = append(out, x.Flatten(1))
		case "sum":
			out = append(out, x.Sum(2, 3))
		}
	}
	return out
}

func TestNetworkFeatures(t *testing.T) {
	pictures := [][]float32{{0, 1, 2, 3}, {1, 1, 1, 1}}
	of := func(n Network, v View) [][]float32 {
		f, err := NetworkFeatures(n, v)
		require.NoError(t, err)
		return must(f.Of(context.Background(), pictures))
	}
	v := View{Channels: 1, Height: 2, Width: 2, Place: "flat"}
	assert.Equal(t, pictures, of(eye{1, 0, 0}, v), "as they are")
	assert.Equal(t, pictures, of(eye{1, 2, 2}, v))
	v.Place = "pixels"
	assert.Equal(t, [][]float32{{1.5, 1.5, 1.5}, {1, 1, 1}}, of(eye{3, 2, 2}, v), "the mean over pixels, in colour")
	v.Place = ""
	assert.Equal(t, [][]float32{{24}, {16}}, of(eye{1, 4, 4}, v), "the last place, of larger pictures")
	assert.Equal(t, [][]float32{{1.5}, {1}}, of(eye{1, 1, 1}, v), "of smaller ones")

	for want, c := range map[string]struct {
		n eye
		v View
	}{
		`features: the network has no place "x"; it has pixels, flat, sum`:     {eye{1, 2, 2}, View{Channels: 1, Height: 2, Width: 2, Place: "x"}},
		"features: pictures must have 1, 3 or 4 channels, got 2":               {eye{1, 2, 2}, View{Channels: 2, Height: 2, Width: 2}},
		"features: the network's pictures must have 1, 3 or 4 channels, got 5": {eye{5, 2, 2}, View{Channels: 1, Height: 2, Width: 2}},
		"features: pictures of 0×2":                                            {eye{1, 2, 2}, View{Channels: 1, Height: 2}},
	} {
		_, err := NetworkFeatures(c.n, c.v)
		assert.EqualError(t, err, want)
	}
}

// careful sees what memory depends on.
type careful struct {
	eye
	taped *bool // values inside are kept
	most  *int  // pictures at once
}

func (n careful) Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor {
	*n.taped = *n.taped || x.Tape() != nil
	*n.most = max(*n.most, x.Dim(0))
	return n.eye.Activations(x, names...)
}

// Many large pictures are shown a few at a time, in order, and no values inside are kept.
func TestFeaturesInParts(t *testing.T) {
	for side, most := range map[int]int{2: 5, 400: 1, 300: 2, 700: 1} {
		taped, seen := false, 0
		f, err := NetworkFeatures(careful{eye{1, side, side}, &taped, &seen}, View{Channels: 1, Height: 1, Width: 1, Place: "pixels"})
		require.NoError(t, err)
		got := f([][]float32{{1}, {0}, {0.5}, {-1}, {0.25}})
		for i, want := range []float32{1, 0, 0.5, -1, 0.25} {
			assert.InDelta(t, want, got[i][0], 1e-5)
		}
		assert.False(t, taped)
		assert.Equal(t, most, seen)
	}
}

// An ended context ends every measure, before the work and within it.
func TestContextEnds(t *testing.T) {
	n := 700
	pictures, others := noise(n, 3*32*32, 1), noise(n, 3*32*32, 2)
	s := SlicedWasserstein{Channels: 3, Height: 32, Width: 32}
	f := Features(func(p [][]float32) [][]float32 { time.Sleep(20 * time.Millisecond); return p })
	for name, run := range map[string]func(ctx context.Context) error{
		"sliced":   func(ctx context.Context) error { _, err := s.Distance(ctx, pictures, others); return err },
		"features": func(ctx context.Context) error { _, err := f.Of(ctx, pictures); return err },
		"extrapolated": func(ctx context.Context) error {
			_, err := ExtrapolatedFrechet(ctx, noise(400, 200, 1), noise(400, 200, 2), 1)
			return err
		},
		"kernel":     func(ctx context.Context) error { _, err := Kernel(ctx, pictures, others); return err },
		"neighbours": func(ctx context.Context) error { _, err := ByNeighbours(ctx, pictures, others, 3); return err },
		"nearest":    func(ctx context.Context) error { _, _, err := NearestContext(ctx, pictures, others); return err },
	} {
		t.Run(name, func(t *testing.T) {
			ended, end := context.WithCancel(context.Background())
			end()
			assert.ErrorIs(t, run(ended), context.Canceled)
			soon, end := context.WithTimeout(context.Background(), 5*time.Millisecond)
			defer end()
			assert.ErrorIs(t, run(soon), context.DeadlineExceeded)
		})
	}
}
