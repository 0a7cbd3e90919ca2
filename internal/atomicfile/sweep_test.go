package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a killed process has left is swept by the next that writes in the folder;
// what is in use, or nobody's of ours, stays.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".model.safetensors.tmp-0123456789abcdef")
	stay := []string{"model.tmp-0123456789abcdef", ".model.tmp-0123456789abcde", ".model.tmp-0123456789ABCDEF", ".tmp-step-000000001-0123456789abcdef", ".write-1"}
	for _, name := range append(slices.Clone(stay), filepath.Base(left)) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !renamesOpen { // only age can tell
		old := time.Now().Add(-2 * abandoned)
		if err := os.Chtimes(left, old, old); err != nil {
			t.Fatal(err)
		}
	}
	var during []string
	err := Write(filepath.Join(dir, "model"), func(w io.Writer) error {
		during = entries(t, dir)
		if err := Sweep(dir); err != nil {
			t.Error(err)
		}
		if now := entries(t, dir); !slices.Equal(now, during) {
			t.Errorf("sweeping took a file that is being written: %q of %q are left", now, during)
		}
		_, err := io.WriteString(w, "whole")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(during, filepath.Base(left)) {
		t.Errorf("%q: the rest of a killed process is there", during)
	}
	want := append(slices.Clone(stay), "model")
	slices.Sort(want)
	if got := entries(t, dir); !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	wantFile(t, filepath.Join(dir, "model"), "whole")
}

// However writers and sweepers meet, every file is written.
func TestSweepersAndWriters(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if err := Sweep(dir); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			path := filepath.Join(dir, strings.Repeat("m", i+1))
			for range 50 {
				if err := Write(path, bytesWriter([]byte("whole"))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	all.Wait()
	if got := entries(t, dir); len(got) != 4 {
		t.Errorf("the folder holds %q, want four files", got)
	}
}

func TestProbe(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".probe.tmp-0123456789abcdef") // by a process killed in its probe
	if err := os.WriteFile(left, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	if err := Probe(dir); err != nil {
		t.Error(err)
	}
	if got := entries(t, dir); len(got) != 0 {
		t.Errorf("the folder holds %q, want nothing", got)
	}
	missing := filepath.Join(dir, "missing")
	if err := Probe(missing); err == nil || !strings.HasPrefix(err.Error(), "cannot write to "+missing+": ") || strings.Contains(err.Error(), "tmp-") {
		t.Errorf("error %v", err)
	}
}
