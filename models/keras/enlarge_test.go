package keras_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/tensor"
)

// The reach is exactly as far as a pixel changes others: the derivative is zero beyond,
// and not on its border.
func TestReach(t *testing.T) {
	conv := func(name, reads string, kernel, dilation int) keras.Entry {
		config, _ := json.Marshal(map[string]any{"filters": 3, "kernel_size": kernel, "dilation_rate": dilation, "padding": "same"})
		return keras.Entry{Name: name, Class: "Conv2D", Inputs: []string{reads}, Config: config}
	}
	larger := func(name, reads string, size int) keras.Entry {
		return keras.Entry{Name: name, Class: "UpSampling2D", Inputs: []string{reads}, Config: json.RawMessage(`{"size":` + string(rune('0'+size)) + `}`)}
	}
	for name, c := range map[string]struct {
		list []keras.Entry
		want keras.Enlargement
	}{
		"one":       {[]keras.Entry{conv("l", "x", 3, 1)}, keras.Enlargement{Scale: 1, Reach: 1, Peak: 3}},
		"dilated":   {[]keras.Entry{conv("l", "x", 3, 3)}, keras.Enlargement{Scale: 1, Reach: 3, Peak: 3}},
		"even":      {[]keras.Entry{conv("l", "x", 4, 1)}, keras.Enlargement{Scale: 1, Reach: 2, Peak: 3}},
		"two":       {[]keras.Entry{conv("a", "x", 5, 1), conv("l", "a", 3, 1)}, keras.Enlargement{Scale: 1, Reach: 3, Peak: 3}},
		"enlarged":  {[]keras.Entry{conv("a", "x", 5, 1), larger("b", "a", 2), conv("l", "b", 5, 1)}, keras.Enlargement{Scale: 2, Reach: 3, Peak: 12}},
		"fractions": {[]keras.Entry{larger("a", "x", 3), conv("b", "a", 3, 1), conv("l", "b", 3, 1)}, keras.Enlargement{Scale: 3, Reach: 1, Peak: 27}},
	} {
		net, err := keras.New(keras.Config{Size: [3]int{3, 0, 0}, Input: "x", Output: "l", Layers: c.list}, backend.Default())
		require.NoError(t, err)
		e, err := net.Enlargement()
		require.NoError(t, err)
		assert.Equal(t, c.want, e, name)

		const side = 21
		x := tensor.NewRNG(1).Uniform(-1, 1, 1, 3, side, side)
		farthest := 0
		for shift := range e.Scale { // each of the pixels that the one in the middle becomes
			tape := tensor.NewTape()
			y := net.Enlarge(tape.Of(x))
			at := side/2*e.Scale + shift
			tape.Backward(y.Narrow(2, at, 1).Narrow(3, at, 1).Sum(), x)
			for i, g := range x.Grad().Float32s() {
				if g != 0 {
					farthest = max(farthest, int(math.Abs(float64(i%side-side/2))), int(math.Abs(float64(i/side%side-side/2))))
				}
			}
			x.ZeroGrad()
			tape.Release()
		}
		assert.Equal(t, e.Reach, farthest, name)
	}
}

// Not every network makes pictures larger, and the error says why not.
func TestEnlargementErrors(t *testing.T) {
	for name, want := range map[string]string{
		"classify":   "the network does not make pictures larger: it takes pictures of 10×13 only",
		"sequential": "the network does not make pictures larger: it takes pictures of 7×6 only",
	} {
		_, err := open(t, name, nil).Enlargement()
		assert.EqualError(t, err, want)
	}
	for want, list := range map[string][]keras.Entry{
		`layer "l", a Conv2D, mixes, cuts or leaves out pixels`: {layer("Conv2D", `{"filters":3,"kernel_size":3,"padding":"valid"}`)},
		`layer "l", a GlobalAveragePooling2D, mixes`:            {layer("GlobalAveragePooling2D", "")},
		"its result [1 4 128 128] has not 3 channels":           {layer("Conv2D", `{"filters":4,"kernel_size":3,"padding":"same"}`)},
	} {
		net, err := keras.New(keras.Config{Size: [3]int{3, 0, 0}, Input: "x", Output: "l", Layers: list}, backend.Default())
		require.NoError(t, err)
		_, err = net.Enlargement()
		assert.ErrorContains(t, err, want)
	}
}
