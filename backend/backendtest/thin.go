//go:build !race

package backendtest

// large is past any threshold for splitting work among threads.
const large = 1<<16 + 13

// thin is all of a list, but some of it under the race detector.
func thin[T any](all []T) []T { return all }
