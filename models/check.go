package models

import (
	"errors"
	"fmt"
	"math"

	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/tensor"
)

// maxSize bounds every size in a configuration, so that small multiples of it
// fit an int everywhere.
const maxSize = 1 << 28

// maxNumbers bounds the numbers of a model's tensors.
const maxNumbers = min(math.MaxInt/8, 1<<40)

var errTooLarge = fmt.Errorf("sizes: more than %d parameters", uint64(maxNumbers))

// checkTotal returns an error if what build makes could not be allocated for
// sure. It builds it once without memory.
func checkTotal(build func(*tensor.RNG)) error {
	return fits(maxNumbers, errTooLarge, func(be *shape.Backend) error {
		build(tensor.NewRNGOn(be, 0))
		return nil
	})
}

// fits calls build with a backend that allocates nothing and stops at a number of
// numbers, of which tooLarge tells.
func fits(limit int, tooLarge error, build func(*shape.Backend) error) (err error) {
	defer func() {
		switch p := recover(); p := p.(type) {
		case nil:
		case *shape.LimitError:
			err = tooLarge
		default:
			panic(p)
		}
	}()
	return build(shape.New(limit))
}

// checkSizes returns an error unless all sizes lie in [1, maxSize].
func checkSizes(what string, sizes ...int) error {
	for _, n := range sizes {
		if n < 1 || n > maxSize {
			return fmt.Errorf("%s: %d: must be from 1 to %d", what, n, maxSize)
		}
	}
	return nil
}

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

// checkCount returns an error unless n is from 0, the default, to maxSize.
func checkCount(what string, n int) error {
	if n < 0 || n > maxSize {
		return fmt.Errorf("%s: %d: must be from 1 to %d", what, n, maxSize)
	}
	return nil
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

