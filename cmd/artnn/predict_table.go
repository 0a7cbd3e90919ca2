package main

import (
	"context"
	"io"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tabular"
)

var _ = addPredictor(predictTable)

// predictTable adds predictions to a table.
func predictTable(_ context.Context, c *predict, m *tabular.Model, con *console) error {
	file, t, err := c.read(c.Data, m, false)
	if err != nil {
		return err
	}
	warnUnseen(con, m, t)
	write := func(w io.Writer) error { return recipe.WritePredictions(w, file, t, m) }
	if c.Out == "" {
		return write(con.data)
	}
	return atomicfile.Write(c.Out, write)
}
