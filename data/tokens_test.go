package data

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// counting is the text 0, 1, 2, …, in which a target is its input plus one.
func counting(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

func checkShifted(t *testing.T, b TokenBatch) {
	t.Helper()
	if len(b.Inputs) != b.Rows*b.Steps || len(b.Targets) != len(b.Inputs) {
		t.Fatalf("%d inputs and %d targets for %d×%d", len(b.Inputs), len(b.Targets), b.Rows, b.Steps)
	}
	for i, v := range b.Inputs {
		if b.Targets[i] != v+1 {
			t.Fatalf("target %d is %d, want %d", i, b.Targets[i], v+1)
		}
		if i%b.Steps > 0 && v != b.Inputs[i-1]+1 {
			t.Fatalf("input %d is %d after %d", i, v, b.Inputs[i-1])
		}
	}
}

func TestWindows(t *testing.T) {
	for _, c := range []struct{ tokens, steps, stride, want int }{
		{5, 4, 1, 1}, {6, 4, 1, 2}, {10, 3, 3, 3}, {9, 3, 3, 2}, {10, 3, 100, 1}, {2, 1, 1, 1}, {12, 3, 2, 5},
	} {
		w, err := Windows(counting(c.tokens), c.steps, c.stride)
		if err != nil {
			t.Fatal(err)
		}
		if w.Len() != c.want {
			t.Errorf("%+v: %d windows", c, w.Len())
		}
		for i := range w.Len() {
			if got := w.At(i).Inputs[0]; int(got) != i*c.stride {
				t.Errorf("%+v: window %d starts at %d", c, i, got)
			}
		}
		b := StackWindows(all(w))
		checkShifted(t, b)
		if b.Rows != c.want || b.Steps != c.steps || !b.First {
			t.Errorf("%+v: batch of %d×%d", c, b.Rows, b.Steps)
		}
	}
}

func TestTokenErrors(t *testing.T) {
	ten := counting(10)
	cases := map[string]func() error{
		"windows: 10 steps need 11 tokens":                    func() error { _, err := Windows(ten, 10, 1); return err },
		"windows: 1 step need 2 tokens":                       func() error { _, err := Windows(nil, 1, 1); return err },
		"windows: the number of steps must be positive":       func() error { _, err := Windows(ten, 0, 1); return err },
		"windows: the stride must be positive":                func() error { _, err := Windows(ten, 2, 0); return err },
		"random windows: 64 steps need 65 tokens":             func() error { _, err := RandomWindows(ten, 2, 64, 0); return err },
		"random windows: the number of rows must be positive": func() error { _, err := RandomWindows(ten, 0, 2, 0); return err },
		"too large": func() error { _, err := RandomWindows(ten, 1<<30, 2, 0); return err },
		"streams: 10 rows need at least 11 tokens":      func() error { _, err := Streams(ten, 10, 2); return err },
		"streams: the number of rows must be positive":  func() error { _, err := Streams(ten, -1, 2); return err },
		"streams: the number of steps must be positive": func() error { _, err := Streams(ten, 2, 0); return err },
	}
	for want, f := range cases {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// Rows go on from batch to batch, and each target within the streams comes
// exactly once.
func TestStreams(t *testing.T) {
	for _, c := range []struct{ tokens, rows, steps, batches int }{
		{25, 4, 3, 2}, {26, 4, 3, 2}, {30, 4, 3, 3}, {11, 10, 5, 1}, {101, 1, 7, 15}, {9, 2, 100, 1},
	} {
		s, err := Streams(counting(c.tokens), c.rows, c.steps)
		if err != nil {
			t.Fatal(err)
		}
		if s.Len() != c.batches {
			t.Errorf("%+v: %d batches", c, s.Len())
		}
		for range 2 { // every epoch is the same
			seen := map[int32]int{}
			var last []int32
			for k, b := range s.Epoch(context.Background()) {
				checkShifted(t, b)
				if b.First != (k == 0) || b.Rows != c.rows || b.Steps > c.steps {
					t.Errorf("%+v: batch %d is %d×%d, first %v", c, k, b.Rows, b.Steps, b.First)
				}
				for r := range b.Rows {
					if k > 0 && b.Inputs[r*b.Steps] != last[r] {
						t.Errorf("%+v: row %d goes on at %d, want %d", c, r, b.Inputs[r*b.Steps], last[r])
					}
				}
				last = nil
				for r := range b.Rows {
					last = append(last, b.Targets[(r+1)*b.Steps-1])
				}
				for _, v := range b.Targets {
					seen[v]++
				}
			}
			if want := (c.tokens - 1) / c.rows * c.rows; len(seen) != want {
				t.Errorf("%+v: %d targets seen, want %d", c, len(seen), want)
			}
			for v, n := range seen {
				if n != 1 {
					t.Errorf("%+v: target %d seen %d times", c, v, n)
				}
			}
		}
	}
}

func TestRandomWindows(t *testing.T) {
	l, err := RandomWindows(counting(12), 8, 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	twin, _ := RandomWindows(counting(12), 8, 4, 3)
	other, _ := RandomWindows(counting(12), 8, 4, 4)
	counts := make([]int, 8) // offsets 0…7
	differs := false
	var previous []int32
	for step, b := range l.Steps(context.Background()) {
		checkShifted(t, b)
		if !b.First {
			t.Fatal("a random window goes on from another")
		}
		if again := twin.Load(step, 0); !slices.Equal(b.Inputs, again.Inputs) {
			t.Fatalf("step %d differs between two of one seed", step)
		}
		differs = differs || !slices.Equal(b.Inputs, other.Load(step, 0).Inputs)
		if slices.Equal(b.Inputs, previous) {
			t.Fatalf("step %d repeats the one before", step)
		}
		previous = b.Inputs
		for r := range b.Rows {
			counts[b.Inputs[r*b.Steps]]++
		}
		if step == 999 {
			break
		}
	}
	if !differs {
		t.Error("two seeds gave the same windows")
	}
	chi := 0.0
	for _, n := range counts {
		d := float64(n - 1000)
		chi += d * d / 1000
	}
	if chi > 24.3 { // 7 degrees of freedom: one seed in a thousand
		t.Errorf("offsets %v are not equally likely: chi² %v", counts, chi)
	}
	if l, _ := RandomWindows(counting(1001), 5, 20, 0); l.Len() != 10 {
		t.Errorf("an epoch of 1000 targets is %d batches of 100", l.Len())
	}
	if l, err := RandomWindows(counting(3), 4, 2, 0); err != nil || l.Load(0, 0).Inputs[0] != 0 {
		t.Errorf("the shortest text: %v", err)
	}
}

func TestPadSequences(t *testing.T) {
	b := PadSequences([][]int32{{1, 2, 3}, {}, {7}, {4, 5}}, 0, -1)
	if b.Rows != 4 || b.Steps != 2 {
		t.Fatalf("batch of %d×%d", b.Rows, b.Steps)
	}
	if want := []int32{1, 2, 0, 0, 0, 0, 4, 0}; !slices.Equal(b.Inputs, want) {
		t.Errorf("inputs %v, want %v", b.Inputs, want)
	}
	if want := []int32{2, 3, -1, -1, -1, -1, 5, -1}; !slices.Equal(b.Targets, want) {
		t.Errorf("targets %v, want %v", b.Targets, want)
	}
}

func TestStackPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"none":    func() { StackWindows(nil) },
		"uneven":  func() { StackWindows([]Window{{counting(2), counting(2)}, {counting(3), counting(3)}}) },
		"targets": func() { StackWindows([]Window{{counting(2), counting(1)}}) },
		"padding": func() { PadSequences([][]int32{{1}, {}}, 0, -1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// Windows of a file of tokens are those of the same tokens in memory.
func TestTokenFile(t *testing.T) {
	for _, kinds := range []int{300, 1 << 16, 1<<16 + 1} {
		tokens := counting(400_000) // more than are written at a time
		for i := range tokens {
			tokens[i] %= int32(kinds)
		}
		tokens[7] = int32(kinds - 1)
		dir := t.TempDir()
		f, err := CreateTokenFile(dir, kinds)
		if err != nil {
			t.Fatal(err)
		}
		for part := range slices.Chunk(tokens, 333) {
			if err := f.Append(part); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		got := make([]int32, f.Len())
		if f.ReadTokens(got, 0); !slices.Equal(got, tokens) {
			t.Errorf("%d kinds: other tokens come back", kinds)
		}
		here, _ := RandomWindows(tokens, 4, 9, 5)
		there, err := RandomWindowsOf(f, 4, 9, 5)
		if err != nil {
			t.Fatal(err)
		}
		if here.Len() != there.Len() || here.State() != there.State() {
			t.Errorf("%d kinds: the loaders differ", kinds)
		}
		for k := range 20 {
			a, b := here.Load(1, k), there.Load(1, k)
			if !slices.Equal(a.Inputs, b.Inputs) || !slices.Equal(a.Targets, b.Targets) {
				t.Fatalf("%d kinds: batch %d differs", kinds, k)
			}
		}
		if f.Err() != nil {
			t.Error(f.Err())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
		if there.Load(0, 0); f.Err() == nil {
			t.Error("what cannot be read is no error")
		}
	}
}

func TestTokenFileErrors(t *testing.T) {
	if _, err := CreateTokenFile(filepath.Join(t.TempDir(), "none"), 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	f, err := CreateTokenFile("", 5)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	defer func() {
		if recover() == nil {
			t.Error("no panic at tokens that are not there")
		}
	}()
	f.ReadTokens(make([]int32, 1), 0)
}

// What a killed process has left is removed by the next that makes a file of tokens
// there, on the systems that leave anything; what is in use, or nobody's of ours, stays.
func TestTokenFilesLeftAreSwept(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, tokenMark+"123")
	stay := []string{".artnn-tokens-", ".artnn-tokens-12a", ".tokens-12", "artnn-tokens-12", "x.artnn-tokens-12"}
	if err := os.Mkdir(filepath.Join(dir, tokenMark+"9"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(slices.Clone(stay), filepath.Base(left)) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	first, err := CreateTokenFile(dir, 300)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := os.Stat(left); errors.Is(err, fs.ErrNotExist) != openStays {
		t.Errorf("open files stay: %v, and what is left: %v", openStays, err)
	}
	if err := first.Append([]int32{5, 6}); err != nil {
		t.Fatal(err)
	}
	if err := first.Flush(); err != nil {
		t.Fatal(err)
	}
	second, err := CreateTokenFile(dir, 300)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	sweepTokenFiles(dir)
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is left: %v", err)
	}
	got := make([]int32, 2)
	if first.ReadTokens(got, 0); first.Err() != nil || got[0] != 5 || got[1] != 6 {
		t.Errorf("a file in use was swept: %v, %v", got, first.Err())
	}
	for _, f := range []*TokenFile{first, second} {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	want := append(slices.Clone(stay), tokenMark+"9")
	slices.Sort(want)
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, want) {
		t.Errorf("the folder holds %q, want %q", names, want)
	}
}
