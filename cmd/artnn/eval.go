package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"text/tabwriter"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
)

// evalCommand measures a model.
type evalCommand struct {
	Model string `short:"m" placeholder:"RUN" required:"" help:"Run's folder or model's file."`
	Data  string `placeholder:"PATH" required:"" help:"What to measure it on: a text, a folder of pictures, a CSV file."`
	N     int    `short:"n" default:"256" placeholder:"N" help:"Pictures to generate and to compare with, at most (default: ${default})."`
	Seed  uint64 `default:"1" placeholder:"N" help:"Which pictures to generate (default: ${default})."`
}

// Help is shown by --help.
func (*evalCommand) Help() string {
	return `A text generator: how surprised it is by a text, as cross-entropy and perplexity. Use a text it has not learned from.

A network for tables: how well it predicts rows whose target is known, beside a linear model of the same columns and a constant.

A picture generator: how its pictures lie among those of a folder. For every picture, the distance to the most similar of the folder's is measured. If generated pictures are much nearer to the folder than the folder's are to each other, they are copies; if much farther, they are not yet of the kind. If they are much nearer to each other, the generator knows only a few.

Examples:
  artnn eval -m run2 --data other-chapters.txt
  artnn eval -m run1 --data faces
  artnn eval -m run3 --data sales-of-may.csv`
}

// Run is the command.
func (c *evalCommand) Run(ctx context.Context, con *console) error {
	if c.N < 2 || c.N > 4096 {
		return usagef("-n must be from 2 to 4096, got %d", c.N)
	}
	m, err := loadModel(c.Model)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	switch m := m.(type) {
	case writer:
		err = c.text(m, line)
	case *models.Tabular:
		return c.table(m, con)
	case *models.GAN:
		err = c.pictures(ctx, m, line)
	default:
		err = fmt.Errorf("%s: a model of kind %s cannot be measured by this command", c.Model, m.Kind())
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

func (c *evalCommand) text(m writer, line func(string, string, ...any)) error {
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
	streams := max(1, min(validationStreams, len(ids)/64))
	loss, err := m.Evaluate(ids, streams)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	unit := cmp.Or(map[string]string{"char": "character", "word": "word"}[m.Tokenizer().Kind()], "token")
	if t, ok := m.Tokenizer().(interface{ Unknown(tokens []int32) float64 }); ok {
		line("unknown "+unit+"s", "%.1f %%", 100*t.Unknown(ids))
	}
	line("text", "%s %ss", countText(len(ids)), unit)
	line("cross-entropy", "%.4f nats, %.4f bits a %s", loss, loss/math.Ln2, unit)
	line("perplexity", "%.2f of %d", math.Exp(loss), m.Tokenizer().Len())
	return nil
}

func (c *evalCommand) table(m *models.Tabular, con *console) error {
	t, err := loadTable(c.Data, m.CSVOptions(true))
	if err != nil {
		return err
	}
	known, err := t.Known(m.Config().Target)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	e, err := m.Evaluate(known)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	con.printf("%v\n", e)
	return nil
}

func (c *evalCommand) pictures(ctx context.Context, gan *models.GAN, line func(string, string, ...any)) error {
	cfg := gan.Config()
	images, err := data.LoadImages(ctx, c.Data, data.ImageOptions{Width: cfg.Width, Height: cfg.Height, Gray: cfg.Channels == 1})
	switch {
	case err != nil && ctx.Err() != nil:
		return errInterrupted
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: there is no such folder; name one of pictures with --data", c.Data)
	case err != nil:
		return err
	case images.Channels != cfg.Channels:
		return fmt.Errorf("%s: its pictures have %d channels, the model's have %d", c.Data, images.Channels, cfg.Channels)
	case images.Len() < 3:
		return fmt.Errorf("%s: at least 3 pictures are needed to compare with, there are %d", c.Data, images.Len())
	}
	n := min(c.N, images.Len())
	size := cfg.Channels * cfg.Height * cfg.Width
	all := make([][]float32, images.Len())
	for i := range all {
		all[i] = images.At(i)
	}
	fake := rows(gan.Generate(n, c.Seed), size)
	spread := spaced(len(all), n)
	var real []float32
	for _, i := range spread {
		real = append(real, all[i]...)
	}
	line("pictures", "%d generated, %d of the folder", n, images.Len())
	if gan.Discriminator != nil { // a file for inference has none
		line("discriminator's score", "%.2f of the folder's, %.2f of generated ones; equal ones cannot be told apart", mean32(gan.Score(real)), mean32(gan.Score(flat(fake))))
	}
	toFolder := make([]float64, n)
	among := make([]float64, n)
	folder := make([]float64, n)
	for i := range n {
		if ctx.Err() != nil {
			return errInterrupted
		}
		toFolder[i] = nearest(fake[i], all, -1)
		among[i] = nearest(fake[i], fake, i)
		folder[i] = nearest(real[i*size:(i+1)*size], all, spread[i])
	}
	line("distance to the nearest", "root mean square difference in shades of 255, the median")
	line("  folder to folder", "%.1f", median(folder))
	line("  generated to folder", "%.1f", median(toFolder))
	line("  generated to generated", "%.1f", median(among))
	return nil
}
