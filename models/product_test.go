package models

import (
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// largeGAN has weights whose gradients are never formed.
func largeGAN(t *testing.T, be backend.Backend) (*GAN, func(steps int)) {
	m, err := NewGAN(GANConfig{Width: 40, Backend: be})
	require.NoError(t, err)
	images := make([]float32, 4*m.pixels())
	return m, func(steps int) {
		for k := range steps {
			for i := range images {
				images[i] = wave(i, k)
			}
			m.Step(images)
		}
	}
}

func TestLargeWeightsSameBitsWhateverGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want [][]float32
	for _, procs := range []int{1, 2, 3} {
		runtime.GOMAXPROCS(procs)
		m, run := largeGAN(t, backend.Default())
		run(3)
		i := 0
		for name, p := range layers.Params(m) {
			if procs == 1 {
				want = append(want, p.Float32s())
			} else {
				require.True(t, slices.Equal(want[i], p.Float32s()), name)
			}
			i++
		}
		for name, p := range map[string]*tensor.Tensor{"discriminator": param(m, "discriminator.model.0.weight"), "generator": param(m, "generator.model.4.weight")} {
			_, _, ok := p.GradProduct()
			_, wanted := p.Backend().(backend.ProductAdamKernel)
			assert.Equal(t, wanted, ok, "whether the %s's gradient was formed", name)
		}
	}
}

// This is of the cpu backend, on whichever the others run: the reference has neither the
// kernel that steps without a gradient nor a pool, so that every single operation of the
// step allocates its result.
func TestLargeStepsDoNotGrowTheHeap(t *testing.T) {
	cpu, err := backend.Get("cpu")
	require.NoError(t, err)
	_, run := largeGAN(t, cpu)
	requireNoGrowth(t, 5, 400, func() { run(1) })
}
