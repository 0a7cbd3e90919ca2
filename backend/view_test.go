package backend_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
)

type memory int

func (m memory) Len() int { return int(m) }

// strided is a view of given shape and strides.
func strided(shape, strides []int) backend.View {
	v := backend.NewView(memory(100), shape...)
	copy(v.Strides[:], strides)
	return v
}

func TestNewView(t *testing.T) {
	v := backend.NewView(memory(24), 2, 3, 4)
	assert.Equal(t, 3, v.Rank)
	assert.Equal(t, []int{2, 3, 4}, v.Dims())
	assert.Equal(t, []int{12, 4, 1}, v.Strides[:3])
	assert.Equal(t, 24, v.Size())
	assert.Zero(t, v.Offset)
	assert.True(t, v.Contiguous())

	scalar := backend.NewView(memory(1))
	assert.Equal(t, 1, scalar.Size())
	assert.Empty(t, scalar.Dims())
	assert.True(t, scalar.Contiguous())

	most := backend.NewView(memory(64), 2, 2, 2, 2, 2, 2)
	assert.Equal(t, backend.MaxRank, most.Rank)
	assert.Equal(t, 64, most.Size())

	empty := backend.NewView(memory(0), 3, 0, 2)
	assert.Zero(t, empty.Size())
	assert.True(t, empty.Contiguous())

	assert.PanicsWithValue(t, "backend: shape [1 1 1 1 1 1 1] has 7 axes, at most 6 are supported", func() {
		backend.NewView(memory(1), 1, 1, 1, 1, 1, 1, 1)
	})
	assert.PanicsWithValue(t, "backend: negative size in shape [2 -1]", func() { backend.NewView(memory(1), 2, -1) })
}

func TestContiguous(t *testing.T) {
	for _, c := range []struct {
		shape, strides []int
		want           bool
	}{
		{[]int{2, 3}, []int{3, 1}, true},
		{[]int{2, 3}, []int{4, 1}, false},
		{[]int{2, 3}, []int{1, 2}, false},
		{[]int{2, 3}, []int{0, 1}, false},
		{[]int{3}, []int{-1}, false},
		{[]int{1, 3}, []int{77, 1}, true}, // the stride of a single row is never taken
		{[]int{3, 1}, []int{1, 77}, true},
		{[]int{3, 1, 2}, []int{2, 0, 1}, true},
		{[]int{2, 0}, []int{5, 9}, true}, // nothing lies anywhere
	} {
		v := strided(c.shape, c.strides)
		assert.Equal(t, c.want, v.Contiguous(), "shape %v, strides %v", c.shape, c.strides)
	}
}

func TestSameShapeAndElements(t *testing.T) {
	v := strided([]int{2, 3}, []int{3, 1})
	for _, c := range []struct {
		w               backend.View
		shape, elements bool
	}{
		{v, true, true},
		{strided([]int{2, 3}, []int{1, 2}), true, false},
		{strided([]int{3, 2}, []int{2, 1}), false, false},
		{strided([]int{2, 3, 1}, []int{3, 1, 1}), false, false},
	} {
		assert.Equal(t, c.shape, v.SameShape(&c.w), c.w.String())
		assert.Equal(t, c.elements, v.SameElements(&c.w), c.w.String())
	}
	moved, other := v, v
	moved.Offset = 1
	other.Buf = memory(101)
	assert.False(t, v.SameElements(&moved))
	assert.False(t, v.SameElements(&other))

	row, sameRow := strided([]int{1, 3}, []int{3, 1}), strided([]int{1, 3}, []int{50, 1})
	assert.True(t, row.SameElements(&sameRow))
}

func TestViewString(t *testing.T) {
	assert.Equal(t, "view[2 3]", strided([]int{2, 3}, []int{3, 1}).String())
	assert.Equal(t, "view[2 3] strides [1 2]", strided([]int{2, 3}, []int{1, 2}).String())
}
