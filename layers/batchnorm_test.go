package layers_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func TestBatchNormTracks(t *testing.T) {
	for _, p := range places(t) {
		b := layers.NewBatchNorm1d(1, tensor.NewRNGOn(p.be, 1))
		tape := tensor.NewTape(tensor.On(p.be), tensor.Train())
		// Mean 3, unbiased variance 4/3·(9+1+1+9)/4 = 20/3.
		x := tensor.FromSliceOn(p.be, []float64{0, 2, 4, 6}, 4, 1)
		mean, variance := 0.0, 1.0
		for pass := 1; pass <= 3; pass++ {
			b.Forward(tape.Of(x))
			tape.Release()
			mean, variance = 0.9*mean+0.1*3, 0.9*variance+0.1*20/3
			require.InDelta(t, mean, b.RunningMean.Item(), 1e-6)
			require.InDelta(t, variance, b.RunningVar.Item(), 1e-6)
			require.Equal(t, float64(pass), b.BatchesTracked.Item())
		}

		tape.SetTraining(false)
		y := b.Forward(tape.Of(x)).Float64s()
		off := b.Forward(x).Float64s()
		require.Equal(t, y, off, "an input on no tape is evaluated")
		require.InDelta(t, 0, (y[1]+y[2])/2-(y[0]+y[3])/2, 1e-6)
		require.Equal(t, 3.0, b.BatchesTracked.Item(), "evaluation does not track")
	}
}

// Running statistics are no parameters: a bare Backward must not reach them.
func TestBatchNormBuffersGetNoGradient(t *testing.T) {
	for _, train := range []bool{false, true} {
		b := layers.NewBatchNorm2d(2, tensor.NewRNG(1))
		tape := tensor.NewTape()
		tape.SetTraining(train)
		tape.Backward(b.Forward(tape.Uniform(0, 1, 2, 2, 3, 3)).Square().Sum())
		require.NotNil(t, b.Weight.Grad())
		require.NotNil(t, b.Bias.Grad())
		for name, s := range layers.Buffers(b) {
			require.Nil(t, s.Grad(), name)
		}
	}
}

// Goroutines may train one layer at once, each on its own tape.
func TestBatchNormConcurrent(t *testing.T) {
	b := layers.NewBatchNorm2d(3, tensor.NewRNG(1))
	const workers, passes = 4, 20
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			tape := tensor.NewTape(tensor.Seed(uint64(w)))
			for pass := range passes {
				tape.SetTraining(pass%4 != 0)
				b.Forward(tape.Normal(5, 1, 4, 3, 2, 2))
				tape.Release()
			}
		})
	}
	wg.Wait()
	require.Equal(t, float64(workers*passes*3/4), b.BatchesTracked.Item())
	for _, m := range b.RunningMean.Float64s() {
		require.InDelta(t, 5, m, 0.5)
	}
}

func TestBatchNormWithActivation(t *testing.T) {
	rng := tensor.NewRNG(1)
	for _, train := range []bool{false, true} {
		norm, x := layers.NewBatchNorm2d(3, rng), rng.Normal(0, 1, 4, 3, 5, 2)
		for _, act := range []layers.Layer{layers.ReLU{}, layers.LeakyReLU{Slope: 0.2}, layers.Tanh{}, layers.Sigmoid{}, layers.GELU{}, layers.SiLU{}} {
			tape := tensor.NewTape(tensor.NoGrad())
			tape.SetTraining(train)
			want := act.Forward(norm.Forward(tape.Of(x)))
			got := layers.Sequential{norm, act}.Forward(tape.Of(x))
			assert.InDeltaSlice(t, want.Float64s(), got.Float64s(), 1e-6, "%T, training %t", act, train)
			tape.Release()
		}
	}
}
