package layers_test

import (
	"iter"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func names[V any](seq iter.Seq2[string, V]) []string {
	var list []string
	for name := range seq {
		list = append(list, name)
	}
	return list
}

func TestStateNames(t *testing.T) {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{
		layers.NewLinear(4, 3, rng),
		layers.NewBatchNorm1d(3, rng),
		layers.ReLU{},
		layers.Residual{Body: layers.Sequential{layers.NewLinear(3, 3, rng), layers.NewBatchNorm1d(3, rng)}},
	}
	parameters := []string{"0.weight", "0.bias", "1.weight", "1.bias",
		"3.body.0.weight", "3.body.0.bias", "3.body.1.weight", "3.body.1.bias"}
	buffers := []string{"1.running_mean", "1.running_var", "1.num_batches_tracked",
		"3.body.1.running_mean", "3.body.1.running_var", "3.body.1.num_batches_tracked"}
	require.Equal(t, parameters, names(layers.Params(net)))
	require.Equal(t, buffers, names(layers.Buffers(net)))
	require.Equal(t, slices.Concat(parameters[:4], buffers[:3], parameters[4:], buffers[3:]), names(net.State()))
	require.Equal(t, 4*3+3+3+3+3*3+3+3+3, layers.Count(net))
	require.Len(t, layers.List(net), len(parameters))

	require.Equal(t, []string{"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
		"weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1"},
		names(layers.NewLSTM(2, 3, layers.RecurrentConfig{Layers: 2}, rng).State()))
	require.Equal(t, []string{"weight", "bias"}, names(layers.NewConv2d(2, 3, 3, layers.ConvConfig{}, rng).State()))
	require.Equal(t, []string{"weight"}, names(layers.NewConvTranspose2d(2, 3, 3, layers.ConvConfig{NoBias: true}, rng).State()))
	require.Equal(t, []string{"parametrizations.weight.original", "bias", "parametrizations.weight.0._u", "parametrizations.weight.0._v"},
		names(layers.NewSpectralNorm(layers.NewLinear(2, 3, rng), rng).State()))
	require.Equal(t, []string{"weight"}, names(layers.NewEmbedding(3, 2, rng).State()))
	require.Empty(t, names(layers.Sequential{layers.Flatten{}, layers.SiLU{}}.State()))
}

// Iterators stop when asked to.
func TestStateStops(t *testing.T) {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{layers.NewLinear(2, 2, rng), layers.NewLinear(2, 2, rng)}
	for range 5 {
		seen := 0
		for range layers.Join(net.State(), layers.Prefix("more", net.State())) {
			if seen++; seen == 3 {
				break
			}
		}
		require.Equal(t, 3, seen)
	}
}

func TestTiedWeightsCountOnce(t *testing.T) {
	rng := tensor.NewRNG(1)
	e := layers.NewEmbedding(5, 3, rng)
	head := &layers.Linear{Weight: e.Weight}
	both := module(layers.Join(layers.Prefix("embed", e.State()), layers.Prefix("head", head.State())))
	require.Equal(t, 15, layers.Count(both))
	require.Equal(t, []*tensor.Tensor{e.Weight.(*tensor.Tensor)}, layers.List(both))
	layers.Quantize(both, tensor.Int8)
	require.Equal(t, 15, layers.Count(both))
	require.Same(t, e.Weight, head.Weight)
}

type module iter.Seq2[string, layers.Entry]

func (m module) State() iter.Seq2[string, layers.Entry] { return iter.Seq2[string, layers.Entry](m) }

// Fusing changes nothing but rounding.
func TestSequentialFusing(t *testing.T) {
	for _, p := range places(t) {
		for _, act := range []layers.Layer{
			layers.ReLU{}, layers.LeakyReLU{}, layers.LeakyReLU{Slope: 0.3}, layers.LeakyReLU{Slope: -0.5},
			layers.Tanh{}, layers.Sigmoid{}, layers.GELU{}, &layers.ReLU{},
		} {
			rng := tensor.NewRNGOn(p.be, 1)
			net := layers.Sequential{layers.NewLinear(5, 7, rng), act, layers.NewLinear(7, 3, rng), act}
			run := func(forward func(x *tensor.Tensor) *tensor.Tensor) (out [][]float64) {
				tape := tensor.NewTape(tensor.On(p.be))
				defer tape.Release()
				x := span(p.be, -2, 2, 4, 5)
				y := forward(tape.Of(x))
				out = append(out, y.Float64s())
				wanted := append(layers.List(net), x)
				for _, w := range wanted {
					w.ZeroGrad()
				}
				tape.Backward(y.Square().Sum(), wanted...)
				for _, w := range wanted {
					out = append(out, w.Grad().Float64s())
				}
				return out
			}
			fused := run(net.Forward)
			plain := run(func(x *tensor.Tensor) *tensor.Tensor {
				for _, l := range net {
					x = l.Forward(x)
				}
				return x
			})
			for i := range plain {
				require.InDeltaSlice(t, plain[i], fused[i], p.tol*10, "%T on %s, result %d", act, p.be.Name(), i)
			}
		}
	}
}

// Initial weights follow the distributions that PyTorch starts from.
func TestInitialWeights(t *testing.T) {
	rng := tensor.NewRNG(1)
	uniform := func(what string, w tensor.Weight, bound float64) {
		most, squares := 0.0, 0.0
		for _, v := range w.Float64s() {
			most = max(most, math.Abs(v))
			squares += v * v
		}
		require.LessOrEqual(t, most, bound*(1+1e-6), what)
		require.Greater(t, most, 0.9*bound, what)
		require.InEpsilon(t, bound*bound/3, squares/float64(w.Size()), 0.1, what)
	}
	l := layers.NewLinear(100, 60, rng)
	uniform("linear weight", l.Weight, 0.1)
	uniform("linear bias", layers.NewLinear(25, 2000, rng).Bias, 0.2)
	conv := layers.NewConv2d(16, 40, 5, layers.ConvConfig{Groups: 4}, rng)
	uniform("conv2d weight", conv.Weight, 0.1)
	uniform("conv2d bias", layers.NewConv2d(25, 2000, 1, layers.ConvConfig{}, rng).Bias, 0.2)
	uniform("conv transpose 2d weight", layers.NewConvTranspose2d(40, 16, 5, layers.ConvConfig{Groups: 4}, rng).Weight, 0.1)
	lstm := layers.NewLSTM(30, 100, layers.RecurrentConfig{}, rng)
	for name, w := range layers.Params(lstm) {
		uniform(name, w, 0.1)
	}
	squares := 0.0
	e := layers.NewEmbedding(100, 60, rng).Weight
	for _, v := range e.Float64s() {
		squares += v * v
	}
	require.InEpsilon(t, 1, squares/float64(e.Size()), 0.1)
	require.NotEqual(t, l.Weight.Float64s()[:10], layers.NewLinear(100, 60, rng).Weight.Float64s()[:10])
}
