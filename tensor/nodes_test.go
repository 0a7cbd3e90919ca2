package tensor_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// shown is the last node of a pass as text.
func shown(tape *Tape) string {
	var last Node
	for n := range tape.Nodes() {
		last = n
	}
	text := last.Op
	for _, a := range last.Attrs {
		v := a.Value
		if x, ok := v.(Weight); ok {
			v = x.Shape()
		}
		text += fmt.Sprintf(" %s=%v", a.Name, v)
	}
	return text
}

// Every operation tells what it was given.
func TestNodesTellAttributes(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for want, f := range map[string]func(x *Tensor){
			"of":                                     func(x *Tensor) {},
			"add":                                    func(x *Tensor) { x.Add(x) },
			"neg":                                    func(x *Tensor) { x.Neg() },
			"leaky_relu slope=0.2":                   func(x *Tensor) { x.LeakyReLU(0.2) },
			"add_scalar value=-3":                    func(x *Tensor) { x.SubScalar(3) },
			"pow_scalar exponent=2.5":                func(x *Tensor) { x.PowScalar(2.5) },
			"clamp lo=-1 hi=2":                       func(x *Tensor) { x.Clamp(-1, 2) },
			"maximum":                                func(x *Tensor) { x.Maximum(x) },
			"where cond=[2 3]":                       func(x *Tensor) { Where(x.Greater(x), x, x) },
			"reshape shape=[3 2]":                    func(x *Tensor) { x.Reshape(3, -1) },
			"transpose axes=[1 0]":                   func(x *Tensor) { x.T() },
			"permute axes=[1 0]":                     func(x *Tensor) { x.Permute(1, 0) },
			"narrow axis=1 start=1 length=2":         func(x *Tensor) { x.Narrow(-1, 1, 2) },
			"flip axis=1":                            func(x *Tensor) { x.Flip(-1) },
			"squeeze axes=[1]":                       func(x *Tensor) { x.Narrow(1, 0, 1).Squeeze() },
			"unsqueeze axis=2":                       func(x *Tensor) { x.Unsqueeze(-1) },
			"expand shape=[4 2 3]":                   func(x *Tensor) { x.Expand(4, 2, 3) },
			"contiguous":                             func(x *Tensor) { x.T().Contiguous() },
			"sum axes=[0] keep=false":                func(x *Tensor) { x.Sum(0) },
			"sum axes=[0 1] keep=true":               func(x *Tensor) { x.SumKeep() },
			"sum to":                                 func(x *Tensor) { x.SumTo(3) },
			"max axes=[1] keep=false":                func(x *Tensor) { x.Max(-1) },
			"take index=[1 1 0]":                     func(x *Tensor) { x.Take([]int32{1, 1, 0}) },
			"take add index=[3 0] rows=5":            func(x *Tensor) { x.TakeAdd([]int32{3, 0}, 5) },
			"gather index=[2 1]":                     func(x *Tensor) { x.Gather([]int32{2, 1}) },
			"scatter add index=[0 1 2 2 1 0] size=3": func(x *Tensor) { x.ScatterAdd([]int32{0, 1, 2, 2, 1, 0}, 3) },
			"cat axis=1":                             func(x *Tensor) { Cat(1, x, x) },
			"pad axis=0 before=1 after=2":            func(x *Tensor) { x.Pad(0, 1, 2) },
			"softmax axis=0":                         func(x *Tensor) { x.Softmax(0) },
			"log_softmax axis=1":                     func(x *Tensor) { x.LogSoftmax(-1) },
			"matmul":                                 func(x *Tensor) { x.T().MatMul(x) },
			"linear activation=leaky_relu slope=0.1": func(x *Tensor) {
				LinearAct(x, ZerosOn(be, 4, 3), nil, backend.ActLeakyReLU, 0.1)
			},
			"linear activation=none slope=0": func(x *Tensor) { Linear(x, ZerosOn(be, 4, 3), ZerosOn(be, 4)) },
			"linear activation=relu slope=0 weight=[4 3]": func(x *Tensor) {
				LinearAct(x, Quantize(ZerosOn(be, 4, 3), Int8), ZerosOn(be, 4), backend.ActReLU, 0)
			},
			"linear_t weight=[3 4]": func(x *Tensor) { LinearT(x, Quantize(ZerosOn(be, 3, 4), Float16)) },
			"spread axes=[0] kept=false": func(x *Tensor) {
				x.Tape().Grad(x.Mul(x).Sum(0), []*Tensor{x.Mul(x)}, CreateGraph())
				x.Tape().Grad(x.Sum(0), []*Tensor{x}, CreateGraph())
			},
			"leaky_relu_grad slope=0.3": func(x *Tensor) {
				x.Tape().Grad(x.LeakyReLU(0.3), []*Tensor{x}, CreateGraph())
			},
			"recompute": func(x *Tensor) {
				Recompute(func(ins []*Tensor) []*Tensor { return []*Tensor{ins[0].Exp()} }, x)
			},
		} {
			tape := NewTape(On(be))
			f(tape.Of(rowsOn(be, 6)))
			assert.Equal(t, want, shown(tape), name)
			tape.Release()
		}
	}
	// Fused operations.
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	for want, f := range map[string]func(x *Tensor){
		"cross entropy targets=[0 2] smoothing=0.1 ignore=-100": func(x *Tensor) { CrossEntropy(x, []int32{0, 2}, 0.1, -100) },
		"gated activation=silu":                                 func(x *Tensor) { Gated(x, x, backend.ActSiLU) },
		"rms norm eps=0.001":                                    func(x *Tensor) { RMSNorm(x, nil, 1e-3) },
		"lstm rows": func(x *Tensor) {
			LSTMRows(x.Reshape(1, 6).Pad(1, 0, 2), []int32{0, 0}, ZerosOn(be, 8, 2), ZerosOn(be, 1, 2), ZerosOn(be, 1, 2))
		},
		"gru": func(x *Tensor) {
			GRU(x.Reshape(1, 2, 3), ZerosOn(be, 6, 3), ZerosOn(be, 6, 2), ZerosOn(be, 6), ZerosOn(be, 6), ZerosOn(be, 1, 2))
		},
		"gru rows": func(x *Tensor) {
			GRURows(x.Reshape(1, 6), []int32{0, 0}, ZerosOn(be, 6, 2), ZerosOn(be, 6), ZerosOn(be, 1, 2))
		},
		"layer norm eps=0.001": func(x *Tensor) { LayerNorm(x, nil, nil, 1e-3) },
		"lstm": func(x *Tensor) {
			LSTM(x.Reshape(1, 2, 3), ZerosOn(be, 8, 3), ZerosOn(be, 8, 2), ZerosOn(be, 8), ZerosOn(be, 1, 2), ZerosOn(be, 1, 2))
		},
	} {
		tape := NewTape(On(be))
		f(tape.Of(rowsOn(be, 6)))
		assert.Equal(t, want, shown(tape))
		tape.Release()
	}
}

// rowsOn is [0, 1, 2, …] as [2, n/2].
func rowsOn(be backend.Backend, n int) *Tensor {
	data := make([]float64, n)
	for i := range data {
		data[i] = float64(i)
	}
	return FromSliceOn(be, data, 2, n/2)
}

// The nodes and their values are a graph.
func TestNodesAreAGraph(t *testing.T) {
	tape, w, b := NewTape(), Full(0.5, 4, 3), Zeros(4)
	defer tape.Release()
	x := tape.Zeros(2, 3)
	h := Linear(x, w, b)
	loss := h.Tanh().Add(h).Sum()
	var ops []string
	names := map[int]string{}
	for n := range tape.Nodes() {
		text := n.Op + "("
		for _, v := range n.Inputs {
			switch {
			case v.Leaf && v.Tensor == w:
				names[v.ID] = "w"
			case v.Leaf && v.Tensor == b:
				names[v.ID] = "b"
			case v.Leaf && v.Tensor == x:
				names[v.ID] = "x"
			}
			text += names[v.ID] + " "
		}
		for _, v := range n.Outputs {
			assert.False(t, v.Leaf)
			names[v.ID] = fmt.Sprint(n.Op, v.Shape)
		}
		ops = append(ops, text+")")
	}
	want := []string{"linear(x w b )", "tanh(linear[2 4] )", "add(tanh[2 4] linear[2 4] )", "sum(add[2 4] )"}
	assert.Equal(t, want, ops)
	for range tape.Nodes() {
		break
	}
	tape.Backward(loss, w)
	assert.Len(t, slices.Collect(tape.Nodes()), 4, "consumed nodes are still shown")
	for n := range tape.Nodes() {
		assert.Empty(t, n.Attrs)
	}
}
