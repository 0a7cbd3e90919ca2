package optim

import (
	"fmt"
	"math"
)

// Schedule says which learning rate the update with a given number, counted
// from 0, takes. Except for [Plateau], schedules are pure functions of that
// number: a resumed run needs nothing else.
type Schedule interface {
	Rate(step int) float64
}

// Constant is one rate for all updates.
type Constant float64

// Rate is the constant.
func (c Constant) Rate(int) float64 { return float64(c) }

// StepLR multiplies the rate by γ every Size updates:
//
//	lr = LR·γ^⌊step/Size⌋
type StepLR struct {
	LR    float64 // the first rate
	Size  int     // updates between reductions
	Gamma float64 // γ; 0 means 0.1
}

// Rate is the rate of an update.
//
// Panics if Size is not positive.
func (s StepLR) Rate(step int) float64 {
	if s.Size <= 0 {
		panic(fmt.Sprintf("step schedule: the size must be positive, got %d", s.Size))
	}
	return s.LR * math.Pow(orDefault(s.Gamma, 0.1), float64(step/s.Size))
}

// CosineWarmup rises along a line for Warmup updates, falls along half a cosine
// until Total, and stays at Min:
//
//	lr = LR·(Start + (1−Start)·step/Warmup)                          step < Warmup
//	lr = Min + ½·(LR−Min)·(1 + cos(π·(step−Warmup)/(Total−Warmup)))  step < Total
//
// Reference: Loshchilov and Hutter, "SGDR", 2016, without restarts.
type CosineWarmup struct {
	LR     float64 // the highest rate
	Min    float64 // the last rate
	Warmup int     // updates that rise; 0 is none
	Total  int     // updates until Min is reached
	// Start is the share of LR that the first update takes; 0 means
	// 1/(Warmup+1), since a rate of 0 would waste it.
	Start float64
}

// Rate is the rate of an update.
//
// Panics if Warmup is negative or Total less than Warmup.
func (s CosineWarmup) Rate(step int) float64 {
	switch {
	case s.Warmup < 0 || s.Total < s.Warmup:
		panic(fmt.Sprintf("cosine schedule: needs 0 ≤ warm-up ≤ total, got %d and %d", s.Warmup, s.Total))
	case step < s.Warmup:
		start := orDefault(s.Start, 1/float64(s.Warmup+1))
		return s.LR * (start + (1-start)*float64(step)/float64(s.Warmup))
	case step >= s.Total:
		return s.Min
	}
	return cosine(s.LR, s.Min, float64(step-s.Warmup)/float64(s.Total-s.Warmup))
}

// OneCycle rises from Max/Div to Max and falls to Max/(Div·FinalDiv), the last
// at update Total−1; later updates keep that rate.
//
// Reference: Smith and Topin, "Super-Convergence", 2017, in PyTorch's form.
type OneCycle struct {
	Max        float64 // the highest rate
	Total      int     // updates in the cycle
	PctStart   float64 // share of them that rise, in (0, 1); 0 means 0.3
	Div        float64 // 0 means 25
	FinalDiv   float64 // 0 means 1e4
	Linear     bool    // along lines instead of cosines
	ThreePhase bool    // fall back to Max/Div as fast as it rose, then on to the end
}

// Rate is the rate of an update.
//
// Panics if Total is less than 1 or PctStart is not in (0, 1].
func (s OneCycle) Rate(step int) float64 {
	if s.Total < 1 {
		panic(fmt.Sprintf("one-cycle schedule: the total must be positive, got %d", s.Total))
	}
	rise := orDefault(s.PctStart, 0.3)
	if !(rise > 0 && rise <= 1) {
		panic(fmt.Sprintf("one-cycle schedule: the rising share must lie in (0, 1], got %g", rise))
	}
	first := s.Max / orDefault(s.Div, 25)
	last := first / orDefault(s.FinalDiv, 1e4)
	up, end := rise*float64(s.Total)-1, float64(s.Total-1)
	at := min(float64(step), end)
	switch {
	case at <= up:
		return s.anneal(first, s.Max, at, 0, up)
	case !s.ThreePhase:
		return s.anneal(s.Max, last, at, max(up, 0), end)
	case at <= 2*up:
		return s.anneal(s.Max, first, at, up, 2*up)
	}
	return s.anneal(first, last, at, max(2*up, 0), end)
}

// anneal goes from one rate to another between two places.
func (s OneCycle) anneal(from, to, at, start, end float64) float64 {
	t := 1.0
	if end > start {
		t = (at - start) / (end - start)
	}
	if s.Linear {
		return from + (to-from)*t
	}
	return cosine(from, to, t)
}

// cosine goes from one number to another along half a cosine, t from 0 to 1.
func cosine(from, to, t float64) float64 {
	return to + (from-to)/2*(1+math.Cos(math.Pi*t))
}
