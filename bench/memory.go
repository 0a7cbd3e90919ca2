package main

import (
	"errors"
	"fmt"
	"os"
)

// childEnv makes this program serve the protocol instead of measuring.
const childEnv = "ARTNN_BENCH_SERVE"

// memorySteps is a number of steps after which memory no longer grows.
const memorySteps = 5

// memory measures the peak resident memory of training rows, each side in a
// process of its own.
func (b *bench) memory(picked []row) (*table, error) {
	t := &table{head: []string{"work", "ours MB", "PyTorch MB", "ratio", "ours less empty MB", "PyTorch less empty MB"}}
	for _, r := range picked {
		if !r.train {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring memory of", r.name)
		mine, myBase, err := b.oursPeak(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		cells := []string{r.title, number(mine), missing, missing, number(mine - myBase), missing}
		if !b.noPeer {
			theirs, base, err := b.peersPeak(r)
			if err != nil {
				return nil, fmt.Errorf("%s: peer: %w", r.name, err)
			}
			cells[2], cells[3], cells[5] = number(theirs), number(mine/theirs), number(theirs-base)
		}
		t.add(cells...)
	}
	return t, nil
}

func (b *bench) oursPeak(r row) (peak, base float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	p, err := start([]string{childEnv + "=1"}, self)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	a, err := p.call(request{Do: "setup", Row: r.name, Threads: b.peer.threads})
	if err != nil {
		return 0, 0, err
	}
	peak, err = peakOf(p)
	return peak, a.BaseMB, err
}

func (b *bench) peersPeak(r row) (peak, base float64, err error) {
	p, a, err := startPeer(b.peer, r.peer)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	peak, err = peakOf(p)
	return peak, a.BaseMB, err
}

// peakOf is the peak memory of a process after memorySteps steps. It must have
// been set up.
func peakOf(p *process) (float64, error) {
	if _, err := p.run(memorySteps); err != nil {
		return 0, err
	}
	a, err := p.call(request{Do: "peak"})
	if err == nil && a.PeakMB == 0 {
		err = errors.New("this system does not report the memory of a process: peak memory needs /proc")
	}
	return a.PeakMB, err
}
