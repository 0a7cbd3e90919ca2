package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/train"
)

// progress shows how far a run is.
type progress interface {
	train.Callback
	// above is where to write what should stay on the screen.
	above() io.Writer
}

// newProgress shows a bar on a terminal, a line every tenth of the run
// elsewhere, and nothing where quiet was asked for. A step has so many of the
// named units. That it cannot be shown is no reason to stop: the console keeps the
// error.
func newProgress(con *console, name, unit string, perStep int) progress {
	speed := &speed{unit: unit, perStep: perStep}
	if con.terminal != nil && !con.quiet {
		return &bar{con: con, name: name, speed: speed}
	}
	l := &lines{speed: speed, con: con}
	l.Callback = train.EveryShare(10, func(e train.Event) error {
		con.say("%s %3.0f %%  %s%s\n", name, 100*e.Done, speed.summary(e), l.validated)
		return nil
	})
	return l
}

// lines writes a line now and then.
type lines struct {
	train.Callback
	speed     *speed
	con       *console
	validated string // what the newest validation found
}

func (l *lines) above() io.Writer { return l.con.raw }

func (l *lines) Begin(e train.Event) error {
	l.speed.begin(e)
	return l.Callback.Begin(e)
}

func (l *lines) Validated(e train.Event) error {
	l.validated = numbers(e)
	return nil
}

// barSteps is how finely a bar divides the budget.
const barSteps = 1000

// bar is a line at the bottom of a terminal.
type bar struct {
	con       *console
	name      string
	speed     *speed
	container *mpb.Progress
	bar       *mpb.Bar
	text      atomic.Pointer[string] // read by the goroutine that draws
	validated string
}

func (b *bar) above() io.Writer { return aboveBar{b} }

// aboveBar writes above the bar while there is one.
type aboveBar struct{ b *bar }

func (a aboveBar) Write(p []byte) (int, error) {
	if a.b.container == nil {
		return a.b.con.raw.Write(p)
	}
	return a.b.container.Write(p)
}

func (b *bar) Begin(e train.Event) error {
	b.speed.begin(e)
	b.set("")
	b.container = mpb.New(mpb.WithOutput(b.con.terminal), mpb.WithWidth(24), mpb.WithRefreshRate(150*time.Millisecond))
	b.bar = b.container.AddBar(barSteps,
		mpb.PrependDecorators(decor.Name(b.name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(
			decor.Percentage(decor.WC{W: 5}),
			decor.Any(func(decor.Statistics) string { return *b.text.Load() }),
		))
	b.bar.SetCurrent(int64(e.Done * barSteps))
	return nil
}

func (b *bar) set(s string) { b.text.Store(&s) }

// shortestBar is how narrow the bar may become for the sake of the numbers after it,
// in columns, and percentage how many they take after it.
const (
	shortestBar = 6
	percentage  = 6
)

// room is how many columns there are after the name, the bar and the percentage.
func (b *bar) room() int {
	return b.con.columns() - ansi.StringWidth(b.name) - 1 - shortestBar - percentage
}

func (b *bar) Step(e train.Event) error {
	b.set("  " + b.speed.within(e, b.validated, b.room()-2))
	b.bar.SetCurrent(min(barSteps-1, int64(e.Done*barSteps))) // complete only at the end
	return nil
}

func (b *bar) Validated(e train.Event) error {
	b.validated = numbers(e)
	return nil
}

func (b *bar) End(r train.Report, err error) error {
	if err != nil || r.Interrupted || r.Stopped {
		b.bar.Abort(false)
	} else {
		b.bar.SetTotal(barSteps, true)
	}
	b.container.Wait()
	b.container = nil
	return nil
}

// speed tells how fast a run goes and how long it will take.
type speed struct {
	unit    string
	perStep int

	from train.Event // where this run began
}

func (s *speed) begin(e train.Event) { s.from = e }

// summary is a line of what matters: how much is done, how fast, the losses and
// how long it will take.
func (s *speed) summary(e train.Event) string { return s.within(e, "", math.MaxInt) }

// within is the summary, and after it more, in so many columns: where they are few,
// without the speed, and where they are fewer, without the step. Losses are
// what one looks at.
func (s *speed) within(e train.Event, more string, columns int) (line string) {
	var parts []string
	took := (e.Elapsed - s.from.Elapsed).Seconds()
	if took > 0 && e.Done > s.from.Done && e.Done < 1 {
		left := time.Duration(took * (1 - e.Done) / (e.Done - s.from.Done) * float64(time.Second))
		parts = append(parts, clock(left)+" left")
	}
	least := len(parts)
	parts = append(parts, fmt.Sprintf("step %d", e.Step))
	if took > 0 {
		parts = append(parts, words.Rate(float64(e.Step-s.from.Step)*float64(s.perStep)/took)+" "+s.unit+"/s")
	}
	for ; ; parts = parts[:len(parts)-1] {
		line = strings.TrimPrefix(strings.Join(parts, "  ")+numbers(e)+more, "  ")
		if len(parts) == least || ansi.StringWidth(line) <= columns {
			return line
		}
	}
}

// numbers are those of an event, for the end of a line.
func numbers(e train.Event) (s string) {
	for _, m := range e.Metrics {
		s += fmt.Sprintf("  %s %.3f", m.Name, m.Value)
	}
	return s
}

// clock is a time to go, as coarse as it is uncertain.
func clock(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%ds", int(d.Seconds()+0.5))
	}
}
