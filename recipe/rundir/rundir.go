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

// Lost tells whether there is a model but no checkpoint any more: training begun
// anew would overwrite the model.
func (d Dir) Lost() bool {
	if _, err := os.Stat(d.Model()); err != nil {
		return false
	}
	left, err := filepath.Glob(filepath.Join(d.Checkpoints(), "step-*"))
	return err == nil && len(left) == 0
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
	for _, path := range []string{string(d), d.Checkpoints(), d.Samples(), d.Events()} {
		if err := ready(path); err != nil {
			lock.Unlock()
			return nil, err
		}
	}
	return func() {
		if missing != nil && !d.Exists() {
			os.Remove(d.Path(lockName))
			os.Remove(string(d)) // fails if there is anything in it
		}
		lock.Unlock()
	}, nil
}

// ready returns an error if a folder is there and cannot be written to, and removes
// what a run that was killed has left half written in it.
func ready(path string) error {
	stat, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot write to %s: %w", path, err)
	case !stat.IsDir():
		return fmt.Errorf("cannot write to %s: it is a file, and a folder is needed", path)
	}
	if err := atomicfile.Probe(path); err != nil {
		return err
	}
	_ = atomicfile.Sweep(path) // what cannot be removed is in nobody's way
	return nil
}

// Fresh notes what is in the folder before a run is begun there, if none was: forget
// then removes what a run that came to nothing has added, so that it can be begun
// anew. Where a run was, forget does nothing.
func (d Dir) Fresh() (forget func() error) {
	if d.Exists() {
		return func() error { return nil }
	}
	var added []string
	for _, path := range []string{d.Config(), d.Log(), d.Checkpoints(), d.Samples(), d.Events()} {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			added = append(added, path)
		}
	}
	return func() error {
		for _, path := range added { // the configuration first: without it there is no run
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
		return nil
	}
}
