package layers_test

import (
	"testing"

	"github.com/org/artnn/internal/gradcheck"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Every layer's first and second derivatives, for its input and its parameters.
func TestDerivatives(t *testing.T) {
	type values = []*tensor.Tensor
	evaluated := func(tape *tensor.Tape, l layers.Layer, x *tensor.Tensor) *tensor.Tensor {
		tape.SetTraining(false)
		return l.Forward(x)
	}
	be := reference(t)
	running := func(b *layers.BatchNorm) {
		b.RunningMean, b.RunningVar = span(be, -1, 1, 3), span(be, 0.5, 2, 3)
		b.BatchesTracked = tensor.ZerosOn(be)
	}
	cases := []struct {
		name   string
		shapes [][]int
		f      gradcheck.Func
	}{
		{"linear", [][]int{{2, 3}, {4, 3}, {4}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.Linear{Weight: x[1], Bias: x[2]}).Forward(x[0])
		}},
		{"leaky relu", [][]int{{2, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor { return layers.LeakyReLU{}.Forward(x[0]) }},
		{"gelu tanh", [][]int{{2, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor { return layers.GELU{Tanh: true}.Forward(x[0]) }},
		{"log softmax", [][]int{{2, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor { return layers.LogSoftmax{Axis: 1}.Forward(x[0]) }},
		{"embedding", [][]int{{4, 3}}, func(tape *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.Embedding{Weight: x[0]}).Forward(tape, []int32{3, 1, 3, 0, 3, 3}, 2, 3).Square()
		}},
		{"lstm", [][]int{{2, 3, 2}, {8, 2}, {8, 2}, {8}, {8}, {8, 2}, {8, 2}, {8}, {8}, {2, 2, 2}, {2, 2, 2}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			l := layers.LSTM{Dropout: 0.3, Layers: []layers.RecurrentLayer{
				{WeightIH: x[1], WeightHH: x[2], BiasIH: x[3], BiasHH: x[4]},
				{WeightIH: x[5], WeightHH: x[6], BiasIH: x[7], BiasHH: x[8]},
			}}
			y, s := l.Forward(x[0], layers.LSTMState{H: x[9], C: x[10]})
			return tensor.Cat(1, y.Flatten(1), s.H.Transpose(0, 1).Flatten(1), s.C.Transpose(0, 1).Flatten(1))
		}},
		{"lstm both directions", [][]int{{2, 3, 2}, {8, 2}, {8, 2}, {8}, {8}, {8, 2}, {8, 2}, {8}, {8}, {2, 2, 2}, {2, 2, 2}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			l := layers.LSTM{Bidirectional: true, Layers: []layers.RecurrentLayer{
				{WeightIH: x[1], WeightHH: x[2], BiasIH: x[3], BiasHH: x[4]},
				{WeightIH: x[5], WeightHH: x[6], BiasIH: x[7], BiasHH: x[8]},
			}}
			y, s := l.Forward(x[0], layers.LSTMState{H: x[9], C: x[10]})
			return tensor.Cat(1, y.Flatten(1), s.H.Transpose(0, 1).Flatten(1), s.C.Transpose(0, 1).Flatten(1))
		}},
		{"gru of ids", [][]int{{2, 2}, {6, 2}, {6, 2}, {6}, {6}, {1, 2, 2}}, func(tape *tensor.Tape, x values) *tensor.Tensor {
			l := layers.GRU{Layers: []layers.RecurrentLayer{{WeightIH: x[1], WeightHH: x[2], BiasIH: x[3], BiasHH: x[4]}}}
			y, h := l.ForwardIDs(tape, &layers.Embedding{Weight: x[0]}, []int32{1, 0, 0, 1, 1, 1}, 2, 3, x[5])
			return tensor.Cat(1, y.Flatten(1), h.Transpose(0, 1).Flatten(1))
		}},
		{"rms norm", [][]int{{2, 2, 3}, {2, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.RMSNorm{Weight: x[1]}).Forward(x[0])
		}},
		{"swiglu", [][]int{{2, 3}, {4, 3}, {4, 3}, {3, 4}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.GatedMLP{Gate: &layers.Linear{Weight: x[1]}, Up: &layers.Linear{Weight: x[2]}, Down: &layers.Linear{Weight: x[3]}}).Forward(x[0])
		}},
		{"tied linear", [][]int{{4, 3}, {4}}, func(tape *tensor.Tape, x values) *tensor.Tensor {
			e := &layers.Embedding{Weight: x[0]}
			return (&layers.TiedLinear{Embedding: e, Bias: x[1]}).Forward(e.Forward(tape, []int32{3, 1, 3}).Square())
		}},
		{"multi-head attention", [][]int{{1, 3, 3}, {8, 3}, {8}, {3, 4}, {3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			l := layers.MultiHeadAttention{
				QKV: layers.Linear{Weight: x[1], Bias: x[2]}, Out: layers.Linear{Weight: x[3], Bias: x[4]},
				MultiHeadAttentionConfig: layers.MultiHeadAttentionConfig{Heads: 2, KVHeads: 1, HeadDim: 2, Causal: true, Rotary: layers.NewRotary(be, 2, layers.RotaryConfig{})},
			}
			return l.Forward(x[0])
		}},
		{"multi-head attention with dropout", [][]int{{2, 3, 3}, {12, 3}, {3, 4}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			l := layers.MultiHeadAttention{
				QKV: layers.Linear{Weight: x[1]}, Out: layers.Linear{Weight: x[2]},
				MultiHeadAttentionConfig: layers.MultiHeadAttentionConfig{Heads: 2, KVHeads: 2, HeadDim: 2, Causal: true, Dropout: 0.3},
			}
			return l.Forward(x[0])
		}},
		{"dropout", [][]int{{3, 4}}, func(_ *tensor.Tape, x values) *tensor.Tensor { return layers.Dropout{P: 0.4}.Forward(x[0].Square()) }},
		{"batch norm 1d", [][]int{{4, 3}, {3}, {3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			b := &layers.BatchNorm1d{}
			running(&b.BatchNorm)
			b.Weight, b.Bias = x[1], x[2]
			return b.Forward(x[0])
		}},
		{"batch norm 1d of sequences", [][]int{{2, 3, 2}, {3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			b := &layers.BatchNorm1d{}
			running(&b.BatchNorm)
			b.Weight = x[1]
			return b.Forward(x[0])
		}},
		{"batch norm 2d", [][]int{{2, 3, 2, 2}, {3}, {3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			b := &layers.BatchNorm2d{}
			running(&b.BatchNorm)
			b.Weight, b.Bias = x[1], x[2]
			return b.Forward(x[0])
		}},
		{"batch norm 2d evaluated", [][]int{{2, 3, 2, 2}, {3}, {3}}, func(tape *tensor.Tape, x values) *tensor.Tensor {
			b := &layers.BatchNorm2d{}
			running(&b.BatchNorm)
			b.Weight, b.Bias = x[1], x[2]
			return evaluated(tape, b, x[0].Square())
		}},
		{"layer norm", [][]int{{2, 2, 3}, {3}, {3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.LayerNorm{Weight: x[1], Bias: x[2]}).Forward(x[0])
		}},
		{"layer norm over two axes", [][]int{{2, 2, 3}, {2, 3}, {2, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.LayerNorm{Weight: x[1], Bias: x[2]}).Forward(x[0])
		}},
		{"fused sequence in a residual", [][]int{{2, 3}, {4, 3}, {4}, {3, 4}, {3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return layers.Residual{Body: layers.Sequential{
				&layers.Linear{Weight: x[1], Bias: x[2]}, layers.Tanh{},
				&layers.Linear{Weight: x[3], Bias: x[4]}, layers.Sigmoid{},
			}}.Forward(x[0])
		}},
		{"conv2d", [][]int{{1, 2, 4, 3}, {2, 1, 3, 2}, {2}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.Conv2d{Weight: x[1], Bias: x[2], Conv: tensor.Conv{Groups: 2, Padding: [4]int{1, 1, 1, 1}}}).Forward(x[0])
		}},
		{"fused convolutions", [][]int{{1, 2, 4, 4}, {2, 2, 4, 4}, {2}, {2, 1, 2, 2}, {1}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			two := tensor.Conv{Stride: [2]int{2, 2}}
			down := tensor.Conv{Stride: [2]int{2, 2}, Padding: [4]int{1, 1, 1, 1}}
			return layers.Sequential{
				&layers.Conv2d{Weight: x[1], Bias: x[2], Conv: down}, layers.Tanh{},
				&layers.ConvTranspose2d{Weight: x[3], Bias: x[4], Conv: two}, layers.Sigmoid{},
			}.Forward(x[0])
		}},
		{"spectral norm", [][]int{{2, 3}, {4, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			u, v := tensor.FromSliceOn(be, []float64{0.1, -0.7, 0.5, 0.5}, 4), tensor.FromSliceOn(be, []float64{0.6, 0, 0.8}, 3)
			tape := x[0].Tape()
			return evaluated(tape, &layers.SpectralNorm{Body: &layers.Linear{Weight: x[1]}, U: u, V: v}, x[0])
		}},
		{"group norm", [][]int{{2, 4, 2, 2}, {4}, {4}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.GroupNorm{Groups: 2, Channels: 4, Weight: x[1], Bias: x[2]}).Forward(x[0])
		}},
		{"instance norm", [][]int{{2, 2, 2, 3}}, func(_ *tensor.Tape, x values) *tensor.Tensor {
			return (&layers.InstanceNorm2d{Channels: 2}).Forward(x[0])
		}},
		{"flatten", [][]int{{2, 3, 2}}, func(_ *tensor.Tape, x values) *tensor.Tensor { return layers.Flatten{}.Forward(x[0].Square()).Square() }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var xs values
			for i, s := range c.shapes {
				xs = append(xs, span(be, -1-0.01*float64(i), 1.2, s...))
			}
			gradcheck.Run(t, c.f, xs...)
		})
	}
}
