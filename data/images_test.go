package data

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Some pictures of a set are a set: labels, classes and files go with them.
func TestSelect(t *testing.T) {
	m, err := NewImages([]byte{0, 1, 2, 3, 4, 5, 6, 7}, 2, 1, 1)
	require.NoError(t, err)
	m.Labels, m.Classes, m.Files = []int32{2, 0, 1, 2}, []string{"a", "b", "c"}, []string{"w", "x", "y", "z"}
	s := m.Select([]int{3, 1, 3})
	assert.Equal(t, 3, s.Len())
	assert.Equal(t, []string{"a", "c"}, s.Classes, "b has no picture left")
	assert.Equal(t, []int32{1, 0, 1}, s.Labels)
	assert.Equal(t, []string{"z", "x", "z"}, s.Files)
	assert.Equal(t, m.At(3), s.At(0))
	assert.Equal(t, m.At(1), s.At(1))
	assert.Equal(t, [3]int{2, 1, 1}, [3]int{s.Width, s.Height, s.Channels})
	assert.Equal(t, []int32{2, 0, 1, 2}, m.Labels, "the set is as it was")
	assert.Panics(t, func() { m.Select(nil) })
	assert.Panics(t, func() { m.Select([]int{4}) })
}
