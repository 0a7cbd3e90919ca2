package reference

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
)

// Worked out by hand.
func TestConv2d(t *testing.T) {
	plain := backend.Conv{Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
	x, w := view([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3), view([]float64{1, 2, 3, 4}, 1, 1, 2, 2)
	y := empty(1, 1, 2, 2)
	ref.Conv2d(y, x, w, plain, none)
	assert.Equal(t, []float64{37, 47, 67, 77}, values(y))
	ref.Conv2d(y, x, w, plain, backend.Epilogue{Bias: view([]float64{-60}, 1), Act: backend.ActReLU})
	assert.Equal(t, []float64{0, 0, 7, 17}, values(y))

	dx, dw := empty(1, 1, 3, 3), view([]float64{100, 0, 0, 0}, 1, 1, 2, 2)
	ref.Conv2dInputGrad(dx, view([]float64{1, 1, 1, 1}, 1, 1, 2, 2), w, plain, none)
	assert.Equal(t, []float64{1, 3, 2, 4, 10, 6, 3, 7, 4}, values(dx))
	ref.Conv2dWeightGrad(dw, view([]float64{1, 0, 0, 1}, 1, 1, 2, 2), x, plain, 0.5)
	assert.Equal(t, []float64{56, 8, 12, 14}, values(dw))

	// Rows −1 and 1 of the image, columns 0 and 2: only row 1 is there.
	c := backend.Conv{Stride: [2]int{3, 1}, Dilation: [2]int{2, 2}, Pad: [2]int{1, 0}, Groups: 1}
	y = empty(1, 1, 1, 1)
	ref.Conv2d(y, x, w, c, none)
	assert.Equal(t, []float64{3*4 + 4*6}, values(y))

	y = empty(1, 2, 1, 1)
	plain.Groups = 2
	ref.Conv2d(y, view([]float64{3, 5}, 1, 2, 1, 1), view([]float64{2, 7}, 2, 1, 1, 1), plain, none)
	assert.Equal(t, []float64{6, 35}, values(y))
}

func TestConv2dMisuse(t *testing.T) {
	plain := backend.Conv{Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}
	assert.PanicsWithValue(t, "reference: conv2d: [1 3 4 4], [5 2 3 3], [1 5 2 2] and 1 group do not go together", func() {
		ref.Conv2d(empty(1, 5, 2, 2), empty(1, 3, 4, 4), empty(5, 2, 3, 3), plain, none)
	})
	plain.Stride[1] = 0
	assert.Panics(t, func() { ref.Conv2d(empty(1, 5, 2, 2), empty(1, 3, 4, 4), empty(5, 3, 3, 3), plain, none) })
}
