package models

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/tensor"
)

// GPTConfig configures [NewGPT].
type GPTConfig struct {
	// Style is how blocks are wired: "qwen3" (the default) as Qwen3, with RMS norms,
	// rotary positions, SwiGLU, norms of queries and keys, and no biases; or "gpt2" as
	// GPT-2, with layer norms, learned positions, GELU in its tanh form, and biases.
	Style   string `json:"style"`
	Context int    `json:"context"` // tokens that it looks back on, at least 2; default 256
	Layers  int    `json:"layers"`  // default 4
	Width   int    `json:"width"`   // of a token's vector; default 256
	Heads   int    `json:"heads"`   // of queries; default one for each 64 of Width
	// KVHeads is the heads of keys and values, each of which serves equally many of
	// queries; default half of Heads in style qwen3, where that is whole, and else Heads.
	KVHeads int `json:"kv_heads"`
	HeadDim int `json:"head_dim"` // numbers of a head, even in style qwen3; default Width/Heads
	// Hidden is the width inside the MLPs; default 4·Width in style gpt2, and 8/3·Width,
	// which is as many weights, rounded up to a multiple of 32 in style qwen3.
	Hidden   int     `json:"hidden"`
	RopeBase float64 `json:"rope_base"` // base of the rotary positions in style qwen3; default 10000
	// Window, if not 0, is how many tokens each layer looks back on, its own among them:
	// sliding window attention, for contexts that are longer.
	Window int `json:"window"`
	// Untied gives the last layer a weight of its own in place of the table of tokens'
	// vectors.
	Untied bool `json:"untied"`
	NoBias bool `json:"no_bias"` // leaves out the biases of style gpt2, as nanoGPT does
	// Dropout is the probability of dropping, in training, tokens' vectors and what each
	// part of a block adds to them: embd_pdrop and resid_pdrop of GPT-2. Off by default.
	Dropout float64 `json:"dropout"`
	// AttentionDropout is that of dropping weights of attention: attn_pdrop of GPT-2,
	// attention_dropout of Qwen3. Off by default. nanoGPT has one probability for both.
	AttentionDropout float64 `json:"attention_dropout,omitempty"`

	LR    float64    `json:"lr"`    // learning rate of AdamW; default 0.001
	Betas [2]float64 `json:"betas"` // of AdamW; default 0.9 and 0.95
	// WeightDecay is that of AdamW, of matrices only; default 0.1, −1 is none.
	WeightDecay float64 `json:"weight_decay"`
	Clip        float64 `json:"clip"`       // bounds the norm of the gradient. Off by default; 1 is usual
	Accumulate  int     `json:"accumulate"` // parts in which the rows of a batch are taken; default 1
	EMA         float64 `json:"ema"`        // decay of the averaged weights; see [TextConfig]. Off by default
	Seed        uint64  `json:"seed"`       // of the initial weights and of dropout

	Backend backend.Backend `json:"-"` // default backend.Default()
}

const (
	qwen3 = "qwen3"
	gpt2  = "gpt2"
)

// maxHeadDim bounds the numbers of a head, for each of which rotary positions have an
// angle, sixteen times the most in use.
const maxHeadDim = 4096

func (c GPTConfig) withDefaults() GPTConfig {
	c.Style = cmp.Or(c.Style, qwen3)
	c.Context = cmp.Or(c.Context, 256)
	c.Layers = cmp.Or(c.Layers, 4)
	c.Width = cmp.Or(c.Width, 256)
	c.Heads = cmp.Or(c.Heads, max(1, c.Width/64))
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
		if c.Style == qwen3 && c.Heads%2 == 0 {
			c.KVHeads = c.Heads / 2
		}
	}
	if c.HeadDim == 0 && c.Heads > 0 {
		c.HeadDim = c.Width / c.Heads
	}
	if c.Hidden == 0 {
		c.Hidden = 4 * c.Width
		if c.Style == qwen3 {
			c.Hidden = (8*c.Width/3 + 31) / 32 * 32
		}
	}
	if c.Style == qwen3 {
		c.RopeBase = cmp.Or(c.RopeBase, 10000)
	}
	c.LR = cmp.Or(c.LR, 0.001)
	if c.Betas == [2]float64{} {
		c.Betas = [2]float64{0.9, 0.95}
	}
	c.WeightDecay = cmp.Or(c.WeightDecay, 0.1)
	c.Backend = on(c.Backend)
	return c
}

func (c GPTConfig) check(vocabulary int) error {
	if c.Style != qwen3 && c.Style != gpt2 {
		return fmt.Errorf("style %q: not one of %s, %s", c.Style, qwen3, gpt2)
	}
	if err := check.First(
		check.Sizes("context", c.Context), check.Sizes("layers", c.Layers), checkLayers(c.Layers),
		check.Sizes("width", c.Width), check.Sizes("heads", c.Heads, c.KVHeads),
		check.Sizes("size of a head", c.HeadDim), check.Sizes("hidden size", c.Hidden),
		check.Count("window", c.Window), check.Scale("rope base", c.RopeBase),
		check.Rate("dropout", c.Dropout, 1), check.Rate("attention dropout", c.AttentionDropout, 1),
		check.Scale("learning rate", c.LR),
		check.Rate("betas", c.Betas[0], 1), check.Rate("betas", c.Betas[1], 1),
		check.Scale("clip", c.Clip), check.Count("accumulate", c.Accumulate), check.Rate("ema", c.EMA, 1)); err != nil {
		return err
	}
	switch {
	case c.Context < 2:
		return fmt.Errorf("context: %d: must be at least 2", c.Context)
	case c.Heads%c.KVHeads != 0:
		return fmt.Errorf("heads: %d of keys and values: must divide the %d of queries", c.KVHeads, c.Heads)
	case c.HeadDim > maxHeadDim:
		return fmt.Errorf("size of a head: %d: must be at most %d", c.HeadDim, maxHeadDim)
	case c.Style == qwen3 && c.HeadDim%2 != 0:
		return fmt.Errorf("size of a head: %d: must be even, because rotary positions turn pairs", c.HeadDim)
	case c.Style == gpt2 && c.RopeBase != 0:
		return errors.New("rope base: style gpt2 has learned positions")
	case c.Style == qwen3 && c.NoBias:
		return errors.New("no bias: style qwen3 has none anyway")
	case c.WeightDecay != -1 && !(c.WeightDecay > 0 && isFinite(c.WeightDecay)):
		return fmt.Errorf("weight decay: %g: must be above 0, or -1 for none", c.WeightDecay)
	}
	return checkTotal(func(rng *tensor.RNG) { c.build(vocabulary, rng) })
}
