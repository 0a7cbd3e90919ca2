// Package demo trains two small models on the samples inside the library, a
// generator of faces and one of poems, and writes what they make. It needs no
// data and no downloads.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

// Options say how long to train and where to write to.
type Options struct {
	Dir    string
	Seed   uint64        // equal seeds and steps give equal files
	Time   time.Duration // shared by the two models
	Steps  int           // of each model, in place of a time
	Follow func(task Task) train.Callback
}

// Task is what is trained at the moment.
type Task struct {
	Name, Unit string // "faces", "pictures"
	PerStep    int    // units in a step
}

// Names of what is written.
const (
	Pictures = "images.png"
	Poems    = "text.txt"
	Report   = "report.html"
)

// Of the time, the poems get the larger part: each of their updates costs more.
const (
	facesShare = 0.4
	moments    = 6 // samples taken over time
)

// ErrFolder is wrapped by the error of a folder that cannot be made.
var ErrFolder = errors.New("cannot make the output folder")

// Run trains the models one after the other. An ended context is no error: what
// was learned is written, and the report tells.
//
// Errors: [ErrFolder]; one that cannot be written to.
func Run(ctx context.Context, o Options) (r train.Report, err error) {
	if err := os.MkdirAll(o.Dir, 0o777); err != nil {
		return r, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	page := &report.Report{
		Title: "artnn demo",
		Intro: "Two networks that started from random numbers and learned from small sets of examples, on a CPU.",
		Config: []report.Setting{
			{Name: "seed", Value: fmt.Sprint(o.Seed)},
			{Name: "budget", Value: o.budgetText()},
			{Name: "backend", Value: backend.Default().Name()},
			{Name: "kernels", Value: fmt.Sprint(asm.Selected())},
		},
	}
	for _, part := range []func(context.Context, *report.Chapter) (train.Report, error){o.faces, o.poems} {
		page.Chapters = append(page.Chapters, report.Chapter{})
		r, err = part(ctx, &page.Chapters[len(page.Chapters)-1])
		if err != nil {
			return r, err
		}
		if err := o.write(Report, page.Write); err != nil || r.Interrupted {
			return r, err
		}
	}
	return r, nil
}

func (o *Options) budgetText() string {
	if o.Steps > 0 {
		return words.Count(o.Steps, "step") + " of each model"
	}
	return fmt.Sprintf("%g seconds", o.Time.Seconds())
}

// budget is a model's part of the whole.
func (o *Options) budget(share float64) train.Budget {
	if o.Steps > 0 {
		return train.Budget{Steps: o.Steps}
	}
	return train.Budget{Time: time.Duration(share * float64(o.Time))}
}

// callbacks are those of a part.
func (o *Options) callbacks(task Task, history *train.History, sheet func(train.Event) error) []train.Callback {
	c := []train.Callback{history, train.EveryShare(moments, sheet)}
	if o.Follow != nil {
		c = append(c, o.Follow(task))
	}
	return c
}

func (o *Options) path(name string) string { return filepath.Join(o.Dir, name) }

// write makes a file in the output folder, whole or not at all.
func (o *Options) write(name string, f func(io.Writer) error) error {
	return atomicfile.Write(o.path(name), f)
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
