package models

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/linear"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// TabularConfig configures [NewTabular].
type TabularConfig struct {
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
	Network MLPConfig `json:"network"`
}

func (c TabularConfig) withDefaults() TabularConfig {
	c.Hidden = slices.Clone(c.Hidden)
	if len(c.Hidden) == 0 {
		c.Hidden = []int{64, 64}
	}
	c.MinCount = orDefault(c.MinCount, 5)
	c.MaxLevels = orDefault(c.MaxLevels, 50)
	n := &c.Network
	n.Activation = orDefault(n.Activation, ReLU)
	n.Optimizer = orDefault(n.Optimizer, Adam)
	if n.Optimizer == Adam {
		n.LR = orDefault(n.LR, 0.001)
	}
	n.LR = orDefault(n.LR, 0.1)
	n.Backend = on(n.Backend)
	return c
}

func (c TabularConfig) check() error {
	switch n := c.Network; {
	case c.Target == "":
		return errors.New("target: name the column to predict")
	case len(n.Sizes) > 0:
		return fmt.Errorf("network sizes %v: they follow from the table; set the hidden sizes", n.Sizes)
	case n.Output != "" || n.Loss != "":
		return errors.New("network output and loss: they follow from the target and must be left empty")
	}
	return firstError(
		checkSizes("hidden sizes", c.Hidden...),
		checkSizes("min count", c.MinCount),
		checkSizes("max levels", c.MaxLevels))
}

// network is the configuration of the network for a schema.
func (c TabularConfig) network(s TabularSchema) MLPConfig {
	n := c.Network
	n.Sizes = slices.Concat([]int{s.Inputs()}, c.Hidden, []int{s.Target.outputs()})
	n.Output, n.Loss = Identity, MeanSquaredError
	if s.Target.Kind == table.Category {
		n.Output, n.Loss = Softmax, CrossEntropy
	}
	return n.withDefaults()
}

// Tabular is a multilayer perceptron that predicts one column of a table from
// the others: a price, or a class.
//
// What the columns are and how they become inputs, its schema, is learned from
// the training rows and kept with the weights. Numbers and dates are brought to
// mean 0 and deviation 1; a date also gives its place in the year, as a point on a
// circle; a category gives one input for each level. A missing number counts as
// the mean, and an input of its own tells that it was missing.
//
//	model, err := models.NewTabular(train, models.TabularConfig{Target: "price", Log: true})
//	rows, err := model.Rows(train)
//	loader, err := data.NewIndexLoader(rows.Len(), rows.Batch, data.LoaderOptions{Shuffle: true})
//	for _, batch := range loader.Epoch(ctx) {
//		model.Step(batch)
//	}
//	evaluation, err := model.Evaluate(held)
//
// Predict and Evaluate may be called from several goroutines, but not during a
// step.
type Tabular struct {
	cfg    TabularConfig
	schema TabularSchema
	net    *MLP
	linear linearModel
}

// linearModel is the linear model of the same inputs. Both are nil where there
// were too many.
type linearModel struct {
	Ridge   *linear.Ridge   `json:"ridge,omitempty"`   // of a number
	Softmax *linear.Softmax `json:"softmax,omitempty"` // of classes
}

// NewTabular learns a schema from training rows and makes a network for it with
// random weights. It also fits the linear model that Evaluate compares with.
//
// Errors: a configuration that makes no sense; a target that the table lacks,
// that is a date, that is missing in some row (leave those out with
// [table.Table.Known]), is the same in all, has over 1,000 classes or, with Log, is
// not positive; columns that tell no row from another.
func NewTabular(train *table.Table, cfg TabularConfig) (*Tabular, error) {
	cfg = cfg.withDefaults()
	err := cfg.check()
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	m := &Tabular{cfg: cfg}
	if m.schema, err = learnSchema(train, cfg); err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	if m.net, err = NewMLP(cfg.network(m.schema)); err != nil {
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

// Kind is "Tabular".
func (m *Tabular) Kind() string { return "Tabular" }

// Config is the configuration with its defaults filled in.
func (m *Tabular) Config() TabularConfig { return m.cfg }

// Schema is what was learned of the columns.
func (m *Tabular) Schema() TabularSchema { return m.schema }

// Params yields the network's parameters as [MLP.Params] does.
func (m *Tabular) Params() iter.Seq2[string, *tensor.Tensor] { return m.net.Params() }

// State yields the same.
func (m *Tabular) State() iter.Seq2[string, layers.Entry] { return m.net.State() }

// Optimizers is the update rule and its state: for learning rate schedules.
func (m *Tabular) Optimizers() []optim.Optimizer { return m.net.Optimizers() }

// NonFinite is as that of an [MLP].
func (m *Tabular) NonFinite() string { return m.net.NonFinite() }

// Step learns from one batch of [TabularRows] and returns its loss before the
// update: the mean squared error of the target in deviations, or the mean
// cross-entropy in nats.
//
// Panics if the batch is of another model or empty.
func (m *Tabular) Step(b TabularBatch) float64 {
	if m.schema.Target.Kind == table.Category {
		return m.net.StepLabels(b.X, b.Labels)
	}
	return m.net.Step(b.X, b.Y)
}

// CSVOptions are options for reading a file whose columns are to be of the kinds
// that the model has learned: with the target to evaluate, without to predict.
func (m *Tabular) CSVOptions(target bool) table.Options {
	kinds := map[string]table.Kind{}
	for _, c := range m.schema.Columns {
		if c.Inputs() > 0 {
			kinds[c.Name] = c.Kind
		}
	}
	if target {
		kinds[m.schema.Target.Name] = m.schema.Target.Kind
	}
	return table.Options{Kinds: kinds}
}

// Save writes the network and its schema to one file; see [Save].
func (m *Tabular) Save(path string) error { return Save(path, m) }

// Checkpoint is as [MLP.Checkpoint].
func (m *Tabular) Checkpoint(w io.Writer) error { return Write(w, m, WithTraining()) }

// Restore is as [MLP.Restore].
func (m *Tabular) Restore(r io.ReaderAt, size int64) error { return restore(m, r, size) }

// tabularFile is the configuration of a Tabular in a file.
type tabularFile struct {
	TabularConfig
	Schema TabularSchema `json:"schema"`
	Linear linearModel   `json:"linear"`
}

func (m *Tabular) contents() contents {
	return contents{config: tabularFile{m.cfg, m.schema, m.linear}, tensors: m.net.contents().tensors}
}

func (m *Tabular) training() training { return m.net.training() }

// LoadTabular reads a [Tabular] as [LoadMLP] does an MLP.
func LoadTabular(path string, options ...LoadOption) (*Tabular, error) {
	return load(path, options, (*source).tabular)
}

// ReadTabular is [LoadTabular] from the size bytes behind r.
func ReadTabular(r io.ReaderAt, size int64, options ...LoadOption) (*Tabular, error) {
	return read(r, size, options, (*source).tabular)
}

func (s *source) tabular() (*Tabular, error) {
	var f tabularFile
	if err := s.config("Tabular", &f); err != nil {
		return nil, err
	}
	f.Network.Backend = s.be
	m := &Tabular{cfg: f.TabularConfig.withDefaults(), schema: f.Schema, linear: f.Linear}
	err := m.cfg.check()
	if err == nil {
		err = m.schema.check(m.cfg)
	}
	if err == nil {
		err = m.linear.check(m.schema)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	network := m.cfg.network(m.schema)
	if err := s.expect(network.check(), network.shapes()); err != nil {
		return nil, err
	}
	if m.net, err = NewMLP(network); err != nil {
		return nil, err
	}
	return m, s.fill(m)
}
