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
	Data    string  `group:"data" conf:"free" placeholder:"FILE" help:"Text file (UTF-8), or a folder of .txt and .md files."`
	Vocab   string  `group:"data" placeholder:"NAME" help:"Learn by characters, words, or pieces of words (byte-level BPE): ${vocabularies} (default: by the text)."`
	Words   int     `group:"data" placeholder:"N" help:"Largest vocabulary of --vocab word (default: 10000)."`
	Tokens  int     `group:"data" placeholder:"N" help:"Size of the vocabulary of --vocab bpe (default: by the text)."`
	Clean   bool    `group:"data" help:"Leave out control characters, soft hyphens, invalid bytes, repeated blank lines, and texts that are there twice."`
	Holdout float64 `group:"data" zero:"none" default:"0.1" placeholder:"X" help:"Share of the text, its end, held out to validate on (default: ${default})."`

	Network string   `name:"model" group:"model" placeholder:"NAME" help:"Kind of network: ${writers} (default: by the text)."`
	Embed   int      `group:"model" placeholder:"N" help:"Of an LSTM: size of a token's vector (default: by the text)."`
	Hidden  int      `group:"model" placeholder:"N" help:"Of an LSTM: size of its state (default: by the text)."`
	Width   int      `group:"model" placeholder:"N" help:"Of a GPT: size of a token's vector (default: by the text)."`
	Heads   int      `group:"model" placeholder:"N" help:"Of a GPT: heads of its attention (default: one for each 64 of --width)."`
	Layers  int      `group:"model" placeholder:"N" help:"Layers of the network (default: 1 of an LSTM, of a GPT by the text)."`
	Dropout *float64 `group:"model" placeholder:"X" help:"Share of values dropped in training (default: by the text)."`

	Window        int `group:"learning" placeholder:"N" help:"Tokens in an example, and that a GPT looks back on (default: 64, of a GPT 128)."`
	ValidateEvery int `group:"learning" default:"100" placeholder:"N" help:"Updates between validations (default: ${default})."`
	Patience      int `group:"learning" conf:"free" zero:"any number" default:"15" placeholder:"N" help:"Validations without progress that end the run; 0 is any number (default: ${default})."`

	trialFlags
	runFlags
}

// Help is shown by --help.
func (*trainText) Help() string {
	return `Fifty kilobytes of text are a start, a megabyte is good. The end of the text is held out, and the weights that predict it best are kept. What is left open is chosen from the text, and told in config.yaml.

A text may be larger than memory: it is read in pieces, and the tokens of a large one are kept in a file that the run's folder has meanwhile. Byte-order marks are left out and line ends become \n; what else is no part of a text is told, and left unless there is --clean.

Examples:
  artnn train text --data novel.txt -o run2
  artnn train text --data poems/ -o run2 --time 1h --hidden 512
  artnn train text --resume -o run2 --time 2h
  artnn train text --data novel.txt --find-lr`
}

// recipe is what the flags say.
func (c *trainText) recipe(con *console, k *kong.Context) *recipe.Text {
	return &recipe.Text{
		Data: c.Data, Vocab: c.Vocab, Words: c.Words, Tokens: c.Tokens, Clean: c.Clean, Holdout: &c.Holdout,
		Network: c.Network, Embed: c.Embed, Hidden: c.Hidden, Width: c.Width, Heads: c.Heads, Layers: c.Layers, Dropout: c.Dropout,
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
	defer r.Close()
	task, err := r.Prepare(ctx)
	if err != nil {
		return s.prepared(ctx, err)
	}
	c.Vocab, c.Words, c.Tokens, c.Network = r.Vocab, r.Words, r.Tokens, r.Network
	c.Embed, c.Hidden, c.Width, c.Heads = r.Embed, r.Hidden, r.Width, r.Heads
	c.Layers, c.Dropout, c.Window = r.Layers, r.Dropout, r.Window
	c.chosen(r.Options, r.Learning)
	return do(ctx, s, task, r.Options)
}
