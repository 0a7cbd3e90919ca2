package train

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/org/artnn/internal/jsonfloat"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/train/checkpoint"
)

// History keeps the metrics of every step, thinned to at most Limit points by
// averaging neighbours, and those of validations, so that curves of any run can be
// drawn. Of more than Limit validations it keeps one in 2, 4, 8 …, all of late
// ones, the last, and those at which a metric was lowest or highest. A resumed run
// goes on with the curves of the one before.
type History struct {
	Base
	// Limit is the largest number of points of either kind, even; default 1024.
	// There are fewer if a checkpoint could not hold as many.
	Limit int

	Names  []string // the metrics, in the order of the first step
	Points []Point  // in order of steps

	ValNames  []string // the metrics of validations
	ValPoints []Point  // each of one validation

	width int       // steps that one point averages
	sum   []float64 // of the point under way
	count int       // steps in it

	validations thinned
}

// Point is an average over a few successive steps.
type Point struct {
	Step   int // the last of them
	Values []float64
}

// pointJSON is a point in a checkpoint.
type pointJSON struct {
	Step   int
	Values []jsonfloat.Float
}

// MarshalJSON writes values that are not finite as the strings of [JSONL].
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal(pointJSON{p.Step, jsonfloat.Of(p.Values)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Point) UnmarshalJSON(text []byte) error {
	var j pointJSON
	err := json.Unmarshal(text, &j)
	p.Step, p.Values = j.Step, jsonfloat.To(j.Values)
	return err
}

// Validated adds the numbers of one validation.
func (h *History) Validated(e Event) error {
	if h.ValNames == nil {
		for _, m := range e.Metrics {
			h.ValNames = append(h.ValNames, m.Name)
		}
	}
	p := Point{Step: e.Step, Values: make([]float64, len(h.ValNames))}
	for i, name := range h.ValNames {
		p.Values[i], _ = e.Metrics.Get(name)
	}
	h.ValPoints = h.validations.add(h.ValPoints, p, h.limit(len(h.ValNames)))
	return nil
}

// historyState is a history in a checkpoint.
type historyState struct {
	Names       []string
	Points      []Point
	ValNames    []string
	ValPoints   []Point
	Validations thinned
	Width       int
	Sum         []jsonfloat.Float
	Count       int
}

// State is the curves so far.
func (h *History) State() any {
	return historyState{h.Names, h.Points, h.ValNames, h.ValPoints, h.validations, h.width, jsonfloat.Of(h.sum), h.count}
}

// SetState goes on from curves so far.
func (h *History) SetState(text json.RawMessage) error {
	var s historyState
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Width < 0 || s.Count < 0 || len(s.Sum) != len(s.Names) {
		return fmt.Errorf("history: %s of %s, %d of %s", words.Count(len(s.Sum), "sum"), words.Count(len(s.Names), "metric"), s.Count, words.Count(s.Width, "step"))
	}
	if err := errors.Join(checkPoints(s.Points, len(s.Names)), checkPoints(s.ValPoints, len(s.ValNames))); err != nil {
		return err
	}
	if err := s.Validations.check(len(s.ValPoints)); err != nil {
		return err
	}
	h.Names, h.Points, h.ValNames, h.ValPoints = s.Names, s.Points, s.ValNames, s.ValPoints
	h.width, h.sum, h.count, h.validations = s.Width, jsonfloat.To(s.Sum), s.Count, s.Validations
	return nil
}

func checkPoints(points []Point, metrics int) error {
	for _, p := range points {
		if len(p.Values) != metrics {
			return fmt.Errorf("history: %s of %s at step %d", words.Count(len(p.Values), "value"), words.Count(metrics, "metric"), p.Step)
		}
	}
	return nil
}

const (
	// defaultLimit of points.
	defaultLimit = 1024

	// mostKept bounds the numbers of either curve, so that both take at most two
	// thirds of what is read of a state.json: an indented number has up to 32 bytes.
	mostKept = checkpoint.MostText / 3 / 32
	// perPoint is how many numbers' room a point takes besides its values.
	perPoint = 3
	// fewestPoints make a curve.
	fewestPoints = 4
)

// limit is the largest number of points of so many metrics each, even.
func (h *History) limit(metrics int) int {
	n := h.Limit
	if n <= 0 {
		n = defaultLimit
	}
	return max(fewestPoints, min(n, mostKept/(metrics+perPoint))) &^ 1
}

// Step adds the numbers of one step.
func (h *History) Step(e Event) error {
	if h.Names == nil {
		for _, m := range e.Metrics {
			h.Names = append(h.Names, m.Name)
		}
		h.sum, h.width = make([]float64, len(h.Names)), 1
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
	if len(h.Points) >= h.limit(len(h.Names)) {
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
			b.Values[k] = a.Values[k]/2 + b.Values[k]/2 // a sum might overflow
		}
		half = append(half, b)
	}
	clear(h.Points[len(half):])
	h.Points = half
	h.width *= 2
}
