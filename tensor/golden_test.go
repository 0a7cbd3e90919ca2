package tensor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	. "github.com/org/artnn/tensor"
)

// Operations agree with PyTorch, forwards and backwards, on every backend.
func TestGolden(t *testing.T) {
	for _, name := range backend.Names() {
		be, err := backend.Get(name)
		require.NoError(t, err)
		tolerance := 1e-5
		if be.Precision() == backend.Float64 {
			tolerance = 1e-12
		}
		for _, file := range []string{"maps", "reductions", "matmul"} {
			golden.Load(t, "testdata/"+file+".safetensors").Run(t, func(t *testing.T, c *golden.Case) {
				tape := NewTape(On(be))
				defer tape.Release()
				value := func(name string) *Tensor {
					a := c.Array(name)
					return tape.Of(FromSliceOn(be, a.Data, a.Shape...))
				}
				var ins []*Tensor
				for _, name := range c.Names("in.") {
					ins = append(ins, value("in."+name))
				}
				y := goldenOp(t, c, ins)
				require.Equal(t, c.Array("out.y").Shape, y.Shape())
				c.Close("out.y", y.Float64s(), tolerance)
				for i, g := range tape.Grad(y, ins, GradOutput(value("up.y"))) {
					c.Close("grad."+c.Names("in.")[i], g.Float64s(), tolerance)
				}
			})
		}
	}
}

func goldenOp(t *testing.T, c *golden.Case, ins []*Tensor) *Tensor {
	x := ins[0]
	switch c.Name {
	case "exp":
		return x.Exp()
	case "tanh":
		return x.Tanh()
	case "sigmoid":
		return x.Sigmoid()
	case "erf":
		return x.Erf()
	case "relu":
		return x.ReLU()
	case "gelu":
		return x.GELU()
	case "gelu_tanh":
		return x.GELUTanh()
	case "silu":
		return x.SiLU()
	case "softplus":
		return x.Softplus()
	case "abs":
		return x.Abs()
	case "sin":
		return x.Sin()
	case "cos":
		return x.Cos()
	case "log":
		return x.Log()
	case "sqrt":
		return x.Sqrt()
	case "leaky_relu":
		return x.LeakyReLU(c.Float("slope"))
	case "clamp":
		return x.Clamp(c.Float("min"), c.Float("max"))
	case "pow3", "pow_half":
		return x.PowScalar(c.Float("exponent"))
	case "softmax_last", "softmax_large", "softmax_middle":
		return x.Softmax(c.Int("axis"))
	case "log_softmax_last", "log_softmax_first":
		return x.LogSoftmax(c.Int("axis"))
	case "logsumexp":
		return x.LogSumExp(c.Int("axis"))
	case "max":
		return x.Max(c.Int("axis"))
	case "min":
		return x.Min(c.Int("axis"))
	case "var_unbiased", "var_offset", "var_population":
		correction := 0
		if c.Bool("unbiased") {
			correction = 1
		}
		return x.Var(correction, c.Ints("axes")...)
	case "sum":
		return x.Sum(c.Ints("axes")...)
	case "mean_keep":
		return x.MeanKeep(c.Ints("axes")...)
	case "plain", "batched", "broadcast":
		return x.MatMul(ins[1])
	}
	t.Fatalf("no operation for case %q", c.Name)
	return nil
}
