package main

import (
	"runtime"
	"slices"
	"time"
)

// contestant does steps of some work and reports the time of each.
type contestant interface {
	// run does at least n steps and returns the milliseconds of n of them.
	run(n int) ([]float64, error)
}

// plan says how long to measure.
type plan struct {
	rounds int
	block  time.Duration // of one contestant's steps in one round
	pause  time.Duration // before a block: the other side's threads spin for a while before they sleep
}

// Bounds of the steps in a block: a median needs two, and more than 20,000 add
// nothing to it.
const (
	minSteps = 2
	maxSteps = 20000
)

// alternate runs contestants alternately, a block of steps at a time, and returns
// the milliseconds of the steps of each. Load from other programs then affects all
// alike.
func alternate(p plan, all ...contestant) ([][]float64, error) {
	rounds, err := alternateRounds(p, all...)
	samples := make([][]float64, len(rounds))
	for i, r := range rounds {
		samples[i] = slices.Concat(r...)
	}
	return samples, err
}

// alternateRounds is alternate with the steps of each round apart: contestant,
// round, step.
func alternateRounds(p plan, all ...contestant) ([][][]float64, error) {
	sizes := make([]int, len(all))
	for i, c := range all {
		n, err := calibrate(p.block, c)
		if err != nil {
			return nil, err
		}
		sizes[i] = n
	}
	rounds := make([][][]float64, len(all))
	for range p.rounds {
		for i, c := range all {
			time.Sleep(p.pause)
			ms, err := c.run(sizes[i] + 1)
			if err != nil {
				return nil, err
			}
			rounds[i] = append(rounds[i], ms[1:]) // the first step finds a cold cache
		}
	}
	return rounds, nil
}

// calibrate finds the number of steps that fill a block. It looks at a clock of its
// own, since a step may be many calls of which run tells the time of one.
func calibrate(block time.Duration, c contestant) (int, error) {
	began := time.Now()
	if _, err := c.run(1); err != nil {
		return 0, err
	}
	if time.Since(began) > 20*block {
		return minSteps, nil // one step is longer than the block in any case
	}
	for n := minSteps; ; n *= 4 {
		began := time.Now()
		if _, err := c.run(n); err != nil {
			return 0, err
		}
		want := float64(n) * float64(block) / float64(max(time.Since(began), time.Nanosecond))
		if want <= float64(8*n) || n >= maxSteps {
			return int(min(max(want, minSteps), maxSteps)), nil
		}
	}
}

// median is the middle of some numbers, the mean of the two middle ones if
// their number is even, and 0 of none.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(x))
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}

// ours is a workload as a contestant, on a number of threads.
type ours struct {
	work    workload
	threads int
}

func (o ours) run(n int) ([]float64, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(o.threads))
	times := make([]time.Duration, n)
	if err := o.work.run(times); err != nil {
		return nil, err
	}
	ms := make([]float64, n)
	for i, t := range times {
		ms[i] = float64(t) / float64(time.Millisecond)
	}
	return ms, nil
}

// allocations is the number of Go heap allocations of one step, without those
// made once in a run.
func allocations(w workload) (float64, error) {
	const few, many = 4, 12
	count := func(n int) (float64, error) {
		times := make([]time.Duration, n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := w.run(times)
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs - before.Mallocs), err
	}
	var results [3]float64
	for i, n := range []int{few, few, many} { // the first warms up
		var err error
		if results[i], err = count(n); err != nil {
			return 0, err
		}
	}
	return max(0, (results[2]-results[1])/(many-few)), nil
}
