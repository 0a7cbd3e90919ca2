package layers_test

import (
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
		l := layers.NewLSTM(c.Int("input_size"), c.Int("hidden_size"),
			layers.RecurrentConfig{Layers: c.Int("num_layers"), Dropout: 0.5}, tensor.NewRNGOn(p.be, 1))
		load(t, c, l)
		tape := tensor.NewTape(tensor.On(p.be)) // in evaluation: no dropout
		defer tape.Release()

		x := p.of(c.Array("in.x"))
		wanted := append(layers.List(l), x)
		var h0, c0 *tensor.Tensor
		var state layers.LSTMState
		if c.Has("in.h0") {
			h0, c0 = p.of(c.Array("in.h0")), p.of(c.Array("in.c0"))
			wanted = append(wanted, h0, c0)
			state = layers.LSTMState{H: tape.Of(h0), C: tape.Of(c0)}
		}
		y, last := l.Forward(tape.Of(x), state)
		total := tape.Zeros()
		for _, o := range []struct {
			name string
			v    *tensor.Tensor
		}{{"y", y}, {"hn", last.H}, {"cn", last.C}} {
			require.Equal(t, c.Array("out."+o.name).Shape, o.v.Shape())
			c.Close("out."+o.name, o.v.Float64s(), p.tol)
			total = total.Add(o.v.Mul(tape.Of(p.of(c.Array("up." + o.name)))).Sum())
		}
		tape.Backward(total, wanted...)
		c.Close("grad.x", x.Grad().Float64s(), p.tol)
		if h0 != nil {
			c.Close("grad.h0", h0.Grad().Float64s(), p.tol)
			c.Close("grad.c0", c0.Grad().Float64s(), p.tol)
		}
		compare(c, l, p.tol)
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
