package models

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// Model is a network that is saved and loaded with what it takes to build it.
// Any program may have models of its own; see [Register].
type Model interface {
	// State yields parameters, buffers and stored weights under dotted names.
	layers.Module
	// Describe returns the kind under which the model is registered, and a
	// configuration that JSON can hold and from which the same model is built.
	Describe() (kind string, config any)
}

// Trainable is a model that learns. The trainer takes it as it is.
type Trainable interface {
	Model
	// Updates are what turns losses into better parameters: one for most models,
	// two for adversarial ones. They have the optimisers, for learning rate
	// schedules, and what a checkpoint must hold. A model that cannot learn has
	// none.
	Updates() []*update.Update
}

// Kind is the kind of a model, such as "MLP".
func Kind(m Model) string {
	kind, _ := m.Describe()
	return kind
}

// on is a backend, the default one if none is given.
func on(be backend.Backend) backend.Backend {
	if be == nil {
		return backend.Default()
	}
	return be
}

// inferenceTape is a tape that records nothing. Each call of a Predict or
// Generate method has its own, so they may run at the same time.
func inferenceTape(be backend.Backend, options ...tensor.Option) *tensor.Tape {
	return tensor.NewTape(append(options, tensor.On(be), tensor.NoGrad())...)
}

// rowsOf is the number of rows of the given width in a flat slice.
func rowsOf(op string, values []float32, width int) int {
	if len(values) == 0 || len(values)%width != 0 {
		tensor.Fail(op, fmt.Sprintf("expected rows of %s, at least one", words.Count(width, "number")), "%s", words.Count(len(values), "number"))
	}
	return len(values) / width
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
