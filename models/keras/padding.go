package keras

import (
	"encoding/json"
	"fmt"
)

// padding is how TensorFlow pads: "valid" not at all, "same" so that a window with
// stride 1 keeps the size.
type padding bool

const same padding = true

// UnmarshalJSON refuses other ways.
func (p *padding) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"same"`:
		*p = same
	case `"valid"`:
		*p = !same
	default:
		return fmt.Errorf("padding: %s: must be same or valid", text)
	}
	return nil
}

// MarshalJSON writes the name.
func (p padding) MarshalJSON() ([]byte, error) {
	if p == same {
		return json.Marshal("same")
	}
	return json.Marshal("valid")
}

// around is the padding at the top, the bottom, on the left and right of a picture of
// h×w. TensorFlow's "same" keeps ⌈n/stride⌉ windows, and puts the odd pixel at the
// bottom and on the right.
func (p padding) around(h, w int, kernel, stride, dilation pair) (pad [4]int) {
	if p != same {
		return pad
	}
	for i, n := range [2]int{h, w} {
		windows := (n + stride[i] - 1) / stride[i]
		all := max((windows-1)*stride[i]+(kernel[i]-1)*dilation[i]+1-n, 0)
		pad[2*i], pad[2*i+1] = all/2, all-all/2
	}
	return pad
}

// sight is that of windows that move over a picture: those that keep its size can be
// computed in tiles.
func (p padding) sight(kernel, stride, dilation pair) Sight {
	if stride != (pair{1, 1}) || p != same && kernel != (pair{1, 1}) {
		return Sight{}
	}
	return Sight{Scale: 1, Reach: (max((kernel[0]-1)*dilation[0], (kernel[1]-1)*dilation[1]) + 1) / 2}
}
