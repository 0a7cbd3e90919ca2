package models

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFingerprint(t *testing.T) {
	small := func(seed uint64) *GAN {
		gan, err := NewGAN(GANConfig{Width: 4, Seed: seed, LR: 0.1})
		require.NoError(t, err)
		return gan
	}
	gan := small(1)
	was := Fingerprint(gan)
	assert.Len(t, was, 16)
	assert.Equal(t, was, Fingerprint(gan.Inference().(*GAN)), "the generator alone")
	assert.Equal(t, was, Fingerprint(small(1)))
	assert.NotEqual(t, was, Fingerprint(small(2)))
	gan.Step(make([]float32, 4*48))
	assert.NotEqual(t, was, Fingerprint(gan))

	mlp := func(seed uint64) Model {
		m, err := NewMLP(MLPConfig{Sizes: []int{3, 2, 1}, Seed: seed})
		require.NoError(t, err)
		return m
	}
	assert.Equal(t, Fingerprint(mlp(1)), Fingerprint(mlp(1)))
	assert.NotEqual(t, Fingerprint(mlp(1)), Fingerprint(mlp(2)))
}
