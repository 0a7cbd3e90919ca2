package tabular

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// Confusion counts the rows of each class by the class that was predicted.
type Confusion struct {
	// Classes in ascending order. Where there are many, or some that the network
	// does not know, the last stands for all others and is named [OtherClasses].
	Classes []string
	Counts  [][]int // Counts[i][k] rows of class i were predicted to be of class k
}

// OtherClasses is the name of what a [Confusion] has no class for.
const OtherClasses = "(others)"

// Confusion counts the rows of an evaluation of classes, with at most so many
// classes apart: those with the most rows. It is empty where the target is a
// number.
//
// Panics if most is less than 1.
func (e Evaluation) Confusion(most int) Confusion {
	if most < 1 {
		panic(fmt.Sprintf("confusion: expected at least 1 class, got %d", most))
	}
	if e.Labels == nil {
		return Confusion{}
	}
	kept, complete := e.frequent(most)
	var c Confusion
	place := make([]int, len(e.Target.Classes)) // of each class in c
	for k := range place {
		place[k] = len(kept)
	}
	for i, k := range kept {
		c.Classes, place[k] = append(c.Classes, e.Target.Classes[k]), i
	}
	if !complete {
		c.Classes = append(c.Classes, OtherClasses)
	}
	c.Counts = make([][]int, len(c.Classes))
	for i := range c.Counts {
		c.Counts[i] = make([]int, len(c.Classes))
	}
	for i, label := range e.Labels {
		row := len(kept)
		if label >= 0 {
			row = place[label]
		}
		c.Counts[row][place[e.Guesses[i]]]++
	}
	return c
}

// frequent are the places of at most so many classes with the most rows, in
// ascending order, and whether every row is of one of them and predicted to be.
func (e Evaluation) frequent(most int) (kept []int, complete bool) {
	rows := make([]int, len(e.Target.Classes))
	complete = true
	for _, label := range e.Labels {
		if label < 0 {
			complete = false
			continue
		}
		rows[label]++
	}
	order := make([]int, len(rows))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rows[b], rows[a]) })
	kept = slices.Sorted(slices.Values(order[:min(most, len(order))]))
	return kept, complete && len(kept) == len(order)
}

// Right is the share of a class's rows that were predicted to be of it; false if
// it has no rows.
func (c Confusion) Right(class int) (share float64, ok bool) {
	total := 0
	for _, n := range c.Counts[class] {
		total += n
	}
	if total == 0 {
		return 0, false
	}
	return float64(c.Counts[class][class]) / float64(total), true
}

const (
	nameShown    = 8  // of a class's name, in a matrix in a terminal
	lineShown    = 80 // columns of a terminal
	classesShown = 12
)

// Picture is an evaluation as text of at most 80 columns: the confusion matrix of
// classes, or the chart of predicted numbers against actual ones.
func (e Evaluation) Picture() string {
	if e.Labels == nil {
		return e.Scatter()
	}
	for most := classesShown; ; most-- {
		text := e.Confusion(most).String()
		if first, _, _ := strings.Cut(text, "\n"); most == 1 || utf8.RuneCountInString(first) <= lineShown {
			return text
		}
	}
}

// String is the matrix as aligned text: a line for each class, a column for each
// prediction.
func (c Confusion) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 1, ' ', tabwriter.AlignRight)
	name := func(k int) string { return words.Shortened(words.OneLine(c.Classes[k]), nameShown) }
	fmt.Fprint(w, "is \\ predicted\t")
	for k := range c.Classes {
		fmt.Fprintf(w, "%s\t", name(k))
	}
	fmt.Fprint(w, "right\t\n")
	for i, row := range c.Counts {
		fmt.Fprintf(w, "%s\t", name(i))
		for _, n := range row {
			fmt.Fprintf(w, "%d\t", n)
		}
		right := "-"
		if share, ok := c.Right(i); ok {
			right = fmt.Sprintf("%.0f %%", 100*share)
		}
		fmt.Fprintf(w, "%s\t\n", right)
	}
	w.Flush() // into memory
	return strings.TrimRight(b.String(), "\n")
}
