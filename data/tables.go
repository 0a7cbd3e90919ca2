package data

import "github.com/org/artnn/data/table"

// SplitTable is [Split] of the rows of a table.
//
// Errors: those of [Split].
func SplitTable(t *table.Table, fraction float64, seed uint64) (train, held *table.Table, err error) {
	h, err := heldOut(t.Len(), fraction)
	if err != nil {
		return nil, nil, err
	}
	order := make([]int32, t.Len())
	for i := range order {
		order[i] = int32(i)
	}
	shuffle(order, splitKey(seed))
	part := func(rows []int32) *table.Table {
		return t.SelectFunc(len(rows), func(k int) int { return int(rows[k]) })
	}
	return part(order[h:]), part(order[:h]), nil
}
