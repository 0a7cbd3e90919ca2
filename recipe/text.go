package recipe

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// Text learns to write like a text. Fifty kilobytes are a start, a megabyte is good. The
// end of the text is held out, and the weights that predict it best are kept. A zero
// value is chosen from the data, or is the default named beside the field.
type Text struct {
	Data    string   // file of UTF-8 text, or folder of .txt and .md files
	Text    string   `settings:"-"` // in place of a file
	Vocab   string   // one of [Vocabularies], what it learns by
	Words   int      // largest vocabulary of words; default 10000
	Tokens  int      // size of the vocabulary of byte-level BPE
	Clean   bool     // leave out what is no part of the text; see [data.Texts.Cleaned]. And texts that are there twice
	Holdout *float64 // share of the text, its end, held out to validate on; default 0.1

	Network string   // one of [Writers]
	Embed   int      // of an LSTM: size of a token's vector
	Hidden  int      // of an LSTM: size of its state
	Width   int      // of a GPT: size of a token's vector
	Heads   int      // of a GPT: heads of attention
	Layers  int      // of the network
	Dropout *float64 // share of values dropped in training

	Window        int  // tokens in an example, and that a GPT looks back on
	ValidateEvery int  // updates; default 100
	Patience      *int // validations without progress that end the run, 0 is any number; default 15

	Learning
	Options

	writer     Writer
	file       *data.TokenFile // of a large text
	mostTokens int             // that are kept in memory; 0 is the constant of this name
}

const (
	fewestTokens = 200 // to learn from
	fewTokens    = 20_000
	leastTokens  = 257 // of byte-level BPE: the bytes, and the end of a text

	validationStreams = 32 // places of the held-out text that are read at a time, at most
	fewestHeld        = 8  // tokens that say anything
	// mostValidated bounds the time of a validation to a small share of that of
	// the steps between two of them.
	mostValidated = 50_000
)

// Model is the network that [Text.Prepare] has made.
func (c *Text) Model() Writer { return c.writer }

// Close removes the file of tokens that [Text.Prepare] makes of a text that is large. The
// task cannot be trained any more. Run calls it.
//
// Errors: those of the file system.
func (c *Text) Close() error {
	if c.file == nil {
		return nil
	}
	f := c.file
	c.file = nil
	return f.Close()
}

// Run prepares and trains.
//
// Errors: those of [Text.Prepare] and [Train].
func (c *Text) Run(ctx context.Context) (Result, error) {
	defer c.Close()
	return prepareAndTrain(ctx, c, &c.Options, c.Prepare)
}

// Check returns a [*ConfigError] if the fields make no sense, whatever the text.
func (c *Text) Check() error {
	switch {
	case c.Data == "" && c.Text == "":
		return &ConfigError{"Data", "is missing: name the file of the text"}
	case c.Data != "" && c.Text != "":
		return &ConfigError{"Text", "is given: Data must not be"}
	case c.Vocab != "" && vocabularyOf(c.Vocab) == nil:
		return &ConfigError{"Vocab", fmt.Sprintf("must be one of %q, got %q", Vocabularies(), c.Vocab)}
	case c.Network != "" && writerOf(c.Network) == nil:
		return &ConfigError{"Network", fmt.Sprintf("must be one of %q, got %q", Writers(), c.Network)}
	case c.Tokens != 0 && c.Tokens < leastTokens:
		return &ConfigError{"Tokens", fmt.Sprintf("must be at least %d, the bytes and the end of a text, got %d", leastTokens, c.Tokens)}
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
func (c *Text) Prepare(ctx context.Context) (*Task[data.TokenBatch], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	setOpen(&c.Holdout, 0.1)
	t, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	if c.Network == "" {
		c.Network = c.suitable(t.of.characters)
	}
	if err := c.suits(); err != nil {
		return nil, err
	}
	unit := vocabularyOf(c.Vocab).unit
	kind := writerOf(c.Network)
	c.choose(kind, t)
	if n := t.learn.Len(); c.Window >= n {
		return nil, &ConfigError{"Window", fmt.Sprintf("must be below %d, the length of the text to learn from, got %d", n, c.Window)}
	}
	m, err := fitting(&c.Options, func(be backend.Backend) (Writer, error) { return kind.build(c, t.vocab, be) }, kind.sizes(c)...)
	if err == nil {
		err = c.stepFits(kind, t.vocab)
	}
	if err != nil {
		return nil, configError(err)
	}
	c.writer = m
	loader, err := data.RandomWindowsOf(t.learn, c.Batch, c.Window, c.Seed)
	if err != nil {
		return nil, err
	}
	return c.task(kind, t, loader, unit), nil
}

// stepTokens are more than most vocabularies have, so that the memory of a step of more
// tokens grows with them alone, and few enough that trying takes milliseconds.
const stepTokens = 1 << 16

// stepFits returns an error if a batch, or the part of one that is taken at a time, would
// not fit in memory.
func (c *Text) stepFits(kind *writerKind, t tokenizer.Tokenizer) error {
	tried := *c
	tried.Accumulate = min(c.Accumulate, c.Batch, 2) // the gradients of one part are kept for all others
	parts := min(c.Accumulate, c.Batch)
	rows := (c.Batch-1)/parts + 1
	what := "step"
	if parts > 1 {
		what = "part of a step"
	}
	w := work[Writer]{
		rows: rows, few: stepTokens/c.Window + 1,
		what: fmt.Sprintf("must be lower, or accumulate higher: a %s on %s of %s", what, words.Thousand(rows, "row"), words.Thousand(c.Window, "token")),
		step: func(m Writer, rows int) {
			rows *= tried.Accumulate
			ids := make([]int32, rows*c.Window)
			m.Step(ids, ids, rows, c.Window)
		},
	}
	sizes := append(kind.sizes(c), largest("Batch", 32, c.Batch), largest("Window", 64, c.Window))
	return stepFits(&c.Options, func(be backend.Backend) (Writer, error) { return kind.build(&tried, t, be) }, w, sizes...)
}

// task is what to train.
func (c *Text) task(kind *writerKind, of *tokens, loader *data.Loader[data.TokenBatch], unit string) *Task[data.TokenBatch] {
	m, held := c.writer, of.held
	t := &Task[data.TokenBatch]{
		Unit: unit + "s", PerStep: c.Batch * c.Window,
		Title:  titled("Text", "like", c.Data),
		Intro:  fmt.Sprintf("%s %s of %s, %s more are held out", kind.learns, words.Thousand(of.learn.Len(), unit), words.Count(of.vocab.Len(), "kind"), words.Thousands(len(held))),
		Axis:   "nats a " + unit,
		Remark: "The loss is the cross-entropy of the next " + unit + ": e to its power is the perplexity. Where the validation's loss rises while the other falls, the network overfits; the weights with the lowest validation loss are kept.",
		Model:  m, Loader: loader, Fingerprint: of.of.fingerprint(), ValidateEvery: c.ValidateEvery, Patience: *c.Patience,
		Step: func(_ context.Context, b data.TokenBatch) (train.Metrics, error) {
			if c.file != nil && c.file.Err() != nil {
				return nil, c.file.Err()
			}
			return train.Metrics{{Name: "loss", Value: m.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}, nil
		},
		Sample: func() (Sample, error) { return passage(m, c.Seed) },
		Finish: func(_ context.Context, r train.Report) (o Outcome, err error) {
			if r.Best != nil {
				o.Text = fmt.Sprintf("Best on the held-out text: %.3f nats a %s, perplexity %.1f%s.", r.Best.Value, unit, math.Exp(r.Best.Value), of.bits(r.Best.Value, unit))
			}
			o.Facts = c.facts(of)
			return o, nil
		},
	}
	if len(held) >= fewestHeld {
		t.Validate = func(context.Context) (train.Metrics, error) {
			l, err := m.Evaluate(held, validationStreams)
			return train.Metrics{{Name: "val_loss", Value: l}}, err
		}
	}
	return t
}

// choose fills in what was left open, by the length of the text and the size of
// the vocabulary.
func (c *Text) choose(kind *writerKind, of *tokens) {
	c.Options = c.Options.withDefaults()
	kind.choose(c, of)
	setDefault(&c.ValidateEvery, 100)
	setOpen(&c.Patience, 15)
	setDefault(&c.Accumulate, 1)
	setOpen(&c.Clip, 1)
	setOpen(&c.EMA, 0)
	c.settle(c)
}

const (
	passageLength = 400 // tokens of a sample
	temperature   = 0.8
	topP          = 0.9
)

func passage(m Writer, seed uint64) (Sample, error) {
	prompt, err := Opening(m.Tokenizer())
	if err != nil {
		return Sample{}, err
	}
	text, err := generate.Text(m, prompt, passageLength, generate.Temperature(temperature), generate.TopP(topP), generate.Seed(seed))
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
