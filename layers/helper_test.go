package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// place is a backend and how near to PyTorch's float64 its results must be, as
// a share of the largest.
type place struct {
	be  backend.Backend
	tol float64
}

func places(t testing.TB) []place {
	var list []place
	for _, p := range []struct {
		name string
		tol  float64
	}{{"reference", 1e-12}, {"cpu", 1e-5}} {
		be, err := backend.Get(p.name)
		require.NoError(t, err)
		list = append(list, place{be, p.tol})
	}
	return list
}

func reference(t testing.TB) backend.Backend { return places(t)[0].be }

// cpu is for tests of memory: the reference takes what it likes.
func cpu(t testing.TB) backend.Backend { return places(t)[1].be }

// goldens runs a test on every case of a file, on every backend.
func goldens(t *testing.T, file string, test func(t *testing.T, c *golden.Case, p place)) {
	f := golden.Load(t, "testdata/"+file+".safetensors")
	for _, p := range places(t) {
		t.Run(p.be.Name(), func(t *testing.T) {
			f.Run(t, func(t *testing.T, c *golden.Case) { test(t, c, p) })
		})
	}
}

func (p place) of(a golden.Array) *tensor.Tensor {
	return tensor.FromSliceOn(p.be, a.Data, a.Shape...)
}

// load gives a module the parameters of a case, which must be all it has, under
// the names that PyTorch has them.
func load(t *testing.T, c *golden.Case, m layers.Module) {
	t.Helper()
	var names []string
	for name, p := range layers.Params(m) {
		names = append(names, name)
		a := c.Array("param." + name)
		require.Equal(t, a.Shape, p.Shape(), name)
		p.SetFloat64s(a.Data)
	}
	require.ElementsMatch(t, c.Names("param."), names)
}

// compare holds a module's parameter gradients against a case.
func compare(c *golden.Case, m layers.Module, tol float64) {
	for name, p := range layers.Params(m) {
		c.Close("grad."+name, p.Grad().Float64s(), tol)
	}
}

// pass runs forward and backward as a case says and compares everything.
func (p place) pass(t *testing.T, c *golden.Case, m layers.Module, train bool, forward func(x *tensor.Tensor) *tensor.Tensor) {
	t.Helper()
	load(t, c, m)
	tape := tensor.NewTape(tensor.On(p.be))
	tape.SetTraining(train)
	defer tape.Release()
	x := p.of(c.Array("in.x"))
	y := forward(tape.Of(x))
	require.Equal(t, c.Array("out.y").Shape, y.Shape())
	c.Close("out.y", y.Float64s(), p.tol)
	tape.Backward(y.Mul(tape.Of(p.of(c.Array("up.y")))).Sum(), append(layers.List(m), x)...)
	c.Close("grad.x", x.Grad().Float64s(), p.tol)
	compare(c, m, p.tol)
}

// span is distinct numbers spread over [lo, hi) in no particular order.
func span(be backend.Backend, lo, hi float64, shape ...int) *tensor.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float64, n)
	for i := range data {
		frac := float64(i+1) * 0.6180339887
		data[i] = lo + (hi-lo)*(frac-float64(int(frac)))
	}
	return tensor.FromSliceOn(be, data, shape...)
}
