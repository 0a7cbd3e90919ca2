package models

import (
	"iter"
	"math"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

var r3gan = convKind{
	name: "R3GAN",
	defaults: ConvGANConfig{
		Loss: "relativistic", LR: 2e-4, Betas: [2]float64{0, 0.99}, R1: 0.2, R2: 0.2,
	},
	generator:     r3ganGenerator,
	discriminator: r3ganTrunk,
}.register()

// NewR3GAN makes a plain modern GAN: residual blocks with grouped convolutions and
// no normalisation, bilinear changes of size, a relativistic loss, and the R1 and R2
// penalties, with which it converges.
//
//	G: z → 4×4 → (block, double the size) … → 3×3
//	D: 4×4 of stride 2 → (block, halve the size) … → 4×4 → 1
//
// Its pictures may go a little beyond [−1, 1] in training; those it makes are cut
// off there.
//
// Errors: a configuration that makes no sense, with what is wrong.
//
// Reference: Huang, Gokaslan, Kuleshov and Tompkin, "The GAN is dead; long live the
// GAN!", 2024. Deviations: one block a size and none at the full one, which suits
// processors; bilinear filters are 2×2; the penalties are constant.
func NewR3GAN(cfg ConvGANConfig) (*GAN, error) { return r3gan.new(cfg) }

const (
	r3Group = 16 // channels that a grouped convolution mixes
)

func r3ganGenerator(c ConvGANConfig, rng *tensor.RNG) layers.Layer {
	first := c.channels(4)
	s := layers.Sequential{newBasis(c.latents(), first, rng)}
	scale := c.variance()
	for size := 4; size < c.Size; size *= 2 {
		s = append(s, r3Block(c.channels(size), scale, rng))
		if in, out := c.channels(size), c.channels(2*size); in != out {
			s = append(s, scaled(layers.NewConv2d(in, out, 1, layers.ConvConfig{NoBias: true}, rng), 1, rng))
		}
		s = append(s, layers.Upsample{Factor: 2, Bilinear: true})
	}
	return append(s, scaled(layers.NewConv2d(c.channels(c.Size), c.Channels, 3, layers.ConvConfig{Padding: 1, NoBias: true}, rng), 1, rng))
}

func r3ganTrunk(c ConvGANConfig, rng *tensor.RNG) trunk {
	first := layers.NewConv2d(c.Channels, c.channels(c.Size/2), 4, layers.ConvConfig{Stride: 2, Padding: 1, NoBias: true}, rng)
	s := layers.Sequential{scaled(first, 1, rng)}
	scale := c.variance()
	for size := c.Size / 2; ; size /= 2 {
		s = append(s, r3Block(c.channels(size), scale, rng))
		if size == 4 {
			break
		}
		s = append(s, layers.AvgPool2d{Kernel: 2})
		if in, out := c.channels(size), c.channels(size/2); in != out {
			s = append(s, scaled(layers.NewConv2d(in, out, 1, layers.ConvConfig{NoBias: true}, rng), 1, rng))
		}
	}
	last := c.channels(4)
	return trunk{
		body: append(s, scaled(layers.NewConv2d(last, last, 4, layers.ConvConfig{Groups: last, NoBias: true}, rng), 1, rng), layers.Flatten{}), features: last,
		linear: func(in, out int, rng *tensor.RNG) layers.Layer {
			l := layers.NewLinear(in, out, rng)
			l.Bias = nil
			return scaled(l, 1, rng)
		},
	}
}

// variance is how much each block's first two layers are scaled down, so that the
// variance of a deep network stays what it is at the start.
func (c ConvGANConfig) variance() float64 {
	blocks := 0
	for size := 4; size < c.Size; size *= 2 {
		blocks++
	}
	return math.Pow(float64(blocks), -1.0/4)
}

// r3Block is a residual block: 1×1, 3×3 by groups, 1×1, leaky ReLU before the last
// two. The last starts at 0, so that the block starts as the identity.
func r3Block(channels int, scale float64, rng *tensor.RNG) layers.Layer {
	inner := 2 * channels
	groups := max(2, inner/r3Group)
	gain := math.Sqrt(2/(1+0.2*0.2)) * scale
	act := layers.LeakyReLU{Slope: 0.2}
	last := scaled(layers.NewConv2d(inner, channels, 1, layers.ConvConfig{NoBias: true}, rng), 0, rng)
	return skip{Body: layers.Sequential{
		scaled(layers.NewConv2d(channels, inner, 1, layers.ConvConfig{}, rng), gain, rng), act,
		scaled(layers.NewConv2d(inner, inner, 3, layers.ConvConfig{Padding: 1, Groups: groups}, rng), gain, rng), act,
		last,
	}}
}

// scaled draws the weight of a layer again, from N(0, gain²/fan-in), and makes its
// bias 0.
func scaled[L layers.Layer](l L, gain float64, rng *tensor.RNG) L {
	for name, p := range layers.Params(l) {
		if name == "weight" && gain > 0 {
			tensor.InitNormal(0, gain/math.Sqrt(float64(p.Size()/p.Dim(0))))(rng, p)
		} else {
			p.Fill(0)
		}
	}
	return l
}

// basis starts a generator: a learned 4×4 picture, each channel scaled by a linear
// function of the latents.
//
// Shape: [n, latents] → [n, channels, 4, 4].
type basis struct {
	Basis  *tensor.Tensor // [channels, 4, 4]
	Linear *layers.Linear
}

func newBasis(latents, channels int, rng *tensor.RNG) basis {
	l := layers.NewLinear(latents, channels, rng)
	l.Bias = nil
	return basis{rng.Normal(0, 1, channels, 4, 4), scaled(l, 1, rng)}
}

func (b basis) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Entries(layers.Param("basis", b.Basis)), layers.Prefix("linear", b.Linear.State()))
}

func (b basis) Forward(x *tensor.Tensor) *tensor.Tensor {
	scale := b.Linear.Forward(x)
	return scale.Reshape(scale.Dim(0), scale.Dim(1), 1, 1).Mul(b.Basis)
}
