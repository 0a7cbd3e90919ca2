package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

var _ = addFamily("artnn generate text", evalText)

// evalStreams is how many places of a text are read at a time, at most.
const evalStreams = 32

// evalText measures how surprised a model is by a text.
func evalText(_ context.Context, c *evalCommand, m writer, con *console) error {
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
	con.hintScript(m.Tokenizer(), text)
	loss, err := m.Evaluate(ids, evalStreams)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	t := con.table()
	unit := cmp.Or(map[string]string{"char": "character", "word": "word"}[m.Tokenizer().Kind()], "token")
	if v, ok := m.Tokenizer().(interface{ Unknown(tokens []int32) float64 }); ok {
		t.line("unknown "+unit+"s", "%.1f %%", 100*v.Unknown(ids))
	}
	t.line("text", "%s", words.Thousand(len(ids), unit))
	t.line("cross-entropy", "%.4f nats, %.4f bits a %s", loss, loss/math.Ln2, unit)
	t.line("perplexity", "%.2f of %d", math.Exp(loss), m.Tokenizer().Len())
	return t.Flush()
}

// hintScript says if a text is in the other Chinese script than a model's.
func (c *console) hintScript(t tokenizer.Tokenizer, text string) {
	if hint := tokenizer.OtherScript(t, text); hint != "" {
		c.warn(hint)
	}
}
