package data

import "context"

// made is one batch from the background, or the panic that stopped it.
type made[B any] struct {
	batch    B
	panicked bool
	value    any
}

// run yields the batches of steps start..end-1.
func (l *Loader[B]) run(ctx context.Context, start, end int, yield func(int, B) bool) {
	if l.prefetch < 0 {
		for step := start; step < end && ctx.Err() == nil; step++ {
			batch := l.load(step/l.batches, step%l.batches)
			l.moveTo(step + 1)
			if !yield(step, batch) {
				return
			}
		}
		return
	}

	ctx, cancel := context.WithCancel(ctx)
	// The one being made counts, so a channel one shorter bounds what is ahead.
	ready := make(chan made[B], l.prefetch-1)
	finished := make(chan struct{})
	defer func() { // however the loop ends, its goroutine ends first
		cancel()
		<-finished
	}()
	go func() {
		defer close(finished)
		defer close(ready)
		l.produce(ctx, start, end, ready)
	}()

	for step := start; step < end; step++ {
		var m made[B]
		var ok bool
		select {
		case m, ok = <-ready:
		case <-ctx.Done():
		}
		switch {
		case ctx.Err() != nil: // also when both were ready: cancelled means no more
			return
		case !ok:
			panic("loader: a batch function left its goroutine (runtime.Goexit)")
		case m.panicked:
			panic(m.value)
		}
		l.moveTo(step + 1)
		if !yield(step, m.batch) {
			return
		}
	}
}

// produce makes batches ahead of the loop until end, cancellation or a panic.
func (l *Loader[B]) produce(ctx context.Context, start, end int, ready chan<- made[B]) {
	for step := start; step < end && ctx.Err() == nil; step++ {
		m := l.make(step)
		select {
		case ready <- m:
		case <-ctx.Done():
			return
		}
		if m.panicked {
			return
		}
	}
}

func (l *Loader[B]) make(step int) (m made[B]) {
	defer func() {
		if v := recover(); v != nil {
			m = made[B]{panicked: true, value: v}
		}
	}()
	return made[B]{batch: l.load(step/l.batches, step%l.batches)}
}
