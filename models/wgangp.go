package models

import "github.com/org/artnn/tensor"

var wgangp = convKind{
	name:          "WGANGP",
	defaults:      ConvGANConfig{Loss: "wasserstein", LR: 1e-4, Betas: [2]float64{0, 0.9}, GradientPenalty: 10, CriticSteps: 5},
	generator:     dcganGenerator,
	discriminator: func(c ConvGANConfig, rng *tensor.RNG) trunk { return dcganTrunk(c, false, rng) },
}.register()

// NewWGANGP makes a Wasserstein GAN with gradient penalty: the networks of
// [NewDCGAN], without batch norm in the critic, which has five updates for each of
// the generator.
//
// Errors: a configuration that makes no sense, with what is wrong.
//
// Reference: Gulrajani et al., "Improved Training of Wasserstein GANs", 2017.
func NewWGANGP(cfg ConvGANConfig) (*GAN, error) { return wgangp.new(cfg) }
