package recipe

import (
	"fmt"
	"io"
	"math"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/tabular"
	"github.com/org/artnn/train"
)

// scores are a validation's numbers: the loss in the units of the training loss,
// so that the two can be laid beside each other, and the score that says most.
func scores(e tabular.Evaluation) train.Metrics {
	s := e.Network
	switch {
	case e.Target.Kind == table.Category:
		return train.Metrics{{Name: "val_loss", Value: s.LogLoss}, {Name: "val_accuracy", Value: s.Accuracy}}
	case e.Target.Log:
		return train.Metrics{{Name: "val_loss", Value: math.Pow(s.LogRMSE/e.Target.Deviation, 2)}, {Name: "val_r2_log", Value: s.LogR2}}
	default:
		return train.Metrics{{Name: "val_loss", Value: math.Pow(s.RMSE/e.Target.Deviation, 2)}, {Name: "val_r2", Value: s.R2}}
	}
}

// testScores measures a model on rows that had no part in choosing it.
func testScores(m *tabular.Model, test *table.Table) (Outcome, error) {
	e, err := m.Evaluate(test)
	if err != nil {
		return Outcome{}, err
	}
	facts := evaluationFacts(e)
	facts.Title = "Test"
	facts.Remark = "Measured on rows that the network neither learned from nor was chosen by. " + facts.Remark
	return Outcome{Text: inShort(e), Facts: []report.Facts{facts}}, nil
}

// WriteEvaluation writes the report of an evaluation: how good the predictions of
// a table's rows are, with a confusion matrix of classes or a chart of predicted
// numbers against actual ones.
func WriteEvaluation(w io.Writer, e tabular.Evaluation, data string) error {
	facts := evaluationFacts(e)
	facts.Title = "Scores"
	page := &report.Report{
		Title: titled(fmt.Sprintf("Predictions of %q", e.Target.Name), "for", data),
		Intro: fmt.Sprintf("%s whose %s is known.", words.Count(e.Rows, "row"), words.OneLine(e.Target.Name)),
		Facts: []report.Facts{facts},
	}
	return page.Write(w)
}

// mostClasses is how many classes the confusion matrix of a report has apart.
const mostClasses = 20

// evaluationFacts is an evaluation for a report.
func evaluationFacts(e tabular.Evaluation) report.Facts {
	f := report.Facts{Settings: scoreTable(e), Remark: "The linear model has the same columns and rows to learn from; the constant is the mean of these, or the shares of the classes."}
	if e.Target.Kind == table.Category {
		c := e.Confusion(mostClasses)
		f.Matrix = &report.Matrix{Down: "is", Across: "predicted", Rows: c.Classes, Columns: c.Classes, Counts: c.Counts}
		f.Remark += " In the table of classes each row is what the rows are, each column what was predicted: what is off the diagonal was mistaken."
		return f
	}
	f.Scatter = &report.Scatter{Title: "Predicted against actual: " + words.Shortened(words.OneLine(e.Target.Name), titleShown), Actual: e.Actual, Predicted: e.Predicted, Log: e.Target.Log}
	if e.Target.Log {
		f.Remark += " The target was learned as its logarithm, so R² of the logarithm decides: the other R² depends on the few largest values."
	}
	f.Remark += " In the chart, a prediction on the line is right."
	if e.Rows > report.MostPoints {
		f.Remark += fmt.Sprintf(" It shows the first %s of %s rows.", words.Thousands(report.MostPoints), words.Thousands(e.Rows))
	}
	return f
}

// titleShown is how much of a column's name a chart has room for.
const titleShown = 30

// inShort is a sentence about an evaluation.
func inShort(e tabular.Evaluation) string {
	var what string
	score := func(s tabular.Scores) string {
		switch {
		case e.Target.Kind == table.Category:
			return fmt.Sprintf("%.1f %%", 100*s.Accuracy)
		case e.Target.Log:
			return fmt.Sprintf("%.3f", s.LogR2)
		default:
			return fmt.Sprintf("%.3f", s.R2)
		}
	}
	switch {
	case e.Target.Kind == table.Category:
		what = "Accuracy"
	case e.Target.Log:
		what = "R² of the logarithm"
	default:
		what = "R²"
	}
	text := fmt.Sprintf("%s on the test rows: %s", what, score(e.Network))
	if e.Linear != nil {
		text += fmt.Sprintf("; a linear model: %s", score(*e.Linear))
	}
	if e.Target.Kind == table.Number {
		text += fmt.Sprintf("; mean absolute error %.4g", e.Network.MAE)
	}
	return text + "."
}

// scoreTable is an evaluation for the report.
func scoreTable(e tabular.Evaluation) (out []report.Setting) {
	add := func(name string, s tabular.Scores) {
		text := fmt.Sprintf("R² %.4f, mean absolute error %.5g, root mean square error %.5g", s.R2, s.MAE, s.RMSE)
		switch {
		case e.Target.Kind == table.Category:
			text = fmt.Sprintf("accuracy %.2f %%, log loss %.4f", 100*s.Accuracy, s.LogLoss)
		case e.Target.Log:
			text = fmt.Sprintf("R² of the logarithm %.4f, ", s.LogR2) + text
		}
		out = append(out, report.Setting{Name: name, Value: text})
	}
	add("network", e.Network)
	if e.Linear != nil {
		add("linear model", *e.Linear)
	}
	add("constant", e.Constant)
	return out
}
