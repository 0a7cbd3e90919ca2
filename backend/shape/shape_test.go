package shape_test

import (
	"math"
	"math/bits"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/profile"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func TestLargeLayersTakeNoMemory(t *testing.T) {
	if bits.UintSize < 64 {
		t.Skip("needs 64-bit sizes")
	}
	n := 1 << 20
	be := shape.New(math.MaxInt)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l := layers.NewLinear(n, n, tensor.NewRNGOn(be, 1))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10))
	assert.Equal(t, []int{n, n}, l.Weight.Shape())
	assert.Equal(t, n*n+n, be.Used())
	l.Bias.Release()
	assert.Equal(t, n*n, be.Used())
}

// A pass runs, on shapes alone.
func TestPass(t *testing.T) {
	be := shape.New(math.MaxInt)
	rng := tensor.NewRNGOn(be, 1)
	w := rng.Normal(0, 1, 1<<12, 1<<12)
	tape := tensor.NewTape(tensor.On(be))
	y := tensor.Linear(tape.Normal(0, 1, 1<<12, 1<<12), w, nil).Softmax(1)
	assert.Equal(t, []int{1 << 12, 1 << 12}, y.Shape())
	tape.Backward(y.Square().Sum(), w)
	assert.Equal(t, w.Shape(), w.Grad().Shape())
	tape.Release()
	assert.Equal(t, 2<<24, be.Used(), "the weight and its gradient")
}

func TestLimit(t *testing.T) {
	be := shape.New(100)
	tensor.ZerosOn(be, 60)
	err := tensor.Try(func() { tensor.ZerosOn(be, 41) })
	var limit *backend.LimitError
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, backend.LimitError{Asked: 41, Used: 60, Limit: 100}, *limit)
	assert.EqualError(t, err, "41 numbers on top of 60 are more than the limit of 100")
	assert.Equal(t, 60, be.Used(), "what was refused does not count")
	tensor.ZerosOn(be, 40)

	// Sizes whose product is no int.
	whole := shape.New(math.MaxInt)
	const half = 1 << (bits.UintSize / 2)
	err = tensor.Try(func() { tensor.ZerosOn(whole, half, half) })
	var misshaped *tensor.ShapeError
	require.ErrorAs(t, err, &misshaped)
	assert.Contains(t, err.Error(), "sizes must multiply to at most")
	tensor.ZerosOn(whole, math.MaxInt)
	require.ErrorAs(t, tensor.Try(func() { tensor.ZerosOn(whole, 1) }), &limit, "their sum neither")
}

func TestMisuse(t *testing.T) {
	be := shape.New(100)
	b := be.Alloc(3)
	assert.Equal(t, 3, b.Len())
	be.Free(b)
	assert.PanicsWithValue(t, "shape: Free: buffer freed twice", func() { be.Free(b) })
	assert.PanicsWithValue(t, "shape: Alloc: expected at least 0 numbers, got -1", func() { be.Alloc(-1) })
	assert.Panics(t, func() { be.Free(nil) })
}

func TestShapeOnly(t *testing.T) {
	assert.True(t, backend.IsShapeOnly(shape.New(1)))
	assert.False(t, backend.IsShapeOnly(backend.Default()))
	assert.True(t, backend.IsShapeOnly(profile.New(shape.New(1))))
	assert.False(t, backend.IsShapeOnly(profile.New(backend.Default())))
}
