package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"
)

const (
	tempMark    = ".tmp-"
	randomBytes = 8
)

// temporary are the names that createTemp gives.
var temporary = regexp.MustCompile(`^\..*\.tmp-[0-9a-f]{16}$`)

// abandoned is the age of a temporary file that surely nobody writes any more, where
// locks cannot tell.
const abandoned = 24 * time.Hour

// Sweep removes the temporary files that processes which were killed have left in a
// folder. Those of a process that lives are locked, and stay; where a file system
// has no locks, those of the last day do.
//
// It returns the first error, after all have been tried.
func Sweep(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	names, first := d.Readdirnames(-1)
	for _, name := range names {
		if !temporary.MatchString(name) {
			continue
		}
		if err := sweep(filepath.Join(dir, name)); err != nil && first == nil && !os.IsNotExist(err) {
			first = err
		}
	}
	return first
}

// sweep removes a temporary file unless it is in use.
func sweep(path string) error {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	free, known := lock(f)
	if !known {
		free = time.Since(info.ModTime()) > abandoned
	}
	if renamesOpen { // the lock is held until the file is gone
		defer f.Close()
	} else if err := f.Close(); err != nil {
		return err
	}
	if !free {
		return nil
	}
	return os.Remove(path)
}

// claim locks a new file, and reports whether it is still there.
func claim(f *os.File) bool {
	if free, known := lock(f); known && !free {
		return false
	}
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(f.Name())
	return err == nil && os.SameFile(opened, named)
}

// swept are the folders that this process has swept.
var swept = struct {
	sync.Mutex
	dirs map[string]bool
}{dirs: map[string]bool{}}

// mostSwept bounds the folders that are remembered: there may be ever new ones.
const mostSwept = 256

// sweepOnce sweeps a folder the first time that it is written to. What cannot be
// swept is left: it is in nobody's way.
func sweepOnce(dir string) {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	swept.Lock()
	done := swept.dirs[dir]
	if len(swept.dirs) >= mostSwept {
		clear(swept.dirs)
	}
	swept.dirs[dir] = true
	swept.Unlock()
	if !done {
		_ = Sweep(dir)
	}
}

// Probe returns an error if no file can be made in a folder.
func Probe(dir string) error {
	sweepOnce(dir)
	f, err := createTemp(filepath.Join(dir, "probe"))
	if err != nil {
		return fmt.Errorf("cannot write to %s: %w", dir, reason(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

// reason is an error of the file system without the temporary name in it.
func reason(err error) error {
	if p, ok := err.(*os.PathError); ok {
		return p.Err
	}
	return err
}
