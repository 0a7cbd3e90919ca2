package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/train"
)

// demo trains two small models on the samples inside the program.
type demo struct {
	Out     string `short:"o" name:"out" default:"out" placeholder:"DIR" help:"Folder to write to (default: ${default})."`
	Seed    uint64 `default:"1" placeholder:"N" help:"Start of all random choices; equal seeds and steps give equal files (default: ${default})."`
	Seconds int    `default:"80" placeholder:"N" help:"Time to train for, shared by the two models (default: ${default})."`
	Steps   int    `placeholder:"N" help:"Updates of each model, in place of a time."`
}

// Of the time, the poems get the larger part: each of their updates costs more.
const (
	facesShare = 0.4
	moments    = 6 // samples taken over time
)

// Help is shown by --help.
func (*demo) Help() string {
	return `Examples:
  artnn demo
  artnn demo --seconds 20 -o /tmp/demo`
}

// Validate is called by the command-line parser.
func (d *demo) Validate() error {
	if d.Steps < 0 {
		return fmt.Errorf("--steps must be at least 1, got %d", d.Steps)
	}
	if d.Seconds < 1 && d.Steps == 0 {
		return fmt.Errorf("--seconds must be at least 1, got %d", d.Seconds)
	}
	return nil
}

// Run is the command.
func (d *demo) Run(ctx context.Context, con *console) error {
	if err := os.MkdirAll(d.Out, 0o777); err != nil {
		return fmt.Errorf("cannot make the output folder: %w; choose another with -o", err)
	}
	con.printf("artnn demo: %s kernels, writing to %s\n", asm.Selected(), d.Out)
	page := &report.Report{
		Title: "artnn demo",
		Intro: "Two networks that started from random numbers and learned from small sets of examples, on a CPU.",
		Config: []report.Setting{
			{Name: "seed", Value: fmt.Sprint(d.Seed)},
			{Name: "budget", Value: d.budgetText()},
			{Name: "backend", Value: backend.Default().Name()},
			{Name: "kernels", Value: fmt.Sprint(asm.Selected())},
		},
	}
	for _, part := range []func(context.Context, *console, *report.Chapter) (train.Report, error){d.faces, d.poems} {
		page.Chapters = append(page.Chapters, report.Chapter{})
		r, err := part(ctx, con, &page.Chapters[len(page.Chapters)-1])
		if err != nil {
			return err
		}
		if err := d.write("report.html", page.Write); err != nil {
			return err
		}
		if r.Interrupted {
			con.printf("Interrupted after step %d. What was learned until then is in %s.\n", r.Step, d.Out)
			return errInterrupted
		}
	}
	con.printf("Pictures: %s\nPoems:    %s\nReport:   %s\n", d.path("images.png"), d.path("text.txt"), d.path("report.html"))
	return nil
}

func (d *demo) budgetText() string {
	if d.Steps > 0 {
		return fmt.Sprintf("%d steps of each model", d.Steps)
	}
	return fmt.Sprintf("%d seconds", d.Seconds)
}

// budget is a model's part of the whole.
func (d *demo) budget(share float64) train.Budget {
	if d.Steps > 0 {
		return train.Budget{Steps: d.Steps}
	}
	return train.Budget{Time: time.Duration(share * float64(d.Seconds) * float64(time.Second))}
}

func (d *demo) path(name string) string { return filepath.Join(d.Out, name) }

// write makes a file in the output folder, whole or not at all.
func (d *demo) write(name string, f func(io.Writer) error) error {
	return atomicfile.Write(d.path(name), f)
}

// series picks metrics of a history as lines of a chart.
func series(h *train.History, names ...string) []report.Series {
	var out []report.Series
	for _, name := range names {
		s := report.Series{Name: name}
		for i, n := range h.Names {
			if n != name {
				continue
			}
			for _, p := range h.Points {
				s.Steps, s.Values = append(s.Steps, p.Step), append(s.Values, p.Values[i])
			}
		}
		out = append(out, s)
	}
	return out
}
