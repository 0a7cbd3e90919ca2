package keras

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Layer is a layer of a network, as its class makes it.
type Layer struct {
	// Forward is the layer's value for those of the layers that it reads, of which
	// there is at least one.
	Forward func(x []*tensor.Tensor) *tensor.Tensor
	// Module has the layer's parameters and buffers; nil for none.
	Module layers.Module
	// Arrays are the names and layouts that Keras has for those of Module, by their
	// names in its State. What is not there keeps its first value.
	Arrays map[string]Array
	Sees   Sight

	lists int // numbers that Forward lists or reads outside the backend, as planned
}

// Array is an array of Keras.
type Array struct {
	Name string // behind the layer's name and a slash
	// Axes is which of the array's axes each one of ours is, as for
	// [tensor.Tensor.Permute]; nil leaves them in order.
	Axes []int
	// Shape is that of the array with its axes in our order, where it is not the shape
	// of our tensor.
	Shape []int
}

// Sight is how much of what it reads a pixel of a layer's value depends on. The zero
// value is that of layers whose pixels depend on more than their surroundings, or that
// cut or shrink pictures: those cannot be computed in tiles.
type Sight struct {
	Scale int // pixels of the value for each one that is read, along both axes
	Reach int // pixels that are read beside the one in the same place, on all sides
}

// pixelwise is the sight of layers that compute each pixel from the same one.
var pixelwise = Sight{Scale: 1}

// class makes layers.
type class struct {
	clean func(text json.RawMessage) (json.RawMessage, error)
	build func(text json.RawMessage, in [][]int, rng *tensor.RNG) (Layer, error)
}

var (
	classesMu sync.RWMutex
	classes   = map[string]class{}
)

// Register makes a class of layers known. C has the fields of Keras's configuration that
// matter, under their names in JSON; others are left out of files. build gets the shapes
// of the values that the layer reads, each [1, channels, height, width] or [1, features],
// and makes tensors with rng. Configurations come from files and may ask for anything:
// build must check them, or use layers that panic with a [*tensor.ShapeError].
//
// Panics if the class is registered already.
func Register[C any](name string, build func(c C, in [][]int, rng *tensor.RNG) (Layer, error)) {
	classesMu.Lock()
	defer classesMu.Unlock()
	if _, ok := classes[name]; ok || name == "" || build == nil {
		panic(fmt.Sprintf("keras: class %q: needs a name that is not taken, and a function", name))
	}
	classes[name] = class{
		clean: func(text json.RawMessage) (json.RawMessage, error) {
			var c C
			if len(text) > 0 {
				if err := json.Unmarshal(text, &c); err != nil {
					return nil, err
				}
			}
			clean, err := json.Marshal(c)
			if string(clean) == "{}" {
				clean = nil
			}
			return clean, err
		},
		build: func(text json.RawMessage, in [][]int, rng *tensor.RNG) (Layer, error) {
			var c C
			if len(text) > 0 {
				if err := strictjson.Unmarshal(text, &c); err != nil {
					return Layer{}, err
				}
			}
			return build(c, in, rng)
		},
	}
}

// lookup finds a class.
func lookup(name string) (class, error) {
	classesMu.RLock()
	defer classesMu.RUnlock()
	c, ok := classes[name]
	if !ok {
		return class{}, fmt.Errorf("a class that is not known: add it with keras.Register; known are %s",
			strings.Join(slices.Sorted(maps.Keys(classes)), ", "))
	}
	return c, nil
}

// build makes the layer of an entry.
func build(e Entry, in [][]int, rng *tensor.RNG) (Layer, error) {
	c, err := lookup(e.Class)
	if err != nil {
		return Layer{}, err
	}
	return c.build(e.Config, in, rng)
}

// single is a layer that reads one other.
func single(forward func(x *tensor.Tensor) *tensor.Tensor, s Sight) Layer {
	return Layer{Forward: func(x []*tensor.Tensor) *tensor.Tensor { return forward(x[0]) }, Sees: s}
}

// one checks that a layer reads one other, of the rank, and returns its shape.
func one(in [][]int, rank int) ([]int, error) {
	if len(in) != 1 {
		return nil, fmt.Errorf("reads %s, and needs one", words.Count(len(in), "layer"))
	}
	if rank > 0 && len(in[0]) != rank {
		what := "pictures [batch, channels, height, width]"
		if rank == 2 {
			what = "vectors [batch, features]: put a Flatten or GlobalAveragePooling2D before it"
		}
		return nil, fmt.Errorf("reads values %v, and needs %s", in[0], what)
	}
	return in[0], nil
}

// maxParam bounds sizes of configurations, so that their products fit.
const maxParam = 1 << 20

// between checks numbers of a configuration.
func between(what string, lo, hi int, values ...int) error {
	for _, v := range values {
		if v < lo || v > hi {
			return fmt.Errorf("%s: %d: must be from %d to %d", what, v, lo, hi)
		}
	}
	return nil
}

// pair is one number for both axes, or one for each: down and across.
type pair [2]int

// UnmarshalJSON takes a number too.
func (p *pair) UnmarshalJSON(text []byte) error {
	var n int
	if json.Unmarshal(text, &n) == nil {
		*p = pair{n, n}
		return nil
	}
	var list []int
	if err := json.Unmarshal(text, &list); err != nil || len(list) != 2 {
		return fmt.Errorf("%s: expected a whole number or two", text)
	}
	*p = pair{list[0], list[1]}
	return nil
}

// or is the pair, or another if it was left out.
func (p pair) or(q pair) pair {
	if p == (pair{}) {
		return q
	}
	return p
}

// channelsLast is the order of axes that Keras has, and nothing else: files with it
// come from TensorFlow.
type channelsLast struct{}

// UnmarshalJSON refuses the other order.
func (*channelsLast) UnmarshalJSON(text []byte) error {
	if s := string(text); s != `"channels_last"` && s != "null" {
		return fmt.Errorf("data_format: %s: must be channels_last", s)
	}
	return nil
}

// axes is an axis, which Keras writes as a number or as a list of one.
type axes []int

// UnmarshalJSON takes both.
func (a *axes) UnmarshalJSON(text []byte) error {
	var n int
	if json.Unmarshal(text, &n) == nil {
		*a = axes{n}
		return nil
	}
	var list []int
	if err := json.Unmarshal(text, &list); err != nil || len(list) != 1 {
		return fmt.Errorf("axis: %s: expected one", text)
	}
	*a = list
	return nil
}
