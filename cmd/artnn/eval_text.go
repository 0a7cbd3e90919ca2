package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
)

var _ = addFamily("artnn generate text", evalText)

// evalStreams is how many places of a text are read at a time.
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
	ids, err := m.Vocabulary().Encode(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	loss, err := m.Evaluate(ids, max(1, min(evalStreams, len(ids)/64)))
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	t := con.table()
	unit := "character"
	if v, ok := m.Vocabulary().(*models.WordVocab); ok {
		unit = "word"
		t.line("unknown words", "%.1f %%", 100*v.Unknown(ids))
	}
	t.line("text", "%s %ss", words.Thousands(len(ids)), unit)
	t.line("cross-entropy", "%.4f nats, %.4f bits a %s", loss, loss/math.Ln2, unit)
	t.line("perplexity", "%.2f of %d", math.Exp(loss), m.Vocabulary().Len())
	return t.Flush()
}
