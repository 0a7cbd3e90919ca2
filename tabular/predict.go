package tabular

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/org/artnn/data/table"
)

// Prediction is what a [Model] makes of one row.
type Prediction struct {
	Value float64 // of a number, in the target's own units

	Class         string    // the likeliest; "" of a number
	Probabilities []float64 // of each class, in the order of the schema's; nil of a number
}

// Predict predicts the target of every row of a table, which need not have it.
//
// Errors: columns that the table lacks or has as another kind.
func (m *Model) Predict(t *table.Table) ([]Prediction, error) {
	rows, err := m.bind(t)
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	return m.predict(rows), nil
}

// Predictions are those of Predict, made a few at a time as they are asked for:
// of many rows and classes, not all of them need be held.
//
// Errors: as Predict.
func (m *Model) Predictions(t *table.Table) (iter.Seq[Prediction], error) {
	rows, err := m.bind(t)
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	return m.each(rows), nil
}

func (m *Model) predict(rows *Rows) []Prediction {
	return slices.AppendSeq(make([]Prediction, 0, rows.n), m.each(rows))
}

// predictChunk is how many rows are encoded at a time, to bound memory.
const predictChunk = 1024

func (m *Model) each(rows *Rows) iter.Seq[Prediction] {
	return func(yield func(Prediction) bool) {
		outputs := m.schema.Target.outputs()
		indices := make([]int, 0, predictChunk)
		for lo := 0; lo < rows.n; lo += predictChunk {
			indices = indices[:0]
			for i := lo; i < min(lo+predictChunk, rows.n); i++ {
				indices = append(indices, i)
			}
			for row := range slices.Chunk(m.net.Predict(rows.Batch(indices).X), outputs) {
				if !yield(m.decode(row)) {
					return
				}
			}
		}
	}
}

// decode turns the outputs for a row into what they mean.
func (m *Model) decode(outputs []float32) Prediction {
	if m.schema.Target.Kind == table.Number {
		return Prediction{Value: m.inUnits(float64(outputs[0]))}
	}
	p := make([]float64, len(outputs))
	for k, v := range outputs {
		p[k] = float64(v)
	}
	return m.likeliest(p)
}

// inUnits turns deviations from the mean into the target's own units.
func (m *Model) inUnits(y float64) float64 {
	v := m.schema.Target.Mean + m.schema.Target.Deviation*y
	if m.cfg.Log {
		return math.Exp(v)
	}
	return v
}

func (m *Model) likeliest(p []float64) Prediction {
	best := 0
	for k, v := range p {
		if v > p[best] {
			best = k
		}
	}
	return Prediction{Class: m.schema.Target.Classes[best], Probabilities: p}
}
