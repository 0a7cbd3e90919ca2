package optim

import (
	"fmt"
	"math"
)

// PlateauConfig are the options of [NewPlateau].
type PlateauConfig struct {
	Maximize  bool    // the metric should rise, such as an accuracy
	Factor    float64 // what the rate is multiplied by, in (0, 1); 0 means 0.1
	Patience  int     // observations without progress that are tolerated; 0 means 10, −1 none
	Threshold float64 // share of the best by which a better one must differ; 0 means 1e-4
	Absolute  bool    // the threshold is a difference instead of a share
	Cooldown  int     // observations after a reduction that do not count
	Min       float64 // the rate does not fall below
}

// PlateauState is where a [Plateau] stands, for checkpoints.
type PlateauState struct {
	LR       float64
	Seen     bool    // whether there is a best yet
	Best     float64 // metric
	Bad      int     // observations without progress
	Cooldown int     // observations still not counted
}

// Plateau reduces the rate when a metric, usually a validation loss, no longer
// gets better. A metric that is not finite is no progress.
//
// It is PyTorch's ReduceLROnPlateau, including that reductions by less than 1e-8
// are left out.
type Plateau struct {
	cfg   PlateauConfig
	state PlateauState
}

// NewPlateau starts at a rate.
//
// Panics if the rate, the threshold or the minimum is negative, or the factor is
// not in (0, 1).
func NewPlateau(lr float64, cfg PlateauConfig) *Plateau {
	const op = "plateau schedule"
	atLeastZero(op, "learning rate", lr)
	atLeastZero(op, "minimum", cfg.Min)
	cfg.Factor = fraction(op, "factor", orDefault(cfg.Factor, 0.1))
	cfg.Threshold = atLeastZero(op, "threshold", orDefault(cfg.Threshold, 1e-4))
	switch {
	case cfg.Patience == 0:
		cfg.Patience = 10
	case cfg.Patience < 0:
		cfg.Patience = 0
	}
	return &Plateau{cfg: cfg, state: PlateauState{LR: lr}}
}

// Rate is the current rate, whatever the step.
func (p *Plateau) Rate(int) float64 { return p.state.LR }

// Observe takes a metric in and returns the rate from now on.
func (p *Plateau) Observe(metric float64) float64 {
	s := &p.state
	if p.better(metric) {
		s.Best, s.Seen, s.Bad = metric, true, 0
	} else {
		s.Bad++
	}
	if s.Cooldown > 0 {
		s.Cooldown--
		s.Bad = 0
	}
	if s.Bad > p.cfg.Patience {
		s.Bad, s.Cooldown = 0, p.cfg.Cooldown
		const least = 1e-8
		if lr := max(s.LR*p.cfg.Factor, p.cfg.Min); s.LR-lr > least {
			s.LR = lr
		}
	}
	return s.LR
}

func (p *Plateau) better(metric float64) bool {
	best, t := p.state.Best, p.cfg.Threshold
	switch {
	case math.IsNaN(metric) || math.IsInf(metric, 0):
		return false
	case !p.state.Seen:
		return true
	case p.cfg.Maximize && p.cfg.Absolute:
		return metric > best+t
	case p.cfg.Maximize:
		return metric > best*(1+t)
	case p.cfg.Absolute:
		return metric < best-t
	}
	return metric < best*(1-t)
}

// State is where the schedule stands.
func (p *Plateau) State() PlateauState { return p.state }

// SetState continues from a saved state.
//
// Errors: a rate or count that cannot be.
func (p *Plateau) SetState(s PlateauState) error {
	if !(s.LR >= 0 && s.LR <= maxFinite) || s.Bad < 0 || s.Cooldown < 0 || math.IsNaN(s.Best) || math.IsInf(s.Best, 0) {
		return fmt.Errorf("plateau state: %+v has a negative count or a rate that is no finite number of at least 0", s)
	}
	p.state = s
	return nil
}
