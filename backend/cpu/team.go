package cpu

import (
	"runtime"
	"sync/atomic"
)

const (
	// maxTeam bounds the number of workers.
	maxTeam = 256

	// An idle worker polls for this many rounds before it parks: about 50 µs.
	// A parked one takes about as long to wake as a 128³ product takes, and in
	// a training step the next call usually comes sooner.
	spinRounds = 60
	spinPolls  = 200
)

// task is work cut into chunks that may run in any order, by anyone.
type task interface {
	chunk(i int)
}

// team is a persistent pool of workers for one parallel loop at a time. Chunks
// are handed out by a counter; what a chunk is depends on the shape of the
// work alone.
type team struct {
	busy    atomic.Bool // a loop is running
	spawned int         // workers started; owned by the holder of busy

	job     task // of the running loop
	chunks  int64
	next    atomic.Int64 // the first chunk nobody took
	pending atomic.Int64 // members of the loop that have not finished
	fault   atomic.Pointer[fault]
	done    chan struct{} // the last member to finish signals, unless it is the caller

	tokens atomic.Int64 // invitations to the running loop
	parked atomic.Int64 // workers asleep
	wake   chan struct{}
}

// fault is what a chunk panicked with.
type fault struct{ value any }

func (t *team) init() {
	t.done = make(chan struct{}, 1)
	t.wake = make(chan struct{}, maxTeam)
}

// do runs chunks 0 … n−1 of j and returns when all are done. Called while
// another loop runs, from a chunk of it or from another goroutine, it runs all
// chunks itself.
//
// Panics with what a chunk panicked with.
func (t *team) do(n int, j task) {
	if n > 1 {
		if helpers := min(runtime.GOMAXPROCS(0), n, maxTeam) - 1; helpers > 0 && t.busy.CompareAndSwap(false, true) {
			t.fork(n, helpers, j)
			return
		}
	}
	for i := range n {
		j.chunk(i)
	}
}

func (t *team) fork(n, helpers int, j task) {
	for t.spawned < helpers {
		t.spawned++
		go t.serve()
	}
	t.job, t.chunks = j, int64(n)
	t.next.Store(0)
	t.pending.Store(int64(helpers) + 1)
	t.tokens.Store(int64(helpers))
	for range min(int64(helpers), t.parked.Load()) {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	t.work()
	// Helpers that have not come by now are not waited for.
	uninvited := t.tokens.Swap(0)
	if t.pending.Add(-1-uninvited) != 0 {
		t.await()
	}
	f := t.fault.Swap(nil)
	t.job = nil
	t.busy.Store(false)
	if f != nil {
		panic(f.value)
	}
}

// await returns when the helpers have finished their last chunks.
func (t *team) await() {
	for range spinRounds * spinPolls {
		if t.pending.Load() == 0 {
			break
		}
	}
	<-t.done
}

// work takes chunks until none is left.
func (t *team) work() {
	defer func() {
		if r := recover(); r != nil {
			t.fault.CompareAndSwap(nil, &fault{r})
			t.next.Store(t.chunks)
		}
	}()
	for {
		i := t.next.Add(1) - 1
		if i >= t.chunks {
			return
		}
		t.job.chunk(int(i))
	}
}

// serve is the life of a worker.
func (t *team) serve() {
	for {
		if t.accept() {
			t.work()
			if t.pending.Add(-1) == 0 {
				t.done <- struct{}{}
			}
			continue
		}
		if t.poll() {
			continue
		}
		t.parked.Add(1)
		if t.tokens.Load() == 0 {
			<-t.wake
		}
		t.parked.Add(-1)
	}
}

// accept takes an invitation if there is one.
func (t *team) accept() bool {
	for {
		n := t.tokens.Load()
		if n == 0 {
			return false
		}
		if t.tokens.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// poll waits a short while for an invitation and reports whether one came.
func (t *team) poll() bool {
	for range spinRounds {
		for range spinPolls {
			if t.tokens.Load() != 0 {
				return true
			}
		}
		runtime.Gosched()
	}
	return false
}
