package models

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
)

var convGANs = map[string]func(ConvGANConfig) (*GAN, error){
	"DCGAN": NewDCGAN, "WGANGP": NewWGANGP, "SNGAN": NewSNGAN, "R3GAN": NewR3GAN,
}

// somePictures is n pictures of numbers between −1 and 1.
func somePictures(m *GAN, n, salt int) []float32 {
	x := make([]float32, n*m.pixels())
	for i := range x {
		x[i] = wave(i, salt)
	}
	return x
}

func TestConvGANs(t *testing.T) {
	for kind, newGAN := range convGANs {
		for _, classes := range [][]string{nil, {"cats", "dogs", "owls"}} {
			t.Run(fmt.Sprint(kind, len(classes)), func(t *testing.T) {
				make := func() *GAN {
					m, err := newGAN(ConvGANConfig{Size: 16, Width: 4, ZDim: 5, Channels: 1, Classes: classes, Adapt: 1e-2, Mirror: true, Seed: 3})
					require.NoError(t, err)
					return m
				}
				step := func(m *GAN, i int) (d, g float64) {
					if classes == nil {
						return m.Step(somePictures(m, 4, i))
					}
					return m.StepLabels(somePictures(m, 4, i), []int32{0, 2, 1, 2})
				}
				m := make()
				assert.Equal(t, kind, Kind(m))
				for i := range 3 {
					d, g := step(m, i)
					assert.True(t, isFinite(d) && isFinite(g), "step %d: %g, %g", i, d, g)
				}
				back := resumed(t, m).(*GAN)
				assert.Equal(t, m.Classes(), back.Classes())
				for i := range 3 {
					d, g := step(m, i)
					d2, g2 := step(back, i)
					assert.Equal(t, [2]float64{d, g}, [2]float64{d2, g2})
				}
				assert.Equal(t, stateOf(m), stateOf(back))

				pictures := m.Generate(5, 7)
				assert.Len(t, pictures, 5*256)
				for _, v := range pictures {
					require.True(t, v >= -1 && v <= 1)
				}
				alone, err := readBytes(forInference(t, m))
				require.NoError(t, err)
				assert.Equal(t, pictures, alone.(*GAN).Generate(5, 7))
				assert.Equal(t, layers.Count(m.Generator), layers.Count(alone))
				assert.Len(t, m.Score(pictures), 5)
			})
		}
	}
}

func TestConvGANsPenalties(t *testing.T) {
	of := func(kind string, cfg ConvGANConfig) penalties {
		cfg.Size, cfg.Width = 32, 4
		m, err := NewConvGAN(kind, cfg)
		require.NoError(t, err)
		return m.contest.penalties
	}
	own := of("R3GAN", ConvGANConfig{})
	assert.True(t, own.r1 > 0 && own.r1 == own.r2, "%v", own)
	assert.Equal(t, penalties{}, of("R3GAN", ConvGANConfig{R1: -1, R2: -1}))
	assert.Equal(t, penalties{r1: 2, r2: own.r2}, of("R3GAN", ConvGANConfig{R1: 2}))
	assert.Equal(t, penalties{gradient: 10}, of("WGANGP", ConvGANConfig{}))
	assert.Equal(t, penalties{r1: 1}, of("WGANGP", ConvGANConfig{R1: 1, GradientPenalty: -1}))
	for want, cfg := range map[string]ConvGANConfig{
		"dcgan: r1: 1: needs a discriminator without batch norm": {R1: 1},
		"dcgan: r2: 1: needs a discriminator without batch norm": {R2: 1},
		"dcgan: gradient penalty: 10: needs a discriminator":     {GradientPenalty: 10},
		"dcgan: r1: -2: must be finite and not negative":         {R1: -2},
	} {
		cfg.Size = 32
		_, err := NewDCGAN(cfg)
		assert.ErrorContains(t, err, want)
	}
}

func TestMixOfClasses(t *testing.T) {
	m, err := NewDCGAN(ConvGANConfig{Size: 16, Width: 4, ZDim: 3, Channels: 1, Classes: []string{"cats", "dogs", "owls"}})
	require.NoError(t, err)
	mix, err := m.Mix("owls", "cats")
	require.NoError(t, err)
	assert.Equal(t, []float64{0.5, 0, 0.5}, mix)
	_, err = m.Mix("cows")
	assert.EqualError(t, err, `class "cows": not one of cats, dogs, owls`)

	z := m.Latents(4, Draw{Seed: 2})
	for i, class := range []int{0, 1, 2, 0} { // each in turn
		assert.Equal(t, float32(1), z[i*6+3+class])
	}
	half := m.Latents(2, Draw{Seed: 2, Truncation: 0.5, Classes: mix})
	assert.Equal(t, []float32{z[0] / 2, z[1] / 2, z[2] / 2, 0.5, 0, 0.5}, half[:6])
	between := m.Between(z[:6], z[6:12], 3)
	assert.Equal(t, z[:6], between[:6])
	assert.Equal(t, []float32{0.5, 0.5, 0}, between[9:12])
	line := m.Line(z[:6], z[6:12], 3)
	assert.Equal(t, z[:6], line[:6], "both ends are there")
	assert.Equal(t, z[6:12], line[12:])
	for i := range 6 {
		assert.InDelta(t, (z[i]+z[6+i])/2, line[6+i], 1e-6)
	}
	twice, err := m.Mix("owls", "cats", "owls", "owls")
	require.NoError(t, err)
	assert.Equal(t, []float64{0.25, 0, 0.75}, twice)
	assert.Panics(t, func() { m.Line(z[:5], z[6:12], 3) })
	assert.Panics(t, func() { m.Line(z[:6], z[6:12], 1) })
	assert.Panics(t, func() { m.Latents(1, Draw{Classes: []float64{1}}) })
	assert.Panics(t, func() { m.Step(somePictures(m, 2, 1)) }, "without labels")
	assert.Panics(t, func() { m.StepLabels(somePictures(m, 2, 1), []int32{0, 3}) })
	assert.Panics(t, func() { m.StepLabels(somePictures(m, 2, 1), []int32{0}) })

	plain, err := NewDCGAN(ConvGANConfig{Size: 16, Width: 4})
	require.NoError(t, err)
	_, err = plain.Mix("cats")
	assert.EqualError(t, err, `class "cats": the model has no classes`)
}

func TestNamesOfClasses(t *testing.T) {
	for want, names := range map[string][]string{
		`dcgan: classes: "a": names must be different and not empty`: {"a", "b", "a"},
		`dcgan: classes: " ": names must be different and not empty`: {"a", " "},
		"a name must have at most 256 bytes, got 257":                {"a", strings.Repeat("x", 257)},
		`dcgan: classes: one, "a": needs two or more, or none`:       {"a"},
	} {
		_, err := NewDCGAN(ConvGANConfig{Size: 16, Width: 4, Classes: names})
		assert.ErrorContains(t, err, want)
	}
	plain, err := NewDCGAN(ConvGANConfig{Size: 16, Width: 4})
	require.NoError(t, err)
	assert.PanicsWithError(t, "gan step labels: needs a GAN with classes, got one without: use Step", func() { plain.StepLabels(somePictures(plain, 2, 1), []int32{0, 1}) })
}
