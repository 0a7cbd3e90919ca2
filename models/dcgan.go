package models

import (
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

var dcgan = convKind{
	name:          "DCGAN",
	defaults:      ConvGANConfig{Loss: "non_saturating", LR: 2e-4, Betas: [2]float64{0.5, 0.999}},
	generator:     dcganGenerator,
	discriminator: func(c ConvGANConfig, rng *tensor.RNG) trunk { return dcganTrunk(c, true, rng) },
	apart:         true,
}.register()

// NewDCGAN makes a deep convolutional GAN with random weights: transposed
// convolutions of stride 2 up from 4×4, and their mirror image,
//
//	G: z → 4×4 → … → size, batch norm and ReLU between, tanh at the end
//	D: size → … → 4×4 → 1, batch norm (but in the first) and leaky ReLU between
//
// with weights drawn from N(0, 0.02).
//
// Errors: a configuration that makes no sense, with what is wrong.
//
// Reference: Radford, Metz and Chintala, "Unsupervised Representation Learning with
// Deep Convolutional Generative Adversarial Networks", 2015.
func NewDCGAN(cfg ConvGANConfig) (*GAN, error) { return dcgan.new(cfg) }

// dcganGenerator is the generator of a DCGAN.
func dcganGenerator(c ConvGANConfig, rng *tensor.RNG) layers.Layer {
	up := layers.ConvConfig{Stride: 2, Padding: 1, NoBias: true}
	s := layers.Sequential{pixel{}, small(layers.NewConvTranspose2d(c.latents(), c.channels(4), 4, layers.ConvConfig{NoBias: true}, rng), rng)}
	for size := 8; size < c.Size; size *= 2 {
		s = append(s, smallNorm(c.channels(size/2), rng), layers.ReLU{},
			small(layers.NewConvTranspose2d(c.channels(size/2), c.channels(size), 4, up, rng), rng))
	}
	up.NoBias = false
	return append(s, smallNorm(c.channels(c.Size/2), rng), layers.ReLU{},
		small(layers.NewConvTranspose2d(c.channels(c.Size/2), c.Channels, 4, up, rng), rng), layers.Tanh{})
}

// dcganTrunk is the discriminator of a DCGAN, with or without batch norm.
func dcganTrunk(c ConvGANConfig, norm bool, rng *tensor.RNG) trunk {
	down := layers.ConvConfig{Stride: 2, Padding: 1}
	s := layers.Sequential{small(layers.NewConv2d(c.Channels, c.channels(c.Size/2), 4, down, rng), rng), layers.LeakyReLU{Slope: 0.2}}
	down.NoBias = norm
	for size := c.Size / 4; size >= 4; size /= 2 {
		s = append(s, small(layers.NewConv2d(c.channels(2*size), c.channels(size), 4, down, rng), rng))
		if norm {
			s = append(s, smallNorm(c.channels(size), rng))
		}
		s = append(s, layers.LeakyReLU{Slope: 0.2})
	}
	return trunk{
		body: append(s, layers.Flatten{}), features: 16 * c.channels(4),
		linear: func(in, out int, rng *tensor.RNG) layers.Layer {
			return small(layers.NewLinear(in, out, rng), rng)
		},
	}
}

// small draws the weights of a layer again, from N(0, 0.02), and makes its bias 0.
func small[L layers.Layer](l L, rng *tensor.RNG) L {
	for name, p := range layers.Params(l) {
		if name == "weight" {
			tensor.InitNormal(0, 0.02)(rng, p)
		} else {
			p.Fill(0)
		}
	}
	return l
}

// smallNorm is a batch norm whose scales are drawn from N(1, 0.02).
func smallNorm(channels int, rng *tensor.RNG) *layers.BatchNorm2d {
	n := layers.NewBatchNorm2d(channels, rng)
	tensor.InitNormal(1, 0.02)(rng, n.Weight)
	return n
}
