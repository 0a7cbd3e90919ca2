package data

import (
	"slices"
	"testing"

	"github.com/org/artnn/data/table"
)

func TestSplitTable(t *testing.T) {
	x := make([]float64, 50)
	for i := range x {
		x[i] = float64(i)
	}
	all, err := table.New(table.Numbers("x", x...))
	if err != nil {
		t.Fatal(err)
	}
	train, held, err := SplitTable(all, 0.2, 7)
	if err != nil {
		t.Fatal(err)
	}
	values := func(from *table.Table) []float64 { return from.Columns()[0].Values() }
	if train.Len() != 40 || held.Len() != 10 {
		t.Errorf("split into %d and %d", train.Len(), held.Len())
	}
	both := slices.Concat(values(train), values(held))
	slices.Sort(both)
	if !slices.Equal(both, x) {
		t.Errorf("the parts together have %v", both)
	}
	again, _, _ := SplitTable(all, 0.2, 7)
	other, _, _ := SplitTable(all, 0.2, 8)
	if !slices.Equal(values(again), values(train)) || slices.Equal(values(other), values(train)) {
		t.Error("the split does not follow the seed")
	}
	// The same rows as Split takes of any other dataset.
	a, _, _ := Split(Slice[float64](x), 0.2, 7)
	for i := range a.Len() {
		if a.At(i) != values(train)[i] {
			t.Errorf("row %d is %v, Split has %v", i, values(train)[i], a.At(i))
		}
	}
	if _, _, err := SplitTable(all, 1, 7); err == nil {
		t.Error("a fraction of 1 passed")
	}
}
