package train

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/org/artnn/internal/words"
)

// Callback follows a run. Embed [Base] to write only the methods that matter.
// An error from Begin, Step or Validated ends the run.
type Callback interface {
	// Begin is called before the first step; e.Step is the number of steps done
	// before, when a run is resumed.
	Begin(e Event) error
	// Step is called after every step.
	Step(e Event) error
	// Validated is called after every validation, whose numbers are e.Metrics.
	Validated(e Event) error
	// End is called once, if Begin returned no error, with what ended the run: nil
	// if the budget was spent, the context ended or validation no longer got
	// better.
	End(r Report, err error) error
}

// Stateful is a callback with something to remember from one run to the one that
// resumes it.
type Stateful interface {
	Callback
	// State is what to remember, for encoding/json.
	State() any
	// SetState takes it up again, before Begin.
	SetState(text json.RawMessage) error
}

// Base is a [Callback] that does nothing.
type Base struct{}

func (Base) Begin(Event) error       { return nil }
func (Base) Step(Event) error        { return nil }
func (Base) Validated(Event) error   { return nil }
func (Base) End(Report, error) error { return nil }

// every runs f now and then. The metrics f sees are means over the steps since
// it last ran: those of a single step jump about.
type every struct {
	Base
	begin func(e Event)
	due   func(e Event) bool
	f     func(e Event) error
	mean
}

// mean sums metrics up, each over the steps that had it.
type mean struct {
	Sum   Metrics
	Times []int // how often each of Sum was added to
	Count int   // steps since the last result
}

func (m *mean) add(metrics Metrics) {
	if m.Count == 0 {
		m.Sum, m.Times = m.Sum[:0], m.Times[:0]
	}
	m.Count++
	for i, x := range metrics {
		if i >= len(m.Sum) || m.Sum[i].Name != x.Name { // not where it was last time
			i = slices.IndexFunc(m.Sum, func(s Metric) bool { return s.Name == x.Name })
		}
		if i < 0 {
			m.Sum, m.Times = append(m.Sum, x), append(m.Times, 1)
			continue
		}
		m.Sum[i].Value += x.Value
		m.Times[i]++
	}
}

func (m *mean) take() Metrics {
	result := slices.Clone(m.Sum)
	for i := range result {
		result[i].Value /= float64(m.Times[i])
	}
	m.Count = 0
	return result
}

func (c *every) Begin(e Event) error {
	if c.begin != nil {
		c.begin(e)
	}
	return nil
}

func (c *every) Step(e Event) error {
	c.add(e.Metrics)
	if !c.due(e) {
		return nil
	}
	return c.run(e)
}

func (c *every) run(e Event) error {
	e.Metrics = c.take()
	return c.f(e)
}

// End makes up for the steps since f last ran, unless they went wrong: what a
// diverged model would save is worth less than what was saved before.
func (c *every) End(r Report, err error) error {
	if err != nil || c.Count == 0 {
		return nil
	}
	return c.run(r.Event)
}

// State is the sums under way.
func (c *every) State() any { return c.mean }

// SetState goes on from sums under way.
func (c *every) SetState(text json.RawMessage) error {
	var m mean
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	if len(m.Times) != len(m.Sum) || m.Count < 0 {
		return fmt.Errorf("means: %s of %s over %s", words.Count(len(m.Times), "count"), words.Count(len(m.Sum), "sum"), words.Count(m.Count, "step"))
	}
	c.mean = m
	return nil
}

// EverySteps calls f after each n-th step, and once more at the end of a run
// that went well, interrupted or not. It serves samples and lines of progress.
// The metrics f sees are means over the steps since its last call, here and in
// its kin.
//
// Panics if n is not positive.
func EverySteps(n int, f func(e Event) error) Callback {
	if n <= 0 {
		panic("train: EverySteps needs a positive number of steps")
	}
	return &every{f: f, due: func(e Event) bool { return e.Step%n == 0 }}
}

// EveryShare calls f n times, spread evenly over the budget, the last time at
// its end.
//
// Panics if n is not positive.
func EveryShare(n int, f func(e Event) error) Callback {
	if n <= 0 {
		panic("train: EveryShare needs a positive number of times")
	}
	next := 1
	begin := func(e Event) { next = int(e.Done*float64(n)) + 1 }
	return &every{f: f, begin: begin, due: func(e Event) bool {
		if e.Done*float64(n) < float64(next) {
			return false
		}
		begin(e)
		return true
	}}
}

// EveryTime calls f after the first step that ends at least d after the last
// call, and once more at the end of a run that went well.
//
// Panics if d is not positive.
func EveryTime(d time.Duration, f func(e Event) error) Callback {
	if d <= 0 {
		panic("train: EveryTime needs a positive duration")
	}
	var last time.Duration
	begin := func(e Event) { last = e.Elapsed }
	return &every{f: f, begin: begin, due: func(e Event) bool {
		if e.Elapsed-last < d {
			return false
		}
		begin(e)
		return true
	}}
}
