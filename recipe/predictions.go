package recipe

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/tabular"
)

// WritePredictions writes the file of a table byte for byte, with one more column
// for what a model predicts, and another for the probability of a class. t is the
// table that was read from the file. Numbers get the table's mark before decimals;
// a new column whose name is there already gets a number.
//
// Errors: columns that the table lacks; a file that has changed since it was read;
// a class that the file's encoding has no signs for; those of w.
func WritePredictions(w io.Writer, file *table.CSV, t *table.Table, m *tabular.Model) error {
	made, err := m.Predictions(t)
	if err != nil {
		return err
	}
	next, stop := iter.Pull(made)
	defer stop()
	mark, target := decimalMark(t), m.Schema().Target
	return file.CopyWith(w, t.Dialect(), table.Added{
		Rows: t.Len(),
		Names: func(names []string) []string {
			added := []string{free("predicted "+target.Name, names)}
			if target.Kind == table.Category {
				added = append(added, free("probability", names))
			}
			return added
		},
		Row: func(int) []string {
			p, _ := next()
			if target.Kind == table.Category {
				return []string{p.Class, marked(strconv.FormatFloat(slices.Max(p.Probabilities), 'f', 4, 64), mark)}
			}
			return []string{marked(plain(p.Value), mark)}
		},
	})
}

// decimalMark is what the first of a table's numbers that tells has before
// decimals.
func decimalMark(t *table.Table) string {
	for _, c := range t.Columns() {
		if c.Format.Decimal != "" {
			return c.Format.Decimal
		}
	}
	return "."
}

func marked(number, mark string) string { return strings.Replace(number, ".", mark, 1) }

// plain is a number to six digits, written out where that is not long.
func plain(v float64) string {
	short := strconv.FormatFloat(v, 'g', 6, 64)
	if !strings.ContainsRune(short, 'e') || v > 1e15 || v < -1e15 {
		return short
	}
	rounded, err := strconv.ParseFloat(short, 64)
	if err != nil || rounded > -1 && rounded < 1 {
		return short
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// free is a name, with a number after it if there is such a one already.
func free(name string, names []string) string {
	out := name
	for i := 2; slices.Contains(names, out); i++ {
		out = fmt.Sprintf("%s %d", name, i)
	}
	return out
}
