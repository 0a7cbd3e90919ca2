package measure

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tensor"
)

// With gradients, features are those without, for all channels and sizes; and the gradient is
// the slope of what they are.
func TestDifferentiableFeatures(t *testing.T) {
	rng := tensor.NewRNG(7)
	for _, from := range []int{1, 3, 4} {
		for _, to := range []int{1, 3, 4} {
			for _, side := range [][2]int{{0, 0}, {5, 6}, {3, 4}, {9, 2}} {
				name := fmt.Sprintf("%d channels to %d of %v", from, to, side)
				n, v := eye{to, side[0], side[1]}, View{Channels: from, Height: 5, Width: 6, Place: "flat"}
				plain, err := NetworkFeatures(n, v)
				require.NoError(t, err)
				with, err := Differentiable(n, v)
				require.NoError(t, err)
				size := from * 5 * 6
				pixels := rng.Normal(0, 1, 2, size).Float32s()
				want := must(plain.Of(context.Background(), [][]float32{pixels[:size], pixels[size:]}))
				x := tensor.FromSlice(pixels, 2, from, 5, 6)
				assert.InDeltaSlice(t, append(want[0], want[1]...), with(x).Float32s(), 1e-5, name)

				tape := tensor.NewTape()
				loss := func(x *tensor.Tensor) *tensor.Tensor { return with(x).Square().Sum() }
				tape.Backward(loss(tape.Of(x)), x)
				slope, step := x.Grad().Float32s(), rng.Normal(0, 1, 2, size).Float32s()
				along := 0.0
				at := func(far float32) float64 {
					moved := make([]float32, len(pixels))
					for i, p := range pixels {
						moved[i] = p + far*step[i]
					}
					return loss(tensor.FromSlice(moved, 2, from, 5, 6)).Item()
				}
				for i, s := range slope {
					along += float64(s) * float64(step[i])
				}
				const far = 1.0 / 64
				assert.InDelta(t, along, (at(far)-at(-far))/(2*far), 1e-2*(1+max(along, -along)), name)
			}
		}
	}
	_, err := Differentiable(eye{3, 2, 2}, View{Channels: 3, Height: 2, Width: 2, Place: "x"})
	assert.ErrorContains(t, err, `no place "x"`)
	f, err := Differentiable(eye{3, 2, 2}, View{Channels: 3, Height: 2, Width: 2})
	require.NoError(t, err)
	assert.ErrorContains(t, tensor.Try(func() { f(tensor.Zeros(1, 3, 2, 3)) }), "needs pictures of the view, got [1 3 2 3]")
}
