package shape_test

import (
	"math"
	"math/bits"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func modules(be backend.Backend, size int) map[string]layers.Module {
	rng := tensor.NewRNGOn(be, 1)
	return map[string]layers.Module{
		"linear":    layers.NewLinear(size, 2*size, rng),
		"batchnorm": layers.NewBatchNorm1d(size, rng),
		"layernorm": layers.NewLayerNorm(size, rng),
		"embedding": layers.NewEmbedding(size, 3, rng),
		"lstm":      layers.NewLSTM(size, size/10, layers.RecurrentConfig{Layers: 2}, rng),
	}
}

// Layers have the names and shapes that they have with numbers, and take no memory
// however large they are: 6·10⁹ parameters here.
func TestStatesWithoutMemory(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	small := modules(be, 20)
	for name, m := range modules(shape.New(1<<20), 20) {
		want, got := map[string][]int{}, map[string][]int{}
		for n, e := range small[name].State() {
			want[n] = e.Value.Shape()
		}
		for n, e := range m.State() {
			got[n] = e.Value.Shape()
		}
		assert.Equal(t, want, got, name)
	}
	if bits.UintSize < 64 {
		t.Skip("needs 64-bit sizes")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	huge := shape.New(math.MaxInt)
	all := modules(huge, 50000)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	numbers := 0
	for _, m := range all {
		numbers += layers.Count(m)
	}
	assert.Greater(t, int64(numbers), int64(5_000_000_000))
	assert.GreaterOrEqual(t, huge.Used(), numbers)
}
