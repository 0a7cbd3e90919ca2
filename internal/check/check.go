// Package check holds configurations to what makes sense. Its errors name what is
// wrong and what would be right.
package check

import (
	"fmt"
	"math"
)

// MaxSize bounds every size in a configuration, so that small multiples of it
// fit an int everywhere.
const MaxSize = 1 << 28

// Sizes returns an error unless all sizes lie in [1, MaxSize].
func Sizes(what string, sizes ...int) error {
	for _, n := range sizes {
		if n < 1 || n > MaxSize {
			return fmt.Errorf("%s: %d: must be from 1 to %d", what, n, MaxSize)
		}
	}
	return nil
}

// Count returns an error unless n is from 0, the default, to MaxSize.
func Count(what string, n int) error {
	if n < 0 || n > MaxSize {
		return fmt.Errorf("%s: %d: must be from 1 to %d", what, n, MaxSize)
	}
	return nil
}

// Rate returns an error unless x is a number in [0, below).
func Rate(what string, x, below float64) error {
	if !(x >= 0 && x < below) {
		return fmt.Errorf("%s: %g: must be at least 0 and below %g", what, x, below)
	}
	return nil
}

// Scale returns an error unless x is finite and not negative.
func Scale(what string, x float64) error {
	if !(x >= 0 && x <= math.MaxFloat64) {
		return fmt.Errorf("%s: %g: must be finite and not negative", what, x)
	}
	return nil
}

// First is the first error that is not nil. All of them have been evaluated.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
