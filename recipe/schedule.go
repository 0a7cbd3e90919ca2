package recipe

import (
	"slices"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/train"
)

// Schedule is how the learning rate changes over the budget.
type Schedule string

// Schedules are the known ones.
var Schedules = []Schedule{Constant, Cosine, OneCycle}

const (
	Constant Schedule = "constant"
	Cosine   Schedule = "cosine"   // a short warm-up, then down in half a wave
	OneCycle Schedule = "onecycle" // up and down again
)

func (s Schedule) known() bool { return s == "" || slices.Contains(Schedules, s) }

const (
	warmupShare = 0.02   // of the budget
	lastRate    = 0.05   // of the highest rate, at a cosine's end
	fine        = 10_000 // parts of a budget that is not counted in steps
)

// over is the rate over a budget, of epochs of so many steps. Where the budget is
// a number of steps or epochs, it is a function of the step, and a resumed run
// gives the same bits as one that was not stopped; else it follows the share of
// the budget that is used up, and the callback that tells that share must be
// among the run's.
func (s Schedule) over(b train.Budget, lr float64, epoch int) (optim.Schedule, train.Callback) {
	if s == Constant {
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
	if s == OneCycle {
		shape = optim.OneCycle{Max: lr, Total: total}
	}
	if bySteps {
		return shape, nil
	}
	share := &shareSchedule{shape: shape}
	return share, share
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
