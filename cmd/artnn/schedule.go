package main

import (
	"github.com/org/artnn/optim"
	"github.com/org/artnn/train"
)

// Shapes of schedules.
const (
	warmupShare = 0.02 // of the budget
	lastRate    = 0.05 // of the highest rate, at a cosine's end
	fine        = 10_000
)

// schedule is the rate over a budget, of epochs of so many steps. Where the
// budget is a number of steps or epochs, it is a function of the step, and a resumed run gives the same bits as one that
// was not stopped; else it follows the share of the budget that is used up, and
// the callback that tells that share must be among the run's.
func schedule(name string, lr float64, b train.Budget, epoch int) (optim.Schedule, train.Callback) {
	if name == "constant" {
		return optim.Constant(lr), nil
	}
	total := b.Steps
	if n := b.Epochs * epoch; n > 0 && (total == 0 || n < total) {
		total = n
	}
	bySteps := total > 0 && b.Time == 0
	if !bySteps {
		total = fine
	}
	var shape optim.Schedule = optim.CosineWarmup{LR: lr, Min: lastRate * lr, Warmup: int(warmupShare * float64(total)), Total: total}
	if name == "onecycle" {
		shape = optim.OneCycle{Max: lr, Total: total}
	}
	if bySteps {
		return shape, nil
	}
	s := &shareSchedule{shape: shape}
	return s, s
}

// shareSchedule is a schedule over the share of the budget that is used up.
type shareSchedule struct {
	train.Base
	shape optim.Schedule
	done  float64
}

func (s *shareSchedule) Begin(e train.Event) error { s.done = e.Done; return nil }
func (s *shareSchedule) Step(e train.Event) error  { s.done = e.Done; return nil }

// Rate is the rate of an update.
func (s *shareSchedule) Rate(int) float64 { return s.shape.Rate(int(s.done * (fine - 1))) }
