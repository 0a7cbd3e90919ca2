package keras_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/tensor"
)

// networks are those of testdata.
var networks = []string{"classify", "enlarge", "functional", "nested", "sequential"}

// open reads a network of testdata.
func open(t testing.TB, name string, be backend.Backend) *keras.Network {
	t.Helper()
	m, err := tfjs.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	net, err := keras.Convert(m, keras.Options{Backend: be})
	require.NoError(t, err)
	return net
}

// Every layer has the value that Keras computes, and the gradient reaches the picture.
func TestGolden(t *testing.T) {
	for _, place := range []struct {
		backend string
		tol     float64 // Keras's bilinear resizing is in float32
	}{{"reference", 2e-6}, {"cpu", 3e-5}} {
		be, err := backend.Get(place.backend)
		require.NoError(t, err)
		for _, name := range networks {
			t.Run(name+"/"+place.backend, func(t *testing.T) {
				golden.Load(t, filepath.Join("testdata", name+".safetensors")).Run(t, func(t *testing.T, c *golden.Case) {
					net := open(t, name, be)
					tape := tensor.NewTape(tensor.On(be))
					defer tape.Release()
					in := c.Array("in.x")
					x := tensor.FromSliceOn(be, in.Data, in.Shape...)
					names := net.ActivationNames()
					assert.ElementsMatch(t, c.Names("out."), names)
					values := net.Activations(tape.Of(x), names...)
					for i, y := range values {
						assert.Equal(t, c.Ints(names[i]), y.Shape(), names[i])
						got := y.Float64s()
						if names[i] != names[len(names)-1] {
							got = digest(got)
						}
						c.Close("out."+names[i], got, place.tol)
					}
					up := c.Array("up.y")
					y := values[len(values)-1]
					tape.Backward(y.Mul(tape.Of(tensor.FromSliceOn(be, up.Data, up.Shape...))).Sum(), x)
					c.Close("grad.x", x.Grad().Float64s(), place.tol)
				})
			})
		}
	}
}

// digest keeps few numbers as they are, and of many Σ tᵢ·cos(i·(k+1)) for k = 0, 1, 2.
func digest(t []float64) []float64 {
	if len(t) <= 16 {
		return t
	}
	sums := make([]float64, 3)
	for k := range sums {
		for i, v := range t {
			sums[k] += v * math.Cos(float64(i)*float64(k+1))
		}
	}
	return sums
}

// A saved network is the same one: bit for bit, and with all its layers.
func TestSaveAndLoad(t *testing.T) {
	for _, name := range networks {
		net := open(t, name, backend.Default())
		path := filepath.Join(t.TempDir(), "net.safetensors")
		require.NoError(t, models.Save(path, net))
		same, err := models.LoadAs[*keras.Network](path)
		require.NoError(t, err)
		c, h, w := net.Size()
		x := tensor.NewRNG(1).Uniform(-1, 1, 2, c, max(h, 9), max(w, 8))
		assert.Equal(t, net.Forward(x).Float32s(), same.Forward(x).Float32s(), name)
		assert.Equal(t, net.ActivationNames(), same.ActivationNames())
		assert.Equal(t, layers.Count(net), layers.Count(same))
	}
}

// Values outside any tape are released as soon as all have read them, and those that
// were asked for stay: more than once, in any order, and where layers pass on what they
// read.
func TestActivations(t *testing.T) {
	net := open(t, "classify", backend.Default())
	x := tensor.NewRNG(1).Uniform(-1, 1, 1, 3, 13, 10)
	tape := tensor.NewTape(tensor.NoGrad())
	defer tape.Release()
	names := net.ActivationNames()
	slices.Reverse(names)
	want := net.Activations(tape.Of(x), names...)
	for i, y := range net.Activations(x, names...) {
		assert.Equal(t, want[i].Float32s(), y.Float32s(), names[i])
	}
	for i, name := range names {
		both := net.Activations(x, name, names[0], name)
		assert.Equal(t, want[i].Float32s(), both[0].Float32s(), name)
		assert.Equal(t, want[0].Float32s(), both[1].Float32s())
		assert.Same(t, both[0], both[2])
	}
	assert.NotPanics(t, func() { x.Float32s() }, "the picture is the caller's")
	assert.Empty(t, net.Activations(x))

	small := tensor.NewRNG(1).Uniform(-1, 1, 1, 3, 8, 9)
	assert.NotPanics(t, func() { net.Activations(small, "add") }, "nothing before it is for one size")
	assert.Panics(t, func() { net.Activations(small, "dense") })
	for want, f := range map[string]func(){
		`activations: needs names of layers, got "none"`:                         func() { net.Activations(x, "none") },
		`activations: needs names of layers, got "picture"`:                      func() { net.Activations(x, "picture") },
		"activations: needs pictures [batch, 3, height, width], got [1 1 13 10]": func() { net.Forward(tensor.Zeros(1, 1, 13, 10)) },
		"activations: needs pictures [batch, 3, height, width], got [3 13 10]":   func() { net.Forward(tensor.Zeros(3, 13, 10)) },
	} {
		assert.EqualError(t, tensor.Try(f), want)
	}
}

// A picture in [−1, 1] becomes one in the network's range.
func TestRange(t *testing.T) {
	m, err := tfjs.Open("testdata/enlarge")
	require.NoError(t, err)
	of := func(lo, hi float64) *keras.Network {
		net, err := keras.Convert(m, keras.Options{Range: [2]float64{lo, hi}})
		require.NoError(t, err)
		return net
	}
	x := tensor.NewRNG(1).Uniform(-1, 1, 1, 3, 5, 4)
	plain := open(t, "enlarge", nil)
	assert.Equal(t, plain.Forward(x).Float32s(), of(-1, 1).Forward(x).Float32s())
	want := plain.Forward(x.MulScalar(127.5).AddScalar(127.5))
	assert.Equal(t, want.Float32s(), of(0, 255).Forward(x).Float32s())
	_, err = keras.Convert(m, keras.Options{Range: [2]float64{1, 0}})
	assert.EqualError(t, err, "topology: range: [1 0]: black must be less than white")
}
