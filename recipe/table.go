package recipe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tabular"
	"github.com/org/artnn/train"
)

// Table learns to predict one column of a table from the others, a number or a
// class, with a multilayer perceptron. A part of the rows, chosen at random, is
// held out: one half chooses the best weights, the other tests them. A zero value
// is chosen from the data, or is the default named beside the field.
type Table struct {
	Data   string                // CSV file with the names of its columns in the first line
	Rows   *table.Table          `settings:"-"` // in place of a file
	Target string                // column to predict
	Skip   []string              // columns of the file to leave out
	Kinds  map[string]table.Kind // of columns of the file that are not what they look like

	// How the file is written, as [table.Options] have it; "" and none are found out.
	Missing   []string // values that mean "not known"
	Dates     []string // what dates mean: "dmy", "mdy", "ymd", or layouts
	Decimal   string   // mark before decimals
	Delimiter string   // between fields
	Encoding  string   // one of [table.Encodings]
	// Advice names what would help with a column that is left out; default the
	// field of this struct.
	Advice func(h table.Help, about *table.Error) string

	Log     *bool    // learn the logarithm of the target, as is right for prices
	Holdout *float64 // share of the rows held out; default 0.2

	Hidden     []int  // sizes of the hidden layers; default 64, 64
	Activation string // of the hidden layers, as [models.MLPConfig] has them; default "relu"

	Optimizer   string   // "adam" or "adamw"; default "adam"
	WeightDecay *float64 // of adamw; default 0.01
	Dropout     *float64 // share of the hidden values dropped in training; default 0

	Patience *int // epochs without progress that end the run, 0 is any number; default 30

	Learning
	Options // whose default budget is a number of epochs that goes with the number of rows

	network *tabular.Model
	test    *table.Table
}

// tableParts are the rows of a table by what they are for.
type tableParts struct {
	learn, choose, test *table.Table
	fingerprint         string // of all of them
}

// fewestRows can be divided into what is learned from and what is held out.
const fewestRows = 20

// Model is the network that [Table.Prepare] has made.
func (c *Table) Model() *tabular.Model { return c.network }

// Test are the rows that have no part in training, once [Table.Prepare] has read
// the table.
func (c *Table) Test() *table.Table { return c.test }

// Run prepares and trains.
//
// Errors: those of [Table.Prepare] and [Train].
func (c *Table) Run(ctx context.Context) (Result, error) {
	return prepareAndTrain(ctx, c, &c.Options, c.Prepare)
}

// Check returns a [*ConfigError] if the fields make no sense, whatever the table.
func (c *Table) Check() error {
	switch {
	case c.Data == "" && c.Rows == nil:
		return &ConfigError{"Data", "is missing: name the file of the table"}
	case c.Data != "" && c.Rows != nil:
		return &ConfigError{"Rows", "are given: Data must not be"}
	case c.Target == "":
		return &ConfigError{"Target", "is missing: name the column to predict"}
	case c.Holdout != nil && !(*c.Holdout > 0 && *c.Holdout <= 0.8):
		return &ConfigError{"Holdout", fmt.Sprintf("must be above 0 and at most 0.8, got %g", *c.Holdout)}
	case c.Patience != nil && *c.Patience < 0:
		return &ConfigError{"Patience", fmt.Sprintf("must not be negative, got %d", *c.Patience)}
	}
	if err := c.reading().Check(); err != nil {
		return configError(err)
	}
	return cmp.Or(c.checkNetwork(), c.Learning.Check(), c.Options.Check())
}

func (c *Table) checkNetwork() error {
	switch adamw := c.Optimizer == "adamw"; {
	case !adamw && c.Optimizer != "" && c.Optimizer != "adam":
		return &ConfigError{"Optimizer", fmt.Sprintf("must be adam or adamw, got %q", c.Optimizer)}
	case !adamw && c.WeightDecay != nil && *c.WeightDecay != 0:
		return &ConfigError{"WeightDecay", "is of the optimizer adamw, which must be chosen for it"}
	case adamw && c.WeightDecay != nil && !(*c.WeightDecay > 0):
		return &ConfigError{"WeightDecay", fmt.Sprintf("of adamw must be positive, got %g: without it, adamw is adam", *c.WeightDecay)}
	case c.Dropout != nil && !(*c.Dropout >= 0 && *c.Dropout < 1):
		return &ConfigError{"Dropout", fmt.Sprintf("must be from 0 to below 1, got %g", *c.Dropout)}
	}
	for _, n := range c.Hidden {
		if n < 1 {
			return &ConfigError{"Hidden", fmt.Sprintf("must have at least 1 unit in each layer, got %d", n)}
		}
	}
	return nil
}

// reading is how the file is read.
func (c *Table) reading() table.Options {
	return table.Options{
		Kinds: c.Kinds, Skip: c.Skip, Missing: c.Missing, Dates: c.Dates,
		Decimal: c.Decimal, Delimiter: c.Delimiter, Encoding: c.Encoding,
	}
}

// Prepare reads the table, fills in what was left open, and makes the network.
//
// Errors: [*ConfigError]; a file that is not there or no table; columns that are
// not there; too few rows.
func (c *Table) Prepare(context.Context) (*Task[tabular.Batch], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	setOpen(&c.Holdout, 0.2)
	setOpen(&c.Patience, 30)
	parts, err := c.load()
	if err != nil {
		return nil, err
	}
	if err := c.choose(parts.learn); err != nil {
		return nil, err
	}
	m, err := tabular.New(parts.learn, tabular.Config{
		Target: c.Target, Log: *c.Log, Hidden: c.Hidden,
		Network: models.MLPConfig{
			Activation: c.Activation, Optimizer: c.Optimizer, WeightDecay: *c.WeightDecay, Dropout: *c.Dropout,
			LR: c.LR, Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed,
		},
		Check: func(n models.MLPConfig) error {
			return fits(&c.Options, func(be backend.Backend) (*models.MLP, error) {
				n.Backend = be
				return models.NewMLP(n)
			}, largest("Hidden", 64, c.Hidden...))
		},
	})
	var large *ConfigError
	switch {
	case errors.As(err, &large):
		return nil, large
	case err != nil:
		return nil, named(c.Data, err)
	}
	c.network = m
	for _, left := range m.Schema().LeftOut() {
		c.warn(left.Text(func(h table.Help) string {
			if c.Advice == nil {
				return fmt.Sprintf("%s %q", h.Option, h.Value)
			}
			return c.Advice(h, left)
		}))
	}
	rows, err := m.Rows(parts.learn)
	if err != nil {
		return nil, named(c.Data, err)
	}
	loader, err := data.NewIndexLoader(rows.Len(), rows.Batch, data.LoaderOptions{BatchSize: c.Batch, Shuffle: true, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	return &Task[tabular.Batch]{
		Unit: "rows", PerStep: c.Batch,
		Title: titled(fmt.Sprintf("Predicting %q", c.Target), "from", c.Data),
		Intro: fmt.Sprintf("A multilayer perceptron learns from %s rows; %s more choose its best weights, and %s test them",
			words.Thousands(parts.learn.Len()), words.Thousands(parts.choose.Len()), words.Thousands(parts.test.Len())),
		Remark: "The loss is the mean squared error in deviations of the target, or of a class the cross-entropy in nats. Where the validation's rises while the other falls, the network overfits; the weights with the lowest validation loss are kept.",
		Model:  m, Loader: loader, Fingerprint: parts.fingerprint, Patience: *c.Patience,
		Step: func(_ context.Context, b tabular.Batch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(b)}}, nil
		},
		Validate: func(context.Context) (train.Metrics, error) {
			e, err := m.Evaluate(parts.choose)
			return scores(e), err
		},
		Sample: func() (Sample, error) { return predictions(m, parts.test) }, Aligned: true,
		Finish: func(context.Context, train.Report) (Outcome, error) { return testScores(m, parts.test) },
	}, nil
}

// load reads the table and divides its rows.
func (c *Table) load() (p tableParts, err error) {
	all := c.Rows
	if all == nil {
		if all, err = table.LoadCSV(c.Data, c.reading()); err != nil {
			return p, missing(err, c.Data, "file")
		}
	}
	known, err := all.Known(c.Target)
	if err != nil {
		return p, named(c.Data, err)
	}
	c.say(fmt.Sprint(all))
	switch n := all.Len() - known.Len(); {
	case n == 1:
		c.say(fmt.Sprintf("1 row has no %s and is left out.", c.Target))
	case n > 1:
		c.say(fmt.Sprintf("%d rows have no %s and are left out.", n, c.Target))
	}
	if n := known.Len(); n < fewestRows {
		return p, named(c.Data, fmt.Errorf("%s not enough to learn from: at least %d are needed, a few hundred are a start", words.Are(n, "row"), fewestRows))
	}
	learn, held, err := data.SplitTable(known, *c.Holdout, c.Seed)
	if err != nil {
		return p, named(c.Data, err)
	}
	p.learn, p.fingerprint = learn, tableFingerprint(known)
	p.choose, p.test, err = data.SplitTable(held, 0.5, c.Seed)
	if err != nil {
		return p, &ConfigError{"Holdout", fmt.Sprintf("of %g leaves too few rows to choose by and to test with: raise it", *c.Holdout)}
	}
	c.test = p.test
	return p, nil
}

// choose fills in what was left open, by the rows to learn from.
func (c *Table) choose(learn *table.Table) error {
	n := learn.Len()
	if c.Log == nil {
		target, err := learn.Column(c.Target)
		if err != nil {
			return named(c.Data, err)
		}
		c.Log = new(target.Kind == table.Number && isSkewed(target))
	}
	if c.Budget == (train.Budget{}) {
		c.Budget.Epochs = min(max(400_000/n, 10), 300) // some seconds, whatever n is
	}
	c.Options = c.Options.withDefaults()
	batch := 64
	if n < 2000 {
		batch = 16
	}
	if c.Hidden == nil {
		c.Hidden = []int{64, 64}
	}
	setDefault(&c.Activation, "relu")
	setDefault(&c.Optimizer, "adam")
	decay := 0.0
	if c.Optimizer == "adamw" {
		decay = 0.01
	}
	setOpen(&c.WeightDecay, decay)
	setOpen(&c.Dropout, 0)
	setDefault(&c.Batch, batch)
	setDefault(&c.Accumulate, 1)
	setDefault(&c.LR, 3e-3)
	setOpen(&c.Clip, 0)
	setOpen(&c.EMA, 0.99)
	c.settle(c)
	return nil
}

// skew is how many times its small values a target's large ones are that is
// better learned as a logarithm.
const skew = 20

// sampled is how many values tell how a target is spread.
const sampled = 100_000

// isSkewed tells whether values are all positive and spread over orders of
// magnitude, as prices are.
func isSkewed(target table.Column) bool {
	every := max(1, target.Len()/sampled)
	var sorted []float64
	for i := 0; i < target.Len(); i += every {
		sorted = append(sorted, target.Value(i))
	}
	slices.Sort(sorted)
	n := len(sorted)
	return n > 0 && sorted[0] > 0 && sorted[n*95/100] > skew*sorted[n*5/100]
}

const predictionsShown = 12

// predictions is what a network makes of a few rows that it has not learned from.
func predictions(m *tabular.Model, test *table.Table) (Sample, error) {
	rows := make([]int, min(predictionsShown, test.Len()))
	for i := range rows {
		rows[i] = i
	}
	some := test.Select(rows)
	target, err := some.Column(m.Config().Target)
	if err != nil {
		return Sample{}, err
	}
	made, err := m.Predict(some)
	if err != nil {
		return Sample{}, err
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "is\tpredicted\n")
	for i, p := range made {
		fmt.Fprintf(w, "%s\t%s\n", target.Text(i), predictionText(p))
	}
	w.Flush() // into memory
	return Sample{Text: b.String()}, nil
}

// predictionText is a class with its probability, or a number.
func predictionText(p tabular.Prediction) string {
	if p.Class != "" {
		return fmt.Sprintf("%s (%.0f %%)", p.Class, 100*slices.Max(p.Probabilities))
	}
	return fmt.Sprintf("%.5g", p.Value)
}
