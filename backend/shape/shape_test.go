package shape_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// modules are layers of some 6·10⁹ parameters.
func modules(be backend.Backend, size int) map[string]layers.Module {
	rng := tensor.NewRNGOn(be, 1)
	return map[string]layers.Module{
		"linear":    layers.NewLinear(size, 2*size, rng),
		"batchnorm": layers.NewBatchNorm1d(size, rng),
		"layernorm": layers.NewLayerNorm(size, rng),
		"embedding": layers.NewEmbedding(size, 3, rng),
		"lstm":      layers.NewLSTM(size, size/10, layers.LSTMConfig{Layers: 2}, rng),
	}
}

// Layers built on it have their names and shapes, and take no memory however large
// they are.
func TestLayersWithoutMemory(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	small := modules(be, 20)
	for name, m := range modules(shape.New(0), 20) {
		want, got := map[string][]int{}, map[string][]int{}
		for n, e := range small[name].State() {
			want[n] = e.Value.Shape()
		}
		for n, e := range m.State() {
			got[n] = e.Value.Shape()
		}
		assert.Equal(t, want, got, name)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	huge := shape.New(0)
	all := modules(huge, 50000)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	assert.Greater(t, layers.Count(all["linear"]), 5_000_000_000)
	assert.GreaterOrEqual(t, huge.Used(), layers.Count(all["linear"]))
}

func TestLimit(t *testing.T) {
	be := shape.New(100)
	be.Alloc(60)
	be.Alloc(40)
	be.Alloc(0)
	assert.Equal(t, 100, be.Used())
	for _, n := range []int{1, -1, math.MaxInt, math.MinInt} {
		assert.PanicsWithError(t, "more than 100 numbers", func() { be.Alloc(n) })
	}
	assert.Equal(t, 100, be.Used(), "what was refused does not count")
	unlimited := shape.New(0)
	unlimited.Alloc(math.MaxInt - 1)
	assert.Panics(t, func() { unlimited.Alloc(2) })
}

// Reading gives zeros, whatever was written or computed.
func TestNumbersAreZero(t *testing.T) {
	be := shape.New(0)
	x := tensor.NewRNGOn(be, 1).Normal(0, 1, 2, 3)
	x.SetFloat32s([]float32{1, 2, 3, 4, 5, 6})
	assert.Equal(t, make([]float32, 6), x.Float32s())
	assert.Equal(t, make([]float64, 6), x.Float64s())
	assert.Equal(t, 6, be.Used())
	assert.Equal(t, "shape", be.Name())
	assert.Equal(t, backend.Float32, be.Precision())
	assert.True(t, be.ShapeOnly())
}
