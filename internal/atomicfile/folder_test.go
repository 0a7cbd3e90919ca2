package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteMakesFolders(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "model")
	if err := Check(path); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, dir); len(got) != 0 {
		t.Fatalf("Check left %v", got)
	}
	if err := Write(path, bytesWriter([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "x")
	if err := Check(path); err != nil {
		t.Errorf("a file that is there: %v", err)
	}
	wantFile(t, path, "x")
}

func TestFailureRemovesTheFoldersItMade(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "there"), 0o777); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("disk full")
	path := filepath.Join(dir, "there", "a", "b", "model")
	if err := Write(path, func(io.Writer) error { return boom }); !errors.Is(err, boom) {
		t.Fatalf("error %v, want %v", err, boom)
	}
	if got := entries(t, filepath.Join(dir, "there")); len(got) != 0 {
		t.Errorf("folder holds %v, want nothing", got)
	}
	if got := entries(t, dir); len(got) != 1 {
		t.Errorf("%v: a folder that was there is gone", got)
	}
}

// Check refuses what Write refuses, and both say what is in the way.
func TestCheckIsWhatWriteDoes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(file, "x"), filepath.Join(file, "a", "x")} {
		check, write := Check(path), Write(path, bytesWriter(nil))
		if check == nil || write == nil || check.Error() != write.Error() {
			t.Errorf("%s: Check says %v, Write %v", path, check, write)
		}
		if check != nil && !strings.Contains(check.Error(), path) {
			t.Errorf("%v does not name %s", check, path)
		}
	}
	wantFile(t, file, "old")
	if got := entries(t, dir); len(got) != 1 {
		t.Errorf("folder holds %v", got)
	}
}
