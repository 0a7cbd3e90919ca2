package layers_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func TestLinearGolden(t *testing.T) {
	goldens(t, "linear", func(t *testing.T, c *golden.Case, p place) {
		l := layers.NewLinear(c.Int("in_features"), c.Int("out_features"), tensor.NewRNGOn(p.be, 1))
		if !c.Bool("bias") {
			l.Bias = nil
		}
		p.pass(t, c, l, true, l.Forward)
	})
}

func TestEmbeddingGolden(t *testing.T) {
	goldens(t, "embedding", func(t *testing.T, c *golden.Case, p place) {
		e := layers.NewEmbedding(c.Int("num_embeddings"), c.Int("embedding_dim"), tensor.NewRNGOn(p.be, 1))
		load(t, c, e)
		tape := tensor.NewTape(tensor.On(p.be))
		defer tape.Release()
		ids := c.Array("in.x")
		y := e.Forward(tape, ids.Int32s(), ids.Shape...)
		require.Equal(t, c.Array("out.y").Shape, y.Shape())
		c.Close("out.y", y.Float64s(), p.tol)
		tape.Backward(y.Mul(tape.Of(p.of(c.Array("up.y")))).Sum(), layers.List(e)...)
		compare(c, e, p.tol)
	})
}

func TestLSTMGolden(t *testing.T) {
	goldens(t, "lstm", func(t *testing.T, c *golden.Case, p place) {
		l := layers.NewLSTM(c.Int("input_size"), c.Int("hidden_size"), recurrentConfig(c), tensor.NewRNGOn(p.be, 1))
		recurrentGolden(t, c, p, l, []string{"h", "c"}, func(x *tensor.Tensor, s []*tensor.Tensor) []*tensor.Tensor {
			y, last := l.Forward(x, layers.LSTMState{H: s[0], C: s[1]})
			return []*tensor.Tensor{y, last.H, last.C}
		})
	})
}

func TestGRUGolden(t *testing.T) {
	goldens(t, "gru", func(t *testing.T, c *golden.Case, p place) {
		l := layers.NewGRU(c.Int("input_size"), c.Int("hidden_size"), recurrentConfig(c), tensor.NewRNGOn(p.be, 1))
		recurrentGolden(t, c, p, l, []string{"h"}, func(x *tensor.Tensor, s []*tensor.Tensor) []*tensor.Tensor {
			y, last := l.Forward(x, s[0])
			return []*tensor.Tensor{y, last}
		})
	})
}

func recurrentConfig(c *golden.Case) layers.RecurrentConfig {
	return layers.RecurrentConfig{Layers: c.Int("num_layers"), Bidirectional: c.Bool("bidirectional"), Dropout: 0.5}
}

// recurrentGolden holds a recurrent layer to a case; kinds are its states.
func recurrentGolden(t *testing.T, c *golden.Case, p place, l layers.Module, kinds []string, forward func(x *tensor.Tensor, states []*tensor.Tensor) []*tensor.Tensor) {
	load(t, c, l)
	tape := tensor.NewTape(tensor.On(p.be)) // in evaluation: no dropout
	defer tape.Release()

	x := p.of(c.Array("in.x"))
	wanted := append(layers.List(l), x)
	first, states := make([]*tensor.Tensor, len(kinds)), make([]*tensor.Tensor, len(kinds))
	names := []string{"y"}
	for i, k := range kinds {
		names = append(names, k+"n")
		if c.Has("in." + k + "0") {
			first[i] = p.of(c.Array("in." + k + "0"))
			states[i] = tape.Of(first[i])
			wanted = append(wanted, first[i])
		}
	}
	total := tape.Zeros()
	for i, v := range forward(tape.Of(x), states) {
		require.Equal(t, c.Array("out."+names[i]).Shape, v.Shape())
		c.Close("out."+names[i], v.Float64s(), p.tol)
		total = total.Add(v.Mul(tape.Of(p.of(c.Array("up." + names[i])))).Sum())
	}
	tape.Backward(total, wanted...)
	c.Close("grad.x", x.Grad().Float64s(), p.tol)
	for i, k := range kinds {
		if first[i] != nil {
			c.Close("grad."+k+"0", first[i].Grad().Float64s(), p.tol)
		}
	}
	compare(c, l, p.tol)
}

func TestRMSNormGolden(t *testing.T) {
	goldens(t, "rmsnorm", func(t *testing.T, c *golden.Case, p place) {
		shape := c.Ints("normalized_shape")
		l := layers.NewRMSNorm(shape[0], tensor.NewRNGOn(p.be, 1))
		if l.Eps = c.Float("eps"); l.Eps == 1e-6 {
			l.Eps = 0 // the default
		}
		if len(shape) > 1 {
			l.Weight = tensor.ZerosOn(p.be, shape...)
		}
		if !c.Bool("affine") {
			l.Weight = nil
		}
		p.pass(t, c, l, true, l.Forward)
	})
}

func TestGatedMLPGolden(t *testing.T) {
	acts := map[string]layers.Layer{
		"silu": nil, "gelu": layers.GELU{}, "gelu_tanh": layers.GELU{Tanh: true}, "sigmoid": layers.Sigmoid{},
	}
	goldens(t, "gatedmlp", func(t *testing.T, c *golden.Case, p place) {
		act, ok := acts[c.Name]
		require.True(t, ok)
		l := layers.NewGatedMLP(c.Int("size"), c.Int("hidden"), act, tensor.NewRNGOn(p.be, 1))
		p.pass(t, c, l, true, l.Forward)
		y := l.Forward(p.of(c.Array("in.x"))) // not recorded, with the activation in the product
		c.Close("out.y", y.Float64s(), p.tol)
	})
}

// tiedNet is an embedding, a GRU and an output layer with the embedding's weight.
type tiedNet struct {
	embed *layers.Embedding
	gru   *layers.GRU
	head  *layers.TiedLinear
}

func (n tiedNet) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("embed", n.embed.State()), layers.Prefix("gru", n.gru.State()), layers.Prefix("head", n.head.State()))
}

func TestTiedGolden(t *testing.T) {
	goldens(t, "tied", func(t *testing.T, c *golden.Case, p place) {
		rng := tensor.NewRNGOn(p.be, 1)
		embed := layers.NewEmbedding(7, 4, rng)
		net := tiedNet{embed, layers.NewGRU(4, 4, layers.RecurrentConfig{}, rng), layers.NewTiedLinear(embed)}
		load(t, c, net)
		tape := tensor.NewTape(tensor.On(p.be))
		defer tape.Release()
		ids := c.Array("in.x")
		y, _ := net.gru.ForwardIDs(tape, embed, ids.Int32s(), ids.Shape[0], ids.Shape[1], nil)
		y = net.head.Forward(y)
		c.Close("out.y", y.Float64s(), p.tol)
		tape.Backward(y.Mul(tape.Of(p.of(c.Array("up.y")))).Sum(), layers.List(net)...)
		compare(c, net, p.tol)
	})
}

func TestBatchNormGolden(t *testing.T) {
	goldens(t, "batchnorm", func(t *testing.T, c *golden.Case, p place) {
		rng := tensor.NewRNGOn(p.be, 1)
		var l layers.Layer
		var b *layers.BatchNorm
		if c.Note("kind") == "BatchNorm1d" {
			n := layers.NewBatchNorm1d(c.Int("num_features"), rng)
			l, b = n, &n.BatchNorm
		} else {
			n := layers.NewBatchNorm2d(c.Int("num_features"), rng)
			l, b = n, &n.BatchNorm
		}
		b.Eps, b.Momentum = c.Float("eps"), c.Float("momentum")
		if !c.Bool("affine") {
			b.Weight, b.Bias = nil, nil
		}
		b.RunningMean.SetFloat64s(c.Array("buffer.running_mean").Data)
		b.RunningVar.SetFloat64s(c.Array("buffer.running_var").Data)
		p.pass(t, c, l, c.Bool("train"), l.Forward)
		for name, buffer := range layers.Buffers(l) {
			c.Close("after."+name, buffer.Float64s(), p.tol)
		}
	})
}

func TestLayerNormGolden(t *testing.T) {
	goldens(t, "layernorm", func(t *testing.T, c *golden.Case, p place) {
		shape := c.Ints("normalized_shape")
		l := layers.NewLayerNorm(shape[0], tensor.NewRNGOn(p.be, 1))
		l.Eps = c.Float("eps")
		if len(shape) > 1 {
			l.Weight, l.Bias = tensor.ZerosOn(p.be, shape...), tensor.ZerosOn(p.be, shape...)
		}
		if !c.Bool("affine") {
			l.Weight, l.Bias = nil, nil
		}
		p.pass(t, c, l, true, l.Forward)
	})
}

func TestActivationsGolden(t *testing.T) {
	all := map[string]layers.Layer{
		"relu": layers.ReLU{}, "leaky_relu": layers.LeakyReLU{Slope: 0.2}, "tanh": layers.Tanh{},
		"sigmoid": layers.Sigmoid{}, "gelu": layers.GELU{}, "gelu_tanh": layers.GELU{Tanh: true},
		"silu": layers.SiLU{}, "softplus": layers.Softplus{}, "softmax": layers.Softmax{Axis: -1},
		"log_softmax": layers.LogSoftmax{Axis: -1}, "dropout_eval": layers.Dropout{P: 0.5},
	}
	goldens(t, "activations", func(t *testing.T, c *golden.Case, p place) {
		require.Contains(t, all, c.Name)
		l := all[c.Name]
		p.pass(t, c, l, false, l.Forward)
	})
}

func TestSequentialGolden(t *testing.T) {
	goldens(t, "sequential", func(t *testing.T, c *golden.Case, p place) {
		rng := tensor.NewRNGOn(p.be, 1)
		net := layers.Sequential{
			layers.Flatten{},
			layers.NewLinear(12, 6, rng),
			layers.NewLayerNorm(6, rng),
			layers.Residual{Body: layers.Sequential{layers.NewLinear(6, 6, rng), layers.Tanh{}}},
			layers.NewLinear(6, 2, rng),
		}
		var names []string
		for name := range layers.Params(net) {
			names = append(names, name)
		}
		require.Equal(t, c.List("params"), names)
		p.pass(t, c, net, true, net.Forward)
	})
}
