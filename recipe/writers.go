package recipe

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// Writer is a model of text that [Text] trains.
type Writer interface {
	models.Trainable
	generate.Model
	// Step learns from rows of tokens and of those that follow each, and returns the
	// cross-entropy in nats a token.
	Step(inputs, targets []int32, batch, steps int) float64
	// Evaluate is the cross-entropy of a text in nats a token, read as up to so many
	// parts at a time.
	Evaluate(tokens []int32, parts int) (float64, error)
}

// writerKind is a kind of network that [Text] trains.
type writerKind struct {
	name, learns string // as in "An LSTM learns from"
	// own are the fields of [Text] that only it has. One that is given chooses the kind.
	own func(c *Text) []field
	// choose fills in what was left open.
	choose func(c *Text, of *tokens)
	sizes  func(c *Text) []size // that make it large
	build  func(c *Text, t tokenizer.Tokenizer, be backend.Backend) (Writer, error)
}

// field is one of [Text].
type field struct {
	name  string
	given bool
}

// writerKinds are all kinds, the first for texts that are too short for others.
var writerKinds = []writerKind{
	{
		name: "lstm", learns: "An LSTM learns from",
		own: func(c *Text) []field { return []field{{"Hidden", c.Hidden != 0}, {"Embed", c.Embed != 0}} },
		choose: func(c *Text, of *tokens) {
			n := of.learn.Len()
			hidden, dropout := 512, 0.1
			switch {
			case of.of.characters < 55_000:
				hidden, dropout = 128, 0.3
			case of.of.characters < 440_000:
				hidden, dropout = 256, 0.2
			}
			setDefault(&c.Hidden, hidden)
			if c.Vocab != "char" && of.of.characters < 5_000_000 { // fewer tokens are sooner known by heart
				dropout = 0.3
				if c.Hidden >= 512 { // and by a wide network
					dropout = 0.6
				}
			}
			setDefault(&c.Embed, min(c.Hidden, max(32, 8*int(math.Sqrt(float64(of.vocab.Len()))))))
			setDefault(&c.Layers, 1)
			setOpen(&c.Dropout, dropout)
			setDefault(&c.Window, min(64, (n-1)/2))
			setDefault(&c.Batch, 32)
			setDefault(&c.LR, 2e-3)
		},
		sizes: func(c *Text) []size {
			return []size{largest("Hidden", 512, c.Hidden), largest("Embed", 256, c.Embed), largest("Layers", 1, c.Layers)}
		},
		build: func(c *Text, t tokenizer.Tokenizer, be backend.Backend) (Writer, error) {
			return models.NewTextGenerator(t, models.TextConfig{
				Embed: c.Embed, Hidden: c.Hidden, Layers: c.Layers, Dropout: *c.Dropout, LR: c.LR,
				Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed, Backend: be,
			})
		},
	},
	{
		name: "gpt", learns: "A GPT learns from",
		own: func(c *Text) []field { return []field{{"Width", c.Width != 0}, {"Heads", c.Heads != 0}} },
		choose: func(c *Text, of *tokens) {
			n := of.learn.Len()
			width, layers, dropout := 256, 4, 0.1
			switch {
			case of.of.characters < 55_000: // about as many weights as an LSTM has for it
				width, layers, dropout = 64, 2, 0.3
			case of.of.characters < 300_000:
				width, layers, dropout = 128, 3, 0.3
			case of.of.characters < 5_000_000:
				dropout = 0.2
			case of.of.characters > gptCharacters:
				dropout = 0
			}
			setDefault(&c.Width, width)
			setDefault(&c.Layers, layers)
			setDefault(&c.Heads, max(1, c.Width/64))
			setOpen(&c.Dropout, dropout)
			setDefault(&c.Window, min(128, (n-1)/2))
			setDefault(&c.Batch, 16)
			setDefault(&c.LR, 2e-3)
		},
		sizes: func(c *Text) []size {
			return []size{largest("Width", 256, c.Width), largest("Layers", 4, c.Layers)}
		},
		build: func(c *Text, t tokenizer.Tokenizer, be backend.Backend) (Writer, error) {
			return models.NewGPT(t, models.GPTConfig{
				Context: max(2, c.Window), Layers: c.Layers, Width: c.Width, Heads: c.Heads, Dropout: *c.Dropout, LR: c.LR,
				Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed, Backend: be,
			})
		},
	},
}

// Writers are the kinds of network that [Text] trains.
func Writers() (names []string) {
	for _, k := range writerKinds {
		names = append(names, k.name)
	}
	return names
}

// writerOf is the kind of a name, nil if there is none.
func writerOf(name string) *writerKind {
	if i := slices.IndexFunc(writerKinds, func(k writerKind) bool { return k.name == name }); i >= 0 {
		return &writerKinds[i]
	}
	return nil
}

// suitable is the kind for what was given, or else for a text of n characters.
func (c *Text) suitable(n int) string {
	for _, k := range writerKinds {
		for _, f := range k.own(c) {
			if f.given {
				return k.name
			}
		}
	}
	if n < gptCharacters {
		return "lstm"
	}
	return "gpt"
}

// suits returns a [*ConfigError] for a field that the network does not have.
func (c *Text) suits() error {
	for _, k := range writerKinds {
		if k.name == c.Network {
			continue
		}
		for _, f := range k.own(c) {
			if f.given {
				return &ConfigError{f.name, fmt.Sprintf("is of the network %s, and this one is %s", k.name, c.Network)}
			}
		}
	}
	return nil
}

// Lengths of texts in characters from which others learn better; see docs/own-text.md.
const (
	gptCharacters = 20_000_000
	bpeCharacters = 300_000
	// scriptKinds and scriptBytes tell a text in a script of which a character says as
	// much as a piece of a word elsewhere, such as Chinese: it has more different
	// characters, and of more bytes on average. A large text in an alphabet has many
	// different ones as well, but rarely.
	scriptKinds = 500
	scriptBytes = 2
)

// vocabulary is what [Text] may learn by.
type vocabulary struct {
	name, unit string
	// make makes a tokenizer of the part of a corpus to learn from. It must be able to
	// encode the rest of it.
	make func(ctx context.Context, c *Text, learn part) (tokenizer.Tokenizer, error)
}

var vocabularies = []vocabulary{
	{"char", "character", func(_ context.Context, _ *Text, learn part) (tokenizer.Tokenizer, error) {
		return tokenizer.NewChars(learn.c.kinds.text())
	}},
	{"word", "word", func(_ context.Context, c *Text, learn part) (tokenizer.Tokenizer, error) {
		setDefault(&c.Words, tokenizer.DefaultWords)
		return tokenizer.CountWords(learn.joined(), c.Words)
	}},
	{"bpe", "token", func(ctx context.Context, c *Text, learn part) (tokenizer.Tokenizer, error) {
		setDefault(&c.Tokens, piecesOf(learn.bytes))
		return tokenizer.TrainBPE(ctx, learn.sample(mostSampled), tokenizer.BPETraining{VocabSize: c.Tokens})
	}},
}

// mostSampled is how many bytes pieces of words are learned from, spread over the text:
// of more text, no other pieces are frequent.
const mostSampled = 16 << 20

// Vocabularies are what [Text].Vocab may be.
func Vocabularies() (names []string) {
	for _, v := range vocabularies {
		names = append(names, v.name)
	}
	return names
}

func vocabularyOf(name string) *vocabulary {
	if i := slices.IndexFunc(vocabularies, func(v vocabulary) bool { return v.name == name }); i >= 0 {
		return &vocabularies[i]
	}
	return nil
}

// suitableVocabulary is what to learn a text by.
func suitableVocabulary(of *corpus) string {
	if of.characters < bpeCharacters || of.kinds.n > scriptKinds && of.bytes > scriptBytes*of.characters {
		return "char"
	}
	return "bpe"
}

// piecesOf is how many tokens to make of a text of so many bytes: so few that each occurs
// often.
func piecesOf(bytes int) int {
	n := 512
	for n < tokenizer.DefaultVocabSize && bytes/n > 1500 {
		n *= 2
	}
	return n
}
