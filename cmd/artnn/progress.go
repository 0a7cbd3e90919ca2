package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/org/artnn/train"
)

// newProgress shows how far a run is: a bar on a terminal, a line every tenth of
// the way elsewhere.
func newProgress(out *os.File, name string) train.Callback {
	if isatty.IsTerminal(out.Fd()) {
		return &bar{out: out, name: name}
	}
	return plainLines(out, name)
}

// barSteps is how finely a bar divides the budget.
const barSteps = 1000

type bar struct {
	train.Base
	out       io.Writer
	name      string
	container *mpb.Progress
	bar       *mpb.Bar
	metrics   string
}

func (b *bar) Begin(train.Event) error {
	b.container = mpb.New(mpb.WithOutput(b.out), mpb.WithWidth(40), mpb.WithRefreshRate(150*time.Millisecond))
	b.bar = b.container.AddBar(barSteps,
		mpb.PrependDecorators(decor.Name(b.name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(
			decor.Percentage(decor.WC{W: 5}),
			decor.Name("  "),
			decor.Any(func(decor.Statistics) string { return b.metrics }),
		))
	return nil
}

func (b *bar) Step(e train.Event) error {
	b.metrics = summary(e)
	b.bar.SetCurrent(int64(e.Done * barSteps))
	return nil
}

func (b *bar) End(r train.Report, err error) error {
	if err != nil || r.Interrupted {
		b.bar.Abort(false)
	} else {
		b.bar.SetTotal(barSteps, true)
	}
	b.container.Wait()
	return nil
}

func plainLines(out io.Writer, name string) train.Callback {
	return train.EveryShare(10, func(e train.Event) error {
		_, err := fmt.Fprintf(out, "%s %3.0f %%  %s\n", name, 100*e.Done, summary(e))
		return err
	})
}

// summary is a line of what matters: how much is done, how fast, and the losses.
func summary(e train.Event) string {
	parts := []string{fmt.Sprintf("step %d", e.Step)}
	if s := e.Elapsed.Seconds(); s > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", float64(e.Step)/s))
	}
	for _, m := range e.Metrics {
		parts = append(parts, fmt.Sprintf("%s %.3f", m.Name, m.Value))
	}
	return strings.Join(parts, "  ")
}
