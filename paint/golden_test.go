package paint

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// eyes is a network of two convolutions.
type eyes struct{ conv1, conv2 *layers.Conv2d }

func (e *eyes) Size() (int, int, int)     { return 3, 8, 8 }
func (e *eyes) ActivationNames() []string { return []string{"one", "two", "mean"} }
func (e *eyes) Activations(x *tensor.Tensor, names ...string) (out []*tensor.Tensor) {
	one := e.conv1.Forward(x).ReLU()
	two := e.conv2.Forward(one).ReLU()
	for _, name := range names {
		out = append(out, map[string]*tensor.Tensor{"one": one, "two": two, "mean": two.Mean(2, 3)}[name])
	}
	return out
}

// newEyes has random weights.
func newEyes() *eyes {
	rng := tensor.NewRNG(1)
	return &eyes{
		layers.NewConv2d(3, 4, 3, layers.ConvConfig{Stride: 2, Padding: 1}, rng),
		layers.NewConv2d(4, 5, 3, layers.ConvConfig{Padding: 1}, rng),
	}
}

func TestGolden(t *testing.T) {
	golden.Load(t, "testdata/paint.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		given := func(name string) *tensor.Tensor {
			a := c.Array(name)
			x := tensor.Zeros(a.Shape...)
			x.SetFloat64s(a.Data)
			return x
		}
		x := given("in.x")
		tape := tensor.NewTape()
		defer tape.Release()
		net := newEyes()
		if c.Has("param.conv1.weight") {
			net.conv1.Weight, net.conv1.Bias = given("param.conv1.weight"), given("param.conv1.bias")
			net.conv2.Weight, net.conv2.Bias = given("param.conv2.weight"), given("param.conv2.bias")
		}
		const near = 1e-5
		switch c.Name {
		case "dream":
			w, err := newWatcher(net, []string{"one", "two"})
			require.NoError(t, err)
			d := &dreamer{watcher: w, rate: c.Float("rate")}
			require.NoError(t, d.step(x))
			c.Close("out.after", x.Float64s(), near)
		case "style":
			cfg := StyleConfig{Content: []string{"two"}, Style: []string{"one", "two"}, Weight: c.Float("weight"), Smooth: c.Float("smooth")}
			w, err := newWatcher(net, []string{"one", "two"})
			require.NoError(t, err)
			s := newStyler(w, cfg, given("in.picture"), given("in.style"))
			l := s.loss(tape.Of(x))
			c.Close("out.loss", l.Float64s(), near)
			tape.Backward(l, x)
			c.Close("grad.x", x.Grad().Float64s(), near)
		case "losses":
			gram, variation := Gram(tape.Of(x)), TotalVariation(tape.Of(x))
			c.Close("out.gram", gram.Float64s(), near)
			c.Close("out.variation", variation.Float64s(), near)
			tape.Backward(gram.Mul(given("up.gram")).Sum().Add(variation), x)
			c.Close("grad.x", x.Grad().Float64s(), near)
		default:
			t.Fatal("unknown case")
		}
	})
}
