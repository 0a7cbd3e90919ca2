package tensorboard

import (
	"encoding/json"
	"iter"

	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train"
)

// Options say what a [Callback] logs and how often. Zero values are the
// defaults.
type Options struct {
	// Every is how many steps there are between scalars. They are means over
	// these steps; 0 means 1.
	Every int

	// Params, if set, are logged as histograms under "parameters/" and their
	// names.
	Params iter.Seq2[string, *tensor.Tensor]
	// HistogramEvery is how many steps there are between histograms; 0 means
	// 1000.
	HistogramEvery int

	// Sample, if set, logs what it likes, such as pictures the model makes.
	Sample func(w *Writer, e train.Event) error
	// SampleEvery is how many steps there are between samples; 0 means 1000.
	SampleEvery int
}

// Callback logs a run to w: the metrics of its steps and of its validations
// under their names, histograms and samples.
//
// When the run does not begin at step 0, or w's folder held events already,
// [Writer.Resume] is called, so that one curve is shown. At the end w is
// flushed, not closed.
//
// Panics if a number of steps is negative.
func Callback(w *Writer, o Options) train.Callback {
	for _, n := range []*int{&o.HistogramEvery, &o.SampleEvery} {
		if *n == 0 {
			*n = 1000
		}
	}
	if o.Every == 0 {
		o.Every = 1
	}
	if o.Every < 0 || o.HistogramEvery < 0 || o.SampleEvery < 0 {
		panic("tensorboard: a Callback needs positive numbers of steps")
	}
	c := &callback{w: w, o: o}
	c.scalars = train.EverySteps(o.Every, c.metrics).(train.Stateful)
	return c
}

type callback struct {
	w       *Writer
	o       Options
	scalars train.Stateful
	last    train.Event
	failed  bool // a method has returned an error
}

func (c *callback) Begin(e train.Event) error {
	c.last, c.failed = e, false
	if err := c.scalars.Begin(e); err != nil {
		return err
	}
	if !c.w.takeEarlier() && e.Step == 0 {
		return nil
	}
	return c.w.Resume(e.Step)
}

func (c *callback) Step(e train.Event) error {
	c.last = e
	return c.note(c.step(e))
}

// note keeps in mind that there was an error.
func (c *callback) note(err error) error {
	c.failed = c.failed || err != nil
	return err
}

func (c *callback) step(e train.Event) error {
	if err := c.scalars.Step(e); err != nil {
		return err
	}
	if c.o.Params != nil && e.Step%c.o.HistogramEvery == 0 {
		for name, p := range c.o.Params {
			if err := c.w.Histogram(e.Step, "parameters/"+name, p.Float32s()); err != nil {
				return err
			}
		}
	}
	if c.o.Sample != nil && e.Step%c.o.SampleEvery == 0 {
		return c.o.Sample(c.w, e)
	}
	return nil
}

// State is the means under way. What was logged is written out first, so that the
// file has it whatever stops the process or the system.
func (c *callback) State() any {
	_ = c.w.file.Sync() // if it fails, so will the next event
	return c.scalars.State()
}

// SetState goes on from means under way.
func (c *callback) SetState(text json.RawMessage) error { return c.scalars.SetState(text) }

// Validated logs what a validation found.
func (c *callback) Validated(e train.Event) error { return c.note(c.metrics(e)) }

func (c *callback) metrics(e train.Event) error {
	for _, m := range e.Metrics {
		if err := c.w.Scalar(e.Step, m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

// End logs the steps since the last scalars, also those before a failure: they
// tell how it came to be.
func (c *callback) End(train.Report, error) error {
	if c.failed { // it is known, and would fail again
		return nil
	}
	err := c.scalars.End(train.Report{Event: c.last}, nil)
	if err != nil {
		return err
	}
	return c.w.Flush()
}
