package models

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// training is what a model needs besides its weights to go on as if it had
// never stopped.
type training struct {
	optimizers []optim.Optimizer
	rng        *tensor.RNG
	steps      *int           // updates so far
	carry      *TextGenerator // nil if no state is carried
}

func (m *GAN) training() training {
	if m.Discriminator == nil {
		return training{}
	}
	return training{optimizers: m.Optimizers(), rng: m.tape.RNG(), steps: &m.steps}
}

func (m *TextGenerator) training() training {
	t := m.learner.training()
	if m.cfg.Carry {
		t.carry = m
	}
	return t
}

// trainingFile is the part of a training's state that is not tensors.
type trainingFile struct {
	LR      []float64      `json:"lr"`      // of each optimiser
	Updates map[string]int `json:"updates"` // of each parameter
	Key     uint64         `json:"key"`     // of the random stream
	Counter uint64         `json:"counter"`
	Steps   int            `json:"steps"`
	Batch   int            `json:"batch"` // rows of carried state; 0 if there is none
}

// trainingPrefix sets tensors of the training apart from those of the model.
const trainingPrefix = "training."

func (t training) file() trainingFile {
	stream := t.rng.State()
	f := trainingFile{Updates: map[string]int{}, Key: stream.Key, Counter: stream.Counter}
	for _, o := range t.optimizers {
		s := o.State()
		f.LR = append(f.LR, s.LR)
		for name, n := range s.Steps {
			f.Updates[name] = n
		}
	}
	f.Steps = *t.steps
	if t.carry != nil && t.carry.state.H != nil {
		f.Batch = t.carry.state.H.Dim(1)
	}
	return f
}

func (t training) tensors() iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, o := range t.optimizers {
			for name, moment := range o.State().Tensors {
				if !yield(trainingPrefix+name, moment) {
					return
				}
			}
		}
		if t.carry != nil && t.carry.state.H != nil {
			_ = yield(trainingPrefix+"h", t.carry.state.H) && yield(trainingPrefix+"c", t.carry.state.C)
		}
	}
}

// ofTraining reports whether a tensor is for resume to judge.
func (s *source) ofTraining(name string) bool {
	_, ok := s.meta[trainingKey]
	return ok && strings.HasPrefix(name, trainingPrefix)
}

// resume brings a training to where the file says it stood.
func (s *source) resume(t training) error {
	if t.rng == nil {
		return errors.New("what this file holds of the model cannot learn")
	}
	var f trainingFile
	if err := strictjson.Unmarshal([]byte(s.meta[trainingKey]), &f); err != nil {
		return err
	}
	if len(f.LR) != len(t.optimizers) {
		return fmt.Errorf("expected %d learning rates, got %d", len(t.optimizers), len(f.LR))
	}
	if f.Steps < 0 || f.Batch < 0 || f.Batch > 0 && t.carry == nil {
		return fmt.Errorf("%d steps with %d rows of carried state make no sense", f.Steps, f.Batch)
	}
	if t.carry != nil {
		t.carry.ResetState()
	}
	if f.Batch > 0 { // the file must have as many before any are made
		cfg := t.carry.cfg
		for _, name := range []string{"h", "c"} {
			if err := s.file.Expect(trainingPrefix+name, cfg.Layers, f.Batch, cfg.Hidden); err != nil {
				return err
			}
		}
		t.carry.state = t.carry.InitHidden(f.Batch)
	}
	known := map[string]bool{}
	for name, own := range t.tensors() {
		if err := s.file.Expect(name, own.Shape()...); err != nil {
			return err
		}
		if err := s.fillOne(name, own); err != nil {
			return err
		}
		known[name] = true
	}
	for _, name := range s.file.Names() {
		if s.ofTraining(name) && !known[name] {
			return fmt.Errorf("tensor %q: this training has none of that name", name)
		}
	}
	for i, o := range t.optimizers {
		state := o.State()
		state.LR = f.LR[i]
		for name := range state.Steps {
			n, ok := f.Updates[name]
			if !ok {
				return fmt.Errorf("the number of updates of %q is missing", name)
			}
			state.Steps[name] = n
		}
		if err := o.SetState(state); err != nil {
			return err
		}
	}
	*t.steps = f.Steps
	t.rng.SetState(backend.Stream{Key: f.Key, Counter: f.Counter})
	return nil
}
