package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

func TestFloor(t *testing.T) {
	l := limits{flops: 200e9, bandwidth: 20e9}
	require.InDelta(t, 1.0, l.floor(cost{flops: 200e6}), 1e-12)
	require.InDelta(t, 1.0, l.floor(cost{bytes: 20e6}), 1e-12)
	require.InDelta(t, 2.0, l.floor(cost{200e6, 20e6}), 1e-12)
}

func TestCosts(t *testing.T) {
	// 3-2-1: 8 weights, 3 biases. Forward and weight gradients are 8 products
	// each, the gradient of the inner input 2.
	require.Equal(t, cost{2 * 5 * (8 + 8 + 2), 12 * 11}, mlpCost(5, []int{3, 2, 1}, sgdBytes))

	// One weight: the discriminator's forward twice, its weight gradient twice,
	// forward again and the input's gradient; the generator's forward and weight
	// gradient.
	require.Equal(t, cost{2 * (6 + 2), 28 * 4}, ganCost(1, []int{1, 1}, []int{1, 1}))

	s := textSizes{vocab: 7, embed: 2, hidden: 3}
	products := 4.0*3*(2+3) + 3*7
	require.Equal(t, cost{6 * 4 * 5 * products, 28 * (7*2 + 8*3 + 7 + products)}, s.trainCost(4, 5))
	require.Equal(t, cost{2 * products, 4 * products}, s.tokenCost(4))

	// Each token of a GPT sees those before it and itself: of two, 1 and 2.
	g := gptSizes{vocab: 7, width: 4, layers: 3, heads: 2, context: 2}
	blocks, head := 12.0*16*3, 7.0*4
	require.Equal(t, cost{3 * 5 * (2*2*(blocks+head) + 4*4*3*(1+2)), 28 * g.parameters()}, g.trainCost(5, 2))
	require.Equal(t, cost{2*(blocks+head) + 4*4*3*10, 4 * (blocks + head + 2*4*3*10)}, g.tokenCost(10, 4))
	require.Equal(t, cost{2*2*blocks + 4*4*3*(1+2) + 2*head, 4 * (blocks + head)}, g.promptCost(2))
}

func TestParametersAreThoseOfTheModels(t *testing.T) {
	mlp, err := models.NewMLP(models.MLPConfig{Sizes: mnistSizes})
	require.NoError(t, err)
	require.EqualValues(t, layers.Count(mlp), parameters(mnistSizes))

	gan, err := models.NewGAN(models.GANConfig{Width: 16})
	require.NoError(t, err)
	g, d := ganSizes(16)
	require.EqualValues(t, layers.Count(gan), parameters(g)+parameters(d))

	rng := tensor.NewRNG(1)
	_, _, weights := convProducts(convGenerator)
	require.EqualValues(t, layers.Count(newConvGenerator(rng)), weights+2*(512+256+128+64))
	_, _, weights = convProducts(convDiscriminator)
	require.EqualValues(t, layers.Count(newConvDiscriminator(false, true, rng)), weights)

	s := textSizes{vocab: 50, embed: 6, hidden: 4}
	lm, err := newText(s)
	require.NoError(t, err)
	require.EqualValues(t, layers.Count(lm), s.parameters())

	gpt, err := newGPT(smallGPT, models.GPTConfig{})
	require.NoError(t, err)
	require.EqualValues(t, layers.Count(gpt), smallGPT.parameters())
	require.Equal(t, 124439808.0, gpt2Small.parameters())
}

// Floors worked out elsewhere for a machine with these limits.
func TestFloorsOfRows(t *testing.T) {
	l := limits{flops: 180e9, bandwidth: 24e9}
	want := map[string]float64{
		"mlp-seed": 0, "mlp-mnist": 0.65, "gan-64": 18, "gan-256": 200, "lstm-train": 242, "lstm-token": 1.19, "lstm-token-int8": 0.35,
		"dcgan": 412, "sngan": 412, "wgan-gp": 407, "dcgan-generate": 19.2,
		"gpt-train": 115.4, "gpt2-token-64": 22.1, "gpt2-token-960": 24.9, "gpt2-prefill": 531,
		"nanogpt-train": 22.14, "gpt2-token-int8": 6.73,
	}
	for _, r := range rows() {
		require.Contains(t, want, r.name)
		require.InDelta(t, want[r.name], l.floor(r.cost), max(0.03*want[r.name], 0.001), r.name)
	}
}
