package main

import (
	"context"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/recipe"
)

var _ = trainers.add(30, func() any {
	return &struct {
		MLP trainMLP `cmd:"" name:"mlp" set:"time=none, but epochs by the number of rows" help:"Train a network that predicts one column of a table from the others."`
	}{}
})

// trainMLP trains a network on a table.
type trainMLP struct {
	Data    string   `group:"data" conf:"free" placeholder:"FILE" help:"CSV file with the names of its columns in the first line."`
	Target  string   `group:"data" placeholder:"COLUMN" help:"Column to predict: a number, or a class."`
	Skip    []string `group:"data" placeholder:"COLUMN" help:"Columns to leave out, such as notes and running numbers."`
	Kind    []string `group:"data" placeholder:"COLUMN=KIND" help:"Columns that are not what they look like: number, category or date."`
	Log     *bool    `group:"data" negatable:"" help:"Learn the logarithm of the target, as is right for prices (default: by the target)."`
	Holdout float64  `group:"data" zero:"none" default:"0.2" placeholder:"X" help:"Share of the rows held out, half to choose the best weights by and half to test them with (default: ${default})."`

	tableFlags

	Network    string `name:"model" group:"model" default:"mlp" enum:"mlp" placeholder:"NAME" help:"Kind of network: ${enum}."`
	Hidden     []int  `group:"model" default:"64,64" placeholder:"N" help:"Sizes of the hidden layers (default: ${default})."`
	Activation string `group:"model" default:"relu" enum:"relu,leaky_relu,tanh,sigmoid,gelu,silu" placeholder:"NAME" help:"Of the hidden layers: ${enum} (default: ${default})."`

	Optimizer   string   `group:"learning" default:"adam" enum:"adam,adamw" placeholder:"NAME" help:"How weights follow the gradient: ${enum} (default: ${default})."`
	WeightDecay *float64 `group:"learning" placeholder:"X" help:"How fast the weights shrink, of adamw (default: 0.01)."`
	Dropout     *float64 `group:"learning" placeholder:"X" help:"Share of the hidden values dropped in training (default: 0)."`

	Patience int `group:"learning" conf:"free" zero:"any number" default:"30" placeholder:"N" help:"Epochs without progress that end the run; 0 is any number (default: ${default})."`

	trialFlags
	runFlags
}

// Help is shown by --help.
func (*trainMLP) Help() string {
	return `Of the rows, a part chosen at random is held out. The weights that predict one half of it best are kept, and how well they predict the other half is told at the end, beside what a linear model of the same columns and the mean do. Without a budget it trains for a number of epochs that goes with the number of rows.

Examples:
  artnn train mlp --data sales.csv --target price -o run3
  artnn train mlp --data sales.csv --target price --skip lot,notes -o run3
  artnn train mlp --data flats.csv --target rent --kind zip=category -o run4
  artnn eval -m run3 --data sales-of-may.csv
  artnn predict -m run3 --data new.csv -o predicted.csv`
}

// recipe is what the flags say.
func (c *trainMLP) recipe(con *console, k *kong.Context) (*recipe.Table, error) {
	kinds := map[string]table.Kind{}
	for _, kind := range c.Kind {
		i := strings.LastIndex(kind, "=")
		if i < 1 {
			return nil, usagef("--kind must be like postcode=category, got %q", kind)
		}
		kinds[kind[:i]] = table.Kind(kind[i+1:])
	}
	return &recipe.Table{
		Data: c.Data, Target: c.Target, Skip: c.Skip, Kinds: kinds, Log: c.Log, Holdout: &c.Holdout,
		Hidden: c.Hidden, Activation: c.Activation, Patience: &c.Patience,
		Missing: c.missing(), Dates: c.dates(), Decimal: c.Decimal, Delimiter: c.delimiter(), Encoding: c.encoding(), Advice: tableHelp,
		Optimizer: c.Optimizer, WeightDecay: c.WeightDecay, Dropout: c.Dropout,
		Learning: c.learning(), Options: c.options(con, k),
	}, nil
}

// Run is the command.
func (c *trainMLP) Run(ctx context.Context, con *console, k *kong.Context) error {
	switch {
	case c.Data == "":
		return usagef("the table is missing: name its file with --data")
	case c.Target == "":
		return usagef("the column to predict is missing: name it with --target")
	}
	s := &session{runFlags: &c.runFlags, trial: &c.trialFlags, con: con, kong: k, name: "table", things: "table", use: "artnn predict -m %s --data new.csv -o predicted.csv"}
	r, err := c.recipe(con, k)
	if err != nil {
		return err
	}
	release, err := s.begin(r.Check, &r.Options)
	if err != nil {
		return err
	}
	defer release()
	task, err := r.Prepare(ctx)
	if err != nil {
		return s.prepared(ctx, err)
	}
	c.Log, c.WeightDecay, c.Dropout = r.Log, r.WeightDecay, r.Dropout
	c.chosen(r.Options, r.Learning)
	return do(ctx, s, task, r.Options)
}
