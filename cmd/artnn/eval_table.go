package main

import (
	"context"
	"fmt"
	"io"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tabular"
)

var _ = addFamily(always[*tabular.Model]("artnn predict"), evalTable)

// evalTable measures how well a network predicts rows whose target is known.
func evalTable(_ context.Context, c *evalCommand, m *tabular.Model, con *console) error {
	name := c.Data
	if name == "-" {
		name = "standard input"
	}
	_, t, err := c.read(c.Data, m, true)
	if err != nil {
		return err
	}
	known, err := t.Known(m.Config().Target)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	e, err := m.Evaluate(known)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	warnUnseen(con, m, known)
	if c.Out == "" || !con.quiet { // the page has the same
		con.printf("%v\n\n%s\n", e, e.Picture())
	}
	if c.Out == "" {
		return nil
	}
	return atomicfile.Write(c.Out, func(w io.Writer) error { return recipe.WriteEvaluation(w, e, c.Data) })
}
