package tabular

import (
	"fmt"
	"math"

	"github.com/org/artnn/data/table"
)

// Rows are the rows of a table as a [Model] reads them. Inputs are made
// when they are asked for: a table takes no more memory than it is.
//
// They are safe for concurrent use.
type Rows struct {
	n       int
	inputs  int
	columns []boundColumn
	y       []float32 // of a number, standardised
	labels  []int32   // of classes
}

// Batch is several rows, stacked.
//
// Shape: X is [N, inputs]; Y is [N], in deviations from the mean, where the target
// is a number, Labels [N] where it is a class.
type Batch struct {
	X      []float32
	Y      []float32
	Labels []int32
	N      int
}

// Rows are the rows of a table with their targets: what Step learns from.
//
// Errors: columns that the table lacks or has as another kind; a target that is
// missing, is a class never seen or, with Log, is not positive.
func (m *Model) Rows(t *table.Table) (*Rows, error) {
	rows, err := m.bind(t)
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	target, err := m.target(t)
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	if target.labels == nil {
		rows.y = make([]float32, rows.n)
		for i := range rows.y {
			v := target.column.Value(i)
			if m.cfg.Log {
				v = math.Log(v)
			}
			rows.y[i] = standard(v, m.schema.Target.Mean, m.schema.Target.Deviation)
		}
		return rows, nil
	}
	rows.labels = target.labels
	for i, label := range rows.labels {
		if label < 0 {
			return nil, fmt.Errorf("tabular: target %q: row %d is %q, a class that the model does not know", m.cfg.Target, i+1, target.column.Text(i))
		}
	}
	return rows, nil
}

// Len is the number of rows.
func (r *Rows) Len() int { return r.n }

// Batch stacks the rows of the given indices. It is what
// [github.com/org/artnn/data.NewIndexLoader] asks for.
//
// Panics if an index is not in [0, Len()).
func (r *Rows) Batch(indices []int) Batch {
	b := Batch{X: make([]float32, len(indices)*r.inputs), N: len(indices)}
	for k, i := range indices {
		r.encode(b.X[k*r.inputs:(k+1)*r.inputs], i)
		if r.labels != nil {
			b.Labels = append(b.Labels, r.labels[i])
		} else if r.y != nil {
			b.Y = append(b.Y, r.y[i])
		}
	}
	return b
}

// encode fills in the inputs of row i, which must be zeros.
func (r *Rows) encode(x []float32, i int) {
	at := 0
	for _, c := range r.columns {
		c.encode(x[at:at+c.inputs], i)
		at += c.inputs
	}
}

// boundColumn is a column of a schema with the values of a table.
type boundColumn struct {
	Column
	inputs int
	values table.Column
	places []int32 // of each of the table's levels, the input; −1 if it has none
}

// unseen marks a level that training has never seen and nothing stands for.
const unseen = -1

// bind finds the schema's columns in a table.
func (m *Model) bind(t *table.Table) (*Rows, error) {
	rows := &Rows{n: t.Len()}
	for _, c := range m.schema.Columns {
		b := boundColumn{Column: c, inputs: c.Inputs()}
		if b.inputs == 0 {
			continue
		}
		var err error
		if b.values, err = t.Column(c.Name); err != nil {
			return nil, err
		}
		if b.values.Kind != c.Kind {
			return nil, kindError(b.values, c.Kind)
		}
		if c.Kind == table.Category {
			b.places = placesOf(b.values, c.Levels)
			for i, place := range b.places {
				if place == unseen && c.Other > 0 {
					b.places[i] = int32(len(c.Levels))
				}
			}
		}
		rows.columns = append(rows.columns, b)
		rows.inputs += b.inputs
	}
	return rows, nil
}

func kindError(c table.Column, want table.Kind) error {
	return fmt.Errorf("column %q: the model has learned it as a %s, the table has it as a %s; read it as the model's CSVOptions say", c.Name, want, c.Kind)
}

// placesOf is where each level of a category is among known ones, −1 if nowhere.
func placesOf(c table.Column, known []string) []int32 {
	at := map[string]int32{}
	for i, name := range known {
		at[name] = int32(i)
	}
	places := make([]int32, c.CountLevels())
	for i := range places {
		place, ok := at[c.Level(i)]
		if !ok {
			place = unseen
		}
		places[i] = place
	}
	return places
}

func (c boundColumn) encode(x []float32, i int) {
	if c.Kind == table.Category {
		c.encodeLevel(x, i)
		return
	}
	v := c.values.Value(i)
	missing := math.IsNaN(v)
	at := 0
	if c.Deviation > 0 {
		if !missing { // otherwise the mean, which is 0
			x[0] = standard(v, c.Mean, c.Deviation)
		}
		at = 1
	}
	if c.Season != nil {
		sin, cos := c.Season[0], c.Season[1]
		if !missing {
			sin, cos = season(v)
		}
		x[at], x[at+1] = float32(sin), float32(cos)
		at += 2
	}
	if c.flagged() && missing {
		x[at] = 1
	}
}

// encodeLevel sets the input of a level. For what training has never seen, a new
// level without "other" or a gap where there was none, every input gets its mean:
// the average row is the best guess, and an input that was never on would have a
// weight that never learned.
func (c boundColumn) encodeLevel(x []float32, i int) {
	switch code := c.values.Code(i); {
	case code >= 0 && c.places[code] != unseen:
		x[c.places[code]] = 1
		return
	case code < 0 && c.Missing > 0:
		x[len(x)-1] = 1
		return
	}
	for k, share := range c.Shares {
		x[k] = float32(share)
	}
	at := len(c.Shares)
	for _, share := range []float64{c.Other, c.Missing} {
		if share > 0 {
			x[at] = float32(share)
			at++
		}
	}
}

// farthest bounds how many deviations from the mean an input may be, so that no
// input is infinite in float32.
const farthest = 1e6

func standard(v, mean, deviation float64) float32 {
	return float32(max(-farthest, min(farthest, (v-mean)/deviation)))
}

// boundTarget is the target of the rows of a table.
type boundTarget struct {
	column table.Column
	labels []int32 // of classes; −1 for one that the model does not know
}

// target finds the target in a table.
func (m *Model) target(t *table.Table) (boundTarget, error) {
	want := m.schema.Target
	c, err := t.Column(want.Name)
	if err != nil {
		return boundTarget{}, fmt.Errorf("target: %w", err)
	}
	if c.Kind != want.Kind {
		return boundTarget{}, kindError(c, want.Kind)
	}
	if n := c.CountMissing(); n > 0 {
		return boundTarget{}, fmt.Errorf("target %q: it is missing in %d of %d rows; leave those out", c.Name, n, c.Len())
	}
	if c.Kind == table.Number {
		if m.cfg.Log {
			if err := checkPositive(c); err != nil {
				return boundTarget{}, fmt.Errorf("target %q: %w", c.Name, err)
			}
		}
		return boundTarget{column: c}, nil
	}
	places := placesOf(c, want.Classes)
	labels := make([]int32, c.Len())
	for i := range labels {
		labels[i] = places[c.Code(i)]
	}
	return boundTarget{column: c, labels: labels}, nil
}
