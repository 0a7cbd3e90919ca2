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

	Missing float64 `json:"missing"` // the share of rows without a value
}

// maxClasses bounds the classes of a target. Beyond it a column is a name, not a
// class.
const maxClasses = 1000

// widestTarget bounds the deviation of a target, and its inverse: the squares of
// errors, even large ones, must have room in float64.
const widestTarget = 1e140

// mostDays bounds the mean of dates; it is far beyond any date of a file.
const mostDays = 1e7

// Inputs is how many inputs the column gives: none if all rows were the same.
func (c Column) Inputs() int {
	n := 0
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

// learnSchema finds out what the columns of the training rows are.
func learnSchema(t *table.Table, cfg Config) (s Schema, err error) {
	s.File = t.Dialect()
	target, err := t.Column(cfg.Target)
	if err != nil {
		return s, fmt.Errorf("target: %w", err)
	}
	if s.Target, err = learnTarget(target, cfg); err != nil {
		return s, fmt.Errorf("target %q: %w", target.Name, err)
	}
	for _, c := range t.Columns() {
		if c.Name == target.Name {
			continue
		}
		learned, err := learnColumn(c, cfg)
		if err != nil {
			return s, fmt.Errorf("column %q: %w", c.Name, err)
		}
		s.Columns = append(s.Columns, learned)
	}
	if s.Inputs() == 0 {
		return s, fmt.Errorf("no column tells one row from another: there is nothing to predict %q from", target.Name)
	}
	return s, nil
}

func learnTarget(c table.Column, cfg Config) (Target, error) {
	t := Target{Name: c.Name, Kind: c.Kind, Format: c.Format, Log: cfg.Log}
	if n := c.CountMissing(); n > 0 {
		return t, fmt.Errorf("it is missing in %d of %d rows; leave those out", n, c.Len())
	}
	switch c.Kind {
	case table.Number:
		values := c.Values()
		if cfg.Log {
			var err error
			if values, err = logarithms(values); err != nil {
				return t, err
			}
		}
		var err error
		if t.Mean, t.Deviation, err = moments(values); err != nil {
			return t, err
		}
		switch d := t.Deviation; {
		case d == 0:
			err = errors.New("it is the same in every row")
		case d > widestTarget || d < 1/widestTarget:
			err = fmt.Errorf("values from %g to %g have a deviation of %.2g, with which training would diverge: give them in another unit", slices.Min(values), slices.Max(values), d)
		}
		return t, err
	case table.Category:
		if cfg.Log {
			return t, errors.New("a category has no logarithm")
		}
		for code, n := range countLevels(c) {
			if n > 0 {
				t.Classes = append(t.Classes, c.Level(code))
				t.Shares = append(t.Shares, float64(n)/float64(c.Len()))
			}
		}
		switch n := len(t.Classes); {
		case n == 1:
			return t, errors.New("it is the same in every row")
		case n > maxClasses:
			return t, fmt.Errorf("%d classes are more than the limit of %d; if it is a number, give it that kind", n, maxClasses)
		}
		return t, nil
	}
	return t, fmt.Errorf("a %s cannot be predicted: it must be a number or a category", c.Kind)
}

func logarithms(values []float64) ([]float64, error) {
	logs := make([]float64, len(values))
	for i, v := range values {
		if v <= 0 {
			return nil, fmt.Errorf("row %d is %g, which has no logarithm: leave out rows that are not positive, or do without", i+1, v)
		}
		logs[i] = math.Log(v)
	}
	return logs, nil
}

func learnColumn(c table.Column, cfg Config) (Column, error) {
	l := Column{Name: c.Name, Kind: c.Kind, Format: c.Format, Missing: float64(c.CountMissing()) / float64(c.Len())}
	if c.Kind == table.Category {
		l.learnLevels(c, cfg)
		return l, nil
	}
	known := slices.DeleteFunc(c.Values(), math.IsNaN)
	if len(known) == 0 {
		return l, nil
	}
	var err error
	if l.Mean, l.Deviation, err = moments(known); err != nil {
		return l, err
	}
	if c.Kind == table.Date {
		l.learnSeason(known)
	}
	return l, nil
}

// countLevels is in how many rows each level of a category is.
func countLevels(c table.Column) []int {
	counts := make([]int, c.CountLevels())
	for i := range c.Len() {
		if code := c.Code(i); code >= 0 {
			counts[code]++
		}
	}
	return counts
}

// learnLevels takes the most frequent levels that are frequent enough.
func (l *Column) learnLevels(c table.Column, cfg Config) {
	counts := countLevels(c)
	order := make([]int, len(counts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	kept := order[:min(len(order), cfg.MaxLevels)]
	for i, code := range kept {
		if counts[code] < cfg.MinCount {
			kept = kept[:i]
			break
		}
	}
	slices.Sort(kept)
	known := 0
	for _, code := range kept {
		l.Levels = append(l.Levels, c.Level(code))
		l.Shares = append(l.Shares, float64(counts[code])/float64(c.Len()))
		known += counts[code]
	}
	l.Other = float64(c.Len()-c.CountMissing()-known) / float64(c.Len())
}

func (l *Column) learnSeason(days []float64) {
	first, varies := table.Time(days[0]).Month(), false
	sin, cos := 0.0, 0.0
	for _, d := range days {
		varies = varies || table.Time(d).Month() != first
		s, c := season(d)
		sin += s
		cos += c
	}
	if n := float64(len(days)); varies {
		l.Season = []float64{sin / n, cos / n}
	}
}

// season is a day as a point on the circle of the year.
func season(days float64) (sin, cos float64) {
	t := table.Time(days)
	return math.Sincos(2 * math.Pi * float64(t.YearDay()-1) / 365.25)
}

// moments are the mean and the deviation of values; 0 if they are all the same.
//
// Errors: a range in which float64 has no room.
func moments(values []float64) (mean, deviation float64, err error) {
	low, width := slices.Min(values), slices.Max(values)-slices.Min(values)
	if width == 0 {
		return low, 0, nil
	}
	if math.IsInf(width, 0) {
		return 0, 0, fmt.Errorf("values from %g to %g are too far apart", low, slices.Max(values))
	}
	// In units of the range nothing overflows, and nothing vanishes.
	n := float64(len(values))
	for _, v := range values {
		mean += (v - low) / width
	}
	mean /= n
	for _, v := range values {
		d := (v-low)/width - mean
		deviation += d * d
	}
	mean, deviation = low+mean*width, math.Sqrt(deviation/n)*width
	if deviation == 0 {
		return 0, 0, fmt.Errorf("values from %g to %g are too close together", low, slices.Max(values))
	}
	return mean, deviation, nil
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
	if c.Kind != table.Category && (c.Levels != nil || c.Shares != nil || c.Other != 0) {
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
		return checkLevels(c.Levels, c.Shares)
	}
	return fmt.Errorf("unknown kind %q", c.Kind)
}

func checkLevels(levels []string, shares []float64) error {
	if len(levels) != len(shares) {
		return fmt.Errorf("%d levels have %d shares", len(levels), len(shares))
	}
	for i, name := range levels {
		if name == "" || i > 0 && levels[i-1] >= name {
			return fmt.Errorf("levels are not in ascending order, each once and none empty: level %d is %q", i, name)
		}
		if err := checkShare(shares[i]); err != nil {
			return err
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
		if c.Kind == table.Category && c.Other > 0 {
			inputs = "left out: no value is in enough rows"
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
