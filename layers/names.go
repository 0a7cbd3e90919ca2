package layers

import (
	"fmt"
	"strings"
)

// activations are the nonlinearities that configurations name.
var activations = []struct {
	name  string
	layer Layer
}{
	{"sigmoid", Sigmoid{}},
	{"relu", ReLU{}},
	{"leaky_relu", LeakyReLU{}},
	{"tanh", Tanh{}},
	{"gelu", GELU{}},
	{"silu", SiLU{}},
	{"softmax", Softmax{Axis: -1}},
	{"identity", nil},
}

// NewActivation is the layer of a nonlinearity by its name: sigmoid, relu,
// leaky_relu (with slope 0.01), tanh, gelu, silu, softmax (over the last axis) or
// identity, for which it is nil.
//
// Errors: another name, with those that are known.
func NewActivation(name string) (Layer, error) {
	names := make([]string, len(activations))
	for i, a := range activations {
		if a.name == name {
			return a.layer, nil
		}
		names[i] = a.name
	}
	return nil, fmt.Errorf("%q: not one of %s", name, strings.Join(names, ", "))
}
