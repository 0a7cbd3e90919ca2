package models

import (
	"fmt"
	"iter"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

func init() {
	Register("GPT", func(cfg GPTConfig, env Env) (*GPT, error) {
		cfg.Backend = env.Backend
		return NewGPT(env.Tokenizer, cfg)
	})
}

// GPT predicts the next token of a text from those before it, up to its context: blocks
// of causal attention and an MLP, each added to what goes in.
//
//	h = embedding (+ positions)
//	h = h + attention(norm(h));  h = h + mlp(norm(h))    in each block
//	logits = norm(h)·Wᵀ
//
// Generate, Stream and Evaluate may be called from several goroutines, but not during
// a step.
//
// Reference: Radford et al., "Language Models are Unsupervised Multitask Learners",
// 2019, for style gpt2; Yang et al., "Qwen3 Technical Report", 2025, for style qwen3.
type GPT struct {
	embedding *layers.Embedding // [vocabulary, width]
	positions *layers.Embedding // [context, width]; nil in style qwen3
	blocks    []*gptBlock
	norm      layers.Layer
	head      layers.Layer

	cfg    GPTConfig
	tokens tokenizer.Tokenizer
	update *update.Update
}

// gptBlock is attention and an MLP, each on a residual branch.
type gptBlock struct {
	norm1, norm2 layers.Layer
	attention    *layers.MultiHeadAttention
	mlp          layers.Layer
	dropout      layers.Dropout
}

// forward goes through a block, with a cache for each sequence or, in training, none.
// With last, only what comes out at the last place is wanted.
func (b *gptBlock) forward(x *tensor.Tensor, caches []*layers.KVCache, last bool) *tensor.Tensor {
	h := b.norm1.Forward(x)
	if caches != nil {
		h = b.attention.ForwardCached(h, caches...)
	} else {
		h = b.attention.Forward(h)
	}
	if n := x.Dim(1); last && n > 1 {
		x, h = x.Narrow(1, n-1, 1), h.Narrow(1, n-1, 1)
	}
	x = x.Add(b.dropout.Forward(h))
	return x.Add(b.dropout.Forward(b.mlp.Forward(b.norm2.Forward(x))))
}

func (b *gptBlock) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(
		layers.Prefix("norm1", b.norm1.State()), layers.Prefix("attention", b.attention.State()),
		layers.Prefix("norm2", b.norm2.State()), layers.Prefix("mlp", b.mlp.State()))
}

// gptMLP is the MLP of GPT-2.
type gptMLP struct{ in, out *layers.Linear }

func (l *gptMLP) Forward(x *tensor.Tensor) *tensor.Tensor {
	return l.out.Forward(l.in.ForwardAct(x, backend.ActGELUTanh, 0))
}

func (l *gptMLP) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("in", l.in.State()), layers.Prefix("out", l.out.State()))
}

// build makes the layers, which cannot learn yet. Matrices are drawn with deviation 0.02,
// and the last of each branch with as much less as there are branches that add up, as
// GPT-2's are. Biases are 0.
func (c GPTConfig) build(vocabulary int, rng *tensor.RNG) *GPT {
	m := &GPT{cfg: c, embedding: &layers.Embedding{Weight: rng.Normal(0, deviation, vocabulary, c.Width)}, norm: c.newNorm(c.Width, rng)}
	attention := layers.MultiHeadAttentionConfig{Heads: c.Heads, KVHeads: c.KVHeads, HeadDim: c.HeadDim, Causal: true, Window: c.Window, Dropout: c.AttentionDropout}
	if c.Style == gpt2 {
		m.positions = &layers.Embedding{Weight: rng.Normal(0, deviation, c.Context, c.Width)}
	} else {
		attention.Rotary = layers.NewRotary(rng.Backend(), c.HeadDim, layers.RotaryConfig{Base: c.RopeBase})
	}
	for range c.Layers {
		m.blocks = append(m.blocks, c.newBlock(attention, rng))
	}
	m.head = &layers.TiedLinear{Embedding: m.embedding}
	if c.Untied {
		m.head = &layers.Linear{Weight: rng.Normal(0, deviation, vocabulary, c.Width)}
	}
	return m
}

const deviation = 0.02 // of first weights

func (c GPTConfig) newBlock(attention layers.MultiHeadAttentionConfig, rng *tensor.RNG) *gptBlock {
	last := deviation / math.Sqrt(2*float64(c.Layers))
	b := &gptBlock{
		norm1: c.newNorm(c.Width, rng), norm2: c.newNorm(c.Width, rng), dropout: layers.Dropout{P: c.Dropout},
		attention: &layers.MultiHeadAttention{
			QKV:                      *c.newLinear(c.Width, (c.Heads+2*c.KVHeads)*c.HeadDim, deviation, rng),
			Out:                      *c.newLinear(c.Heads*c.HeadDim, c.Width, last, rng),
			MultiHeadAttentionConfig: attention,
		},
	}
	in, out := c.newLinear(c.Width, c.Hidden, deviation, rng), c.newLinear(c.Hidden, c.Width, last, rng)
	if c.Style == gpt2 {
		b.mlp = &gptMLP{in: in, out: out}
		return b
	}
	b.attention.QNorm, b.attention.KNorm = c.newNorm(c.HeadDim, rng), c.newNorm(c.HeadDim, rng)
	b.mlp = &layers.GatedMLP{Gate: in, Up: c.newLinear(c.Width, c.Hidden, deviation, rng), Down: out}
	return b
}

func (c GPTConfig) newLinear(in, out int, deviation float64, rng *tensor.RNG) *layers.Linear {
	l := &layers.Linear{Weight: rng.Normal(0, deviation, out, in)}
	if c.Style == gpt2 && !c.NoBias {
		l.Bias = tensor.ZerosOn(rng.Backend(), out)
	}
	return l
}

func (c GPTConfig) newNorm(size int, rng *tensor.RNG) layers.Layer {
	if c.Style == qwen3 {
		return layers.NewRMSNorm(size, rng)
	}
	norm := layers.NewLayerNorm(size, rng)
	if c.NoBias {
		norm.Bias = nil
	}
	return norm
}

// Describe returns "GPT" and the configuration.
func (m *GPT) Describe() (kind string, config any) { return "GPT", m.cfg }

// Config is the configuration with its defaults filled in.
func (m *GPT) Config() GPTConfig { return m.cfg }

// Tokenizer is the one that the model was made for.
func (m *GPT) Tokenizer() tokenizer.Tokenizer { return m.tokens }

// State yields "embed.weight", "blocks.0.norm1.weight", …, "norm.weight" and, if it is
// not tied, "head.weight". [GPT.HuggingFace] has other names for them.
func (m *GPT) State() iter.Seq2[string, layers.Entry] {
	all := []iter.Seq2[string, layers.Entry]{layers.Prefix("embed", m.embedding.State())}
	if m.positions != nil {
		all = append(all, layers.Prefix("positions", m.positions.State()))
	}
	for i, b := range m.blocks {
		all = append(all, layers.Prefix(fmt.Sprintf("blocks.%d", i), b.State()))
	}
	return layers.Join(append(all, layers.Prefix("norm", m.norm.State()), layers.Prefix("head", m.head.State()))...)
}

// Updates is the one update of all weights.
func (m *GPT) Updates() []*update.Update { return []*update.Update{m.update} }

// Window is the context: how many tokens the model looks back on.
func (m *GPT) Window() int { return m.cfg.Context }

// Forward computes, on the caller's tape, the logits of the token that follows each of
// ids.
//
// Shape: ids [batch, steps] → [batch, steps, vocabulary].
//
// Panics if there are more steps than the context has, the lengths differ or a token is
// not in the vocabulary.
func (m *GPT) Forward(tape *tensor.Tape, ids []int32, batch, steps int) *tensor.Tensor {
	m.checkSteps(steps)
	return m.head.Forward(m.norm.Forward(m.through(tape, gptInput{ids: ids, places: layers.Positions(0, steps), batch: batch, steps: steps})))
}

func (m *GPT) checkSteps(steps int) {
	if steps > m.cfg.Context {
		tensor.Fail("gpt", "the context has "+words.Count(m.cfg.Context, "step"), "%d", steps)
	}
}

// Trace reads one token, for a summary of the layers.
func (m *GPT) Trace(tape *tensor.Tape) { m.Forward(tape, []int32{0}, 1, 1) }

// gptInput is tokens [batch, steps].
type gptInput struct {
	ids          []int32
	places       []int32 // of the steps, or of the one step of each row
	batch, steps int
	caches       []layers.KVCaches // of each row; nil in training
	last         bool              // only what comes out at the last step is wanted
}

// through goes through all blocks.
func (m *GPT) through(tape *tensor.Tape, in gptInput) *tensor.Tensor {
	x := m.enter(tape, in)
	var caches []*layers.KVCache
	for i, b := range m.blocks {
		caches = caches[:0]
		for _, c := range in.caches {
			caches = append(caches, c[i])
		}
		x = b.forward(x, caches, in.last && i == len(m.blocks)-1)
	}
	return x
}

// enter is what the first block gets.
func (m *GPT) enter(tape *tensor.Tape, in gptInput) *tensor.Tensor {
	x := m.embedding.Forward(tape, in.ids, in.batch, in.steps)
	if m.positions != nil {
		x = x.Add(m.positions.Forward(tape, in.places, len(in.places)/in.steps, in.steps))
	}
	return layers.Dropout{P: m.cfg.Dropout}.Forward(x)
}

// Attention is how much each token takes of those before it, in each block from the first:
// [layers.MultiHeadAttention.Weights] of what reaches the block. It is made to be looked
// at; nothing else computes it.
//
// Shape: ids [steps] → [heads, steps, steps] of each block.
//
// Panics as Forward does.
func (m *GPT) Attention(ids []int32) []*tensor.Tensor {
	m.checkSteps(len(ids))
	tape := inferenceTape(m.cfg.Backend)
	defer tape.Release()
	var all []*tensor.Tensor
	x := m.enter(tape, gptInput{ids: ids, places: layers.Positions(0, len(ids)), batch: 1, steps: len(ids)})
	for _, b := range m.blocks {
		all = append(all, b.attention.Weights(b.norm1.Forward(x)).Select(0, 0).Clone())
		x = b.forward(x, nil, false)
	}
	return all
}

// HuggingFace yields the weights under the names that they have in Hugging Face's
// files, of GPT2LMHeadModel in style gpt2 and of Qwen3ForCausalLM in style qwen3, and in
// the shapes that they have there: the product of queries, keys and values in three
// parts for Qwen3, matrices transposed for GPT-2. They are views: Set of one changes the
// model. A head that is tied is left out.
//
// Panics if weights are stored in another form than tensors, as after [Quantize].
func (m *GPT) HuggingFace() iter.Seq2[string, *tensor.Tensor] {
	if m.cfg.Style == gpt2 {
		return m.gpt2Names
	}
	return m.qwen3Names
}

// renamed yields the state of a layer under other names, with the shape that of changes it
// to. It reports whether to go on.
func renamed(yield func(string, *tensor.Tensor) bool, prefix string, l layers.Module, names map[string]string, of func(*tensor.Tensor) *tensor.Tensor) bool {
	for name, e := range l.State() {
		t, ok := e.Tensor()
		if !ok {
			panic(fmt.Sprintf("gpt: %s%s: is stored in another form than a tensor", prefix, name))
		}
		if to, ok := names[name]; ok {
			name = to
		}
		if of != nil && t.Rank() == 2 {
			t = of(t)
		}
		if !yield(prefix+name, t) {
			return false
		}
	}
	return true
}

func (m *GPT) gpt2Names(yield func(string, *tensor.Tensor) bool) {
	conv := func(t *tensor.Tensor) *tensor.Tensor { return t.T() } // Conv1D has [in, out]
	ok := renamed(yield, "transformer.wte.", m.embedding, nil, nil) && renamed(yield, "transformer.wpe.", m.positions, nil, nil)
	for i, b := range m.blocks {
		p := fmt.Sprintf("transformer.h.%d.", i)
		ok = ok && renamed(yield, p+"ln_1.", b.norm1, nil, nil) &&
			renamed(yield, p+"attn.", b.attention, map[string]string{
				"in_proj_weight": "c_attn.weight", "in_proj_bias": "c_attn.bias",
				"out_proj.weight": "c_proj.weight", "out_proj.bias": "c_proj.bias",
			}, conv) &&
			renamed(yield, p+"ln_2.", b.norm2, nil, nil) &&
			renamed(yield, p+"mlp.", b.mlp, map[string]string{
				"in.weight": "c_fc.weight", "in.bias": "c_fc.bias", "out.weight": "c_proj.weight", "out.bias": "c_proj.bias",
			}, conv)
	}
	_ = ok && renamed(yield, "transformer.ln_f.", m.norm, nil, nil) && renamed(yield, "lm_head.", m.head, nil, nil)
}

func (m *GPT) qwen3Names(yield func(string, *tensor.Tensor) bool) {
	ok := renamed(yield, "model.embed_tokens.", m.embedding, nil, nil)
	for i, b := range m.blocks {
		p := fmt.Sprintf("model.layers.%d.", i)
		attention := func(name string, t *tensor.Tensor) bool {
			if name != p+"self_attn.in_proj_weight" {
				return yield(name, t)
			}
			at := 0
			for _, part := range []struct {
				name  string
				heads int
			}{{"q_proj", m.cfg.Heads}, {"k_proj", m.cfg.KVHeads}, {"v_proj", m.cfg.KVHeads}} {
				rows := part.heads * m.cfg.HeadDim
				if !yield(p+"self_attn."+part.name+".weight", t.Narrow(0, at, rows)) {
					return false
				}
				at += rows
			}
			return true
		}
		ok = ok && renamed(yield, p+"input_layernorm.", b.norm1, nil, nil) &&
			renamed(attention, p+"self_attn.", b.attention, map[string]string{"out_proj.weight": "o_proj.weight"}, nil) &&
			renamed(yield, p+"post_attention_layernorm.", b.norm2, nil, nil) &&
			renamed(yield, p+"mlp.", b.mlp, nil, nil)
	}
	_ = ok && renamed(yield, "model.norm.", m.norm, nil, nil) && renamed(yield, "lm_head.", m.head, nil, nil)
}
