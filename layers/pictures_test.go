package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// pictureLayers are the layers of the golden cases.
func pictureLayers(rng *tensor.RNG) map[string]layers.Layer {
	channels := func(value float64) *tensor.Tensor { return tensor.FullOn(rng.Backend(), value, 4) }
	smooth := layers.NewGroupNorm(2, 4, rng)
	smooth.Eps = 0.1
	conv := layers.NewConv2d(4, 3, 3, layers.ConvConfig{Padding: 1}, rng)
	spectral := func(l layers.Weighted) layers.Layer { return layers.NewSpectralNorm(l, rng) }
	return map[string]layers.Layer{
		"conv2d":                         layers.NewConv2d(4, 3, 3, layers.ConvConfig{Stride: 2, Padding: 1}, rng),
		"conv2d_no_bias":                 layers.NewConv2d(4, 6, 2, layers.ConvConfig{Dilation: 2, Groups: 2, NoBias: true}, rng),
		"conv2d_reflect":                 layers.NewConv2d(4, 3, 3, layers.ConvConfig{Padding: 2, Mode: tensor.PadReflect}, rng),
		"conv_transpose2d":               layers.NewConvTranspose2d(4, 3, 4, layers.ConvConfig{Stride: 2, Padding: 1}, rng),
		"conv_transpose2d_groups":        layers.NewConvTranspose2d(4, 6, 3, layers.ConvConfig{Stride: 3, Padding: 2, OutputPadding: 1, Groups: 2}, rng),
		"max_pool2d":                     layers.MaxPool2d{Kernel: 2},
		"max_pool2d_overlapping":         layers.MaxPool2d{Kernel: 3, Stride: 2, Padding: 1},
		"avg_pool2d":                     layers.AvgPool2d{Kernel: 3, Stride: 2, Padding: 1},
		"avg_pool2d_without_padding":     layers.AvgPool2d{Kernel: 3, Stride: 2, Padding: 1, ExcludePadding: true},
		"adaptive_avg_pool2d":            layers.AdaptiveAvgPool2d{Height: 4, Width: 3},
		"global_avg_pool2d":              layers.AdaptiveAvgPool2d{Height: 1, Width: 1},
		"adaptive_max_pool2d":            layers.AdaptiveMaxPool2d{Height: 4, Width: 3},
		"upsample_nearest":               layers.Upsample{Factor: 2},
		"upsample_bilinear":              layers.Upsample{Factor: 2, Bilinear: true},
		"upsample_bilinear_corners":      layers.Upsample{Factor: 3, Bilinear: true, AlignCorners: true},
		"pixel_shuffle":                  layers.PixelShuffle{Factor: 2},
		"pixel_unshuffle":                layers.PixelUnshuffle{Factor: 2},
		"group_norm":                     layers.NewGroupNorm(2, 4, rng),
		"group_norm_3d":                  smooth,
		"group_norm_2d":                  &layers.GroupNorm{Groups: 1, Channels: 4},
		"instance_norm2d":                &layers.InstanceNorm2d{Channels: 4},
		"instance_norm2d_affine":         &layers.InstanceNorm2d{Channels: 4, Weight: channels(1), Bias: channels(0)},
		"spectral_norm_linear":           spectral(layers.NewLinear(4, 5, rng)),
		"spectral_norm_conv2d":           spectral(conv),
		"spectral_norm_conv_transpose2d": spectral(layers.NewConvTranspose2d(4, 3, 2, layers.ConvConfig{}, rng)),
		"spectral_norm_eval":             spectral(conv),
	}
}

func TestPicturesGolden(t *testing.T) {
	goldens(t, "pictures", func(t *testing.T, c *golden.Case, p place) {
		l := pictureLayers(tensor.NewRNGOn(p.be, 1))[c.Name]
		require.NotNil(t, l)
		train := true
		if c.Notes()["train"] != "" {
			train = c.Bool("train")
		}
		for name, b := range layers.Buffers(l) {
			b.SetFloat64s(c.Array("buffer." + name).Data)
		}
		p.pass(t, c, l, train, l.Forward)
		for name, b := range layers.Buffers(l) {
			c.Close("after."+name, b.Float64s(), p.tol)
		}
	})
}

// A convolution and the activation after it, in one pass or in two.
func TestSequentialFusesConvolutions(t *testing.T) {
	for _, p := range places(t) {
		rng := tensor.NewRNGOn(p.be, 1)
		for _, l := range []layers.Layer{
			layers.NewConv2d(4, 3, 3, layers.ConvConfig{Stride: 2, Padding: 1}, rng),
			layers.NewConvTranspose2d(4, 3, 4, layers.ConvConfig{Stride: 2, Padding: 1}, rng),
			layers.NewSpectralNorm(layers.NewConv2d(4, 3, 3, layers.ConvConfig{}, rng), rng),
		} {
			x := span(p.be, -2, 2, 2, 4, 5, 4)
			fused := layers.Sequential{l, layers.LeakyReLU{Slope: 0.2}}.Forward(x)
			require.InDeltaSlice(t, l.Forward(x).LeakyReLU(0.2).Float64s(), fused.Float64s(), p.tol)
		}
	}
}
