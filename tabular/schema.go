package tabular

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/internal/words"
)

// Schema is what a [Model] has learned of the columns of its training
// rows.
//
// Its fields are for reading.
type Schema struct {
	Target  Target   `json:"target"`
	Columns []Column `json:"columns"` // the others, in the table's order

	// File is how the file of the training rows was written.
	File table.Dialect `json:"file,omitzero"`
}

// Target is the column that is predicted.
type Target struct {
	Name   string       `json:"name"`
	Kind   table.Kind   `json:"kind"` // table.Number or table.Category
	Format table.Format `json:"format,omitzero"`

	// Of a number, or of its natural logarithm if that is what is learned.
	Log       bool    `json:"log"`
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`

	// Of a category: its levels in ascending order, and in which share of the
	// rows each is.
	Classes []string  `json:"classes,omitempty"`
	Shares  []float64 `json:"shares,omitempty"`
}

// Column is how a column becomes inputs.
type Column struct {
	Name   string       `json:"name"`
	Kind   table.Kind   `json:"kind"`
	Format table.Format `json:"format,omitzero"`

	// Of a number, or of a date in days since 1970. Deviation 0 means that it was
	// the same in all rows and gives no input.
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`

	// Season is the mean of the sine and of the cosine of a date's angle in the
	// year; nil if all dates were in the same month, and give none.
	Season []float64 `json:"season,omitempty"`

	// Levels of a category that are learned by themselves, in ascending order,
	// and in which share of the rows each is.
	Levels []string  `json:"levels,omitempty"`
	Shares []float64 `json:"shares,omitempty"`
	Other  float64   `json:"other"` // the share of all other levels
	// Others are the other levels, in ascending order, where there are not too many
	// to keep: what is not among them either was never seen in training.
	Others []string `json:"others,omitempty"`
	// Different is how many levels there are of a category that is left out, because
	// none is in enough rows or nearly every row has one of its own; 0 of others.
	Different int `json:"different,omitzero"`

	Missing float64 `json:"missing"` // the share of rows without a value
}

// maxClasses bounds the classes of a target. Beyond it a column is a name, not a
// class.
const maxClasses = 1000

// mostDays bounds the mean of dates; it is far beyond any date of a file.
const mostDays = 1e7

// mostOthers bounds the levels that are kept by name only to know them again.
const mostOthers = 1000

// Inputs is how many inputs the column gives: none if all rows were the same.
func (c Column) Inputs() int {
	n := 0
	if c.Different > 0 {
		return 0
	}
	if c.Kind == table.Category {
		n = len(c.Levels) + one(c.Other > 0) + one(c.Missing > 0)
		return n * one(n > 1)
	}
	return one(c.Deviation > 0) + len(c.Season) + one(c.flagged())
}

// flagged reports whether an input tells that a number or date is missing.
func (c Column) flagged() bool { return c.Missing > 0 && c.Missing < 1 }

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Inputs is how many inputs all columns give.
func (s Schema) Inputs() int {
	n := 0
	for _, c := range s.Columns {
		n += c.Inputs()
	}
	return n
}

func (t Target) outputs() int {
	if t.Kind == table.Category {
		return len(t.Classes)
	}
	return 1
}

// check returns an error for a schema that learnSchema could not have made.
func (s Schema) check(cfg Config) error {
	if s.Target.Name != cfg.Target || s.Target.Log != cfg.Log {
		return fmt.Errorf("schema: its target is another: %q, log %v", s.Target.Name, s.Target.Log)
	}
	if err := cmp.Or(s.File.Check(), s.Target.Format.Check(), s.Target.check()); err != nil {
		return fmt.Errorf("schema: target: %w", err)
	}
	seen := map[string]bool{s.Target.Name: true}
	for i, c := range s.Columns {
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("schema: column %d has no name, or one that another has: %q", i, c.Name)
		}
		seen[c.Name] = true
		if err := cmp.Or(c.Format.Check(), c.check()); err != nil {
			return fmt.Errorf("schema: column %q: %w", c.Name, err)
		}
	}
	return check.Sizes("schema: inputs", s.Inputs())
}

func (t Target) check() error {
	switch t.Kind {
	case table.Number:
		if t.Classes != nil || t.Shares != nil || !(t.Deviation > 0) {
			return errors.New("a number has a deviation above 0 and no classes")
		}
		return nil
	case table.Category:
		if t.Log || len(t.Classes) < 2 || len(t.Classes) > maxClasses {
			return fmt.Errorf("a category has 2 to %d classes and no logarithm", maxClasses)
		}
		return checkLevels(t.Classes, t.Shares)
	}
	return fmt.Errorf("kind %q cannot be predicted", t.Kind)
}

func (c Column) check() error {
	if err := check.First(checkShare(c.Missing), checkShare(c.Other), check.Scale("deviation", c.Deviation)); err != nil {
		return err
	}
	if c.Kind != table.Category && (c.Levels != nil || c.Shares != nil || c.Other != 0 || c.Others != nil || c.Different != 0) {
		return errors.New("only a category has levels")
	}
	if c.Season != nil && (c.Kind != table.Date || len(c.Season) != 2 ||
		checkShare(math.Abs(c.Season[0])) != nil || checkShare(math.Abs(c.Season[1])) != nil) {
		return errors.New("a season is the sine and the cosine of a date")
	}
	switch c.Kind {
	case table.Number:
		return nil
	case table.Date:
		if math.Abs(c.Mean) > mostDays {
			return fmt.Errorf("a date has no mean of %g days", c.Mean)
		}
		return nil
	case table.Category:
		if c.Deviation != 0 {
			return errors.New("a category has no deviation")
		}
		if c.Different < 0 || c.Different > 0 && c.Levels != nil || len(c.Others) > mostOthers {
			return errors.New("a category that is left out has no levels")
		}
		return cmp.Or(checkLevels(c.Levels, c.Shares), checkNames(c.Others))
	}
	return fmt.Errorf("unknown kind %q", c.Kind)
}

func checkLevels(levels []string, shares []float64) error {
	if len(levels) != len(shares) {
		return fmt.Errorf("%d levels have %d shares", len(levels), len(shares))
	}
	for _, share := range shares {
		if err := checkShare(share); err != nil {
			return err
		}
	}
	return checkNames(levels)
}

func checkNames(levels []string) error {
	for i, name := range levels {
		if name == "" || i > 0 && levels[i-1] >= name {
			return fmt.Errorf("levels are not in ascending order, each once and none empty: level %d is %q", i, name)
		}
	}
	return nil
}

func checkShare(x float64) error {
	if !(x >= 0 && x <= 1) {
		return fmt.Errorf("share %g: must be from 0 to 1", x)
	}
	return nil
}

// String says how each column becomes inputs: a line for the target, a line for
// each column.
func (s Schema) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%s\n", words.OneLine(s.Target.Name), s.Target.Kind, s.Target.summary())
	for _, c := range s.Columns {
		inputs := "left out: the same in every row"
		if c.Different > 0 {
			inputs = "left out: " + c.why()
		}
		if n := c.Inputs(); n > 0 {
			inputs = fmt.Sprintf("%s → %s", c.summary(), words.Count(n, "input"))
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", words.OneLine(c.Name), c.Kind, inputs)
	}
	w.Flush() // into memory
	return strings.TrimRight(b.String(), "\n")
}

func (t Target) summary() string {
	if t.Kind == table.Category {
		return fmt.Sprintf("to predict: one of %d, %s", len(t.Classes), words.Few(t.Classes))
	}
	of := ""
	if t.Log {
		of = "of the logarithm: "
	}
	return fmt.Sprintf("to predict: %smean %.4g, deviation %.4g", of, t.Mean, t.Deviation)
}

func (c Column) summary() string {
	var parts []string
	switch {
	case c.Kind == table.Category:
		names := slices.Clone(c.Levels)
		if c.Other > 0 {
			names = append(names, "other")
		}
		parts = append(parts, words.Few(names))
	case c.Kind == table.Date && c.Deviation > 0:
		parts = append(parts, fmt.Sprintf("mean %s, deviation %.4g days", table.Time(c.Mean).Format("2006-01-02"), c.Deviation))
	case c.Deviation > 0:
		parts = append(parts, fmt.Sprintf("mean %.4g, deviation %.4g", c.Mean, c.Deviation))
	}
	if c.Season != nil {
		parts = append(parts, "time of year")
	}
	if c.Missing > 0 {
		parts = append(parts, fmt.Sprintf("%.2g %% missing", 100*c.Missing))
	}
	return strings.Join(parts, ", ")
}
