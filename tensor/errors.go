package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// ShapeError reports operands whose shapes do not fit an operation.
type ShapeError struct {
	Op       string // the operation, such as "matmul"
	Expected string // what it needs
	Got      string // what it was given
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s: %s, got %s", e.Op, e.Expected, e.Got)
}

// UseError reports a value used where it cannot be: after its release, or on
// two tapes at once.
type UseError struct {
	Op      string
	Problem string
}

func (e *UseError) Error() string { return e.Op + ": " + e.Problem }

// Fail panics with a [*ShapeError]. Layers use it so that all shape errors read
// alike: "conv2d: weight [8 3 3 3] needs 3 input channels, got 4".
func Fail(op, expected, gotFormat string, args ...any) {
	panic(&ShapeError{Op: op, Expected: expected, Got: fmt.Sprintf(gotFormat, args...)})
}

// Try runs f and returns the shape, use or limit error it panicked with, if any.
// Other panics pass through.
func Try(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *ShapeError:
			err = r
		case *UseError:
			err = r
		case *backend.LimitError:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}
