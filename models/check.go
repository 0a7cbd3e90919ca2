package models

import (
	"errors"
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/tensor"
)

// maxNumbers bounds the numbers of a model's tensors.
const maxNumbers = min(math.MaxInt/8, 1<<40)

// ErrTooLarge is wrapped by the error of a configuration whose network no machine
// has the memory for.
var ErrTooLarge = fmt.Errorf("sizes: more than %d parameters", uint64(maxNumbers))

// maxLayers bounds the layers of a model: a file of a few megabytes may ask for a
// million, which takes minutes and gigabytes even without their weights.
const maxLayers = 1024

// checkLayers returns an error if a configuration asks for too many layers.
func checkLayers(n int) error {
	if n > maxLayers {
		return fmt.Errorf("layers: %d: must be at most %d", n, maxLayers)
	}
	return nil
}

// checkTotal returns an error if what build makes could not be allocated for
// sure. It builds it once without memory.
func checkTotal(build func(*tensor.RNG)) error {
	return fits(maxNumbers, ErrTooLarge, func(be *shape.Backend) error {
		build(tensor.NewRNGOn(be, 0))
		return nil
	})
}

// fits calls build with a backend that allocates nothing and stops at a number of
// numbers, of which tooLarge tells. What [try] takes for an error is one.
func fits(limit int, tooLarge error, build func(*shape.Backend) error) error {
	err := try(func() error { return build(shape.New(limit)) })
	var over *backend.LimitError
	var size *tensor.ShapeError // its sizes may overflow an int
	if errors.As(err, &over) || errors.As(err, &size) && size.Op == "new" {
		return tooLarge
	}
	return err
}

// try calls f with what a configuration from a file says. Panics at a value that
// is out of range are errors of that file: those of layers, which have types of
// their own, and those of updates and optimisers, which are texts. Others are
// mistakes of the program and pass through.
func try(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *backend.LimitError:
			err = p
		case *tensor.ShapeError:
			err = p
		case string:
			err = errors.New(p)
		default:
			panic(p)
		}
	}()
	return f()
}
