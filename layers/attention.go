package layers

import (
	"fmt"
	"iter"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// MultiHeadAttention lets each place of a sequence gather from others, with several
// heads side by side:
//
//	q, k, v = x·Wᵀ + b, cut into heads
//	y = concat(softmax(q·kᵀ/√D + mask)·v of each head)·Wₒᵀ + bₒ
//
// KVHeads heads of keys and values serve Heads heads of queries, equally many each.
// Queries, keys and values come from one product, whose weight has their rows one after
// the other, as PyTorch's nn.MultiheadAttention has. Unlike there, it attends to its
// input only. Forward never holds the attention weights. To look at them, there is
// [MultiHeadAttention.Weights].
//
// Shape: [B, T, width] → [B, T, width].
//
// Panics if the last axis of the input is not width.
//
// Reference: Vaswani et al., "Attention Is All You Need", 2017; groups: Ainslie et al.,
// "GQA: Training Generalized Multi-Query Transformer Models", 2023.
type MultiHeadAttention struct {
	QKV Linear // weight [(Heads + 2·KVHeads)·HeadDim, width]; its bias may be nil
	Out Linear // weight [width, Heads·HeadDim]; its bias may be nil

	// QNorm and KNorm normalise each head's query and key, before positions; or nil.
	QNorm, KNorm Layer

	MultiHeadAttentionConfig
}

// MultiHeadAttentionConfig are the options of [NewMultiHeadAttention].
type MultiHeadAttentionConfig struct {
	Heads   int
	KVHeads int // 0 means Heads
	HeadDim int // 0 means width/Heads

	Causal bool
	// Window, if not 0, is how many places a place gathers from: its own and those
	// before, and if not Causal as many after it.
	Window int
	// Scale multiplies products of queries and keys; 0 means 1/√HeadDim.
	Scale float64
	// Rotary turns queries and keys by their places; nil does not.
	Rotary *Rotary
	// Dropout is the probability of dropping, in training, each weight of attention, as
	// with PyTorch's dropout and GPT-2's attn_pdrop; see [tensor.AttentionConfig].
	Dropout float64
}

// NewMultiHeadAttention draws the weights from ±√(6/(rows+columns)) for QKV and
// ±1/√columns for Out, with biases of 0, as PyTorch does.
//
// Panics if a size is not positive, heads do not divide, Rotary turns more numbers than a
// head has or Dropout is not in [0, 1].
func NewMultiHeadAttention(width int, cfg MultiHeadAttentionConfig, rng *tensor.RNG) *MultiHeadAttention {
	checkSizes("multi-head attention", width, cfg.Heads)
	if cfg.KVHeads == 0 {
		cfg.KVHeads = cfg.Heads
	}
	if cfg.HeadDim == 0 {
		if width%cfg.Heads != 0 {
			tensor.Fail("multi-head attention", fmt.Sprintf("heads must divide the width %d, or have a size of their own", width), "%d", cfg.Heads)
		}
		cfg.HeadDim = width / cfg.Heads
	}
	checkSizes("multi-head attention", cfg.KVHeads, cfg.HeadDim)
	if cfg.Heads%cfg.KVHeads != 0 {
		tensor.Fail("multi-head attention", fmt.Sprintf("heads of keys must divide the %d of queries", cfg.Heads), "%d", cfg.KVHeads)
	}
	if cfg.Rotary != nil && cfg.Rotary.Dims() > cfg.HeadDim {
		tensor.Fail("multi-head attention", fmt.Sprintf("rotary positions must not turn more than a head's %s", words.Count(cfg.HeadDim, "number")), "%d", cfg.Rotary.Dims())
	}
	checkRate("multi-head attention", cfg.Dropout)
	if cfg.Window < 0 {
		tensor.Fail("multi-head attention", "the window must not be negative (0 is none)", "%d", cfg.Window)
	}
	be := rng.Backend()
	in, out := (cfg.Heads+2*cfg.KVHeads)*cfg.HeadDim, cfg.Heads*cfg.HeadDim
	return &MultiHeadAttention{
		QKV:                      Linear{Weight: rng.XavierUniform(1, in, width), Bias: tensor.ZerosOn(be, in)},
		Out:                      Linear{Weight: rng.FanIn(out, width, out), Bias: tensor.ZerosOn(be, width)},
		MultiHeadAttentionConfig: cfg,
	}
}

// Forward attends to the whole sequence, or with Causal to the places so far.
func (l *MultiHeadAttention) Forward(x *tensor.Tensor) *tensor.Tensor { return l.ForwardPadded(x, nil) }

// ForwardPadded is Forward for sequences of different lengths, of which the places from
// lengths[b] on are padding that no place gathers from. What comes out at padding means
// nothing.
//
// Panics if there is not a length for each sequence, or one is longer than T.
func (l *MultiHeadAttention) ForwardPadded(x *tensor.Tensor, lengths []int32) *tensor.Tensor {
	q, k, v := l.project(x, 0)
	cfg := tensor.AttentionConfig{Scale: l.Scale, Causal: l.Causal, Window: l.Window, Lengths: lengths}
	if tape := x.Tape(); tape != nil && tape.Training() {
		cfg.Dropout = l.Dropout
	}
	y := tensor.Attention(q, k, v, cfg)
	return l.Out.Forward(y.Flatten(2))
}

// Weights is how much each place gathers from each other in Forward, by head: rows sum to
// 1. It is made to be looked at, holds all of it, and is not what Forward computes with.
//
// Shape: [B, T, width] → [B, Heads, T, T].
func (l *MultiHeadAttention) Weights(x *tensor.Tensor) *tensor.Tensor {
	q, k, _ := l.project(x, 0)
	return tensor.AttentionWeights(q, k, tensor.AttentionConfig{Scale: l.Scale, Causal: l.Causal, Window: l.Window})
}

// ForwardCached attends to what the caches hold and to x itself, whose places follow in
// each sequence, and appends them. The layer must be causal. Nothing is recorded: the
// tape must not record, or be nil.
//
// Shape: x [B, T, width], a cache for each of B sequences → [B, T, width].
//
// Panics if sizes differ, the layer is not causal, or a cache is full.
func (l *MultiHeadAttention) ForwardCached(x *tensor.Tensor, caches ...*KVCache) *tensor.Tensor {
	if x.Rank() != 3 || x.Dim(0) != len(caches) || len(caches) == 0 {
		tensor.Fail("multi-head attention", fmt.Sprintf("needs inputs [%d, places, width], a sequence for each cache", len(caches)), "%v", x.Shape())
	}
	if !l.Causal {
		tensor.Fail("multi-head attention", "only causal attention can be cached", "one that sees later places")
	}
	ys := make([]*tensor.Tensor, len(caches))
	qkv := l.QKV.Forward(x)
	for b, c := range caches {
		if c.cfg.Window != l.Window {
			tensor.Fail("multi-head attention", fmt.Sprintf("needs a cache with the window %d", l.Window), "%d", c.cfg.Window)
		}
		q, k, v := l.heads(qkv.Narrow(0, b, 1), c.Len())
		c.Append(k, v)
		ys[b] = c.Attend(q, l.Scale)
	}
	y := ys[0]
	if len(ys) > 1 {
		y = tensor.Cat(0, ys...)
	}
	return l.Out.Forward(y.Flatten(2))
}

// NewCache makes an empty cache for one sequence of at most so many places; 0 sets no
// limit.
func (l *MultiHeadAttention) NewCache(capacity int) *KVCache {
	return NewKVCache(l.QKV.Weight.Backend(), l.CacheConfig(capacity))
}

// CacheConfig says what a cache of at most so many places holds, and what it takes.
func (l *MultiHeadAttention) CacheConfig(capacity int) KVCacheConfig {
	return KVCacheConfig{KVHeads: l.KVHeads, HeadDim: l.HeadDim, Capacity: capacity, Window: l.Window}
}

// project is queries [B, T, Heads, D], and keys and values [B, T, KVHeads, D], of places
// from one on.
func (l *MultiHeadAttention) project(x *tensor.Tensor, from int) (q, k, v *tensor.Tensor) {
	if x.Rank() != 3 {
		tensor.Fail("multi-head attention", "needs inputs [batch, places, width]", "%v", x.Shape())
	}
	return l.heads(l.QKV.Forward(x), from)
}

// heads cuts a projection [B, T, (Heads+2·KVHeads)·D] into views, where nothing is done
// to queries and keys.
func (l *MultiHeadAttention) heads(qkv *tensor.Tensor, from int) (q, k, v *tensor.Tensor) {
	h, g := l.Heads, l.KVHeads
	qkv = qkv.Reshape(qkv.Dim(0), qkv.Dim(1), h+2*g, l.HeadDim)
	if l.QNorm == nil && l.KNorm == nil {
		if l.Rotary == nil {
			p := qkv.Split(2, h, g, g)
			return p[0], p[1], p[2]
		}
		p := qkv.Split(2, h+g, g)
		qk := l.Rotary.Forward(p[0], from).Split(2, h, g)
		return qk[0], qk[1], p[1]
	}
	p := qkv.Split(2, h, g, g)
	q, k, v = p[0], p[1], p[2]
	if l.QNorm != nil {
		q = l.QNorm.Forward(q)
	}
	if l.KNorm != nil {
		k = l.KNorm.Forward(k)
	}
	if l.Rotary != nil {
		q, k = l.Rotary.Forward(q, from), l.Rotary.Forward(k, from)
	}
	return q, k, v
}

// State yields in_proj_weight, in_proj_bias, out_proj.weight and out_proj.bias, then
// those of q_norm and k_norm.
func (l *MultiHeadAttention) State() iter.Seq2[string, Entry] {
	seqs := []iter.Seq2[string, Entry]{
		Entries(Weight("in_proj_weight", &l.QKV.Weight), Param("in_proj_bias", l.QKV.Bias)),
		Prefix("out_proj", l.Out.State()),
	}
	if l.QNorm != nil {
		seqs = append(seqs, Prefix("q_norm", l.QNorm.State()))
	}
	if l.KNorm != nil {
		seqs = append(seqs, Prefix("k_norm", l.KNorm.State()))
	}
	return Join(seqs...)
}
