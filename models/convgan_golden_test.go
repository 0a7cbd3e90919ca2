package models

import (
	"iter"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// goldenConvGAN is the GAN of a case, with its weights and buffers.
func goldenConvGAN(t *testing.T, c *golden.Case, be backend.Backend) *GAN {
	cfg := ConvGANConfig{
		Size: c.Int("size"), Width: c.Int("width"), Channels: c.Int("channels"), ZDim: c.Int("z"),
		Loss: c.Note("loss"), LR: c.Float("lr"), Betas: [2]float64(c.Floats("betas")), CriticSteps: c.Int("critic_steps"),
		R1: c.Float("r1"), R2: c.Float("r2"), GradientPenalty: c.Float("gradient_penalty"),
		EMA: -1, Backend: be,
	}
	for i := range c.Int("classes") {
		cfg.Classes = append(cfg.Classes, strconv.Itoa(i))
	}
	m, err := NewConvGAN(c.Note("kind"), cfg)
	require.NoError(t, err)
	setParams(c, m)
	for name, b := range layers.Buffers(m) {
		if c.Has("buffer." + name) { // running statistics start as they are
			b.SetFloat64s(c.Array("buffer." + name).Data)
		}
	}
	return m
}

// Ten steps of both networks: layers, losses, penalties by second derivatives, power
// iteration and running statistics are PyTorch's.
//
// Biases have tolerances of their own: before a batch norm, and where real and generated
// pictures' gradients cancel, Adam makes steps of what rounding leaves. Means of a batch
// norm follow the bias before it.
func TestConvGANsMatchPyTorch(t *testing.T) {
	eachBackend(t, func(t *testing.T, be backend.Backend, first, after float64) {
		losses, biases := 5e-3, 5e-2
		if be.Name() == "reference" {
			losses, after, biases = 1e-9, 1e-9, 1e-8
		}
		golden.Load(t, "testdata/convgan.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			m := goldenConvGAN(t, c, be)
			x, z := c.Array("in.x"), c.Array("in.z")
			n := x.Shape[0]
			var labels []int32
			if m.classes != nil {
				labels = c.Array("in.labels").Int32s()
			}
			latents := func(tape *tensor.Tape, step int, classes *tensor.Tensor) *tensor.Tensor {
				y := tape.FromSlice(floats(z.At(step).Data), n, m.zDim)
				if classes == nil {
					return y
				}
				return tensor.Cat(1, y, classes)
			}

			tape := tensor.NewTape(tensor.On(be))
			b := batch{x: tape.FromSlice(floats(x.Data), m.shape(n)...)}
			if labels != nil {
				b.classes = oneHot(tape, labels, len(m.classes))
			}
			c.Close("out.pictures", digest(m.Generator.Forward(latents(tape, 0, b.classes)).Float64s()), first)
			c.Close("out.logits", m.contest.judge(b).Float64s(), first)
			tape.Release()

			var d, g []float64
			for i := range z.Shape[0] {
				m.contest.latents = func(tape *tensor.Tape, _ int, classes *tensor.Tensor) *tensor.Tensor {
					return latents(tape, i, classes)
				}
				m.contest.between = func(real, fake *tensor.Tensor) *tensor.Tensor {
					share := real.Tape().FromSlice(floats(c.Array("in.mix").At(i).Data), n, 1, 1, 1)
					return fake.Add(share.Mul(real.Sub(fake))).Detach()
				}
				dLoss, gLoss := m.step("step", floats(x.Data), labels)
				for j := range x.Data { // a batch and its negative in turn
					x.Data[j] = -x.Data[j]
				}
				d, g = append(d, dLoss), append(g, gLoss)
			}
			c.Close("out.d_losses", d, losses)
			c.Close("out.g_losses", g, losses)
			compareAfter(c, layers.Params(m), after, biases)
			compareAfter(c, layers.Buffers(m), after, biases)
		})
	})
}

// compareAfter compares weights and buffers after the last step.
func compareAfter(c *golden.Case, state iter.Seq2[string, *tensor.Tensor], tol, biases float64) {
	for name, p := range state {
		of := tol
		if strings.HasSuffix(name, "bias") || strings.HasSuffix(name, "running_mean") {
			of = biases
		}
		c.Close("after."+name, digest(p.Float64s()), of)
	}
}

// digest keeps few numbers as they are, and of many Σ tᵢ·cos(i·(k+1)) for k = 0, 1, 2.
func digest(t []float64) []float64 {
	if len(t) <= 16 {
		return t
	}
	sums := make([]float64, 3)
	for k := range sums {
		for i, v := range t {
			sums[k] += v * math.Cos(float64(i)*float64(k+1))
		}
	}
	return sums
}
