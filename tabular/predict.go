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
	return slices.AppendSeq(make([]Prediction, 0, rows.n), m.each(rows)), nil
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

func (m *Model) each(rows *Rows) iter.Seq[Prediction] {
	return func(yield func(Prediction) bool) {
		for _, outputs := range m.outputs(rows) {
			if !yield(m.decode(outputs)) {
				return
			}
		}
	}
}

// predictChunk is how many rows are encoded at a time, to bound memory.
const predictChunk = 1024

// outputs are what the network makes of each row, in a slice that is used again:
// of a number, deviations from the mean; of classes, probabilities.
func (m *Model) outputs(rows *Rows) iter.Seq2[int, []float64] {
	return func(yield func(int, []float64) bool) {
		outputs := make([]float64, m.schema.Target.outputs())
		indices := make([]int, 0, predictChunk)
		for lo := 0; lo < rows.n; lo += predictChunk {
			indices = indices[:0]
			for i := lo; i < min(lo+predictChunk, rows.n); i++ {
				indices = append(indices, i)
			}
			made := m.net.Predict(rows.Batch(indices).X)
			for _, i := range indices {
				for k := range outputs {
					outputs[k] = float64(made[(i-lo)*len(outputs)+k])
				}
				if !yield(i, outputs) {
					return
				}
			}
		}
	}
}

// decode turns the outputs for a row into what they mean.
func (m *Model) decode(outputs []float64) Prediction {
	if m.schema.Target.Kind == table.Number {
		return Prediction{Value: m.inUnits(outputs[0])}
	}
	return Prediction{Class: m.schema.Target.Classes[likeliest(outputs)], Probabilities: slices.Clone(outputs)}
}

// farthestLog bounds the logarithm of a prediction, so that neither it nor its
// inverse is infinite.
const farthestLog = 700

// inUnits turns deviations from the mean into the target's own units.
func (m *Model) inUnits(y float64) float64 {
	v := m.schema.Target.Mean + m.schema.Target.Deviation*y
	if m.cfg.Log {
		return math.Exp(max(-farthestLog, min(farthestLog, v)))
	}
	return v
}

// likeliest is the class with the highest probability, the first of several.
func likeliest(probabilities []float64) int {
	best := 0
	for k, p := range probabilities {
		if p > probabilities[best] {
			best = k
		}
	}
	return best
}
