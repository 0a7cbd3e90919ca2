package main

import (
	"context"
	"fmt"
	"math"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// trainMLP trains a network on a table.
type trainMLP struct {
	Data    string   `group:"data" placeholder:"FILE" help:"CSV file with the names of its columns in the first line."`
	Target  string   `group:"data" placeholder:"COLUMN" help:"Column to predict: a number, or a class."`
	Skip    []string `group:"data" placeholder:"COLUMN" help:"Columns to leave out, such as notes and running numbers."`
	Kind    []string `group:"data" placeholder:"COLUMN=KIND" help:"Columns that are not what they look like: number, category or date."`
	Log     *bool    `group:"data" negatable:"" help:"Learn the logarithm of the target, as is right for prices (default: by the target)."`
	Holdout float64  `group:"data" default:"0.2" placeholder:"X" help:"Share of the rows held out, half to choose the best weights by and half to test them with (default: ${default})."`

	Network    string `name:"model" group:"model" default:"mlp" enum:"mlp" placeholder:"NAME" help:"Kind of network: ${enum}."`
	Hidden     []int  `group:"model" default:"64,64" placeholder:"N" help:"Sizes of the hidden layers (default: ${default})."`
	Activation string `group:"model" default:"relu" enum:"relu,leaky_relu,tanh,sigmoid,gelu,silu" placeholder:"NAME" help:"Of the hidden layers: ${enum} (default: ${default})."`

	Patience int `group:"learning" conf:"free" default:"30" placeholder:"N" help:"Epochs without progress that end the run; 0 is any number (default: ${default})."`

	trialFlags
	runFlags
}

// Help is shown by --help.
func (*trainMLP) Help() string {
	return `Of the rows, a part chosen at random is held out. The weights that predict one half of it best are kept, and how well they predict the other half is told at the end, beside what a linear model of the same columns and the mean do. Without a budget it trains for a number of epochs that goes with the number of rows.

Examples:
  artnn train mlp --data sales.csv --target price -o run3
  artnn train mlp --data sales.csv --target price --skip lot,notes --kind postcode=category -o run3
  artnn eval -m run3 --data sales-of-may.csv
  artnn predict -m run3 --data new.csv -o predicted.csv`
}

// fewestRows can be divided into what is learned from and what is held out.
const fewestRows = 20

// Run is the command.
func (c *trainMLP) Run(ctx context.Context, con *console, k *kong.Context) error {
	switch {
	case c.Data == "":
		return usagef("the table is missing: name its file with --data")
	case c.Target == "":
		return usagef("the column to predict is missing: name it with --target")
	case !(c.Holdout > 0 && c.Holdout <= 0.8):
		return usagef("--holdout must be above 0 and at most 0.8, got %g", c.Holdout)
	case c.Patience < 0:
		return usagef("--patience must not be negative, got %d", c.Patience)
	}
	unlock, err := c.begin(&c.trialFlags)
	if err != nil {
		return err
	}
	defer unlock()
	parts, err := c.load(con)
	if err != nil {
		return err
	}
	if err := c.choose(parts.learn); err != nil {
		return err
	}
	m, err := models.NewTabular(parts.learn, models.TabularConfig{
		Target: c.Target, Log: *c.Log, Hidden: c.Hidden,
		Network: models.MLPConfig{Activation: models.Activation(c.Activation), LR: c.LR, Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	rows, err := m.Rows(parts.learn)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	loader, err := data.NewIndexLoader(rows.Len(), rows.Batch, data.LoaderOptions{BatchSize: c.Batch, Shuffle: true, Seed: c.Seed})
	if err != nil {
		return err
	}
	s := session[models.TabularBatch]{runFlags: &c.runFlags, con: con, kong: k, task: task[models.TabularBatch]{
		name: "table", unit: "rows", perStep: c.Batch,
		title: fmt.Sprintf("Predicting %q from %s", c.Target, c.Data),
		intro: fmt.Sprintf("A multilayer perceptron learns from %s rows; %s more choose its best weights, and %s test them", countText(parts.learn.Len()), countText(parts.choose.Len()), countText(parts.test.Len())),
		axis:  "loss", remark: "The loss is the mean squared error in deviations of the target, or of a class the cross-entropy in nats. Where the validation's rises while the other falls, the network begins to learn the rows by heart; the weights with the lowest validation loss are kept.",
		model: m, loader: loader, patience: c.Patience,
		step: func(_ context.Context, b models.TabularBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(b)}}, nil
		},
		validate: func(context.Context) (train.Metrics, error) {
			e, err := m.Evaluate(parts.choose)
			return scores(e), err
		},
		samples: predictions{m, parts.test}, aligned: true,
		closing: func(_ train.Report, model string) (outcome, error) { return testOf(model, parts.test) },
	}}
	return s.do(ctx, &c.trialFlags)
}

// choose fills in what was left open, by the rows to learn from.
func (c *trainMLP) choose(learn *table.Table) error {
	n := learn.Len()
	if c.Log == nil {
		target, err := learn.Column(c.Target)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Data, err)
		}
		log := target.Kind == table.Number && isSkewed(target.Values)
		c.Log = &log
	}
	if c.budget() == (train.Budget{}) {
		c.Epochs = min(max(400_000/n, 10), 300)
	}
	batch := 64
	if n < 2000 {
		batch = 16
	}
	orZero(&c.Batch, batch)
	orZero(&c.LR, 3e-3)
	orElse(&c.Clip, 0)
	orElse(&c.EMA, 0.99)
	if c.Schedule == "auto" {
		c.Schedule = "cosine"
	}
	return nil
}

// scores are a validation's numbers: the loss in the units of the training loss,
// so that the two can be laid beside each other, and the score that says most.
func scores(e models.TabularEvaluation) train.Metrics {
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

// testOf measures the saved model on rows that had no part in choosing it.
func testOf(model string, test *table.Table) (outcome, error) {
	m, err := models.LoadTabular(model)
	if err != nil {
		return outcome{}, err
	}
	e, err := m.Evaluate(test)
	if err != nil {
		return outcome{}, err
	}
	return outcome{text: inShort(e), facts: []report.Facts{{
		Title: "Test", Settings: scoreTable(e),
		Remark: "Measured on rows that the network neither learned from nor was chosen by. The linear model has the same columns and rows to learn from; the constant is the mean of these, or the shares of the classes.",
	}}}, nil
}

// inShort is a sentence about an evaluation.
func inShort(e models.TabularEvaluation) string {
	var what string
	score := func(s models.TabularScores) string {
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
func scoreTable(e models.TabularEvaluation) (out []report.Setting) {
	add := func(name string, s models.TabularScores) {
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
