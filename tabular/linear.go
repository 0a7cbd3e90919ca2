package tabular

import (
	"errors"
	"fmt"
	"iter"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/linear"
)

// maxLinear is up to how many inputs a linear model is fitted: its time grows with
// their third power.
const maxLinear = 1000

// softmaxPenalty is that of the linear classifier, a usual one for inputs of unit
// scale.
const softmaxPenalty = 1

// each goes over the inputs of all rows, in a slice that is used again.
func (r *Rows) each() iter.Seq2[[]float32, int] {
	return func(yield func([]float32, int) bool) {
		x := make([]float32, r.inputs)
		for i := range r.n {
			clear(x)
			r.encode(x, i)
			if !yield(x, i) {
				return
			}
		}
	}
}

// fitLinear fits the linear model of the same inputs and targets.
func (m *Model) fitLinear(rows *Rows) (linearModel, error) {
	if rows.inputs > maxLinear {
		return linearModel{}, nil
	}
	if rows.labels == nil {
		moments := linear.NewMoments(rows.inputs)
		for x, i := range rows.each() {
			moments.Add(x, float64(rows.y[i]))
		}
		r, err := moments.FitGCV()
		return linearModel{Ridge: &r}, err
	}
	labelled := func(yield func([]float32, int32) bool) {
		for x, i := range rows.each() {
			if !yield(x, rows.labels[i]) {
				return
			}
		}
	}
	s, err := linear.FitSoftmax(labelled, rows.inputs, len(m.schema.Target.Classes), softmaxPenalty)
	return linearModel{Softmax: &s}, err
}

// linearOutputs is what the linear model makes of each row, as [Model.outputs].
func (m *Model) linearOutputs(rows *Rows) iter.Seq2[int, []float64] {
	return func(yield func(int, []float64) bool) {
		outputs := make([]float64, m.schema.Target.outputs())
		for x, i := range rows.each() {
			if m.linear.Ridge != nil {
				outputs[0] = m.linear.Ridge.Predict(x)
			} else {
				m.linear.Softmax.Predict(x, outputs)
			}
			if !yield(i, outputs) {
				return
			}
		}
	}
}

// check returns an error for a linear model that is not one of the schema's.
func (b linearModel) check(s Schema) error {
	inputs, classes := s.Inputs(), len(s.Target.Classes)
	switch {
	case b.Ridge != nil && b.Softmax != nil, b.Ridge != nil && s.Target.Kind != table.Number, b.Softmax != nil && s.Target.Kind != table.Category:
		return errors.New("linear: a model of another target")
	case b.Ridge != nil && len(b.Ridge.Weights) != inputs:
		return fmt.Errorf("linear: expected %d weights, got %d", inputs, len(b.Ridge.Weights))
	case b.Softmax != nil && (len(b.Softmax.Bias) != classes || len(b.Softmax.Weights) != classes*inputs):
		return fmt.Errorf("linear: expected %d classes of %d weights, got %d and %d numbers", classes, inputs, len(b.Softmax.Bias), len(b.Softmax.Weights))
	}
	return nil
}
