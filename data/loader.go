package data

import (
	"context"
	"fmt"
	"iter"
	"math"
	"sync"

	"github.com/org/artnn/internal/words"
)

// LoaderOptions say how a [Loader] cuts a dataset into batches.
type LoaderOptions struct {
	BatchSize int    // elements in a batch; 0 means 32
	Shuffle   bool   // a new order each epoch; otherwise the dataset's own
	Seed      uint64 // of the shuffling
	DropLast  bool   // leave out an epoch's last batch when it is not full
	Prefetch  int    // batches made ahead in the background; 0 means 2, negative none
}

// Loader gives the batches of a dataset, epoch after epoch.
//
// Batch k of epoch e depends on the options alone, never on timing or on what
// was drawn before. One loop runs over a loader at a time; a second one panics.
// The other methods may be called from any goroutine.
type Loader[B any] struct {
	batches  int                      // in an epoch
	load     func(epoch, batch int) B // must be safe for concurrent use
	source   string                   // what the batches are drawn from and how
	prefetch int

	mu      sync.Mutex
	step    int // batches handed out since epoch 0 began
	running bool
}

// State is a position in a loader, small enough to save with every checkpoint.
type State struct {
	Epoch  int    `json:"epoch"`  // of the next batch, from 0
	Batch  int    `json:"batch"`  // of the next batch within the epoch, from 0
	Source string `json:"source"` // the loader's description, which must match on return
}

// NewLoader makes batches of ds by giving collate the elements of each.
//
// collate owns the slice it gets. It runs in a background goroutine unless
// Prefetch is negative.
//
// Errors: an empty dataset, a negative batch size, DropLast with fewer elements
// than one batch.
func NewLoader[T, B any](ds Dataset[T], collate func([]T) B, o LoaderOptions) (*Loader[B], error) {
	return NewIndexLoader(ds.Len(), func(indices []int) B {
		items := make([]T, len(indices))
		for i, index := range indices {
			items[i] = ds.At(index)
		}
		return collate(items)
	}, o)
}

// NewIndexLoader makes batches of n elements that load fetches by index.
//
// load must not keep or change the slice. It runs in a background goroutine
// unless Prefetch is negative. Errors are those of [NewLoader].
func NewIndexLoader[B any](n int, load func(indices []int) B, o LoaderOptions) (*Loader[B], error) {
	if o.BatchSize == 0 {
		o.BatchSize = 32
	}
	switch {
	case n < 1:
		return nil, fmt.Errorf("loader: the dataset is empty")
	case o.Shuffle && uint64(n) > math.MaxUint32:
		return nil, fmt.Errorf("loader: %d elements are more than can be shuffled, %d", n, uint32(math.MaxUint32))
	case o.BatchSize < 0:
		return nil, fmt.Errorf("loader: the batch size must be positive, got %d", o.BatchSize)
	case o.DropLast && n < o.BatchSize:
		return nil, fmt.Errorf("loader: %s cannot fill a batch of %d, and DropLast leaves out the rest; lower BatchSize or clear DropLast",
			words.Count(n, "element"), o.BatchSize)
	}
	batches := n / o.BatchSize
	if !o.DropLast && n%o.BatchSize != 0 {
		batches++
	}
	source := fmt.Sprintf("%s in batches of %d", words.Count(n, "element"), o.BatchSize)
	if o.DropLast {
		source += ", last dropped"
	}
	if o.Shuffle {
		source += fmt.Sprintf(", shuffled with seed %d", o.Seed)
	}
	order := &order{n: n, shuffle: o.Shuffle, seed: o.Seed, epoch: -1}
	return newLoader(batches, source, o.Prefetch, func(epoch, batch int) B {
		lo := batch * o.BatchSize
		return load(order.of(epoch, lo, min(n, lo+o.BatchSize)))
	}), nil
}

func newLoader[B any](batches int, source string, prefetch int, load func(epoch, batch int) B) *Loader[B] {
	if prefetch == 0 {
		prefetch = 2
	}
	return &Loader[B]{batches: batches, load: load, source: source, prefetch: prefetch}
}

// order remembers the permutation of the epoch last asked for.
type order struct {
	n       int
	shuffle bool
	seed    uint64

	mu    sync.Mutex
	epoch int
	perm  []uint32 // half of what []int takes: datasets may have 10⁸ elements
}

// of are the indices from lo to hi of an epoch's order.
func (o *order) of(epoch, lo, hi int) []int {
	indices := make([]int, hi-lo)
	if !o.shuffle {
		for i := range indices {
			indices[i] = lo + i
		}
		return indices
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if epoch != o.epoch {
		if o.perm == nil {
			o.perm = make([]uint32, o.n)
		}
		for i := range o.perm {
			o.perm[i] = uint32(i)
		}
		shuffle(o.perm, epochKey(o.seed, epoch))
		o.epoch = epoch
	}
	for i := range indices {
		indices[i] = int(o.perm[lo+i])
	}
	return indices
}

func identity(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	return p
}

// Len is the number of batches in an epoch.
func (l *Loader[B]) Len() int { return l.batches }

// Load makes batch k of epoch e, wherever the loader stands.
//
// Panics when k is not in [0, Len()) or e is negative.
func (l *Loader[B]) Load(e, k int) B {
	if e < 0 || k < 0 || k >= l.batches {
		panic(fmt.Sprintf("loader: batch %d of epoch %d asked for, an epoch has %d", k, e, l.batches))
	}
	return l.load(e, k)
}

// Epoch ranges over the rest of the current epoch: all of it, unless a loop was
// left early or [Loader.SetState] put the loader in the middle.
//
//	for k, batch := range loader.Epoch(ctx) { … }
//
// k counts from 0 within the epoch. The loop ends early when ctx is cancelled;
// ctx.Err() tells. However it ends, nothing of it runs on afterwards. A panic
// while making a batch is raised in the loop.
func (l *Loader[B]) Epoch(ctx context.Context) iter.Seq2[int, B] {
	return func(yield func(int, B) bool) {
		start := l.begin()
		defer l.end()
		end := (start/l.batches + 1) * l.batches
		l.run(ctx, start, end, func(step int, b B) bool { return yield(step%l.batches, b) })
	}
}

// Steps ranges over batches without end, from epoch to epoch, and counts them
// from the very first batch of epoch 0. It ends as [Loader.Epoch] does.
func (l *Loader[B]) Steps(ctx context.Context) iter.Seq2[int, B] {
	return func(yield func(int, B) bool) {
		start := l.begin()
		defer l.end()
		l.run(ctx, start, math.MaxInt, yield)
	}
}

// Pull is Steps for loops that ask for a batch when they need one, such as the
// step of a trainer: next returns the next batch, for ever, and stop ends the
// background work and must be called.
//
//	next, stop := loader.Pull()
//	defer stop()
func (l *Loader[B]) Pull() (next func() B, stop func()) {
	pull, stop := iter.Pull2(l.Steps(context.Background()))
	return func() B {
		_, batch, ok := pull()
		if !ok {
			panic("loader: next was called after stop")
		}
		return batch
	}, stop
}

// State is the position of the next batch. Inside a loop that is the batch
// after the one in hand, so a checkpoint saved after training on a batch
// resumes with the following one.
func (l *Loader[B]) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return State{Epoch: l.step / l.batches, Batch: l.step % l.batches, Source: l.source}
}

// SetState moves the loader to a position that [Loader.State] gave.
//
// Errors: a state of a loader over other data or with other options, a
// position outside the epoch, a loop under way.
func (l *Loader[B]) SetState(s State) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.running:
		return fmt.Errorf("loader: cannot move while a loop runs over it")
	case s.Source != l.source:
		return fmt.Errorf("loader: the saved position is of %q, this loader has %q; use the same data and options to resume", s.Source, l.source)
	case s.Batch < 0 || s.Batch >= l.batches || s.Epoch < 0 || s.Epoch > math.MaxInt/l.batches-1:
		return fmt.Errorf("loader: the saved position, batch %d of epoch %d, does not exist: an epoch has batches 0 to %d", s.Batch, s.Epoch, l.batches-1)
	}
	l.step = s.Epoch*l.batches + s.Batch
	return nil
}

func (l *Loader[B]) begin() (step int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running {
		panic("loader: a second loop over a loader that is already in one; make a loader for each")
	}
	l.running = true
	return l.step
}

func (l *Loader[B]) end() {
	l.mu.Lock()
	l.running = false
	l.mu.Unlock()
}

// moveTo records that the batches before step are handed out.
func (l *Loader[B]) moveTo(step int) {
	l.mu.Lock()
	l.step = step
	l.mu.Unlock()
}
