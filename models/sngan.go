package models

import (
	"iter"
	"math"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

var sngan = convKind{
	name:          "SNGAN",
	defaults:      ConvGANConfig{Loss: "hinge", LR: 2e-4, Betas: [2]float64{0, 0.9}},
	generator:     snganGenerator,
	discriminator: snganTrunk,
}.register()

// NewSNGAN makes a residual GAN whose discriminator has spectrally normalised
// weights, so that its slope is bounded:
//
//	G: z → 4×4 → residual blocks that double the size → batch norm, ReLU, 3×3, tanh
//	D: residual blocks that halve the size → 4×4 → ReLU, sum over pixels → 1
//
// Errors: a configuration that makes no sense, with what is wrong.
//
// Reference: Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for
// Generative Adversarial Networks", 2018. Deviation: one update of the
// discriminator for each of the generator, not five.
func NewSNGAN(cfg ConvGANConfig) (*GAN, error) { return sngan.new(cfg) }

func snganGenerator(c ConvGANConfig, rng *tensor.RNG) layers.Layer {
	first := c.channels(4)
	s := layers.Sequential{layers.NewLinear(c.latents(), first*16, rng), planes{first, 4, 4}}
	for size := 8; size <= c.Size; size *= 2 {
		in, out := c.channels(size/2), c.channels(size)
		if size == c.Size {
			out = c.half()
		}
		s = append(s, skip{
			Body: layers.Sequential{
				layers.NewBatchNorm2d(in, rng), layers.ReLU{}, layers.Upsample{Factor: 2},
				xavier(layers.NewConv2d(in, out, 3, layers.ConvConfig{Padding: 1}, rng), math.Sqrt2, rng),
				layers.NewBatchNorm2d(out, rng), layers.ReLU{},
				xavier(layers.NewConv2d(out, out, 3, layers.ConvConfig{Padding: 1}, rng), math.Sqrt2, rng),
			},
			// At the smaller size, where it costs a quarter; neighbours are equal after it.
			Short: layers.Sequential{
				xavier(layers.NewConv2d(in, out, 1, layers.ConvConfig{}, rng), 1, rng), layers.Upsample{Factor: 2},
			},
		})
	}
	last := c.half()
	return append(s, layers.NewBatchNorm2d(last, rng), layers.ReLU{},
		xavier(layers.NewConv2d(last, c.Channels, 3, layers.ConvConfig{Padding: 1}, rng), 1, rng), layers.Tanh{})
}

func snganTrunk(c ConvGANConfig, rng *tensor.RNG) trunk {
	conv := func(in, out, kernel int, gain float64) layers.Layer {
		l := layers.NewConv2d(in, out, kernel, layers.ConvConfig{Padding: kernel / 2}, rng)
		return layers.NewSpectralNorm(xavier(l, gain, rng), rng)
	}
	half := layers.AvgPool2d{Kernel: 2}
	first := c.channels(c.Size / 2)
	s := layers.Sequential{skip{
		Body:  layers.Sequential{conv(c.Channels, c.half(), 3, math.Sqrt2), layers.ReLU{}, conv(c.half(), first, 3, math.Sqrt2), half},
		Short: layers.Sequential{half, conv(c.Channels, first, 1, 1)},
	}}
	for size := c.Size / 4; size >= 4; size /= 2 {
		in, out := c.channels(2*size), c.channels(size)
		s = append(s, skip{
			Body:  layers.Sequential{layers.ReLU{}, conv(in, in, 3, math.Sqrt2), layers.ReLU{}, conv(in, out, 3, math.Sqrt2), half},
			Short: layers.Sequential{half, conv(in, out, 1, 1)},
		})
	}
	return trunk{
		body: append(s, layers.ReLU{}, sumPixels{}), features: c.channels(4),
		linear: func(in, out int, rng *tensor.RNG) layers.Layer {
			return layers.NewSpectralNorm(xavier(layers.NewLinear(in, out, rng), 1, rng), rng)
		},
	}
}

// half is the number of channels at the full size of the pictures: it goes on halving,
// so that no size costs more than the others.
func (c ConvGANConfig) half() int { return max(1, c.Width/2) }

// xavier draws the weight of a layer again, by Glorot and Bengio's rule, and makes
// its bias 0.
func xavier[L layers.Layer](l L, gain float64, rng *tensor.RNG) L {
	for name, p := range layers.Params(l) {
		if name == "weight" {
			tensor.InitXavierUniform(gain)(rng, p)
		} else {
			p.Fill(0)
		}
	}
	return l
}

// skip adds two ways through a network, of which the second is short: Short(x) +
// Body(x). Without Short, x itself is added.
type skip struct{ Body, Short layers.Layer }

func (s skip) State() iter.Seq2[string, layers.Entry] {
	if s.Short == nil {
		return layers.Prefix("body", s.Body.State())
	}
	return layers.Join(layers.Prefix("body", s.Body.State()), layers.Prefix("short", s.Short.State()))
}

func (s skip) Forward(x *tensor.Tensor) *tensor.Tensor {
	short := x
	if s.Short != nil {
		short = s.Short.Forward(x)
	}
	return short.Add(s.Body.Forward(x))
}
