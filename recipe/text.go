package recipe

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// Text learns to write like a text, with an LSTM. Fifty kilobytes are a start, a
// megabyte is good. The end of the text is held out, and the weights that predict
// it best are kept. A zero value is chosen from the data, or is the default named
// beside the field.
type Text struct {
	Data    string   // file of UTF-8 text, or folder of .txt and .md files
	Text    string   `settings:"-"` // in place of a file
	Vocab   string   // "char" or "word", what it learns by; default "char"
	Words   int      // largest vocabulary of words; default 10000
	Holdout *float64 // share of the text, its end, held out to validate on; default 0.1

	Embed   int      // size of a token's vector
	Hidden  int      // size of the LSTM's state
	Layers  int      // of the LSTM; default 1
	Dropout *float64 // share of values dropped in training

	Window        int  // tokens in an example; default 64
	ValidateEvery int  // updates; default 100
	Patience      *int // validations without progress that end the run, 0 is any number; default 15

	Learning
	Options

	writer *models.TextGenerator
}

// Vocabularies are what [Text].Vocab may be.
var Vocabularies = []string{"char", "word"}

const (
	fewestTokens = 200 // to learn from
	fewTokens    = 20_000

	validationStreams = 32 // places of the held-out text that are read at a time, at most
	fewestHeld        = 8  // tokens that say anything
	// mostValidated bounds the time of a validation to a small share of that of
	// the steps between two of them.
	mostValidated = 50_000
)

// Model is the network that [Text.Prepare] has made.
func (c *Text) Model() *models.TextGenerator { return c.writer }

// Run prepares and trains.
//
// Errors: those of [Text.Prepare] and [Train].
func (c *Text) Run(ctx context.Context) (Result, error) {
	return prepareAndTrain(ctx, c, &c.Options, c.Prepare)
}

// Check returns a [*ConfigError] if the fields make no sense, whatever the text.
func (c *Text) Check() error {
	switch {
	case c.Data == "" && c.Text == "":
		return &ConfigError{"Data", "is missing: name the file of the text"}
	case c.Data != "" && c.Text != "":
		return &ConfigError{"Text", "is given: Data must not be"}
	case c.Vocab != "" && !slices.Contains(Vocabularies, c.Vocab):
		return &ConfigError{"Vocab", fmt.Sprintf("must be one of %q, got %q", Vocabularies, c.Vocab)}
	case c.Holdout != nil && !(*c.Holdout >= 0 && *c.Holdout <= 0.5):
		return &ConfigError{"Holdout", fmt.Sprintf("must be from 0 to 0.5, got %g", *c.Holdout)}
	case c.ValidateEvery < 0:
		return &ConfigError{"ValidateEvery", fmt.Sprintf("must be at least 1, got %d", c.ValidateEvery)}
	case c.Patience != nil && *c.Patience < 0:
		return &ConfigError{"Patience", fmt.Sprintf("must not be negative, got %d", *c.Patience)}
	case c.Hidden < 0:
		return &ConfigError{"Hidden", fmt.Sprintf("must not be negative, got %d", c.Hidden)}
	case c.Window < 0:
		return &ConfigError{"Window", fmt.Sprintf("must not be negative, got %d", c.Window)}
	}
	return cmp.Or(c.Learning.Check(), c.Options.Check())
}

// Prepare reads the text, fills in what was left open, and makes the network.
//
// Errors: [*ConfigError]; a text that is not there, not UTF-8 or too short.
func (c *Text) Prepare(context.Context) (*Task[data.TokenBatch], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	setDefault(&c.Vocab, "char")
	setDefault(&c.Words, tokenizer.DefaultWords)
	setOpen(&c.Holdout, 0.1)
	vocab, ids, err := c.load()
	if err != nil {
		return nil, err
	}
	at := len(ids) - int(*c.Holdout*float64(len(ids)))
	learn, held := ids[:at], ids[at:]
	c.choose(len(learn), vocab.Len())
	if c.Window >= len(learn) {
		return nil, &ConfigError{"Window", fmt.Sprintf("must be below %d, the length of the text to learn from, got %d", len(learn), c.Window)}
	}
	m, err := fitting(&c.Options, func(be backend.Backend) (*models.TextGenerator, error) {
		return models.NewTextGenerator(vocab, models.TextConfig{
			Embed: c.Embed, Hidden: c.Hidden, Layers: c.Layers, Dropout: *c.Dropout, LR: c.LR,
			Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed, Backend: be,
		})
	}, largest("Hidden", 512, c.Hidden), largest("Embed", 256, c.Embed), largest("Layers", 1, c.Layers))
	if err != nil {
		return nil, configError(err)
	}
	c.writer = m
	loader, err := data.RandomWindows(learn, c.Batch, c.Window, c.Seed)
	if err != nil {
		return nil, err
	}
	unit := "character"
	if c.Vocab == "word" {
		unit = "word"
	}
	t := &Task[data.TokenBatch]{
		Unit: unit + "s", PerStep: c.Batch * c.Window,
		Title:  titled("Text", "like", c.Data),
		Intro:  fmt.Sprintf("An LSTM learns from %s of %s, %s more are held out", words.Thousand(len(learn), unit), words.Count(vocab.Len(), "kind"), words.Thousands(len(held))),
		Axis:   "nats a " + unit,
		Remark: "The loss is the cross-entropy of the next " + unit + ": e to its power is the perplexity. Where the validation's loss rises while the other falls, the network overfits; the weights with the lowest validation loss are kept.",
		Model:  m, Loader: loader, ValidateEvery: c.ValidateEvery, Patience: *c.Patience,
		Step: func(_ context.Context, b data.TokenBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}, nil
		},
		Sample: func() (Sample, error) { return passage(m, c.Seed) },
		Finish: func(_ context.Context, r train.Report) (o Outcome, err error) {
			if r.Best != nil {
				o.Text = fmt.Sprintf("Best on the held-out text: %.3f nats a %s, perplexity %.1f.", r.Best.Value, unit, math.Exp(r.Best.Value))
			}
			return o, nil
		},
	}
	if len(held) >= fewestHeld {
		held = held[:min(len(held), mostValidated)]
		t.Validate = func(context.Context) (train.Metrics, error) {
			l, err := m.Evaluate(held, validationStreams)
			return train.Metrics{{Name: "val_loss", Value: l}}, err
		}
	}
	return t, nil
}

// load reads the text and makes its tokenizer.
func (c *Text) load() (tokenizer.Tokenizer, []int32, error) {
	text, err := c.Text, error(nil)
	if text == "" {
		if text, err = data.LoadText(c.Data); err != nil {
			return nil, nil, missing(err, c.Data, "file")
		}
	}
	var vocab tokenizer.Tokenizer
	if c.Vocab == "word" {
		vocab, err = tokenizer.NewWords(text, c.Words)
	} else {
		vocab, err = tokenizer.NewChars(text)
	}
	if err != nil {
		return nil, nil, named(c.Data, err)
	}
	ids, err := vocab.Encode(text)
	if err != nil {
		return nil, nil, named(c.Data, err)
	}
	switch n := len(ids); {
	case n < fewestTokens:
		return nil, nil, named(c.Data, fmt.Errorf("%s not enough to learn from: at least %d are needed, fifty thousand are a start", words.Are(n, c.Vocab), fewestTokens))
	case n < fewTokens:
		c.warn(fmt.Sprintf("the text is short (%s): the network will soon overfit; fifty thousand are a start", words.Thousand(n, c.Vocab)))
	}
	return vocab, ids, nil
}

// choose fills in what was left open, by the length of the text and the size of
// the vocabulary.
func (c *Text) choose(n, vocab int) {
	c.Options = c.Options.withDefaults()
	hidden, dropout := 512, 0.1
	switch {
	case n < 50_000:
		hidden, dropout = 128, 0.3
	case n < 400_000:
		hidden, dropout = 256, 0.2
	}
	setDefault(&c.Hidden, hidden)
	setDefault(&c.Embed, min(c.Hidden, max(32, 8*int(math.Sqrt(float64(vocab))))))
	setDefault(&c.Layers, 1)
	setOpen(&c.Dropout, dropout)
	setDefault(&c.ValidateEvery, 100)
	setOpen(&c.Patience, 15)
	setDefault(&c.Window, min(64, (n-1)/2))
	setDefault(&c.Batch, 32)
	setDefault(&c.Accumulate, 1)
	setDefault(&c.LR, 2e-3)
	setOpen(&c.Clip, 1)
	setOpen(&c.EMA, 0)
	c.settle(c)
}

const (
	passageLength = 400 // tokens of a sample
	temperature   = 0.8
	topP          = 0.9
)

func passage(m *models.TextGenerator, seed uint64) (Sample, error) {
	prompt, err := Opening(m.Tokenizer())
	if err != nil {
		return Sample{}, err
	}
	text, err := m.Generate(prompt, passageLength, generate.Temperature(temperature), generate.TopP(topP), generate.Seed(seed))
	return Sample{Text: strings.TrimSpace(text)}, err
}

// Opening is what a text begins with where nothing is given: what paragraphs
// begin after, or else any token.
//
// Errors: a tokenizer that can encode nothing of its own.
func Opening(v tokenizer.Tokenizer) (string, error) {
	for _, s := range []string{"\n", " "} {
		if ids, err := v.Encode(s); err == nil && v.Decode(ids) == s {
			return s, nil
		}
	}
	for id := range int32(v.Len()) {
		s := v.Decode([]int32{id})
		if ids, err := v.Encode(s); err == nil && len(ids) == 1 && ids[0] == id {
			return s, nil
		}
	}
	return "", fmt.Errorf("the model's tokenizer has no line end to begin with: give a prompt")
}
