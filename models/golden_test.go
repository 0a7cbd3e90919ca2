package models

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

// eachBackend runs a test on the float64 reference and on the fast backend,
// with the tolerances, before training and after ten steps, that PyTorch's
// results are to be met with.
func eachBackend(t *testing.T, test func(t *testing.T, be backend.Backend, first, after float64)) {
	for _, b := range []struct {
		name         string
		first, after float64
	}{{"reference", 1e-12, 1e-11}, {"cpu", 1e-5, 1e-4}} {
		be, err := backend.Get(b.name)
		require.NoError(t, err)
		t.Run(b.name, func(t *testing.T) { test(t, be, b.first, b.after) })
	}
}

func setParams(c *golden.Case, m Model) {
	for name, p := range layers.Params(m) {
		p.SetFloat64s(c.Array("param." + name).Data)
	}
}

// compareAll compares gradients or weights with the case's arrays of a kind.
func compareAll(c *golden.Case, kind string, m Model, of func(p *tensor.Tensor) []float64, tol float64) {
	for name, p := range layers.Params(m) {
		c.Close(kind+"."+name, of(p), tol)
	}
}

func grads(p *tensor.Tensor) []float64 { return p.Grad().Float64s() }

func floats(values []float64) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = float32(v)
	}
	return out
}

func TestMLPMatchesPyTorch(t *testing.T) {
	losses := map[string]string{
		"half_squared_error": "half_squared_error", "cross_entropy_probs": "cross_entropy_sum", "cross_entropy_logits": "cross_entropy",
	}
	eachBackend(t, func(t *testing.T, be backend.Backend, first, after float64) {
		golden.Load(t, "testdata/mlp.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			cfg := MLPConfig{
				Sizes: c.Ints("sizes"), Activation: c.Note("hidden"), Output: c.Note("output"), Optimizer: strings.ToLower(c.Note("optimizer")),
				Loss: losses[c.Note("loss")], LR: c.Float("lr"), Momentum: c.Float("momentum"), Backend: be,
			}
			if cfg.Optimizer == adamw {
				cfg.WeightDecay = c.Float("weight_decay")
			}
			m, err := NewMLP(cfg)
			require.NoError(t, err)
			setParams(c, m)
			x, target := c.Array("in.x"), c.Array("in.target")

			tape := tensor.NewTape(tensor.On(be))
			y := m.Forward(tape.FromSlice(floats(x.At(0).Data), x.Shape[1:]...))
			c.Close("out.y", y.Float64s(), first)
			tape.Release()

			var curve []float64
			for i := range x.Shape[0] {
				if m.cfg.Loss == "cross_entropy" {
					curve = append(curve, m.StepLabels(floats(x.At(i).Data), target.At(i).Int32s()))
				} else {
					curve = append(curve, m.Step(floats(x.At(i).Data), floats(target.At(i).Data)))
				}
				if i == 0 {
					compareAll(c, "grad", m, grads, first)
				}
			}
			c.Close("out.losses", curve, after)
			compareAll(c, "after", m, (*tensor.Tensor).Float64s, after)
		})
	})
}

func TestGANMatchesPyTorch(t *testing.T) {
	eachBackend(t, func(t *testing.T, be backend.Backend, first, after float64) {
		golden.Load(t, "testdata/gan.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			m, err := NewGAN(GANConfig{
				Width: c.Int("size"), Channels: c.Int("channels"), ZDim: c.Int("z"), Hidden: c.Ints("hidden"),
				Slope: c.Float("slope"), LR: c.Float("lr"), Beta1: c.Floats("betas")[0], Backend: be,
				R1: c.Float("penalty"), Sharpen: c.Float("sharpen"),
			})
			require.NoError(t, err)
			setParams(c, m)
			x, z := c.Array("in.x"), c.Array("in.z")
			n := x.Shape[1]

			tape := tensor.NewTape(tensor.On(be))
			fake := m.Generator.Forward(tape.FromSlice(floats(z.At(0).Data), n, m.zDim))
			c.Close("out.images", fake.Float64s(), first)
			score := func(images *tensor.Tensor) []float64 {
				y := m.Discriminator.Forward(images)
				if c.Note("loss") == "bce" {
					y = y.Sigmoid()
				}
				return y.Float64s()
			}
			c.Close("out.fake_scores", score(fake), first)
			c.Close("out.real_scores", score(tape.FromSlice(floats(x.At(0).Data), n, m.pixels())), first)
			tape.Release()

			var d, g []float64
			for i := range x.Shape[0] {
				m.contest.latents = func(tape *tensor.Tape, n int, _ *tensor.Tensor) *tensor.Tensor {
					return tape.FromSlice(floats(z.At(i).Data), n, m.zDim)
				}
				dLoss, gLoss := m.Step(floats(x.At(i).Data))
				d, g = append(d, dLoss), append(g, gLoss)
				if i == 0 { // the discriminator's are still those of its own step
					compareAll(c, "grad", m, grads, first)
				}
			}
			c.Close("out.d_losses", d, after)
			c.Close("out.g_losses", g, after)
			compareAll(c, "after", m, (*tensor.Tensor).Float64s, after)
		})
	})
}

// Only float64 can be compared: in some of these losses the real and the generated
// picture's gradients of a bias cancel, and Adam makes steps of what rounding leaves.
func TestGANLossesMatchPyTorch(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	const after = 1e-9
	golden.Load(t, "testdata/ganlosses.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		m, err := NewGAN(GANConfig{
			Width: c.Int("size"), Channels: c.Int("channels"), ZDim: c.Int("z"), Hidden: c.Ints("hidden"),
			Slope: c.Float("slope"), LR: c.Float("lr"), Beta1: c.Floats("betas")[0], Loss: c.Note("loss"),
			R1: c.Float("r1"), R2: c.Float("r2"), GradientPenalty: c.Float("gradient_penalty"), Backend: be,
		})
		require.NoError(t, err)
		setParams(c, m)
		x, z, mix := c.Array("in.x"), c.Array("in.z"), c.Array("in.mix")
		var d, g []float64
		for i := range x.Shape[0] {
			m.contest.latents = func(tape *tensor.Tape, n int, _ *tensor.Tensor) *tensor.Tensor {
				return tape.FromSlice(floats(z.At(i).Data), n, m.zDim)
			}
			m.contest.between = func(real, fake *tensor.Tensor) *tensor.Tensor {
				share := real.Tape().FromSlice(floats(mix.At(i).Data), real.Dim(0), 1)
				return fake.Add(share.Mul(real.Sub(fake))).Detach()
			}
			dLoss, gLoss := m.Step(floats(x.At(i).Data))
			d, g = append(d, dLoss), append(g, gLoss)
		}
		c.Close("out.d_losses", d, after)
		c.Close("out.g_losses", g, after)
		compareAll(c, "after", m, (*tensor.Tensor).Float64s, after)
	})
}

// letters is a vocabulary of n characters whose ids are 0, 1, ….
func letters(t testing.TB, n int) *tokenizer.Chars {
	t.Helper()
	v, err := tokenizer.NewChars("abcdefghijklmnopqrstuvwxyz"[:n])
	require.NoError(t, err)
	return v
}

func TestTextGeneratorMatchesPyTorch(t *testing.T) {
	eachBackend(t, func(t *testing.T, be backend.Backend, first, after float64) {
		golden.Load(t, "testdata/textgenerator.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			vocab := letters(t, c.Int("vocab"))
			m, err := NewTextGenerator(vocab, TextConfig{
				Embed: c.Int("embed"), Hidden: c.Int("hidden"), Layers: c.Int("layers"), LR: c.Float("lr"),
				Clip: c.Float("clip_norm"), Stateful: c.Bool("carry_state"), Tied: c.Bool("tied"), Backend: be,
			})
			require.NoError(t, err)
			setParams(c, m)
			x, target := c.Array("in.x"), c.Array("in.target")
			batch, steps := x.Shape[1], x.Shape[2]

			tape := tensor.NewTape(tensor.On(be))
			logits, state := m.Forward(tape, x.At(0).Int32s(), batch, steps, layers.LSTMState{})
			c.Close("out.logits", logits.Float64s(), first)
			c.Close("out.hn", state.H.Float64s(), first)
			c.Close("out.cn", state.C.Float64s(), first)
			tape.Release()

			greedy := c.Array("out.greedy").Int32s()
			got, err := m.Generate(vocab.Decode(c.Array("in.prompt").Int32s()), len(greedy), generate.Temperature(0))
			require.NoError(t, err)
			require.Equal(t, vocab.Decode(greedy), got)

			var curve, norms []float64
			for i := range x.Shape[0] {
				if i == 0 && m.cfg.Clip > 0 {
					// Unclipped, on the first batch: what the file holds.
					compareFirstGrads(c, m, x.At(0).Int32s(), target.At(0).Int32s(), batch, steps, first)
				}
				curve = append(curve, m.Step(x.At(i).Int32s(), target.At(i).Int32s(), batch, steps))
				norms = append(norms, m.update.Norm())
				if i == 0 && m.cfg.Clip == 0 {
					compareAll(c, "grad", m, grads, first)
				}
			}
			c.Close("out.losses", curve, after)
			if m.cfg.Clip > 0 {
				c.Close("out.norms", norms, after)
			}
			if m.cfg.Stateful {
				c.Close("after_state.hn", m.memory.now.H.Float64s(), after)
				c.Close("after_state.cn", m.memory.now.C.Float64s(), after)
			}
			compareAll(c, "after", m, (*tensor.Tensor).Float64s, after)
		})
	})
}

// compareFirstGrads takes a step of learning rate zero without clipping.
func compareFirstGrads(c *golden.Case, m *TextGenerator, x, target []int32, batch, steps int, tol float64) {
	cfg := m.cfg
	cfg.Clip = 0
	twin, err := NewTextGenerator(m.tokens, cfg)
	if err != nil {
		panic(fmt.Sprint(c.Name, err))
	}
	setParams(c, twin)
	twin.Step(x, target, batch, steps)
	compareAll(c, "grad", twin, grads, tol)
}
