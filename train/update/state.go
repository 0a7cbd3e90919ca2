package update

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// State is where an update stands, but for its tensors.
type State struct {
	LR      float64            `json:"lr"`               // base learning rate
	Groups  []optim.GroupState `json:"groups,omitempty"` // of parameters with a rate or decay of their own
	Updates map[string]int     `json:"updates"`          // steps taken by each parameter
	Steps   int                `json:"steps"`            // updates of all
	Key     uint64             `json:"key"`              // of the tape's random stream
	Counter uint64             `json:"counter"`
}

const (
	latestPrefix = "latest." // the latest weights, where the model has averaged ones
	memoryPrefix = "memory."
)

// Check returns an error if a count is negative.
func (s State) Check() error {
	if s.Steps < 0 {
		return fmt.Errorf("%s make no sense", words.Count(s.Steps, "step"))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Updates)) {
		if n := s.Updates[name]; n < 0 {
			return fmt.Errorf("%s of %q make no sense", words.Count(n, "step"), name)
		}
	}
	return nil
}

// Replaced names the first parameter of which the optimiser remembers something
// and that no longer trains: another tensor or a stored weight has taken its place.
// It is "" if there is none.
func (u *Update) Replaced() string {
	if u.opt == nil {
		return ""
	}
	now := map[*tensor.Tensor]bool{}
	for _, p := range u.cfg.Params {
		now[p] = true
	}
	for _, p := range u.params {
		if !now[p] {
			return u.names[p]
		}
	}
	return ""
}

// State is where the update stands. Together with [Update.Tensors] and the
// model's own tensors it resumes training bit for bit.
func (u *Update) State() State {
	o, stream := u.Optimizer().State(), u.tape.RNG().State()
	return State{LR: o.LR, Groups: o.Groups, Updates: o.Steps, Steps: u.steps, Key: stream.Key, Counter: stream.Counter}
}

// Tensors yields what a checkpoint must hold besides the model's own tensors: the
// optimiser's moments, the latest weights where the model's are averaged, and
// Memory.
func (u *Update) Tensors() Params {
	return func(yield func(string, *tensor.Tensor) bool) {
		for name, t := range u.Optimizer().State().Tensors {
			if !yield(name, t) {
				return
			}
		}
		if u.cfg.EMA > 0 {
			for _, x := range u.averaging().other {
				if !yield(latestPrefix+x.name, x.t) {
					return
				}
			}
		}
		if u.cfg.Memory != nil {
			for name, t := range u.cfg.Memory.Tensors() {
				if !yield(memoryPrefix+name, t) {
					return
				}
			}
		}
	}
}

// SetState goes on from a saved state. shapes are those of the saved tensors;
// read overwrites one of the update's own with the saved one of that name.
//
// Errors: tensors that are missing, left over or misshapen; a state that makes no
// sense; what read returns. After an error the update must not be used.
func (u *Update) SetState(s State, shapes map[string][]int, read func(name string, t *tensor.Tensor) error) error {
	if err := s.Check(); err != nil {
		return err
	}
	if u.cfg.Memory != nil {
		memory := map[string][]int{}
		for name, shape := range shapes {
			if rest, ok := strings.CutPrefix(name, memoryPrefix); ok {
				memory[rest] = shape
			}
		}
		if err := u.cfg.Memory.Resize(memory); err != nil {
			return err
		}
	}
	known := map[string]bool{}
	for name, t := range u.Tensors() {
		shape, ok := shapes[name]
		switch {
		case !ok:
			return fmt.Errorf("tensor %q is missing: was it saved by another optimiser?", name)
		case !slices.Equal(shape, t.Shape()):
			return fmt.Errorf("tensor %q: expected shape %v, got %v", name, t.Shape(), shape)
		}
		known[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		if !known[name] {
			return fmt.Errorf("tensor %q: this training has none of that name", name)
		}
	}
	for name, t := range u.Tensors() {
		if err := read(name, t); err != nil {
			return err
		}
	}
	o := u.Optimizer().State()
	o.LR, o.Groups, o.Steps = s.LR, s.Groups, s.Updates
	if err := u.opt.SetState(o); err != nil {
		return err
	}
	u.steps = s.Steps
	stream := u.tape.RNG().State()
	stream.Key, stream.Counter = s.Key, s.Counter
	u.tape.RNG().SetState(stream)
	return nil
}
