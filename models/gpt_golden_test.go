package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Both styles are Hugging Face's: logits, gradients and ten updates, under its names.
func TestGPTMatchesTransformers(t *testing.T) {
	for _, file := range []string{"gpt2", "qwen3"} {
		eachBackend(t, func(t *testing.T, be backend.Backend, first, after float64) {
			golden.Load(t, "testdata/"+file+".safetensors").Run(t, func(t *testing.T, c *golden.Case) {
				vocab := letters(t, c.Int("vocab"))
				cfg := GPTConfig{
					Style: c.Note("style"), Context: c.Int("context"), Layers: c.Int("layers"), Width: c.Int("width"), Heads: c.Int("heads"),
					KVHeads: c.Int("kv_heads"), HeadDim: c.Int("head_dim"), Hidden: c.Int("hidden"), Window: c.Int("window"), Untied: !c.Bool("tied"),
					LR: c.Float("lr"), Betas: [2]float64(c.Floats("betas")), WeightDecay: c.Float("weight_decay"), Backend: be,
				}
				m, err := NewGPT(vocab, cfg)
				require.NoError(t, err)
				names := 0
				for name, p := range m.HuggingFace() {
					given := c.Array("param." + name)
					require.Equal(t, given.Shape, p.Shape(), name)
					v := tensor.FromSliceOn(be, given.Data, given.Shape...)
					p.Set(v)
					v.Release()
					names++
				}
				require.Len(t, c.List("params"), names)
				x, target := c.Array("in.x"), c.Array("in.target")
				batch, steps := x.Shape[1], x.Shape[2]

				tape := tensor.NewTape(tensor.On(be))
				c.Close("out.logits", m.Forward(tape, x.At(0).Int32s(), batch, steps).Float64s(), first)
				tape.Release()

				var attended []float64 // [layers, batch, heads, steps, steps]
				rows := make([][]*tensor.Tensor, batch)
				for b := range batch {
					rows[b] = m.Attention(x.At(0).Int32s()[b*steps:][:steps])
				}
				for i := range cfg.Layers {
					for b := range batch {
						require.Equal(t, []int{cfg.Heads, steps, steps}, rows[b][i].Shape())
						attended = append(attended, rows[b][i].Float64s()...)
					}
				}
				c.Close("out.attention", attended, max(first, 1e-6)) // transformers rounds to float32

				greedy := c.Array("out.greedy").Int32s()
				got, err := m.Generate(vocab.Decode(c.Array("in.prompt").Int32s()), len(greedy), generate.Temperature(0))
				require.NoError(t, err)
				require.Equal(t, vocab.Decode(greedy), got)

				var curve []float64
				for i := range x.Shape[0] {
					curve = append(curve, m.Step(x.At(i).Int32s(), target.At(i).Int32s(), batch, steps))
					if i == 0 {
						g, err := NewGPT(vocab, cfg) // the gradients as a model, for their names
						require.NoError(t, err)
						for name, p := range layers.Params(m) {
							param(g, name).Set(p.Grad())
						}
						for name, p := range g.HuggingFace() {
							c.Close("grad."+name, p.Float64s(), first)
						}
					}
				}
				c.Close("out.losses", curve, after)
				for name, p := range m.HuggingFace() {
					values := p.Float64s()
					if strings.HasSuffix(name, "c_attn.bias") {
						// A bias of keys changes nothing: its gradient is what rounding
						// leaves, of which Adam makes whole steps.
						keys, n := c.Array("after."+name).Data, len(values)/3
						copy(values[n:2*n], keys[n:2*n])
					}
					c.Close("after."+name, values, after)
				}
			})
		})
	}
}
