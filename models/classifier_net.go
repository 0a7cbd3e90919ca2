package models

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// residualNet is the network of a [Classifier]: pictures to logits.
type residualNet struct {
	Stem    *layers.Conv2d
	Blocks  []*preActivated
	Norm    *layers.BatchNorm2d
	Dropout layers.Dropout
	Head    *layers.Linear
}

func (c ClassifierConfig) build(rng *tensor.RNG) *residualNet {
	stride := 1
	if c.Size >= strideFrom {
		stride = 2
	}
	n := &residualNet{
		Stem:    scaled(layers.NewConv2d(c.Channels, c.Width, 3, layers.ConvConfig{Stride: stride, Padding: 1, NoBias: true}, rng), math.Sqrt2, rng),
		Dropout: layers.Dropout{P: c.Dropout},
	}
	in := c.Width
	for stage, out := range c.stages() {
		for block := range c.Blocks {
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			n.Blocks = append(n.Blocks, newPreActivated(in, out, stride, rng))
			in = out
		}
	}
	n.Norm, n.Head = layers.NewBatchNorm2d(in, rng), layers.NewLinear(in, len(c.Classes), rng)
	return n
}

func (n *residualNet) State() iter.Seq2[string, layers.Entry] {
	parts := []iter.Seq2[string, layers.Entry]{layers.Prefix("stem", n.Stem.State())}
	for i, b := range n.Blocks {
		parts = append(parts, layers.Prefix(blockName(i), b.State()))
	}
	return layers.Join(append(parts, layers.Prefix("norm", n.Norm.State()), layers.Prefix("head", n.Head.State()))...)
}

// Forward is the logits.
//
// Shape: [n, channels, size, size] → [n, classes].
func (n *residualNet) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, x = range n.places(x) {
	}
	return n.Head.Forward(n.Dropout.Forward(x))
}

const (
	stemName     = "stem"
	featuresName = "features"
)

func blockName(i int) string { return "blocks." + strconv.Itoa(i) }

// places computes what is inside, under the names of its places.
func (n *residualNet) places(x *tensor.Tensor) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		x := n.Stem.Forward(x)
		if !yield(stemName, x) {
			return
		}
		for i, b := range n.Blocks {
			if x = b.Forward(x); !yield(blockName(i), x) {
				return
			}
		}
		yield(featuresName, n.Norm.Forward(x).ReLU().Mean(2, 3))
	}
}

func (n *residualNet) names() []string {
	names := []string{stemName}
	for i := range n.Blocks {
		names = append(names, blockName(i))
	}
	return append(names, featuresName)
}

func (n *residualNet) activations(x *tensor.Tensor, names []string) []*tensor.Tensor {
	known := n.names()
	for _, name := range names {
		if !slices.Contains(known, name) {
			tensor.Fail("classifier activations", "the network has "+strings.Join(known, ", "), "%q", name)
		}
	}
	out, missing := make([]*tensor.Tensor, len(names)), len(names)
	if missing == 0 {
		return out
	}
	for place, value := range n.places(x) {
		for i, name := range names {
			if name == place {
				out[i] = value
				missing--
			}
		}
		if missing == 0 {
			break
		}
	}
	return out
}

// preActivated is a residual block whose norms and activations come before its
// convolutions; see [Classifier].
type preActivated struct {
	Norm1 *layers.BatchNorm2d
	Conv1 *layers.Conv2d
	Norm2 *layers.BatchNorm2d
	Conv2 *layers.Conv2d
	Short *layers.Conv2d // nil where the input itself is added
}

func newPreActivated(in, out, stride int, rng *tensor.RNG) *preActivated {
	conv := func(in, kernel, stride int, gain float64) *layers.Conv2d {
		c := layers.ConvConfig{Stride: stride, Padding: kernel / 2, NoBias: true}
		return scaled(layers.NewConv2d(in, out, kernel, c, rng), gain, rng)
	}
	b := &preActivated{
		Norm1: layers.NewBatchNorm2d(in, rng), Conv1: conv(in, 3, stride, math.Sqrt2),
		Norm2: layers.NewBatchNorm2d(out, rng), Conv2: conv(out, 3, 1, math.Sqrt2),
	}
	if in != out || stride > 1 {
		b.Short = conv(in, 1, stride, 1)
	}
	return b
}

func (b *preActivated) State() iter.Seq2[string, layers.Entry] {
	parts := []iter.Seq2[string, layers.Entry]{
		layers.Prefix("norm1", b.Norm1.State()), layers.Prefix("conv1", b.Conv1.State()),
		layers.Prefix("norm2", b.Norm2.State()), layers.Prefix("conv2", b.Conv2.State()),
	}
	if b.Short != nil {
		parts = append(parts, layers.Prefix("short", b.Short.State()))
	}
	return layers.Join(parts...)
}

func (b *preActivated) Forward(x *tensor.Tensor) *tensor.Tensor {
	a := b.Norm1.Forward(x).ReLU()
	if b.Short != nil {
		x = b.Short.Forward(a)
	}
	return x.Add(b.Conv2.Forward(b.Norm2.Forward(b.Conv1.Forward(a)).ReLU()))
}
