package train

import (
	"slices"
	"time"
)

// Callback follows a run. Embed [Base] to write only the methods that matter.
// An error from Begin or Step ends the run.
type Callback interface {
	// Begin is called before the first step.
	Begin(e Event) error
	// Step is called after every step.
	Step(e Event) error
	// End is called once, with what ended the run: nil if the budget was spent
	// or the context ended.
	End(r Report, err error) error
}

// Base is a [Callback] that does nothing.
type Base struct{}

func (Base) Begin(Event) error       { return nil }
func (Base) Step(Event) error        { return nil }
func (Base) End(Report, error) error { return nil }

// every runs f now and then. The metrics f sees are means over the steps since
// it last ran: those of a single step jump about.
type every struct {
	Base
	due   func(e Event) bool
	f     func(e Event) error
	sum   Metrics
	count int // steps in sum
}

func (c *every) Step(e Event) error {
	if c.count == 0 {
		c.sum = append(c.sum[:0], e.Metrics...)
	} else {
		for i := range c.sum {
			v, _ := e.Metrics.Get(c.sum[i].Name)
			c.sum[i].Value += v
		}
	}
	c.count++
	if !c.due(e) {
		return nil
	}
	return c.run(e)
}

func (c *every) run(e Event) error {
	e.Metrics = slices.Clone(c.sum)
	for i := range e.Metrics {
		e.Metrics[i].Value /= float64(c.count)
	}
	c.count = 0
	return c.f(e)
}

// End makes up for the steps since f last ran, unless they went wrong: what a
// diverged model would save is worth less than what was saved before.
func (c *every) End(r Report, err error) error {
	if err != nil || c.count == 0 {
		return nil
	}
	return c.run(r.Event)
}

// EverySteps calls f after each n-th step, and once more at the end of a run
// that went well, interrupted or not. It serves checkpoints and samples. The
// metrics f sees are means over the steps since its last call, here and in its
// kin.
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
	return &every{f: f, due: func(e Event) bool {
		if e.Done*float64(n) < float64(next) {
			return false
		}
		next = int(e.Done*float64(n)) + 1
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
	return &every{f: f, due: func(e Event) bool {
		if e.Elapsed-last < d {
			return false
		}
		last = e.Elapsed
		return true
	}}
}

// History keeps the metrics of every step, thinned to at most Limit points by
// averaging neighbours, so that curves of any run can be drawn.
type History struct {
	Base
	// Limit is the largest number of points kept, even; default 1024.
	Limit int

	Names  []string  // the metrics, in the order of the first step
	Points []Point   // in order of steps
	width  int       // steps that one point averages
	sum    []float64 // of the point under way
	count  int       // steps in it
}

// Point is an average over a few successive steps.
type Point struct {
	Step   int // the last of them
	Values []float64
}

// Step adds the numbers of one step.
func (h *History) Step(e Event) error {
	if h.Names == nil {
		for _, m := range e.Metrics {
			h.Names = append(h.Names, m.Name)
		}
		h.sum, h.width = make([]float64, len(h.Names)), 1
		if h.Limit <= 0 {
			h.Limit = 1024
		}
	}
	for i, name := range h.Names {
		v, _ := e.Metrics.Get(name)
		h.sum[i] += v
	}
	if h.count++; h.count < h.width {
		return nil
	}
	p := Point{Step: e.Step, Values: make([]float64, len(h.sum))}
	for i, s := range h.sum {
		p.Values[i] = s / float64(h.count)
	}
	clear(h.sum)
	h.count = 0
	h.Points = append(h.Points, p)
	if len(h.Points) >= h.Limit {
		h.halve()
	}
	return nil
}

// halve merges points two by two.
func (h *History) halve() {
	half := h.Points[:0]
	for i := 0; i+1 < len(h.Points); i += 2 {
		a, b := h.Points[i], h.Points[i+1]
		for k := range b.Values {
			b.Values[k] = (a.Values[k] + b.Values[k]) / 2
		}
		half = append(half, b)
	}
	clear(h.Points[len(half):])
	h.Points = half
	h.width *= 2
}
