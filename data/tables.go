package data

import "github.com/org/artnn/data/table"

// SplitTable is [Split] of the rows of a table.
//
// Errors: those of [Split].
func SplitTable(t *table.Table, fraction float64, seed uint64) (train, held *table.Table, err error) {
	a, b, err := Split(Slice[int](identity(t.Len())), fraction, seed)
	if err != nil {
		return nil, nil, err
	}
	return t.Select(a.(subset[int]).indices), t.Select(b.(subset[int]).indices), nil
}
