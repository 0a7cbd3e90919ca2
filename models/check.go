package models

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/tensor"
)

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
// numbers, of which tooLarge tells. A layer that panics at a size makes an error.
func fits(limit int, tooLarge error, build func(*shape.Backend) error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *backend.LimitError:
			err = tooLarge
		case *tensor.ShapeError:
			if err = p; p.Op == "new" { // the sizes of a tensor overflow an int
				err = tooLarge
			}
		default:
			panic(p)
		}
	}()
	return build(shape.New(limit))
}
