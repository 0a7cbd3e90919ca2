package layers_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/gradcheck"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// lora is a frozen linear layer with a trained correction of low rank:
//
//	y = x·Wᵀ + b + (x·Aᵀ)·Bᵀ
type lora struct {
	base     *layers.Linear
	down, up *layers.Linear // A [rank, in], B [out, rank]
}

func (l lora) Forward(x *tensor.Tensor) *tensor.Tensor {
	return l.base.Forward(x).Add(l.up.Forward(l.down.Forward(x)))
}

func (l lora) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("base", l.base.State()), layers.Prefix("down", l.down.State()), layers.Prefix("up", l.up.State()))
}

func newLora(in, out, rank int, f tensor.Format, rng *tensor.RNG) lora {
	l := lora{base: layers.NewLinear(in, out, rng), down: layers.NewLinear(in, rank, rng), up: layers.NewLinear(rank, out, rng)}
	l.base.Bias, l.down.Bias, l.up.Bias = nil, nil, nil
	layers.Quantize(l.base, f)
	return l
}

// What lies in front of stored weights learns through them, while they stay.
func TestTrainingThroughStoredWeights(t *testing.T) {
	for _, p := range places(t) {
		for _, f := range formats {
			rng := tensor.NewRNGOn(p.be, 1)
			net := layers.Sequential{newLora(6, 8, 2, f, rng), layers.Tanh{}, newLora(8, 3, 2, f, rng)}
			require.Equal(t, []string{"0.down.weight", "0.up.weight", "2.down.weight", "2.up.weight"}, names(layers.Params(net)))
			frozen := net[0].(lora).base.Weight.Float64s()
			x, y := rng.Normal(0, 1, 20, 6), rng.Normal(0, 0.3, 20, 3)
			adam := optim.NewAdam(layers.Params(net), optim.AdamConfig{LR: 0.02})
			tape := tensor.NewTape(tensor.On(p.be), tensor.Train())
			var first, last float64
			for i := range 100 {
				l := loss.MSE(net.Forward(tape.Of(x)), y)
				if last = l.Item(); i == 0 {
					first = last
				}
				tape.Backward(l, layers.List(net)...)
				adam.Step()
				adam.ZeroGrad()
				tape.Release()
			}
			require.Less(t, last, 0.3*first, "%v on %s", f, p.be.Name())
			require.Equal(t, frozen, net[0].(lora).base.Weight.Float64s())
		}
	}
}

func TestDerivativesThroughStoredWeights(t *testing.T) {
	be := reference(t)
	for _, f := range formats {
		rng := tensor.NewRNGOn(be, 1)
		first, second := newLora(3, 4, 2, f, rng), newLora(4, 2, 1, f, rng)
		lstm := layers.NewLSTM(2, 3, layers.RecurrentConfig{Layers: 2}, rng)
		layers.Quantize(lstm, f)
		gradcheck.Run(t, func(_ *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor {
			first.down.Weight, first.up.Weight = x[1], x[2]
			y := layers.Sequential{first, layers.Sigmoid{}, second}.Forward(x[0])
			y, _ = lstm.Forward(y, layers.LSTMState{})
			return y
		}, span(be, -1, 1.2, 2, 2, 3), span(be, -1, 1, 2, 3), span(be, -1, 1, 4, 2))
	}
}
