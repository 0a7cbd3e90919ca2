//go:build race

package backendtest

const large = 1<<15 + 13

// thin is every seventh of a list, first and last included. The race detector
// slows numeric loops twentyfold and looks at memory, not at numbers: it needs
// every operation, but not at every size.
func thin[T any](all []T) []T {
	var some []T
	for i := 0; i < len(all); i += 7 {
		some = append(some, all[i])
	}
	if len(all)%7 != 1 && len(all) > 0 {
		some = append(some, all[len(all)-1])
	}
	return some
}
