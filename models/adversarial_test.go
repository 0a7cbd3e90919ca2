package models

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// The generator has one update for every five of the discriminator, at the same
// steps whatever the number of parts and wherever training is taken up.
func TestCriticSteps(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	images := make([]float32, 4*6)
	for i := range images {
		images[i] = wave(1, i)
	}
	train := func(parts, resumeAt int) *GAN {
		m, err := NewGAN(GANConfig{Width: 3, Height: 2, Channels: 1, ZDim: 2, Hidden: []int{4}, Noise: 0.1, EMA: 0.9, CriticSteps: 5, Accumulate: parts, Backend: be})
		require.NoError(t, err)
		last := 0.0
		for step := 1; step <= 12; step++ {
			before := stateOf(m.Generator)
			_, g := m.Step(images)
			if step%5 == 0 {
				assert.NotEqual(t, before, stateOf(m.Generator), "step %d", step)
				last = g
			} else {
				assert.Equal(t, before, stateOf(m.Generator), "step %d", step)
				assert.Equal(t, last, g, "that of its last turn, also after a resume")
			}
			if step == resumeAt {
				m = must(readBytes(written(t, m, WithTraining()), On(be))).(*GAN)
			}
		}
		states := updatesOf(m)
		assert.Equal(t, 2, states[0].Steps)
		assert.Equal(t, 12, states[1].Steps)
		return m
	}
	whole := train(1, 0)
	for _, parts := range []int{2, 4} {
		m := train(parts, 0)
		assert.InDeltaSlice(t, weights(whole), weights(m), 1e-10, "%d parts", parts)
		assert.Equal(t, updatesOf(whole)[0].Counter, updatesOf(m)[0].Counter)
	}
	assert.Equal(t, weightsHash(whole), weightsHash(train(1, 7)))
}

// normed is a contest whose discriminator begins with the batch norm.
func normed(be backend.Backend) (*adversarial, *layers.BatchNorm1d) {
	rng := tensor.NewRNGOn(be, 1)
	norm := layers.NewBatchNorm1d(3, rng)
	a := &adversarial{
		generator:     layers.NewLinear(2, 3, rng),
		discriminator: layers.Sequential{norm, layers.NewLinear(3, 1, rng)},
		objective:     loss.NonSaturating{},
		latents:       func(tape *tensor.Tape, n int, _ *tensor.Tensor) *tensor.Tensor { return tape.Normal(0, 1, n, 2) },
		apart:         true,
		critic:        1,
	}
	adam := func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{}) }
	a.g = update.New(update.Config{Params: layers.Params(a.generator), Optimizer: adam})
	a.d = update.New(update.Config{Params: layers.Params(a.discriminator), Buffers: layers.Buffers(a.discriminator), Optimizer: adam, Tape: a.g.Tape()})
	return a, norm
}

// failing is a loss that panics after the forward passes of a turn.
type failing struct {
	loss.NonSaturating
	inTurn string
}

func (f failing) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	if f.inTurn == "d" {
		panic("no loss")
	}
	return f.NonSaturating.Discriminator(real, fake)
}

func (f failing) Generator(real, fake *tensor.Tensor) *tensor.Tensor {
	if f.inTurn == "g" {
		panic("no loss")
	}
	return f.NonSaturating.Generator(real, fake)
}

// A panic in either turn leaves nothing of its batch in running statistics, and the
// next step goes well.
func TestPanicInAStepRestoresBuffers(t *testing.T) {
	for _, turn := range []string{"d", "g"} {
		a, norm := normed(on(nil))
		real := func(lo, hi int) batch {
			return batch{x: a.d.Tape().FromSlice([]float32{10, 11, 12, 11, 10, 12}[lo*3:hi*3], hi-lo, 3)}
		}
		a.step(2, real)
		mean, tracked := norm.RunningMean.Float64s(), norm.BatchesTracked.Item()
		a.objective = failing{inTurn: turn}
		assert.PanicsWithValue(t, "no loss", func() { a.step(2, real) })
		assert.Equal(t, mean, norm.RunningMean.Float64s())
		assert.Equal(t, tracked, norm.BatchesTracked.Item())
		a.objective = loss.NonSaturating{}
		a.step(2, real)
		assert.Equal(t, 2*tracked, norm.BatchesTracked.Item())
	}
}

// A batch norm in the discriminator sees real and generated pictures apart.
func TestBatchNormSeesRealAndFakeApart(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	for _, r1 := range []float64{0, 0.5} {
		a, norm := normed(be)
		a.penalties.r1 = r1
		// Real pictures are far from generated ones; what both together are is neither.
		real := []float32{10, 11, 12, 11, 10, 12, 12, 11, 10, 11, 12, 10}
		var after []float64
		a.step(4, func(lo, hi int) batch { return batch{x: a.d.Tape().FromSlice(real[lo*3:hi*3], hi-lo, 3)} })
		after = norm.RunningMean.Float64s()
		assert.Equal(t, 3.0, norm.BatchesTracked.Item(), "real, generated, and generated for the generator's turn")
		// 0.1 of the first batch's mean of 11, then 0.9 of it twice, and two small means.
		for _, mean := range after {
			assert.InDelta(t, 0.9*0.9*0.1*11, mean, 0.5)
		}
		for _, v := range norm.RunningVar.Float64s() {
			assert.Less(t, v, 2.0, "the variance within each, not between both")
		}
	}
}
