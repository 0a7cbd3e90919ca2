package tabular

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/internal/linear"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// Config configures [New].
type Config struct {
	// Target is the column to predict: a number, or a category of two or more
	// classes.
	Target string `json:"target"`
	// Log makes the network learn the natural logarithm of the target, which must
	// be positive: right for prices, of which one can be a thousand times another
	// and errors are counted in percent. Predictions are in the target's own units
	// all the same: of a price, the middle of what is likely, which is below the
	// mean.
	Log bool `json:"log"`

	Hidden []int `json:"hidden"` // sizes of the hidden layers; default 64, 64

	// MinCount is how many training rows a level of a category must be in to be
	// learned by itself. The others together are one level, "other", to which
	// levels never seen belong too. Default 5.
	MinCount int `json:"min_count"`
	// MaxLevels is how many levels of a category are learned by themselves, the
	// most frequent. Default 50.
	MaxLevels int `json:"max_levels"`

	// Network is the rest of the network's configuration. Its Sizes, Output and
	// Loss follow from the table and must be left empty; its defaults are
	// activation ReLU and optimiser Adam.
	Network models.MLPConfig `json:"network"`

	// Check may look at the network's whole configuration before memory is taken for
	// it. Its error ends [New].
	Check func(network models.MLPConfig) error `json:"-"`
}

func (c Config) withDefaults() Config {
	c.Hidden = slices.Clone(c.Hidden)
	if len(c.Hidden) == 0 {
		c.Hidden = []int{64, 64}
	}
	c.MinCount = cmp.Or(c.MinCount, 5)
	c.MaxLevels = cmp.Or(c.MaxLevels, 50)
	n := &c.Network
	n.Activation = cmp.Or(n.Activation, "relu")
	n.Optimizer = cmp.Or(n.Optimizer, "adam")
	return c
}

func (c Config) check() error {
	switch n := c.Network; {
	case c.Target == "":
		return errors.New("target: name the column to predict")
	case len(n.Sizes) > 0:
		return fmt.Errorf("network sizes %v: they follow from the table; set the hidden sizes", n.Sizes)
	case n.Output != "" || n.Loss != "":
		return errors.New("network output and loss: they follow from the target and must be left empty")
	}
	return check.First(
		check.Sizes("hidden sizes", c.Hidden...),
		check.Sizes("min count", c.MinCount),
		check.Sizes("max levels", c.MaxLevels))
}

// network is the configuration of the network for a schema.
func (c Config) network(s Schema) models.MLPConfig {
	n := c.Network
	n.Sizes = slices.Concat([]int{s.Inputs()}, c.Hidden, []int{s.Target.outputs()})
	n.Output, n.Loss = "identity", "mean_squared_error"
	if s.Target.Kind == table.Category {
		n.Output, n.Loss = "softmax", "cross_entropy"
	}
	return n
}

// Model is a multilayer perceptron that predicts one column of a table from
// the others: a price, or a class.
//
// What the columns are and how they become inputs, its schema, is learned from
// the training rows and kept with the weights. Numbers and dates are brought to
// mean 0 and deviation 1; a date also gives its place in the year, as a point on a
// circle; a category gives one input for each level. A missing number counts as
// the mean, and an input of its own tells that it was missing.
//
//	model, err := tabular.New(train, tabular.Config{Target: "price", Log: true})
//	rows, err := model.Rows(train)
//	loader, err := data.NewIndexLoader(rows.Len(), rows.Batch, data.LoaderOptions{Shuffle: true})
//	for _, batch := range loader.Epoch(ctx) {
//		model.Step(batch)
//	}
//	evaluation, err := model.Evaluate(held)
//
// Predict and Evaluate may be called from several goroutines, but not during a
// step.
type Model struct {
	cfg    Config
	schema Schema
	net    *models.MLP
	linear linearModel
}

// linearModel is the linear model of the same inputs. Both are nil where there
// were too many.
type linearModel struct {
	Ridge   *linear.Ridge   `json:"ridge,omitempty"`   // of a number
	Softmax *linear.Softmax `json:"softmax,omitempty"` // of classes
}

// New learns a schema from training rows and makes a network for it with
// random weights. It also fits the linear model that Evaluate compares with.
//
// Errors: a configuration that makes no sense; a target that the table lacks,
// that is a date, that is missing in some row (leave those out with
// [table.Table.Known]), is the same in all, has over 1,000 classes or, with Log, is
// not positive; columns that tell no row from another; that of [Config].Check.
func New(train *table.Table, cfg Config) (*Model, error) {
	cfg = cfg.withDefaults()
	err := cfg.check()
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	m := &Model{cfg: cfg}
	m.cfg.Check = nil // of the making only
	if m.schema, err = learnSchema(train, cfg); err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	if check := cfg.Check; check != nil {
		if err = check(cfg.network(m.schema)); err != nil {
			return nil, fmt.Errorf("tabular: %w", err)
		}
	}
	if err = m.build(); err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	rows, err := m.Rows(train)
	if err != nil {
		return nil, err
	}
	if m.linear, err = m.fitLinear(rows); err != nil {
		return nil, fmt.Errorf("tabular: linear model: %w", err)
	}
	return m, nil
}

// Config is the configuration with its defaults filled in.
func (m *Model) Config() Config { return m.cfg }

// Schema is what was learned of the columns.
func (m *Model) Schema() Schema { return m.schema }

// State yields the network's parameters as [models.MLP.State] does.
func (m *Model) State() iter.Seq2[string, layers.Entry] { return m.net.State() }

// Trace computes the network's output for one row, for a summary of its layers.
func (m *Model) Trace(tape *tensor.Tape) { m.net.Trace(tape) }

// Updates is the one update of all weights.
func (m *Model) Updates() []*update.Update { return m.net.Updates() }

// Step learns from one batch of [Rows] and returns its loss before the
// update: the mean squared error of the target in deviations, or the mean
// cross-entropy in nats.
//
// Panics if the batch is of another model or empty.
func (m *Model) Step(b Batch) float64 {
	if m.schema.Target.Kind == table.Category {
		return m.net.StepLabels(b.X, b.Labels)
	}
	return m.net.Step(b.X, b.Y)
}

// CSVOptions are options for reading the columns of a file that the model has
// learned from, as they were read then: with the target to evaluate, without to
// predict. What contradicts it is an error. A caller may set the fields Missing,
// Dates, Decimal, Delimiter and Encoding, where a file is written in another way.
func (m *Model) CSVOptions(target bool) table.Options {
	o := table.Options{Kinds: map[string]table.Kind{}, Formats: map[string]table.Format{}, Dialect: m.schema.File}
	add := func(name string, kind table.Kind, f table.Format) {
		o.Only = append(o.Only, name)
		o.Kinds[name], o.Formats[name] = kind, f
	}
	for _, c := range m.schema.Columns {
		if c.Inputs() > 0 {
			add(c.Name, c.Kind, c.Format)
		}
	}
	if target {
		add(m.schema.Target.Name, m.schema.Target.Kind, m.schema.Target.Format)
	}
	return o
}

// fileConfig is the configuration of a model in a file.
type fileConfig struct {
	Config
	Schema Schema      `json:"schema"`
	Linear linearModel `json:"linear"`
}

// Describe returns "Tabular" and the configuration, with what was learned of the
// columns.
func (m *Model) Describe() (kind string, config any) {
	return "Tabular", fileConfig{m.cfg, m.schema, m.linear}
}

func init() {
	models.Register("Tabular", func(f fileConfig, env models.Env) (*Model, error) {
		f.Network.Backend = env.Backend
		m := &Model{cfg: f.Config.withDefaults(), schema: f.Schema, linear: f.Linear}
		err := m.cfg.check()
		if err == nil {
			err = m.schema.check(m.cfg)
		}
		if err == nil {
			err = m.linear.check(m.schema)
		}
		if err == nil {
			err = m.build()
		}
		return m, err
	})
}

// build makes the network for the schema, and keeps the defaults that it chose.
func (m *Model) build() (err error) {
	if m.net, err = models.NewMLP(m.cfg.network(m.schema)); err != nil {
		return err
	}
	chosen := m.net.Config()
	chosen.Sizes, chosen.Output, chosen.Loss = nil, "", ""
	m.cfg.Network = chosen
	return nil
}
