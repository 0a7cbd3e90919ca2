package data

import (
	"math"
	"slices"
	"testing"
)

// goldenOrder is the shuffle of ten elements by seed 42 in epoch 0, computed from
// the formulas apart from this code.
var goldenOrder = []int{5, 1, 0, 6, 2, 3, 4, 7, 9, 8}

func all[T any](ds Dataset[T]) []T {
	var out []T
	for i := range ds.Len() {
		out = append(out, ds.At(i))
	}
	return out
}

func TestSubsetAndMap(t *testing.T) {
	indices := []int{9, 0, 9}
	s := Subset(ten, indices)
	indices[0] = 1 // the subset has its own copy
	doubled := Map(s, func(v int) float64 { return float64(2 * v) })
	if got := all(doubled); !slices.Equal(got, []float64{18, 0, 18}) {
		t.Errorf("got %v", got)
	}
	for _, bad := range []int{-1, 10} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("index %d did not panic", bad)
				}
			}()
			Subset(ten, []int{bad})
		}()
	}
}

func TestSplit(t *testing.T) {
	for fraction, want := range map[float64]int{0.3: 3, 0.25: 3, 0.01: 1, 0.999: 9, 0.5: 5} {
		train, held, err := Split(ten, fraction, 7)
		if err != nil {
			t.Fatal(err)
		}
		if held.Len() != want || train.Len() != 10-want {
			t.Errorf("fraction %v: %d and %d, want %d held out", fraction, train.Len(), held.Len(), want)
		}
		both := append(all(train), all(held)...)
		if slices.Sort(both); !slices.Equal(both, ten) {
			t.Errorf("fraction %v: the parts are %v together", fraction, both)
		}
		again, _, _ := Split(ten, fraction, 7)
		if !slices.Equal(all(again), all(train)) {
			t.Errorf("fraction %v: the same seed split in two ways", fraction)
		}
	}
	a, _, _ := Split(ten, 0.5, 1)
	b, _, _ := Split(ten, 0.5, 2)
	if slices.Equal(all(a), all(b)) {
		t.Error("two seeds gave one split")
	}
	for _, fraction := range []float64{0, 1, -0.5, 2, math.NaN()} {
		if _, _, err := Split(ten, fraction, 0); err == nil {
			t.Errorf("fraction %v was accepted", fraction)
		}
	}
	for _, small := range []Slice[int]{nil, {1}} {
		if _, _, err := Split(small, 0.5, 0); err == nil {
			t.Errorf("%d elements were split", len(small))
		}
	}
}
