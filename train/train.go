package train

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/jsonfloat"
)

// Metric is one named number of a step, such as a loss.
type Metric struct {
	Name  string
	Value float64
}

// metricJSON is a metric in a checkpoint.
type metricJSON struct {
	Name  string
	Value jsonfloat.Float
}

// MarshalJSON writes a value that is not finite as the strings of [JSONL].
func (m Metric) MarshalJSON() ([]byte, error) {
	return json.Marshal(metricJSON{m.Name, jsonfloat.Float(m.Value)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Metric) UnmarshalJSON(text []byte) error {
	var j metricJSON
	err := json.Unmarshal(text, &j)
	*m = Metric{j.Name, float64(j.Value)}
	return err
}

// Metrics are the numbers of a step, in the order they are to be shown.
type Metrics []Metric

// Get finds a metric by name.
func (m Metrics) Get(name string) (value float64, ok bool) {
	for _, x := range m {
		if x.Name == name {
			return x.Value, true
		}
	}
	return 0, false
}

// Budget is how long to train: until the first of its bounds is reached. A bound
// of 0 does not count; one must.
type Budget struct {
	Steps  int           // updates
	Epochs int           // walks through the data
	Time   time.Duration // wall clock, checked after each update
}

// done is the share of the budget that is used up, in [0, 1], with an epoch of
// length batches and the data standing at a position.
func (b Budget) done(steps int, elapsed time.Duration, at data.State, length int) float64 {
	done := 0.0
	if b.Steps > 0 {
		done = float64(steps) / float64(b.Steps)
	}
	if b.Time > 0 {
		done = max(done, float64(elapsed)/float64(b.Time))
	}
	if b.Epochs > 0 {
		done = max(done, float64(at.Epoch*length+at.Batch)/float64(b.Epochs*length))
	}
	return min(done, 1)
}

// Event is what callbacks learn after a step.
type Event struct {
	Step    int           // steps done since training began, counting those before a resume
	Epoch   int           // walk through the data that the last batch belonged to, from 0
	Elapsed time.Duration // time trained, counting that before a resume
	Waited  time.Duration // part of the time of this run that was spent waiting for batches
	Done    float64       // share of the budget used up, in [0, 1]
	Metrics Metrics       // of the last step, or validation; nil before the first
}

// Report sums a run up.
type Report struct {
	Event
	// Interrupted tells that the context ended the run before its budget.
	Interrupted bool
	// Stopped tells that the run ended early because validation no longer got
	// better.
	Stopped bool
	// Best is the best validation so far, nil if there was none.
	Best *Best
	// Checkpoint is the folder of the newest checkpoint, "" without one.
	Checkpoint string
}

// Best is where the monitored metric was best.
type Best struct {
	Step   int     `json:"step"`
	Metric string  `json:"metric"`
	Value  float64 `json:"value"`
}

// NonFiniteError reports that a number of a step has become NaN or infinite. The
// models of this library leave their weights alone in such a step.
type NonFiniteError struct {
	Step   int
	Metric string // the number that the step returned; "" if these were all finite
	Value  float64
	Tensor string // what went bad first, where the model can tell
}

func (e *NonFiniteError) Error() string {
	return e.What() + "; lower the learning rate, clip gradients or look at the data"
}

// What is what happened, without what to do.
func (e *NonFiniteError) What() string {
	what := "training diverged"
	if e.Metric != "" {
		what += fmt.Sprintf(": %s is %v", e.Metric, e.Value)
	}
	what += fmt.Sprintf(" after step %d", e.Step)
	if e.Tensor != "" {
		what += "; the first to go bad was " + e.Tensor
	}
	return what
}
