package data

import (
	"errors"
	"fmt"

	"github.com/org/artnn/internal/words"
)

// Dataset is a fixed number of elements that can be had in any order.
//
// At must return the same element for the same index each time and must be
// safe to call from another goroutine than the one that made the dataset.
type Dataset[T any] interface {
	Len() int
	At(i int) T
}

// Slice is a dataset held in memory.
type Slice[T any] []T

// Len is the number of elements.
func (s Slice[T]) Len() int { return len(s) }

// At is element i.
func (s Slice[T]) At(i int) T { return s[i] }

type subset[T any] struct {
	of      Dataset[T]
	indices []int
}

func (s subset[T]) Len() int   { return len(s.indices) }
func (s subset[T]) At(i int) T { return s.of.At(s.indices[i]) }

// Subset is the dataset of the named elements of ds, in the order named.
//
// The indices are copied; one may be named more than once.
// Panics when an index is not in [0, ds.Len()).
func Subset[T any](ds Dataset[T], indices []int) Dataset[T] {
	n := ds.Len()
	for _, i := range indices {
		if i < 0 || i >= n {
			panic(fmt.Sprintf("subset: index %d is outside a dataset of %d", i, n))
		}
	}
	return subset[T]{ds, append([]int(nil), indices...)}
}

type mapped[T, U any] struct {
	of Dataset[T]
	f  func(T) U
}

func (m mapped[T, U]) Len() int   { return m.of.Len() }
func (m mapped[T, U]) At(i int) U { return m.f(m.of.At(i)) }

// Map is the dataset of f(x) for each x of ds. f runs each time an element is
// read, in whichever goroutine reads it.
func Map[T, U any](ds Dataset[T], f func(T) U) Dataset[U] {
	return mapped[T, U]{ds, f}
}

// Split divides ds at random into a part to train on and a part held out.
//
// The held-out part has fraction·Len elements, rounded, and at least one; so
// has the rest. The same seed gives the same split.
//
// Errors: a fraction outside (0, 1), fewer than two elements.
func Split[T any](ds Dataset[T], fraction float64, seed uint64) (train, held Dataset[T], err error) {
	h, err := heldOut(ds.Len(), fraction)
	if err != nil {
		return nil, nil, err
	}
	order := permutation(ds.Len(), splitKey(seed))
	return subset[T]{ds, order[h:]}, subset[T]{ds, order[:h]}, nil
}

// heldOut is how many of n elements a split holds out: the first of its order.
func heldOut(n int, fraction float64) (int, error) {
	if !(fraction > 0 && fraction < 1) {
		return 0, fmt.Errorf("split: the held-out fraction must lie between 0 and 1, got %v", fraction)
	}
	if n < 2 {
		return 0, errors.New("split: two parts need at least two elements, got " + words.Count(n, "element"))
	}
	return min(max(int(fraction*float64(n)+0.5), 1), n-1), nil
}

// splitKey separates the stream of splits from the others of a seed.
func splitKey(seed uint64) uint64 { return mix(seed, 0x73706c6974) }
