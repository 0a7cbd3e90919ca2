package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func TestMisuse(t *testing.T) {
	rng := tensor.NewRNG(1)
	train := tensor.NewTape(tensor.Train())
	zeros := func(shape ...int) *tensor.Tensor { return train.Zeros(shape...) }
	embed := layers.NewEmbedding(4, 2, rng)
	lstm := layers.NewLSTM(3, 5, layers.RecurrentConfig{Layers: 2}, rng)
	gru := layers.NewGRU(2, 5, layers.RecurrentConfig{Bidirectional: true}, rng)
	wide := &layers.LayerNorm{Weight: tensor.Full(1, 2, 3)}
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"linear: weight [2 3] needs inputs [..., 3], got [4 5]", func() { layers.NewLinear(3, 2, rng).Forward(zeros(4, 5)) }},
		{"linear: sizes must be positive, got [0 2]", func() { layers.NewLinear(0, 2, rng) }},
		{"embedding: sizes must be positive, got [4 -1]", func() { layers.NewEmbedding(4, -1, rng) }},
		{"embedding: the shape must hold all ids, got 3 ids for shape [2 2]", func() { embed.Forward(train, []int32{0, 1, 2}, 2, 2) }},
		{"take: indices must lie in [0, 4), got 4 at position 1", func() { embed.Forward(train, []int32{0, 4}) }},
		{"take: indices must lie in [0, 4), got -1 at position 0", func() { embed.Forward(nil, []int32{-1}) }},
		{"lstm: sizes must be positive, got [3 5 -1]", func() { layers.NewLSTM(3, 5, layers.RecurrentConfig{Layers: -1}, rng) }},
		{"lstm: the probability must lie in [0, 1], got 1.5", func() { layers.NewLSTM(3, 5, layers.RecurrentConfig{Dropout: 1.5}, rng) }},
		{"lstm: needs inputs [batch, steps, features], got [2 3]", func() { lstm.Forward(zeros(2, 3), layers.LSTMState{}) }},
		{"lstm: needs input [batch, steps, features] with at least one step, got [2 0 3]", func() { lstm.Forward(zeros(2, 0, 3), layers.LSTMState{}) }},
		{"lstm: input [2 1 4] and hidden size 5 need weights [20 4], [20 5] and bias [20], got [20 3], [20 5] and [20]", func() { lstm.Forward(zeros(2, 1, 4), layers.LSTMState{}) }},
		{"lstm: needs a cell state [2 1 5], got [1 1 5]", func() { lstm.Forward(zeros(1, 1, 3), layers.LSTMState{C: zeros(1, 1, 5)}) }},
		{"lstm: needs a hidden state [2 1 5], got [2 5]", func() { lstm.Forward(zeros(1, 1, 3), layers.LSTMState{H: zeros(2, 5)}) }},
		{"lstm: needs as many ids as there are steps, at least one, of all sequences, got 3 ids for 2 sequences of 2 steps", func() { lstm.ForwardIDs(train, embed, []int32{0, 1, 2}, 2, 2, layers.LSTMState{}) }},
		{"lstm: needs as many ids as there are steps, at least one, of all sequences, got 0 ids for 1 sequence of 0 steps", func() { lstm.ForwardIDs(nil, embed, nil, 1, 0, layers.LSTMState{}) }},
		{"gru: sizes must be positive, got [0 5 1]", func() { layers.NewGRU(0, 5, layers.RecurrentConfig{}, rng) }},
		{"gru: needs inputs [batch, steps, features], got [2 3]", func() { gru.Forward(zeros(2, 3), nil) }},
		{"gru: needs input [batch, steps, features] with at least one step, got [2 0 2]", func() { gru.Forward(zeros(2, 0, 2), nil) }},
		{"gru: input [2 1 4] and hidden size 5 need weights [15 4], [15 5] and biases [15], got [15 2], [15 5], [15] and [15]", func() { gru.Forward(zeros(2, 1, 4), nil) }},
		{"gru: needs a hidden state [2 1 5], got [1 1 5]", func() { gru.Forward(zeros(1, 1, 2), zeros(1, 1, 5)) }},
		{"gru rows: indices must lie in [0, 4), got 4 at position 1", func() { gru.ForwardIDs(train, embed, []int32{0, 4, 0, 0, 0, 0, 0, 0}, 2, 4, nil) }},
		{"rms norm: input [2 4] needs a weight [4], got [3]", func() { layers.NewRMSNorm(3, rng).Forward(zeros(2, 4)) }},
		{"rms norm: sizes must be positive, got [0]", func() { layers.NewRMSNorm(0, rng) }},
		{"gated mlp: sizes must be positive, got [3 0]", func() { layers.NewGatedMLP(3, 0, layers.SiLU{}, rng) }},
		{"linear: weight [4 2] needs inputs [..., 2], got [3 5]", func() { layers.NewTiedLinear(embed).Forward(zeros(3, 5)) }},
		{"multi-head attention: the probability must lie in [0, 1], got 1.5", func() {
			layers.NewMultiHeadAttention(4, layers.MultiHeadAttentionConfig{Heads: 1, Dropout: 1.5}, rng)
		}},
		{"dropout: the probability must lie in [0, 1], got -0.1", func() { layers.Dropout{P: -0.1}.Forward(zeros(2)) }},
		{"batch norm 1d: needs inputs [batch, 3] or [batch, 3, length], got [2 4]", func() { layers.NewBatchNorm1d(3, rng).Forward(zeros(2, 4)) }},
		{"batch norm 1d: needs inputs [batch, 3] or [batch, 3, length], got [3]", func() { layers.NewBatchNorm1d(3, rng).Forward(zeros(3)) }},
		{"batch norm 2d: needs inputs [batch, 3, height, width], got [2 3]", func() { layers.NewBatchNorm2d(3, rng).Forward(zeros(2, 3)) }},
		{"batch norm 1d: training needs more than one value for each channel, got [1 3]", func() { layers.NewBatchNorm1d(3, rng).Forward(zeros(1, 3)) }},
		{"batch norm 2d: sizes must be positive, got [0]", func() { layers.NewBatchNorm2d(0, rng) }},
		{"layer norm: input [2 4] needs a weight and bias [4], got [3]", func() { layers.NewLayerNorm(3, rng).Forward(zeros(2, 4)) }},
		{"layer norm: weight [2 3] needs inputs that end in its axes, got [4 3]", func() { wide.Forward(zeros(4, 3)) }},
		{"layer norm: weight [2 3] needs inputs that end in its axes, got [3]", func() { wide.Forward(zeros(3)) }},
		{"residual: the body must keep the shape [2 3], got [2 5]", func() { layers.Residual{Body: layers.NewLinear(3, 5, rng)}.Forward(zeros(2, 3)) }},
		{"flatten: needs inputs [batch, ...], got [3]", func() { layers.Flatten{}.Forward(zeros(3)) }},
		{"conv2d: weight [8 3 3 3] needs 3 input channels, got 4", func() { layers.NewConv2d(3, 8, 3, layers.ConvConfig{}, rng).Forward(zeros(1, 4, 8, 8)) }},
		{"conv2d: sizes must be positive, got [3 8 0]", func() { layers.NewConv2d(3, 8, 0, layers.ConvConfig{}, rng) }},
		{"conv2d: groups must divide the channels in and out, got 2 groups of 3 and 8", func() { layers.NewConv2d(3, 8, 3, layers.ConvConfig{Groups: 2}, rng) }},
		{"conv transpose 2d: weight [8 3 3 3] needs 8 input channels, got 3", func() { layers.NewConvTranspose2d(8, 3, 3, layers.ConvConfig{}, rng).Forward(zeros(1, 3, 8, 8)) }},
		{"max pool 2d: kernel [4 4] with padding [0 0] needs larger pictures, got 3 along axis 3", func() { layers.MaxPool2d{Kernel: 4}.Forward(zeros(1, 1, 4, 3)) }},
		{"avg pool 2d: needs a kernel and stride of at least 1, and padding of at most half the kernel, got [2 2], [0 0] and [2 2]", func() { layers.AvgPool2d{Kernel: 2, Padding: 2}.Forward(zeros(1, 1, 4, 4)) }},
		{"adaptive avg pool 2d: needs a result and pictures of at least one pixel, got 0 from 4", func() { layers.AdaptiveAvgPool2d{Width: 1}.Forward(zeros(1, 1, 4, 4)) }},
		{"upsample: needs inputs [batch, channels, height, width] and a factor of at least 1, got [1 1 4 4] and 0", func() { layers.Upsample{}.Forward(zeros(1, 1, 4, 4)) }},
		{"pixel shuffle: needs channels that 2² divides, got 6", func() { layers.PixelShuffle{Factor: 2}.Forward(zeros(1, 6, 2, 2)) }},
		{"pixel unshuffle: needs pictures whose height and width 2 divides, got 4×3", func() { layers.PixelUnshuffle{Factor: 2}.Forward(zeros(1, 1, 4, 3)) }},
		{"group norm: 2 groups must divide the channels, got 3", func() { layers.NewGroupNorm(2, 3, rng) }},
		{"group norm: needs inputs [batch, 4, ...], got [2 3]", func() { layers.NewGroupNorm(2, 4, rng).Forward(zeros(2, 3)) }},
		{"instance norm 2d: training needs more than one pixel, got [2 3 1 1]", func() { (&layers.InstanceNorm2d{Channels: 3}).Forward(zeros(2, 3, 1, 1)) }},
		{"softmax: expected an axis in [-2, 2), got 2", func() { layers.Softmax{Axis: 2}.Forward(zeros(2, 3)) }},
	} {
		t.Run(c.want, func(t *testing.T) {
			err := tensor.Try(c.f)
			require.EqualError(t, err, c.want)
			var shape *tensor.ShapeError
			require.ErrorAs(t, err, &shape)
		})
	}
}

// An evaluated batch norm has no need of a second value.
func TestBatchNormOfOne(t *testing.T) {
	b := layers.NewBatchNorm1d(2, tensor.NewRNG(1))
	require.InDeltaSlice(t, []float64{3, -4}, b.Forward(tensor.FromSlice([]float32{3, -4}, 1, 2)).Float64s(), 1e-4)
}
