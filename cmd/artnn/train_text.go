package main

import (
	"context"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/recipe"
)

var _ = trainers.add(20, func() any {
	return &struct {
		Text trainText `cmd:"" help:"Train a writer on a text file or a folder of texts."`
	}{}
})

// trainText trains a writer.
type trainText struct {
	Data    string  `group:"data" placeholder:"FILE" help:"Text file (UTF-8), or a folder of .txt and .md files."`
	Vocab   string  `group:"data" default:"char" enum:"char,word" placeholder:"NAME" help:"Learn character by character or word by word: ${enum} (default: ${default})."`
	Words   int     `group:"data" default:"10000" placeholder:"N" help:"Largest vocabulary of --vocab word (default: ${default})."`
	Holdout float64 `group:"data" zero:"none" default:"0.1" placeholder:"X" help:"Share of the text, its end, held out to validate on (default: ${default})."`

	Network string   `name:"model" group:"model" default:"lstm" enum:"lstm" placeholder:"NAME" help:"Kind of network: ${enum}."`
	Embed   int      `group:"model" placeholder:"N" help:"Size of a character's vector (default: by the text)."`
	Hidden  int      `group:"model" placeholder:"N" help:"Size of the LSTM's state (default: by the text)."`
	Layers  int      `group:"model" default:"1" placeholder:"N" help:"Layers of the LSTM (default: ${default})."`
	Dropout *float64 `group:"model" placeholder:"X" help:"Share of values dropped in training (default: by the text)."`

	Window        int `group:"learning" placeholder:"N" help:"Characters or words in an example (default: 64)."`
	ValidateEvery int `group:"learning" default:"100" placeholder:"N" help:"Updates between validations (default: ${default})."`
	Patience      int `group:"learning" conf:"free" zero:"any number" default:"15" placeholder:"N" help:"Validations without progress that end the run; 0 is any number (default: ${default})."`

	trialFlags
	runFlags
}

// Help is shown by --help.
func (*trainText) Help() string {
	return `Fifty kilobytes of text are a start, a megabyte is good. The end of the text is held out, and the weights that predict it best are kept. What is left open is chosen from the text, and told in config.yaml.

Examples:
  artnn train text --data novel.txt -o run2
  artnn train text --data poems/ -o run2 --time 1h --hidden 512
  artnn train text --resume -o run2 --time 2h
  artnn train text --data novel.txt --find-lr`
}

// recipe is what the flags say.
func (c *trainText) recipe(con *console, k *kong.Context) *recipe.Text {
	return &recipe.Text{
		Data: c.Data, Vocab: c.Vocab, Words: c.Words, Holdout: &c.Holdout,
		Embed: c.Embed, Hidden: c.Hidden, Layers: c.Layers, Dropout: c.Dropout,
		Window: c.Window, ValidateEvery: c.ValidateEvery, Patience: &c.Patience,
		Learning: c.learning(), Options: c.options(con, k),
	}
}

// Run is the command.
func (c *trainText) Run(ctx context.Context, con *console, k *kong.Context) error {
	if c.Data == "" {
		return usagef("the text is missing: name its file with --data")
	}
	s := &session{runFlags: &c.runFlags, trial: &c.trialFlags, con: con, kong: k, name: "text", things: "text", use: "artnn generate text -m %s -n 300"}
	r := c.recipe(con, k)
	release, err := s.begin(r.Check, &r.Options)
	if err != nil {
		return err
	}
	defer release()
	task, err := r.Prepare(ctx)
	if err != nil {
		return s.prepared(ctx, err)
	}
	c.Embed, c.Hidden, c.Dropout, c.Window = r.Embed, r.Hidden, r.Dropout, r.Window
	c.chosen(r.Options, r.Learning)
	return do(ctx, s, task, r.Options)
}
