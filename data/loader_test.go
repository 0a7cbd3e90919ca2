package data

import (
	"context"
	"encoding/json"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// ten is the dataset 0…9.
var ten = Slice[int]{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}

func same(items []int) []int { return items }

func mustLoader(t *testing.T, o LoaderOptions) *Loader[[]int] {
	t.Helper()
	l, err := NewLoader(ten, same, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func epoch(t *testing.T, l *Loader[[]int]) [][]int {
	t.Helper()
	var out [][]int
	want := l.State().Batch
	for k, b := range l.Epoch(context.Background()) {
		if k != want {
			t.Fatalf("batch number %d, want %d", k, want)
		}
		want++
		out = append(out, b)
	}
	return out
}

// eachPrefetch runs a test without background work, with the least, and with
// more ahead than an epoch has.
func eachPrefetch(t *testing.T, f func(t *testing.T, prefetch int)) {
	for name, p := range map[string]int{"none": -1, "one": 1, "default": 0, "many": 50} {
		t.Run("prefetch="+name, func(t *testing.T) { f(t, p) })
	}
}

func TestLoaderInOrder(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		l := mustLoader(t, LoaderOptions{BatchSize: 4, Prefetch: p})
		for range 2 {
			got := epoch(t, l)
			if len(got) != 3 || l.Len() != 3 || !slices.Equal(got[0], []int{0, 1, 2, 3}) || !slices.Equal(got[2], []int{8, 9}) {
				t.Errorf("batches %v", got)
			}
		}
		l = mustLoader(t, LoaderOptions{BatchSize: 4, DropLast: true, Prefetch: p})
		if got := epoch(t, l); len(got) != 2 || l.Len() != 2 {
			t.Errorf("with DropLast: batches %v", got)
		}
	})
}

func TestLoaderShuffle(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		o := LoaderOptions{BatchSize: 3, Shuffle: true, Seed: 5, Prefetch: p}
		l, twin := mustLoader(t, o), mustLoader(t, o)
		var epochs [][]int
		for range 3 {
			all := slices.Concat(epoch(t, l)...)
			if again := slices.Concat(epoch(t, twin)...); !slices.Equal(all, again) {
				t.Errorf("the same seed gave %v and %v", all, again)
			}
			epochs = append(epochs, all)
			sorted := slices.Sorted(slices.Values(all))
			if !slices.Equal(sorted, ten) {
				t.Errorf("an epoch is %v, want each of ten once", all)
			}
		}
		if slices.Equal(epochs[0], epochs[1]) || slices.Equal(epochs[0], ten) {
			t.Errorf("epochs %v are not shuffled", epochs)
		}
		o.Seed = 6
		if other := slices.Concat(epoch(t, mustLoader(t, o))...); slices.Equal(other, epochs[0]) {
			t.Error("another seed gave the same order")
		}
	})
}

// The order is part of what a checkpoint relies on: it may never change.
func TestLoaderOrderIsFixed(t *testing.T) {
	l := mustLoader(t, LoaderOptions{BatchSize: 10, Shuffle: true, Seed: 42})
	if got, want := l.Load(0, 0), goldenOrder; !slices.Equal(got, want) {
		t.Errorf("epoch 0 of seed 42 is %v, want %v", got, want)
	}
}

// Each of the 24 orders of four must be as likely as any other.
func TestPermutationIsFair(t *testing.T) {
	const draws = 24000
	counts := map[[4]int]int{}
	for seed := range uint64(draws) {
		counts[[4]int(permutation(4, epochKey(seed, 3)))]++
	}
	if len(counts) != 24 {
		t.Fatalf("%d orders seen, want 24", len(counts))
	}
	chi := 0.0
	for _, n := range counts {
		d := float64(n) - draws/24
		chi += d * d / (draws / 24)
	}
	if chi > 49.7 { // 23 degrees of freedom: one seed scheme in a thousand
		t.Errorf("chi² %v, want under 49.7", chi)
	}
}

// Leaving anywhere and going on from the saved state gives what an unbroken run
// gives, also in another loader, also through JSON.
func TestLoaderResume(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		o := LoaderOptions{BatchSize: 3, Shuffle: true, Seed: 1, Prefetch: p}
		const steps = 10 // of four batches an epoch
		var want [][]int
		for step, b := range mustLoader(t, o).Steps(context.Background()) {
			want = append(want, b)
			if step == steps-1 {
				break
			}
		}
		for stop := 1; stop < steps; stop++ {
			first := mustLoader(t, o)
			var state State
			for step := range first.Steps(context.Background()) {
				if step == stop-1 {
					state = first.State() // inside the loop, as a checkpoint is
					break
				}
			}
			if state != first.State() {
				t.Fatalf("state %+v in the loop, %+v after it", state, first.State())
			}
			saved, err := json.Marshal(state)
			if err != nil {
				t.Fatal(err)
			}
			var loaded State
			if err := json.Unmarshal(saved, &loaded); err != nil {
				t.Fatal(err)
			}
			second := mustLoader(t, o)
			if err := second.SetState(loaded); err != nil {
				t.Fatal(err)
			}
			for step, b := range second.Steps(context.Background()) {
				if !slices.Equal(b, want[step]) {
					t.Fatalf("stopped after %d: step %d is %v, want %v", stop, step, b, want[step])
				}
				if step == steps-1 {
					break
				}
			}
		}
		// A broken-off epoch goes on where it was left.
		l := mustLoader(t, o)
		for range l.Epoch(context.Background()) {
			break
		}
		if got := epoch(t, l); len(got) != 3 || !slices.Equal(got[0], want[1]) {
			t.Errorf("the rest of the epoch is %v", got)
		}
	})
}

func TestLoaderErrors(t *testing.T) {
	for want, o := range map[string]LoaderOptions{
		"batch size must be positive": {BatchSize: -1},
		"cannot fill a batch of 11":   {BatchSize: 11, DropLast: true},
	} {
		if _, err := NewLoader(ten, same, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", o, err, want)
		}
	}
	if _, err := NewLoader(Slice[int]{}, same, LoaderOptions{}); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty dataset: error %v", err)
	}
	l := mustLoader(t, LoaderOptions{BatchSize: 4, Shuffle: true, Seed: 1})
	good := l.State()
	other := mustLoader(t, LoaderOptions{BatchSize: 4, Shuffle: true, Seed: 2}).State()
	for _, s := range []State{other, {}, {Epoch: -1, Source: good.Source}, {Batch: 3, Source: good.Source},
		{Batch: -1, Source: good.Source}, {Epoch: math.MaxInt, Source: good.Source}} {
		if err := l.SetState(s); err == nil {
			t.Errorf("state %+v was accepted", s)
		}
	}
	for range l.Epoch(context.Background()) {
		if err := l.SetState(good); err == nil {
			t.Error("a loader was moved under a running loop")
		}
		break
	}
	if err := l.SetState(good); err != nil {
		t.Error(err)
	}
	for _, at := range [][2]int{{-1, 0}, {0, -1}, {0, 3}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Load%v did not panic", at)
				}
			}()
			l.Load(at[0], at[1])
		}()
	}
}

func TestLoaderSecondLoopPanics(t *testing.T) {
	l := mustLoader(t, LoaderOptions{BatchSize: 4})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("two loops at once did not panic")
			}
		}()
		for range l.Epoch(context.Background()) {
			for range l.Epoch(context.Background()) {
				t.Error("the second loop ran")
			}
		}
	}()
	if got := epoch(t, l); len(got) == 0 { // the loader is usable again
		t.Error("no batches after the panic")
	}
}

// noGoroutinesLeft fails when a loop leaves something running.
func noGoroutinesLeft(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before the loop", runtime.NumGoroutine(), before)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestLoaderEndsItsGoroutine(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		before := runtime.NumGoroutine()
		l := mustLoader(t, LoaderOptions{BatchSize: 1, Prefetch: p})
		for range l.Epoch(context.Background()) {
			break
		}
		epoch(t, l)
		func() {
			defer func() { recover() }()
			for range l.Epoch(context.Background()) {
				panic("in the body")
			}
		}()
		noGoroutinesLeft(t, before)
	})
}

func TestLoaderCancel(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		before := runtime.NumGoroutine()
		l := mustLoader(t, LoaderOptions{BatchSize: 1, Prefetch: p})
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		seen := 0
		for range l.Steps(ctx) {
			if seen++; seen == 5 {
				cancel()
			}
		}
		if seen != 5 || l.State() != (State{Epoch: 0, Batch: 5, Source: l.source}) {
			t.Errorf("%d batches and state %+v after cancelling at 5", seen, l.State())
		}
		for range l.Steps(ctx) {
			t.Error("a batch after cancellation")
		}
		noGoroutinesLeft(t, before)
	})
}

// No more than Prefetch batches are made beyond the one in hand.
func TestLoaderPrefetchIsBounded(t *testing.T) {
	for _, ahead := range []int{1, 3} {
		var made atomic.Int32
		l, err := NewIndexLoader(100, func([]int) int { return int(made.Add(1)) }, LoaderOptions{BatchSize: 1, Prefetch: ahead})
		if err != nil {
			t.Fatal(err)
		}
		for k := range l.Epoch(context.Background()) {
			time.Sleep(100 * time.Microsecond)
			if n := int(made.Load()); n > k+1+ahead {
				t.Fatalf("%d batches made while batch %d is in hand, want at most %d", n, k, k+1+ahead)
			}
		}
	}
}

// What goes wrong while a batch is made is raised in the loop.
func TestLoaderPanicInBatch(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		before := runtime.NumGoroutine()
		l, err := NewLoader(ten, func(b []int) int {
			if b[0] == 6 {
				panic("bad element")
			}
			return b[0]
		}, LoaderOptions{BatchSize: 2, Prefetch: p})
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		func() {
			defer func() {
				if v := recover(); v != "bad element" {
					t.Errorf("panic %v, want the batch function's", v)
				}
			}()
			for _, b := range l.Epoch(context.Background()) {
				got = append(got, b)
			}
		}()
		if !slices.Equal(got, []int{0, 2, 4}) {
			t.Errorf("batches before the panic %v", got)
		}
		noGoroutinesLeft(t, before)
	})
	l, err := NewLoader(ten, func([]int) int { runtime.Goexit(); return 0 }, LoaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if v, ok := recover().(string); !ok || !strings.Contains(v, "Goexit") {
			t.Errorf("panic %v, want one that names Goexit", v)
		}
	}()
	for range l.Epoch(context.Background()) {
		t.Error("a batch came of nothing")
	}
}

func TestZip(t *testing.T) {
	eachPrefetch(t, func(t *testing.T, p int) {
		long := mustLoader(t, LoaderOptions{BatchSize: 2, Shuffle: true, Prefetch: p})
		short, err := NewLoader(Slice[string]{"a", "b", "c"}, func(s []string) string { return strings.Join(s, "") },
			LoaderOptions{BatchSize: 1, Prefetch: p})
		if err != nil {
			t.Fatal(err)
		}
		z := Zip(long, short)
		if z.Len() != 3 {
			t.Fatalf("length %d, want the shorter one's 3", z.Len())
		}
		for e := range 2 {
			text := ""
			for k, pair := range z.Epoch(context.Background()) {
				if !slices.Equal(pair.First, long.Load(e, k)) {
					t.Errorf("epoch %d, batch %d: %v, want %v", e, k, pair.First, long.Load(e, k))
				}
				text += pair.Second
			}
			if text != "abc" {
				t.Errorf("texts %q, want abc", text)
			}
		}
		if long.State().Epoch != 0 || z.State().Epoch != 2 {
			t.Errorf("positions %+v and %+v", long.State(), z.State())
		}
		again := Zip(long, short)
		if err := again.SetState(z.State()); err != nil {
			t.Error(err)
		}
		if err := Zip(short, long).SetState(z.State()); err == nil {
			t.Error("the state of another pair was accepted")
		}
	})
}

func TestPullGivesTheBatchesOfSteps(t *testing.T) {
	l := mustLoader(t, LoaderOptions{BatchSize: 4, Shuffle: true, Seed: 3})
	check := func(step int, got []int) {
		if want := l.Load(step/l.Len(), step%l.Len()); !slices.Equal(got, want) {
			t.Fatalf("step %d: got %v, want %v", step, got, want)
		}
	}
	next, stop := l.Pull()
	for step := range 8 {
		check(step, next())
	}
	stop()
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("next after stop must panic")
			}
		}()
		next()
	}()
	next, stop = l.Pull()
	defer stop()
	check(8, next()) // another loop goes on where the last one ended
}
