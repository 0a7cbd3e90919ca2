// Package atomicfile writes files that are either whole or not there.
//
// A training run may be killed while it saves. Its last checkpoint must then
// still be the old one or already the new one, never half of each.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write replaces the file at path by what write produces.
//
// The bytes go to a temporary file in the same folder, which is synced and
// then renamed over path, so a reader sees the old file or the new one. When
// write fails or panics, or the disk does, the temporary file is removed and
// the old file is untouched. Folders on the way to path that are missing are
// made, and removed again when the file does not come about. What a process that was
// killed has left is removed by the next that writes in the folder; see [Sweep].
//
// An existing file keeps its permissions; a new one gets 0666 less the umask.
// A symbolic link is followed: its target is replaced and the link stays. A
// path that is no regular file (a terminal, a pipe, /dev/stdout) cannot be
// renamed over and is written directly.
//
// Errors: those of write, and those of the file system with the path in them.
func Write(path string, write func(io.Writer) error) (err error) {
	target, info, err := look(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if info != nil && !info.Mode().IsRegular() {
		return writeDirect(target, write)
	}
	undo, err := makeFolders(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	done := false
	defer func() {
		if !done { // an error, or a panic on its way through
			undo()
		}
	}()
	f, err := createTemp(target)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	sweepOnce(filepath.Dir(target))
	defer func() {
		f.Close()
		if !done {
			os.Remove(f.Name())
		}
	}()

	if err := fill(f, write); err != nil {
		return err
	}
	if info != nil {
		// Best effort: js and some mounted file systems have no permissions to set.
		_ = f.Chmod(info.Mode().Perm())
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if !renamesOpen { // elsewhere it stays open, and so locked, until it has its name
		if err := f.Close(); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	done = true
	SyncDir(filepath.Dir(target))
	return nil
}

// look follows links, and finds what there is at a path: nil if nothing is.
//
// Errors: a folder; a path that cannot be looked at.
func look(path string) (target string, info fs.FileInfo, err error) {
	target = path
	if resolved, e := filepath.EvalSymlinks(path); e == nil {
		target = resolved
	}
	info, err = os.Stat(target)
	switch {
	case err == nil && info.IsDir():
		return target, nil, errors.New("it is a folder; give a file name")
	case errors.Is(err, fs.ErrNotExist):
		return target, nil, nil
	}
	return target, info, err
}

// fill runs write through a buffer and flushes it.
func fill(w io.Writer, write func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

// createTemp makes a new file beside target, locked against [Sweep]. Unlike
// os.CreateTemp it asks for 0666, so that the umask decides who may read the result.
func createTemp(target string) (*os.File, error) {
	dir, base := filepath.Split(target)
	const maxBase = 200 // file systems allow 255 bytes; the suffix needs some
	if len(base) > maxBase {
		base = base[:maxBase]
	}
	for range 100 {
		var random [randomBytes]byte
		rand.Read(random[:]) // never fails, by its documentation
		name := dir + "." + base + tempMark + hex.EncodeToString(random[:])
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case errors.Is(err, fs.ErrExist):
		case err != nil:
			return nil, err
		case claim(f):
			return f, nil
		default: // somebody sweeps it away
			f.Close()
		}
	}
	return nil, errors.New("no free temporary name")
}

func writeDirect(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := fill(f, write); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// SyncDir makes a rename in a folder durable. What was renamed is whole and in
// place by now, and systems that cannot sync a folder say so in many ways, so
// there is no error to act on.
func SyncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	d.Close()
}
