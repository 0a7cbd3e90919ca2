package tabular

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/org/artnn/data/table"
)

// learnSchema finds out what the columns of the training rows are.
func learnSchema(t *table.Table, cfg Config) (s Schema, err error) {
	s.File = t.Dialect()
	target, err := t.Column(cfg.Target)
	if err != nil {
		return s, fmt.Errorf("target: %w", err)
	}
	if s.Target, err = learnTarget(target, cfg); err != nil {
		return s, inColumn("target", target.Name, err)
	}
	for _, c := range t.Columns() {
		if c.Name == target.Name {
			continue
		}
		learned, err := learnColumn(c, cfg)
		if err != nil {
			return s, inColumn("column", c.Name, err)
		}
		s.Columns = append(s.Columns, learned)
	}
	if left := s.LeftOut(); s.Inputs() == 0 && len(left) > 0 {
		return s, left[0] // what could have been learned from, and how
	}
	if s.Inputs() == 0 {
		return s, fmt.Errorf("no column tells one row from another: there is nothing to predict %q from", target.Name)
	}
	return s, nil
}

// inColumn adds to an error where it is.
func inColumn(what, name string, err error) error {
	e := (*table.Error)(nil)
	switch {
	case !errors.As(err, &e):
		return fmt.Errorf("%s %q: %w", what, name, err)
	case what == "target":
		e.Column = name
		return fmt.Errorf("target: %w", err)
	}
	e.Column = name
	return err
}

func learnTarget(c table.Column, cfg Config) (Target, error) {
	t := Target{Name: c.Name, Kind: c.Kind, Format: c.Format, Log: cfg.Log}
	if n := c.CountMissing(); n > 0 {
		return t, fmt.Errorf("it is missing in %d of %d rows; leave those out", n, c.Len())
	}
	switch c.Kind {
	case table.Number:
		values := known(c)
		if cfg.Log {
			if err := checkPositive(c); err != nil {
				return t, err
			}
			values = logarithms(values)
		}
		var err error
		if t.Mean, t.Deviation, err = moments(values); err != nil {
			return t, err
		}
		if t.Deviation == 0 {
			return t, errors.New("it is the same in every row")
		}
		return t, checkDeviation(c, t.Deviation, cfg.Log)
	case table.Category:
		if cfg.Log {
			return t, errors.New("a category has no logarithm")
		}
		counts := countLevels(c)
		different := countUsed(counts)
		switch {
		case different == 1:
			return t, errors.New("it is the same in every row")
		case different > maxClasses:
			return t, &table.Error{
				Problem: fmt.Sprintf("%d classes are more than the limit of %d: if it is a number, say so", different, maxClasses),
				Help:    []table.Help{{Option: "Kinds", Value: string(table.Number)}},
			}
		case isIdentifier(different, c.Len()):
			return t, &table.Error{
				Problem: fmt.Sprintf("%d of %d rows have a value of their own, such as %q, so that no class can be learned: if it is a number, say so", different, c.Len(), c.Text(0)),
				Help:    []table.Help{{Option: "Kinds", Value: string(table.Number)}, {Option: "Decimal"}, {Option: "Missing"}},
			}
		}
		for code, n := range counts {
			if n > 0 {
				t.Classes = append(t.Classes, c.Level(code))
				t.Shares = append(t.Shares, float64(n)/float64(c.Len()))
			}
		}
		return t, nil
	}
	return t, fmt.Errorf("a %s cannot be predicted: it must be a number or a category", c.Kind)
}

// checkPositive returns an error for values that have no logarithm.
func checkPositive(c table.Column) error {
	for i := range c.Len() {
		if v := c.Value(i); v <= 0 {
			return fmt.Errorf("row %d is %g, which has no logarithm: leave out rows that are not positive, or do without", i+1, v)
		}
	}
	return nil
}

func logarithms(values iter.Seq[float64]) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for v := range values {
			if !yield(math.Log(v)) {
				return
			}
		}
	}
}

// known are the values of a column that are not missing.
func known(c table.Column) iter.Seq[float64] {
	return func(yield func(float64) bool) {
		for i := range c.Len() {
			if v := c.Value(i); !math.IsNaN(v) && !yield(v) {
				return
			}
		}
	}
}

// widest bounds the deviation of a column, and its inverse: the squares of
// errors, even large ones, must have room in float64.
const widest = 1e140

// checkDeviation returns an error for values with which training would diverge.
func checkDeviation(c table.Column, d float64, log bool) error {
	if d == 0 || d <= widest && d >= 1/widest {
		return nil
	}
	low, high := math.Inf(1), math.Inf(-1)
	for v := range known(c) {
		low, high = min(low, v), max(high, v)
	}
	e := &table.Error{Problem: fmt.Sprintf("values from %g to %g have a deviation of %.2g, with which training would diverge: give them in another unit, or leave out what is no value", low, high, d)}
	if low > 0 && !log {
		e.Help = []table.Help{{Option: "Log", Value: "true"}}
	}
	return e
}

func learnColumn(c table.Column, cfg Config) (Column, error) {
	l := Column{Name: c.Name, Kind: c.Kind, Format: c.Format, Missing: float64(c.CountMissing()) / float64(c.Len())}
	if c.Kind == table.Category {
		l.learnLevels(c, cfg)
		return l, nil
	}
	if l.Missing == 1 {
		return l, nil
	}
	var err error
	if l.Mean, l.Deviation, err = moments(known(c)); err != nil {
		return l, err
	}
	if err := checkDeviation(c, l.Deviation, false); err != nil {
		return l, withSkip(err, c.Name)
	}
	if c.Kind == table.Date {
		l.learnSeason(known(c))
	}
	return l, nil
}

// withSkip adds to an error that the column can be left out.
func withSkip(err error, name string) error {
	if e := (*table.Error)(nil); errors.As(err, &e) {
		e.Help = []table.Help{{Option: "Skip", Value: name}}
	}
	return err
}

// countLevels is in how many rows each level of a category is.
func countLevels(c table.Column) []int32 {
	counts := make([]int32, c.CountLevels())
	for i := range c.Len() {
		if code := c.Code(i); code >= 0 {
			counts[code]++
		}
	}
	return counts
}

// countUsed is how many levels are in a row.
func countUsed(counts []int32) int {
	n := 0
	for _, count := range counts {
		n += one(count > 0)
	}
	return n
}

// learnLevels takes the most frequent levels that are frequent enough.
func (l *Column) learnLevels(c table.Column, cfg Config) {
	counts, known := countLevels(c), c.Len()-c.CountMissing()
	different := countUsed(counts)
	if isIdentifier(different, known) {
		l.Different = different
		return
	}
	kept := frequent(counts, cfg)
	if len(kept) == 0 && different > 0 {
		l.Different = different
		return
	}
	in := 0
	for _, code := range kept {
		l.Levels = append(l.Levels, c.Level(code))
		l.Shares = append(l.Shares, float64(counts[code])/float64(c.Len()))
		in += int(counts[code])
		counts[code] = 0
	}
	l.Other = float64(known-in) / float64(c.Len())
	if different-len(kept) > mostOthers {
		return
	}
	for code, n := range counts {
		if n > 0 {
			l.Others = append(l.Others, c.Level(code))
		}
	}
}

// frequent are the codes of the most frequent levels that are frequent enough, in
// ascending order.
func frequent(counts []int32, cfg Config) []int {
	var order []int
	for code, n := range counts {
		if int(n) >= cfg.MinCount {
			order = append(order, code)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	kept := order[:min(len(order), cfg.MaxLevels)]
	slices.Sort(kept)
	return kept
}

func (l *Column) learnSeason(days iter.Seq[float64]) {
	var before time.Month // 0 is none
	varies := false
	sin, cos, n := 0.0, 0.0, 0.0
	for d := range days {
		month := table.Time(d).Month()
		varies = varies || before != 0 && month != before
		before = month
		s, c := season(d)
		sin, cos, n = sin+s, cos+c, n+1
	}
	if varies {
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
func moments(values iter.Seq[float64]) (mean, deviation float64, err error) {
	low, high, n := math.Inf(1), math.Inf(-1), 0.0
	for v := range values {
		low, high, n = min(low, v), max(high, v), n+1
	}
	width := high - low
	if width == 0 {
		return low, 0, nil
	}
	if math.IsInf(width, 0) {
		return 0, 0, fmt.Errorf("values from %g to %g are too far apart", low, high)
	}
	// In units of the range nothing overflows, and nothing vanishes.
	for v := range values {
		mean += (v - low) / width
	}
	mean /= n
	for v := range values {
		d := (v-low)/width - mean
		deviation += d * d
	}
	mean, deviation = low+mean*width, math.Sqrt(deviation/n)*width
	if deviation == 0 {
		return 0, 0, fmt.Errorf("values from %g to %g are too close together", low, high)
	}
	return mean, deviation, nil
}
