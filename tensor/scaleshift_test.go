package tensor

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
)

func TestScaleShift(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for _, shape := range [][]int{{5, 3}, {2, 3, 4}, {2, 3, 4, 5}, {0, 3}, {2, 3, 0, 4}} {
			for act := range backend.NumActivations {
				name := fmt.Sprint(be.Name(), shape, act)
				rng := NewRNGOn(be, 1)
				x, scale, shift := rng.Normal(0, 1, shape...), rng.Normal(0, 1, 3), rng.Normal(0, 1, 3)
				want := x.Mul(scale.alongChannels(len(shape))).Add(shift.alongChannels(len(shape))).Activate(act, 0.2)
				check := func(what string, y *Tensor) {
					assert.Equal(t, shape, y.Shape(), name+what)
					assert.InDeltaSlice(t, want.Float64s(), y.Float64s(), 1e-5, name+what)
				}
				check("", ScaleShift(x, scale, shift, act, 0.2))
				if len(shape) == 4 { // in the order of pixels
					check(", pixels", ScaleShift(x.Permute(0, 2, 3, 1).Contiguous().Permute(0, 3, 1, 2), scale, shift, act, 0.2))
				}
				tape := NewTape(On(be))
				y := ScaleShift(tape.Of(x), scale, shift, act, 0.2)
				check(", recorded", y)
				tape.Release()
			}
		}
	}
}

func TestScaleShiftMisuse(t *testing.T) {
	x, c := Zeros(2, 3), Zeros(3)
	assert.PanicsWithError(t, "scale and shift: input [2 3] needs a scale and a shift [3], got [3] and [2]", func() {
		ScaleShift(x, c, Zeros(2), backend.ActNone, 0)
	})
	assert.PanicsWithError(t, "scale and shift: needs inputs [batch, channels, ...], got [3]", func() { ScaleShift(c, c, c, backend.ActNone, 0) })
	assert.PanicsWithError(t, "scale and shift: the fused leaky ReLU needs a slope of at least 0, got -1", func() {
		ScaleShift(x, c, c, backend.ActLeakyReLU, -1)
	})
}
