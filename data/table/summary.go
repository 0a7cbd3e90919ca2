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
		text = words.Count(c.CountLevels(), "level") + ": " + words.Few(c.someLevels())
	case Date:
		low, high, _ := c.span()
		text = dateText(low) + " to " + dateText(high)
	default:
		low, high, mean := c.span()
		text = fmt.Sprintf("%.6g to %.6g, mean %.6g", low, high, mean)
	}
	if missing > 0 {
		text += fmt.Sprintf("; %d missing", missing)
	}
	return text
}

// mostNamed is how many levels a line may have room for.
const mostNamed = 100

func (c Column) someLevels() (levels []string) {
	for code := range min(c.CountLevels(), mostNamed) {
		levels = append(levels, c.Level(code))
	}
	return levels
}

// span is the lowest, the highest and the mean of the values that are known.
func (c Column) span() (low, high, mean float64) {
	low, high = math.Inf(1), math.Inf(-1)
	n := 0.0
	for i := range c.Len() {
		v := c.at(i)
		if math.IsNaN(v) {
			continue
		}
		n++
		low, high = min(low, v), max(high, v)
		mean += v/n - mean/n // never larger than the values
	}
	return low, high, mean
}
