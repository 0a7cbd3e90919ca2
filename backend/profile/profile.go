// Package profile tells where the time of a training step goes.
//
// A [Profiler] is a backend that passes every operation on to another and
// writes down how long it took and what it had to do. A model that is not made
// on one pays nothing:
//
//	p := profile.New(backend.Default())
//	gan, err := models.NewGAN(models.GANConfig{Width: 64, Backend: p})
//	…
//	p.Reset()
//	gan.Step(batch)
//	p.WriteTable(os.Stdout, profile.Measure(backend.Default()))
//	p.WriteTrace(file) // for chrome://tracing or ui.perfetto.dev
package profile

import (
	"context"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/org/artnn/backend"
)

// Event is one operation that ran.
type Event struct {
	Op       string
	Shape    [backend.MaxRank]int // of the result; for a matrix product M, N, K
	Rank     int
	Start    time.Duration // since Reset
	Duration time.Duration
	FLOPs    float64 // additions and multiplications; any other map counts as one
	Bytes    float64 // operands read and results written, each once
}

// Profiler is a backend that times another.
type Profiler struct {
	inner backend.Backend
	word  float64

	mu     sync.Mutex
	zero   time.Time
	events []Event
}

var (
	_ backend.Backend            = (*Profiler)(nil)
	_ backend.SoftmaxKernel      = (*Profiler)(nil)
	_ backend.CrossEntropyKernel = (*Profiler)(nil)
	_ backend.LayerNormKernel    = (*Profiler)(nil)
	_ backend.BatchNormKernel    = (*Profiler)(nil)
	_ backend.ScaleShiftKernel   = (*Profiler)(nil)
	_ backend.RMSNormKernel      = (*Profiler)(nil)
	_ backend.GatedKernel        = (*Profiler)(nil)
	_ backend.LSTMKernel         = (*Profiler)(nil)
	_ backend.AttentionKernel    = (*Profiler)(nil)
	_ backend.RotaryKernel       = (*Profiler)(nil)
	_ backend.GRUKernel          = (*Profiler)(nil)
	_ backend.DecodeKernel       = (*Profiler)(nil)
	_ backend.LinearInt8Kernel   = (*Profiler)(nil)
	_ backend.LSTMInt8Kernel     = (*Profiler)(nil)
	_ backend.OptimizerKernel    = (*Profiler)(nil)
	_ backend.ProductAdamKernel  = (*Profiler)(nil)
	_ backend.ShapeOnly          = (*Profiler)(nil)
)

// New makes a profiler of a backend. Tensors made on one do not mix with those
// made on the other.
func New(inner backend.Backend) *Profiler {
	p := &Profiler{inner: inner, word: 4}
	if inner.Precision() == backend.Float64 {
		p.word = 8
	}
	p.Reset()
	return p
}

// Reset forgets all events and restarts the clock.
func (p *Profiler) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = p.events[:0]
	p.zero = time.Now()
}

// Events returns a copy of what ran since Reset, in the order it ended.
func (p *Profiler) Events() []Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Event(nil), p.events...)
}

// cost is what an operation has to do at least.
type cost struct {
	flops, elements float64
}

// time runs f under the operation's name, which CPU profiles show as the label
// "op".
func (p *Profiler) time(op string, result backend.View, c cost, f func()) {
	p.timeIf(op, result, c, func() bool {
		f()
		return true
	})
}

// timeIf is time for kernels, which may decline and are then not written down.
func (p *Profiler) timeIf(op string, result backend.View, c cost, f func() bool) (ran bool) {
	start := time.Now()
	pprof.Do(context.Background(), pprof.Labels("op", op), func(context.Context) { ran = f() })
	end := time.Now()
	if !ran {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, Event{
		Op: op, Shape: result.Shape, Rank: result.Rank,
		Start: start.Sub(p.zero), Duration: end.Sub(start),
		FLOPs: c.flops, Bytes: c.elements * p.word,
	})
	return true
}

// size is the number of elements of a view as a float, 0 for one without
// memory.
func size(v backend.View) float64 {
	if v.Buf == nil {
		return 0
	}
	return float64(v.Size())
}

// moved is the cost of an operation that does flops operations on each element
// of its first view and touches every element of all.
func moved(flops float64, views ...backend.View) cost {
	c := cost{flops: flops * size(views[0])}
	for _, v := range views {
		c.elements += distinct(v)
	}
	return c
}

// distinct is the number of elements in memory: a broadcast one counts once.
func distinct(v backend.View) float64 {
	n := size(v)
	for i, d := range v.Dims() {
		if v.Strides[i] == 0 && d > 0 {
			n /= float64(d)
		}
	}
	return n
}
