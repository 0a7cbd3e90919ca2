package recipe

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

// tokens are a text to learn from and its end, held out.
type tokens struct {
	vocab       tokenizer.Tokenizer
	learn, held []int32
	characters  int     // of the whole text
	perToken    float64 // characters that a token of held has
}

// bits says what a loss comes to where a token is not a character.
func (t *tokens) bits(nats float64, unit string) string {
	if unit == "character" || t.perToken == 0 {
		return ""
	}
	return fmt.Sprintf(", %.3f bits a character", nats/math.Ln2/t.perToken)
}

// load reads the text and makes its tokenizer. Where that learns from the text, it does
// from what is not held out.
func (c *Text) load(ctx context.Context) (*tokens, error) {
	texts, err := []string{c.Text}, error(nil)
	if c.Text == "" {
		if texts, err = data.LoadTexts(c.Data); err != nil {
			return nil, missing(err, c.Data, "file")
		}
	}
	t := &tokens{}
	for _, text := range texts {
		t.characters += utf8.RuneCountInString(text)
	}
	if c.Vocab == "" {
		c.Vocab = suitableVocabulary(texts, t.characters)
	}
	learn, held := apart(texts, *c.Holdout)
	if t.vocab, err = vocabularyOf(c.Vocab).make(ctx, c, learn, held); err != nil {
		return nil, named(c.Data, err)
	}
	if t.learn, err = packed(t.vocab, learn); err != nil {
		return nil, named(c.Data, err)
	}
	if t.held, err = packed(t.vocab, held); err != nil {
		return nil, named(c.Data, err)
	}
	switch n := len(t.learn) + len(t.held); {
	case n < fewestTokens:
		return nil, named(c.Data, fmt.Errorf("%s not enough to learn from: at least %d are needed, fifty thousand are a start", words.Are(n, vocabularyOf(c.Vocab).unit), fewestTokens))
	case n < fewTokens:
		c.warn(fmt.Sprintf("the text is short (%s): the network will soon overfit; fifty thousand are a start", words.Thousand(n, vocabularyOf(c.Vocab).unit)))
	}
	t.held = t.held[:min(len(t.held), mostValidated)]
	if len(t.held) > 0 {
		t.perToken = float64(utf8.RuneCountInString(t.vocab.Decode(t.held))) / float64(len(t.held))
	}
	return t, nil
}

// apart cuts texts in two, of which the second has a share of the bytes. It cuts one of
// them at most, after a line end or else a space if there is one near.
func apart(texts []string, share float64) (learn, held []string) {
	total := 0
	for _, t := range texts {
		total += len(t)
	}
	left := total - int(share*float64(total))
	for i, t := range texts {
		if len(t) > left {
			at := cutNear(t, left)
			if at > 0 {
				learn = append(learn, t[:at])
			}
			if at < len(t) {
				held = append(held, t[at:])
			}
			return learn, append(held, texts[i+1:]...)
		}
		learn = append(learn, t)
		left -= len(t)
	}
	return learn, nil
}

// cutNear is a place in a text, at most a hundredth of it before another one.
func cutNear(text string, at int) int {
	near := text[max(0, at-len(text)/100):at]
	for _, end := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(near, end); i >= 0 {
			return at - len(near) + i + len(end)
		}
	}
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// packed is the tokens of texts one after the other, with the end of a text between them
// if there is a token for it, or else blank lines.
func packed(t tokenizer.Tokenizer, texts []string) ([]int32, error) {
	end, ok := tokenizer.EndToken(t)
	if !ok || len(texts) < 2 {
		if len(texts) == 0 {
			return nil, nil
		}
		return t.Encode(data.JoinTexts(texts))
	}
	var all []int32
	for i, text := range texts {
		ids, err := t.Encode(text)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			all = append(all, end)
		}
		all = append(all, ids...)
	}
	return all, nil
}

// each yields texts.
func each(texts []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, t := range texts {
			if !yield(t, nil) {
				return
			}
		}
	}
}
