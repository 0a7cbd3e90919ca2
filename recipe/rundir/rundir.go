// Package rundir knows what is where in a training run's folder, and lets one
// process at a time write to it.
package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/org/artnn/internal/atomicfile"
)

// Dir is a run's folder.
type Dir string

// At is the run in a folder, which need not exist.
func At(path string) Dir { return Dir(path) }

// The places in it.
func (d Dir) Config() string      { return d.Path("config.yaml") }
func (d Dir) Model() string       { return d.Path("model.safetensors") }
func (d Dir) Checkpoints() string { return d.Path("checkpoints") }
func (d Dir) Samples() string     { return d.Path("samples") }
func (d Dir) Log() string         { return d.Path("log.csv") }
func (d Dir) Events() string      { return d.Path("events") }
func (d Dir) Report() string      { return d.Path("report.html") }

// Path is a file in the folder.
func (d Dir) Path(name ...string) string {
	return filepath.Join(append([]string{string(d)}, name...)...)
}

// Exists tells whether a run was begun here.
func (d Dir) Exists() bool {
	_, err := os.Stat(d.Config())
	return err == nil
}

// Write makes a file in the folder, whole or not at all.
func (d Dir) Write(path string, f func(io.Writer) error) error { return atomicfile.Write(path, f) }

// ErrBusy is wrapped by the error of a folder that another process trains in.
var ErrBusy = errors.New("another artnn is training in this folder")

// lockName is the file that a process holds a lock on while it trains.
const lockName = ".lock"

// Create makes the folder, if need be, and takes it: no other process may until
// unlock is called or this one ends. The file of the lock stays with the run, so
// that there is never a second one of the same name; a folder in which no run
// was begun is removed again.
//
// Errors: [ErrBusy]; a folder that cannot be made or written to.
func (d Dir) Create() (unlock func(), err error) {
	_, missing := os.Stat(string(d))
	if err := os.MkdirAll(string(d), 0o777); err != nil {
		return nil, fmt.Errorf("cannot make the folder of the run: %w", err)
	}
	lock := flock.New(d.Path(lockName))
	ok, err := lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("cannot write to %s: permission denied", string(d))
	case err != nil:
		return nil, fmt.Errorf("cannot write to %s: %w", string(d), err)
	case !ok:
		return nil, fmt.Errorf("%s: %w", string(d), ErrBusy)
	}
	// Permission to lock is not yet one to write: the file may be an old one.
	probe, err := os.CreateTemp(string(d), ".write-*")
	if err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("cannot write to %s: %w", string(d), errors.Unwrap(err))
	}
	probe.Close()
	os.Remove(probe.Name())
	return func() {
		if missing != nil && !d.Exists() {
			os.Remove(d.Path(lockName))
			os.Remove(string(d)) // fails if there is anything in it
		}
		lock.Unlock()
	}, nil
}
