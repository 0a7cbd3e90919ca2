package keras

import (
	"fmt"
	"maps"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Options change what [Convert] makes.
type Options struct {
	Range   [2]float64      // see [Config]
	Backend backend.Backend // nil means the default one
}

// Convert makes a network of a layers model of TensorFlow.js, with its weights.
//
// Errors: what is no network for pictures with one input and one output; those of [New];
// weights that are missing, left over, of another shape or not finite.
func Convert(m *tfjs.Model, o Options) (*Network, error) {
	cfg, err := parse(m.Topology)
	if err != nil {
		return nil, fmt.Errorf("topology: %w", err)
	}
	cfg.Range = o.Range
	plan, err := New(cfg, shape.New(maxNumbers)) // before memory is taken
	if err != nil {
		return nil, fmt.Errorf("topology: %w", err)
	}
	if err := plan.fits(m); err != nil {
		return nil, err
	}
	if o.Backend == nil {
		o.Backend = backend.Default()
	}
	n, err := New(cfg, o.Backend)
	if err != nil {
		return nil, err
	}
	for _, w := range n.weights() {
		if err := w.fill(m); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// weight is a tensor of a network and the array that it comes from.
type weight struct {
	tensor *tensor.Tensor
	name   string // of the array
	Array
}

// weights are those of all layers.
func (n *Network) weights() (list []weight) {
	for i, e := range n.cfg.Layers {
		if n.nodes[i].Module == nil {
			continue
		}
		for name, entry := range n.nodes[i].Module.State() {
			a, ok := n.nodes[i].Arrays[name]
			if !ok {
				continue
			}
			if t, ok := entry.Tensor(); ok {
				list = append(list, weight{t, e.Name + "/" + a.Name, a})
			}
		}
	}
	return list
}

// shape is that of the array.
func (w *weight) shape() []int {
	ours := w.Shape
	if ours == nil {
		ours = w.tensor.Shape()
	}
	if w.Axes == nil {
		return ours
	}
	theirs := make([]int, len(ours))
	for i, axis := range w.Axes {
		theirs[axis] = ours[i]
	}
	return theirs
}

// fits returns an error unless the model has exactly the arrays of the network.
func (n *Network) fits(m *tfjs.Model) error {
	var wrong []string
	left := map[string]bool{}
	for _, name := range m.Names() {
		left[name] = true
	}
	for _, w := range n.weights() {
		got, ok := m.Shape(w.name)
		delete(left, w.name)
		switch want := w.shape(); {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%s is missing", w.name))
		case !slices.Equal(got, want):
			wrong = append(wrong, fmt.Sprintf("%s has shape %v, and its layer %v", w.name, got, want))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		wrong = append(wrong, fmt.Sprintf("%s is of no layer", name))
	}
	if wrong != nil {
		return fmt.Errorf("weights: %s", words.Few(wrong))
	}
	return nil
}

// fill copies the array into the tensor.
func (w *weight) fill(m *tfjs.Model) error {
	numbers, err := m.Float32s(w.name)
	if err != nil {
		return err
	}
	if err := safetensors.NonFinite(w.name, 0, numbers); err != nil {
		return err
	}
	t := tensor.FromSliceOn(w.tensor.Backend(), numbers, w.shape()...)
	if w.Axes != nil {
		t = t.Permute(w.Axes...)
	}
	w.tensor.Set(t.Reshape(w.tensor.Shape()...))
	return nil
}
