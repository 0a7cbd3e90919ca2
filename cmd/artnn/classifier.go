package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/org/artnn/cmd/artnn/internal/visible"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

var (
	_ = addFamily(always[*models.Classifier]("artnn predict"), evalClasses)
	_ = addPredictor(predictClasses)
)

// classesShown is how many classes of a picture a line tells, and leastShown the
// probability that all but the first must have.
const (
	classesShown = 3
	leastShown   = 0.005
)

// predictClasses tells what pictures show.
func predictClasses(ctx context.Context, c *predict, m *models.Classifier, con *console) error {
	if err := c.onlyTables(m); err != nil {
		return err
	}
	if c.Data == "-" {
		return usagef("--data - is of tables, and the model is of kind %s: name a picture, or a folder of pictures", models.Kind(m))
	}
	made, skipped, err := recipe.ClassifyPictures(ctx, m, c.Data)
	if err != nil {
		return interruptedOr(ctx, err)
	}
	for _, s := range skipped {
		con.warn(fmt.Sprintf("%s is skipped: %v", s.Path, s.Err))
	}
	if c.Out != "" {
		return atomicfile.Write(c.Out, func(w io.Writer) error { return recipe.WriteClasses(w, made) })
	}
	w := con.cells()
	for _, p := range made {
		fmt.Fprint(w, visible.Line(p.File))
		for i, k := range p.Classes[:min(classesShown, len(p.Classes))] {
			if i == 0 || k.Probability >= leastShown {
				fmt.Fprintf(w, "\t%s %.0f %%", visible.Line(k.Class), 100*k.Probability)
			}
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// evalClasses measures how well a network tells pictures apart.
func evalClasses(ctx context.Context, c *evalCommand, m *models.Classifier, con *console) error {
	s, leftOut, err := recipe.ScorePictures(ctx, m, c.Data)
	if err != nil {
		return interruptedOr(ctx, err)
	}
	if leftOut > 0 {
		con.warn(fmt.Sprintf("%s in folders that have not the name of a class left out", words.Are(leftOut, "picture")))
	}
	t := con.table()
	t.line("pictures", "%s", words.Thousands(s.Pictures))
	t.line("accuracy", "%.2f %%; naming the commonest class would have %.2f %%", 100*s.Accuracy, 100*s.Commonest)
	t.line("log loss", "%.4f nats", s.LogLoss)
	if err := t.Flush(); err != nil {
		return err
	}
	con.printf("\n%s\n", s.Picture())
	return nil
}

// interruptedOr is an error, or that of Ctrl+C if that was its cause.
func interruptedOr(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return errInterrupted
	}
	return err
}
