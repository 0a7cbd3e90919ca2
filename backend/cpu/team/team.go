// Package team spreads the loops of the cpu backend over a persistent pool of
// workers: a [Team] runs one parallel loop at a time, [Divide] cuts a loop into
// chunks by shape only, and a [Recycler] keeps the structs that describe loops.
package team

import (
	"runtime"
	"sync/atomic"
)

const (
	// maxTeam bounds the number of workers.
	maxTeam = 256

	// An idle worker polls for this many rounds before it parks: about 200 µs.
	// A parked one takes about as long to wake as a 128³ product takes. In a
	// training step the next call usually comes sooner, though serial work, a loss
	// or a narrow layer, may take 100 µs in between.
	spinRounds = 240
	spinPolls  = 200
)

// Task is work cut into chunks that may run in any order, by any worker.
type Task interface {
	Chunk(i int)
}

// share is the part of a loop that one member of the team begins with. It fills
// a cache line of its own.
type share struct {
	next atomic.Int64 // the first chunk nobody took
	end  int64
	_    [48]byte
}

// Team is a persistent pool of workers for one parallel loop at a time. Each
// member begins with an equal share of consecutive chunks, so that it meets
// what it left in its cache in the loop before, and then takes what others have
// left; what a chunk is depends only on the shape of the work.
type Team struct {
	busy    atomic.Bool // a loop is running
	spawned int         // workers started; owned by the holder of busy

	job     Task // of the running loop
	members int
	shares  [maxTeam]share
	pending atomic.Int64 // members of the loop that have not finished, and asleep
	fault   atomic.Pointer[fault]
	done    chan struct{} // the last member to finish signals, if the caller is asleep

	tokens atomic.Int64 // invitations to the running loop
	parked atomic.Int64 // workers asleep
	wake   chan struct{}
}

// fault is what a chunk panicked with.
type fault struct{ value any }

// Init prepares an empty team.
func (t *Team) Init() {
	t.done = make(chan struct{}, 1)
	t.wake = make(chan struct{}, maxTeam)
}

// Do runs chunks 0 … n−1 of j and returns when all are done. Called while
// another loop runs, from a chunk of it or from another goroutine, it runs all
// chunks itself.
//
// Panics with what a chunk panicked with.
func (t *Team) Do(n int, j Task) {
	if n > 1 {
		if helpers := min(runtime.GOMAXPROCS(0), n, maxTeam) - 1; helpers > 0 && t.busy.CompareAndSwap(false, true) {
			t.fork(n, helpers, j)
			return
		}
	}
	for i := range n {
		j.Chunk(i)
	}
}

func (t *Team) fork(n, helpers int, j Task) {
	for t.spawned < helpers {
		t.spawned++
		go t.serve()
	}
	t.job, t.members = j, helpers+1
	for m := range t.members {
		t.shares[m].next.Store(int64(m * n / t.members))
		t.shares[m].end = int64((m + 1) * n / t.members)
	}
	t.pending.Store(int64(helpers) + 1)
	t.tokens.Store(int64(helpers))
	for range min(int64(helpers), t.parked.Load()) {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
	t.work(0)
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

// asleep is added to the members that have not finished when the caller stops
// polling for them. While it polls it needs no signal, which would take longer to
// come than a small loop takes.
const asleep = 1 << 32

// await returns when the helpers have finished their last chunks.
func (t *Team) await() {
	for range spinRounds * spinPolls {
		if t.pending.Load() == 0 {
			return
		}
	}
	if t.pending.Add(asleep) != asleep {
		<-t.done
	}
}

// work takes chunks until none is left, those of the member's own share first.
func (t *Team) work(member int) {
	defer func() {
		if r := recover(); r != nil {
			t.fault.CompareAndSwap(nil, &fault{r})
			for m := range t.members {
				t.shares[m].next.Store(t.shares[m].end)
			}
		}
	}()
	for range t.members {
		s := &t.shares[member]
		for s.next.Load() < s.end {
			i := s.next.Add(1) - 1
			if i >= s.end {
				break
			}
			t.job.Chunk(int(i))
		}
		if member++; member == t.members {
			member = 0
		}
	}
}

// serve is the life of a worker.
func (t *Team) serve() {
	for {
		if member := t.accept(); member > 0 {
			t.work(member)
			if t.pending.Add(-1) == asleep {
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

// accept takes an invitation if there is one, and says which member of the loop
// that makes the worker, or 0.
func (t *Team) accept() int {
	for {
		n := t.tokens.Load()
		if n == 0 || t.tokens.CompareAndSwap(n, n-1) {
			return int(n)
		}
	}
}

// poll waits a short while for an invitation and reports whether one came.
func (t *Team) poll() bool {
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
