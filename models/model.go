package models

import (
	"fmt"
	"iter"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Model is what [MLP], [Tabular], [GAN], [TextGenerator] and
// [QuantizedTextGenerator] have in common.
type Model interface {
	// Kind is the model's name in files, that of its type, such as "MLP".
	Kind() string
	layers.Module
	// Params yields the trainable parameters under their PyTorch names.
	Params() iter.Seq2[string, *tensor.Tensor]
	// Save writes the model to one file; see [Save].
	Save(path string) error

	contents() contents
	forInference() contents // the part that [ForInference] writes
	training() training
}

var _ layers.Module = Model(nil) // layers.Count(model) counts its parameters

// maxSize bounds every size in a configuration, so that small multiples of it
// fit an int everywhere.
const maxSize = 1 << 28

// maxNumbers bounds the parameters of a model.
const maxNumbers = min(math.MaxInt/8, 1<<40)

// shapes are the names and shapes of a model's tensors. They are known from its
// configuration alone, before anything is allocated.
type shapes = iter.Seq2[string, []int]

// checkSizes returns an error unless all sizes lie in [1, maxSize].
func checkSizes(what string, sizes ...int) error {
	for _, n := range sizes {
		if n < 1 || n > maxSize {
			return fmt.Errorf("%s: %d: must be from 1 to %d", what, n, maxSize)
		}
	}
	return nil
}

// checkTotal returns an error if the tensors could not be allocated for sure.
func checkTotal(s shapes) error {
	total := 0
	for _, shape := range s {
		size := 1
		for _, d := range shape {
			if d > maxNumbers/size {
				return errTooLarge
			}
			size *= d
		}
		if total += size; total > maxNumbers {
			return errTooLarge
		}
	}
	return nil
}

var errTooLarge = fmt.Errorf("sizes: more than %d parameters", uint64(maxNumbers))

// checkRate returns an error unless x is a number in [0, below).
func checkRate(what string, x, below float64) error {
	if !(x >= 0 && x < below) {
		return fmt.Errorf("%s: %g: must be at least 0 and below %g", what, x, below)
	}
	return nil
}

// checkScale returns an error unless x is finite and not negative.
func checkScale(what string, x float64) error {
	if !(x >= 0 && x <= math.MaxFloat64) {
		return fmt.Errorf("%s: %g: must be finite and not negative", what, x)
	}
	return nil
}

// checkParts returns an error unless a batch can be taken in n parts; 0 is 1.
func checkParts(n int) error {
	if n < 0 || n > maxSize {
		return fmt.Errorf("accumulate: %d: must be from 1 to %d", n, maxSize)
	}
	return nil
}

// averagePrefix sets averaged weights apart from the latest in files.
const averagePrefix = "ema"

// withAverage adds, with a moving average, a second tensor for each.
func withAverage(decay float64, s shapes) shapes {
	if decay == 0 {
		return s
	}
	return func(yield func(string, []int) bool) {
		for name, shape := range s {
			if !yield(name, shape) {
				return
			}
		}
		for name, shape := range s {
			if !yield(averagePrefix+"."+name, shape) {
				return
			}
		}
	}
}

// firstError is the first that is not nil. All of them have been evaluated.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func orDefault[T comparable](x, otherwise T) T {
	var zero T
	if x == zero {
		return otherwise
	}
	return x
}

// on is a backend, the default one if none is given.
func on(be backend.Backend) backend.Backend {
	if be == nil {
		return backend.Default()
	}
	return be
}

// noiseKey separates the random stream of training (noise, dropout) from that
// of the initial weights, which starts at the seed itself.
const noiseKey = 0x9e3779b97f4a7c15

// trainingTape is the tape a model reuses for all its steps.
func trainingTape(be backend.Backend, seed uint64) *tensor.Tape {
	return tensor.NewTape(tensor.On(be), tensor.Seed(seed^noiseKey), tensor.Train())
}

// inferenceTape is a tape that records nothing. Each call of a Predict or
// Generate method has its own, so they may run at the same time.
func inferenceTape(be backend.Backend, options ...tensor.Option) *tensor.Tape {
	return tensor.NewTape(append(options, tensor.On(be), tensor.NoGrad())...)
}

// rowsOf is the number of rows of the given width in a flat slice.
func rowsOf(op string, values []float32, width int) int {
	if len(values) == 0 || len(values)%width != 0 {
		tensor.Fail(op, fmt.Sprintf("expected rows of %d numbers, at least one", width), "%d numbers", len(values))
	}
	return len(values) / width
}
