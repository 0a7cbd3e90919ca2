package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/data"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// trainText trains a writer.
type trainText struct {
	Data    string  `group:"data" placeholder:"FILE" help:"Text file (UTF-8), or a folder of .txt and .md files."`
	Vocab   string  `group:"data" default:"char" enum:"char,word" placeholder:"NAME" help:"Learn character by character or word by word: ${enum} (default: ${default})."`
	Words   int     `group:"data" default:"10000" placeholder:"N" help:"Largest vocabulary of --vocab word (default: ${default})."`
	Holdout float64 `group:"data" default:"0.1" placeholder:"X" help:"Share of the text, its end, held out to validate on (default: ${default})."`

	Network string   `name:"model" group:"model" default:"lstm" enum:"lstm" placeholder:"NAME" help:"Kind of network: ${enum}."`
	Embed   int      `group:"model" placeholder:"N" help:"Size of a character's vector (default: by the text)."`
	Hidden  int      `group:"model" placeholder:"N" help:"Size of the LSTM's state (default: by the text)."`
	Layers  int      `group:"model" default:"1" placeholder:"N" help:"Layers of the LSTM (default: ${default})."`
	Dropout *float64 `group:"model" placeholder:"X" help:"Share of values dropped in training (default: by the text)."`

	Window        int `group:"learning" placeholder:"N" help:"Characters or words in an example (default: 64)."`
	ValidateEvery int `group:"learning" default:"100" placeholder:"N" help:"Updates between validations (default: ${default})."`
	Patience      int `group:"learning" conf:"free" default:"15" placeholder:"N" help:"Validations without progress that end the run; 0 is any number (default: ${default})."`

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

// fewestTokens is the shortest text to learn from.
const fewestTokens = 200

// Run is the command.
func (c *trainText) Run(ctx context.Context, con *console, k *kong.Context) error {
	switch {
	case c.Data == "":
		return usagef("the text is missing: name its file with --data")
	case c.Holdout < 0 || c.Holdout > 0.5:
		return usagef("--holdout must be from 0 to 0.5, got %g", c.Holdout)
	case c.ValidateEvery < 1:
		return usagef("--validate-every must be at least 1, got %d", c.ValidateEvery)
	case c.Patience < 0 || c.Window < 0:
		return usagef("--patience and --window must not be negative")
	}
	unlock, err := c.begin(&c.trialFlags)
	if err != nil {
		return err
	}
	defer unlock()
	vocab, ids, err := c.load(con)
	if err != nil {
		return err
	}
	learn, held := c.split(ids)
	c.choose(len(learn), vocab.Len())
	m, err := models.NewTextGenerator(vocab, models.TextConfig{
		Embed: c.Embed, Hidden: c.Hidden, Layers: c.Layers, Dropout: *c.Dropout, LR: c.LR,
		Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed,
	})
	if err != nil {
		return usageError{err}
	}
	loader, err := data.RandomWindows(learn, c.Batch, c.Window, c.Seed)
	if err != nil {
		return err
	}
	unit, one := "characters", "character"
	if c.Vocab == "word" {
		unit, one = "words", "word"
	}
	t := task[data.TokenBatch]{
		name: "text", unit: unit, perStep: c.Batch * c.Window,
		title: "Text like " + c.Data,
		intro: fmt.Sprintf("An LSTM learns from %s %s of %d kinds, %s more are held out", countText(len(learn)), unit, vocab.Len(), countText(len(held))),
		axis:  "nats a " + one, remark: "The loss is how surprised the network is by the next " + one + ": e to its power is among how many equally likely ones it wavers. Where the validation's loss rises while the other falls, the network begins to learn the text by heart; the weights with the lowest validation loss are kept.",
		model: m, loader: loader, validateEvery: c.ValidateEvery, patience: c.Patience,
		step: func(_ context.Context, b data.TokenBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}, nil
		},
		samples: passages{m, c.Seed},
		closing: func(r train.Report, _ string) (outcome, error) {
			if r.Best == nil {
				return outcome{}, nil
			}
			return outcome{text: fmt.Sprintf("Best on the held-out text: %.3f nats a %s, perplexity %.1f.", r.Best.Value, one, math.Exp(r.Best.Value))}, nil
		},
	}
	if streams := min(validationStreams, len(held)/8); streams > 0 {
		held = held[:min(len(held), mostValidated)]
		t.validate = func(context.Context) (train.Metrics, error) {
			l, err := m.Evaluate(held, streams)
			return train.Metrics{{Name: "val_loss", Value: l}}, err
		}
	}
	s := session[data.TokenBatch]{runFlags: &c.runFlags, con: con, kong: k, task: t}
	return s.do(ctx, &c.trialFlags)
}

const (
	validationStreams = 32
	// mostValidated bounds the time of a validation to a small share of that of
	// the steps between two of them.
	mostValidated = 50_000
)

// load reads the text and makes its tokenizer.
func (c *trainText) load(con *console) (tokenizer.Tokenizer, []int32, error) {
	text, err := data.LoadText(c.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s: there is no such file; name that of your text with --data", c.Data)
	}
	if err != nil {
		return nil, nil, err
	}
	var vocab tokenizer.Tokenizer
	if c.Vocab == "word" {
		vocab, err = tokenizer.NewWords(text, c.Words)
	} else {
		vocab, err = tokenizer.NewChars(text)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.Data, err)
	}
	ids, err := vocab.Encode(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.Data, err)
	}
	switch n := len(ids); {
	case n < fewestTokens:
		return nil, nil, fmt.Errorf("%s: %d %ss are not enough to learn from: at least %d are needed, fifty thousand are a start", c.Data, n, c.Vocab, fewestTokens)
	case n < 20_000:
		con.warn(fmt.Sprintf("the text is short (%s %ss): the network will soon know it by heart; fifty thousand are a start", countText(n), c.Vocab))
	}
	return vocab, ids, nil
}

// split holds out the end of the text.
func (c *trainText) split(ids []int32) (learn, held []int32) {
	at := len(ids) - int(c.Holdout*float64(len(ids)))
	return ids[:at], ids[at:]
}

// choose fills in what was left open, by the length of the text and the size of
// the vocabulary.
func (c *trainText) choose(n, vocab int) {
	c.limitTime()
	hidden, dropout := 512, 0.1
	switch {
	case n < 50_000:
		hidden, dropout = 128, 0.3
	case n < 400_000:
		hidden, dropout = 256, 0.2
	}
	orZero(&c.Hidden, hidden)
	orZero(&c.Embed, min(c.Hidden, max(32, 8*int(math.Sqrt(float64(vocab))))))
	orElse(&c.Dropout, dropout)
	orZero(&c.Window, min(64, (n-1)/2))
	orZero(&c.Batch, 32)
	orZero(&c.LR, 2e-3)
	orElse(&c.Clip, 1)
	orElse(&c.EMA, 0)
	if c.Schedule == "auto" {
		c.Schedule = "cosine"
	}
}

// passages are samples of a writer: always from the same seed.
type passages struct {
	m    *models.TextGenerator
	seed uint64
}

const passageLength = 400

func (p passages) sample() (report.Sample, glimpse, error) {
	prompt, err := opening(p.m.Tokenizer())
	if err != nil {
		return report.Sample{}, glimpse{}, err
	}
	text, err := p.m.Generate(prompt, passageLength, generate.Temperature(temperature), generate.TopP(topP), generate.Seed(p.seed))
	text = strings.TrimSpace(text)
	return report.Sample{Text: text}, glimpse{text: shortened(text, 200)}, err
}

func (passages) try(run string) string {
	return fmt.Sprintf("artnn generate text -m %s -n 300", run)
}
