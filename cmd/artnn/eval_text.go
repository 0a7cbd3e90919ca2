package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/org/artnn/data"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/writing"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

var _ = addFamily(always[writer]("artnn generate text"), evalText)

// evalStreams is how many places of a text are read at a time, at most.
const evalStreams = 32

// evalText measures how surprised a model is by a text, and compares what it writes
// with the text.
func evalText(ctx context.Context, c *evalCommand, m writer, con *console) error {
	text, err := data.LoadText(c.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no such text; name one with --data", c.Data)
	}
	if err != nil {
		return err
	}
	ids, err := m.Tokenizer().Encode(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	unit := cmp.Or(map[string]string{"char": "character", "word": "word"}[m.Tokenizer().Kind()], "token")
	if len(ids) < 2 {
		return fmt.Errorf("%s: the text has %s, at least 2 are needed", c.Data, words.Count(len(ids), unit))
	}
	w := wrote{evalCommand: c, m: m, learned: text}
	if c.Form != "" || c.Rhyme != "" {
		if w.form, err = formOf(c.Form, c.Rhyme, w.characters); err != nil {
			return err
		}
	}
	con.hintScript(m.Tokenizer(), text)
	loss, err := surprise(ctx, m, ids)
	if err == nil {
		err = w.write(ctx)
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	t := con.table()
	if v, ok := m.Tokenizer().(interface{ Unknown(tokens []int32) float64 }); ok {
		t.line("unknown "+unit+"s", "%.1f %%", 100*v.Unknown(ids))
	}
	t.line("text", "%s", words.Thousand(len(ids), unit))
	t.line("cross-entropy", "%.4f nats, %.4f bits a %s", loss, loss/math.Ln2, unit)
	perCharacter, perByte := writing.Bits(loss, len(ids), text)
	t.line("in bits", "%.4f a character, %.4f a byte", perCharacter, perByte)
	t.line("perplexity", "%.2f of %d", math.Exp(loss), m.Tokenizer().Len())
	w.report(t)
	return t.Flush()
}

// surprise is the cross-entropy of a text in nats a token: by windows where a model
// has one, and else by all that comes before a token.
func surprise(ctx context.Context, m writer, ids []int32) (float64, error) {
	if _, ok := m.(generate.Windowed); ok {
		return writing.CrossEntropy(ctx, m, ids, writing.Window{})
	}
	return m.Evaluate(ids, evalStreams)
}

// hintScript says if a text is in the other Chinese script than a model's.
func (c *console) hintScript(t tokenizer.Tokenizer, text string) {
	if hint := tokenizer.OtherScript(t, text); hint != "" {
		c.warn(hint)
	}
}
