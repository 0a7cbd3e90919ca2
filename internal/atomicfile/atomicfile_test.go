package atomicfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func bytesWriter(p []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(p)
		return err
	}
}

// entries lists the folder, so that tests notice leftover temporary files.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("%s holds %q, want %q", filepath.Base(path), got, want)
	}
}

func TestWriteCreatesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	for _, content := range []string{"first", "the second, longer", ""} {
		if err := Write(path, bytesWriter([]byte(content))); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, content)
	}
	big := bytes.Repeat([]byte("0123456789"), 100_000)
	if err := Write(path, bytesWriter(big)); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, string(big))
	if got := entries(t, dir); len(got) != 1 {
		t.Fatalf("folder holds %v, want only the file", got)
	}
}

func TestWriteFailureKeepsTheOldFile(t *testing.T) {
	boom := errors.New("disk full")
	failures := map[string]func(io.Writer) error{
		"at once": func(io.Writer) error { return boom },
		"half way": func(w io.Writer) error {
			w.Write(bytes.Repeat([]byte("x"), 300_000)) // more than any buffer
			return boom
		},
	}
	for name, write := range failures {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "model")
			if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := Write(path, write); !errors.Is(err, boom) {
				t.Fatalf("error %v, want %v", err, boom)
			}
			wantFile(t, path, "old")
			if got := entries(t, dir); len(got) != 1 {
				t.Fatalf("folder holds %v, want only the old file", got)
			}
		})
	}
}

func TestWritePanicCleansUp(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("the panic was swallowed")
			}
		}()
		Write(path, func(io.Writer) error { panic("encoder bug") })
	}()
	wantFile(t, path, "old")
	if got := entries(t, dir); len(got) != 1 {
		t.Fatalf("folder holds %v, want only the old file", got)
	}
}

func TestWriteBadPaths(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, bytesWriter(nil)); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("a folder: error %v", err)
	}
	if got := entries(t, dir); len(got) != 0 {
		t.Errorf("folder holds %v, want nothing", got)
	}
}

func TestWriteLongName(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat("n", 250))
	if err := Write(path, bytesWriter([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "x")
}

// hasPermissions says whether this system keeps Unix permission bits.
func hasPermissions() bool {
	switch runtime.GOOS {
	case "windows", "plan9", "js", "wasip1":
		return false
	}
	return true
}

func TestWriteKeepsPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	if err := Write(path, bytesWriter([]byte("new"))); err != nil {
		t.Fatal(err)
	}
	if !hasPermissions() {
		wantFile(t, path, "new")
		return
	}
	// A new file looks like any other file made here: the umask decides.
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	wantMode(t, path, mode(t, plain))

	for _, m := range []os.FileMode{0o600, 0o640, 0o755} {
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, bytesWriter([]byte("again"))); err != nil {
			t.Fatal(err)
		}
		wantMode(t, path, m)
	}
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	if got := mode(t, path); got != want {
		t.Errorf("permissions %v, want %v", got, want)
	}
}

func TestWriteThroughLink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Logf("no symbolic links on this system (%v); the target is written by name", err)
		link = target
	}
	if err := Write(link, bytesWriter([]byte("new"))); err != nil {
		t.Fatal(err)
	}
	wantFile(t, target, "new")
	if link != target {
		if _, err := os.Readlink(link); err != nil {
			t.Errorf("the link is gone: %v", err)
		}
	}
}

func TestWriteToDevice(t *testing.T) {
	info, err := os.Stat(os.DevNull)
	if err != nil || info.Mode().IsRegular() {
		t.Logf("no device file here: %v", err)
		return
	}
	if err := Write(os.DevNull, bytesWriter([]byte("x"))); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(os.DevNull)
	if err != nil || after.Mode().IsRegular() {
		t.Fatalf("the device was replaced by a file (%v)", err)
	}
}
