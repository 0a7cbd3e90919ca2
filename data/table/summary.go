package table

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/org/artnn/internal/words"
)

// String says what the table holds: a line for its size and one for each column.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, words.Count(t.rows, "row"))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range t.columns {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", words.OneLine(c.Name), c.Kind, c.summary())
	}
	w.Flush() // into memory
	return strings.TrimRight(b.String(), "\n")
}

// summary is what the values are, in a few words.
func (c Column) summary() string {
	missing := c.CountMissing()
	if missing == c.Len() {
		return "all missing"
	}
	var text string
	switch c.Kind {
	case Category:
		text = words.Count(len(c.Levels), "level") + ": " + words.Few(c.Levels)
	case Date:
		low, high, _ := span(c.Values)
		text = dateText(low) + " to " + dateText(high)
	default:
		low, high, mean := span(c.Values)
		text = fmt.Sprintf("%.6g to %.6g, mean %.6g", low, high, mean)
	}
	if missing > 0 {
		text += fmt.Sprintf("; %d missing", missing)
	}
	return text
}

// span is the lowest, the highest and the mean of the values that are known.
func span(values []float64) (low, high, mean float64) {
	low, high = math.Inf(1), math.Inf(-1)
	n := 0.0
	for _, v := range values {
		if math.IsNaN(v) {
			continue
		}
		n++
		low, high = min(low, v), max(high, v)
		mean += (v - mean) / n // never larger than the values
	}
	return low, high, mean
}
