package models

import (
	"fmt"
	"strings"

	"github.com/org/artnn/internal/words"
)

// Bounds of the classes of pictures.
const (
	maxClasses   = 10000
	maxClassName = 256 // bytes
)

// checkClasses returns an error unless there are no classes, or two or more with names
// of their own.
func checkClasses(names []string) error {
	if len(names) == 1 {
		return fmt.Errorf("classes: one, %q: needs two or more, or none", names[0])
	}
	if len(names) > maxClasses {
		return fmt.Errorf("classes: %d: must be at most %d", len(names), maxClasses)
	}
	known := make(map[string]bool, len(names))
	for _, name := range names {
		if len(name) > maxClassName {
			return fmt.Errorf("classes: %.40q…: a name must have at most %s, got %d", name, words.Count(maxClassName, "byte"), len(name))
		}
		if strings.TrimSpace(name) == "" || known[name] {
			return fmt.Errorf("classes: %q: names must be different and not empty", name)
		}
		known[name] = true
	}
	return nil
}
