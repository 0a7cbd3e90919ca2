package keras_test

import (
	"fmt"
	"log"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/tensor"
)

// brighter is what the class of a program's own has for a configuration.
type brighter struct {
	Factor float64 `json:"factor"`
}

func init() {
	keras.Register("Brighter", func(c brighter, in [][]int, _ *tensor.RNG) (keras.Layer, error) {
		if len(in) != 1 {
			return keras.Layer{}, fmt.Errorf("reads %v, and needs one layer", in)
		}
		return keras.Layer{
			Forward: func(x []*tensor.Tensor) *tensor.Tensor { return x[0].MulScalar(c.Factor) },
			Sees:    keras.Sight{Scale: 1}, // each pixel becomes one, by itself
		}, nil
	})
}

// A program adds classes of layers that networks of its own have.
func ExampleRegister() {
	net, err := keras.New(keras.Config{
		Size: [3]int{1, 0, 0}, Input: "picture", Output: "brighter",
		Layers: []keras.Entry{{Name: "brighter", Class: "Brighter", Inputs: []string{"picture"}, Config: []byte(`{"factor":2}`)}},
	}, backend.Default())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(net.Forward(tensor.Full(0.25, 1, 1, 1, 2)).Float32s())
	// Output:
	// [0.5 0.5]
}
