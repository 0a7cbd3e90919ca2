package backend

import (
	"fmt"

	"github.com/org/artnn/internal/words"
)

// ShapeOnly is a backend whose buffers may have a length but no numbers: package
// backend/shape, or something around it. What would go through numbers on the
// host, such as drawing an orthogonal matrix, asks [IsShapeOnly] and leaves it.
type ShapeOnly interface {
	ShapeOnly() bool
}

// IsShapeOnly reports whether a backend holds no numbers.
func IsShapeOnly(b Backend) bool {
	s, ok := b.(ShapeOnly)
	return ok && s.ShapeOnly()
}

// LimitError is what Alloc panics with beyond a backend's limit.
type LimitError struct {
	Asked int // numbers
	Used  int // numbers allocated before
	Limit int // the most numbers at a time
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s on top of %d are more than the limit of %d", words.Count(e.Asked, "number"), e.Used, e.Limit)
}
