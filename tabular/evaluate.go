package tabular

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/words"
)

// Scores measure predictions.
type Scores struct {
	// Of a number, in its own units. R2 is 1 for perfect predictions, 0 for those
	// no better than the mean of the rows at hand, and NaN if all of them are the
	// same.
	//
	//	R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²
	R2   float64
	MAE  float64 // the mean of |y − ŷ|
	RMSE float64 // the root of the mean of (y − ŷ)²

	// The same of the natural logarithms, with Log.
	LogR2   float64
	LogRMSE float64

	// Of classes.
	Accuracy float64 // the share of rows whose likeliest class is right
	LogLoss  float64 // the mean of −ln p(class) in nats; p counts as at least 1e-15
}

// Evaluation compares a network with what is simpler.
type Evaluation struct {
	Rows   int
	Target Target

	Network Scores
	// Linear is of the linear model of the same inputs that was fitted to the
	// training rows: ridge regression with the penalty of generalised
	// cross-validation, or softmax regression. Nil with more than 1,000 inputs.
	Linear *Scores
	// Constant is of the training rows' mean, or shares of the classes, for every
	// row.
	Constant Scores

	// What is and what the network predicts for each row, of a number in its own
	// units.
	Actual, Predicted []float64
	// The same of classes: places in Target.Classes, or −1 for a class that the
	// network does not know.
	Labels, Guesses []int32
}

// Evaluate predicts rows whose targets are known, best rows that were held out
// from training, and measures how well.
//
// Errors: columns that the table lacks or has as another kind; a target that is
// missing or, with Log, not positive.
func (m *Model) Evaluate(t *table.Table) (Evaluation, error) {
	e := Evaluation{Rows: t.Len(), Target: m.schema.Target}
	rows, err := m.bind(t)
	if err != nil {
		return e, fmt.Errorf("tabular: %w", err)
	}
	target, err := m.target(t)
	if err != nil {
		return e, fmt.Errorf("tabular: %w", err)
	}
	e.Network = m.score(target, m.outputs(rows), &e)
	if m.linear.Ridge != nil || m.linear.Softmax != nil {
		scores := m.score(target, m.linearOutputs(rows), nil)
		e.Linear = &scores
	}
	e.Constant = m.score(target, m.constant(rows.n), nil)
	return e, nil
}

// constant are the outputs of a model that does not look at rows: the mean, or the
// shares of the classes.
func (m *Model) constant(n int) iter.Seq2[int, []float64] {
	outputs := []float64{0}
	if m.schema.Target.Kind == table.Category {
		outputs = m.schema.Target.Shares
	}
	return func(yield func(int, []float64) bool) {
		for i := range n {
			if !yield(i, outputs) {
				return
			}
		}
	}
}

// score measures the outputs of a model. What it has predicted is kept in e, if
// that is not nil.
func (m *Model) score(target boundTarget, outputs iter.Seq2[int, []float64], e *Evaluation) Scores {
	if target.labels != nil {
		return m.scoreClasses(target.labels, outputs, e)
	}
	actual, predicted := target.column.Values(), make([]float64, target.column.Len())
	for i, y := range outputs {
		predicted[i] = m.inUnits(y[0])
	}
	if e != nil {
		e.Actual, e.Predicted = actual, predicted
	}
	return ScoreNumbers(actual, predicted, m.cfg.Log)
}

// ScoreNumbers measures predictions of numbers; with log, also of their
// logarithms.
//
// Panics if the lengths differ or are zero.
func ScoreNumbers(want, predicted []float64, log bool) Scores {
	if len(want) == 0 || len(want) != len(predicted) {
		panic(fmt.Sprintf("score numbers: expected as many predictions as values, at least one, got %d and %d", len(predicted), len(want)))
	}
	var s Scores
	s.R2, s.RMSE = squares(want, predicted)
	for i, y := range want {
		s.MAE += math.Abs(y-predicted[i]) / float64(len(want))
	}
	if log {
		logWant, logPredicted := make([]float64, len(want)), make([]float64, len(want))
		for i := range want {
			logWant[i], logPredicted[i] = math.Log(want[i]), math.Log(predicted[i])
		}
		s.LogR2, s.LogRMSE = squares(logWant, logPredicted)
	}
	return s
}

func squares(want, predicted []float64) (r2, rmse float64) {
	mean, n := 0.0, float64(len(want))
	largest := 0.0
	for i, y := range want {
		mean += y / n
		largest = max(largest, math.Abs(y), math.Abs(predicted[i]))
	}
	// In units of a power of two, which changes no digit, no square of values
	// that are learned as logarithms overflows.
	_, exponent := math.Frexp(largest)
	unit := math.Ldexp(1, min(max(exponent, -1000), 1000))
	errors, spread := 0.0, 0.0
	for i, y := range want {
		miss, off := (y-predicted[i])/unit, (y-mean)/unit
		errors += miss * miss / n
		spread += off * off / n
	}
	rmse = math.Sqrt(errors) * unit
	if slices.Min(want) == slices.Max(want) { // spread may be a rounding error
		return math.NaN(), rmse
	}
	return 1 - errors/spread, rmse
}

// leastProbability bounds what one row that was thought impossible can cost.
const leastProbability = 1e-15

func (m *Model) scoreClasses(labels []int32, outputs iter.Seq2[int, []float64], e *Evaluation) Scores {
	var s Scores
	n := float64(len(labels))
	if e != nil {
		e.Labels, e.Guesses = labels, make([]int32, len(labels))
	}
	for i, p := range outputs {
		guess, label := likeliest(p), labels[i]
		if e != nil {
			e.Guesses[i] = int32(guess)
		}
		probability := 0.0 // of a class never seen
		if label >= 0 {
			probability = p[label]
		}
		if int(label) == guess {
			s.Accuracy += 1 / n
		}
		s.LogLoss -= math.Log(max(probability, leastProbability)) / n
	}
	return s
}

// String is the evaluation as a small table.
func (e Evaluation) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	heads := []string{"R²", "MAE", "RMSE"}
	numbers := func(s Scores) []string {
		return []string{fmt.Sprintf("%.4f", s.R2), fmt.Sprintf("%.5g", s.MAE), fmt.Sprintf("%.5g", s.RMSE)}
	}
	switch {
	case e.Target.Kind == table.Category:
		heads = []string{"accuracy", "log loss"}
		numbers = func(s Scores) []string {
			return []string{fmt.Sprintf("%.2f %%", 100*s.Accuracy), fmt.Sprintf("%.4f", s.LogLoss)}
		}
	case e.Target.Log:
		heads = append([]string{"R² of ln", "RMSE of ln"}, heads...)
		plain := numbers
		numbers = func(s Scores) []string {
			return append([]string{fmt.Sprintf("%.4f", s.LogR2), fmt.Sprintf("%.4f", s.LogRMSE)}, plain(s)...)
		}
	}
	line := func(name string, cells []string) { fmt.Fprintf(w, "%-10s\t%s\t\n", name, strings.Join(cells, "\t")) }
	line("", heads)
	line("network", numbers(e.Network))
	if e.Linear != nil {
		line("linear", numbers(*e.Linear))
	}
	line("constant", numbers(e.Constant))
	w.Flush() // into memory
	return fmt.Sprintf("%s of %q\n%s", words.Count(e.Rows, "prediction"), e.Target.Name, strings.TrimRight(b.String(), "\n"))
}
