// Package regular opens files by names from outside, and refuses at once what is
// no file: opening a named pipe waits until somebody writes to it.
package regular

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Open is [os.Open] for regular files.
//
// Errors: those of os.Open; anything but a regular file.
func Open(name string) (*os.File, error) { return open(name, false) }

// OpenStream is [Open] for what is read once from its beginning to its end: it
// takes what the process has open already too, such as /dev/stdin, and /dev/fd/63
// of a shell's <(command).
func OpenStream(name string) (*os.File, error) { return open(name, isDescriptor(name)) }

// Check returns an error if a mode is not that of a regular file, in words that
// can follow the file's name.
func Check(mode fs.FileMode) error {
	kind := ""
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		kind = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	default:
		kind = "of an unknown kind"
	}
	return fmt.Errorf("it is %s, not a regular file", kind)
}

func open(name string, any bool) (*os.File, error) {
	refused := func(info fs.FileInfo) error {
		if err := Check(info.Mode()); err != nil && (!any || info.IsDir()) {
			return &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return nil
	}
	info, err := os.Stat(name) // before it is opened, which may wait for ever
	if err == nil {
		err = refused(info)
	}
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil { // it may be another by now
		err = refused(info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// isDescriptor tells whether a name is that of a file that the process has open.
func isDescriptor(name string) bool {
	name = filepath.ToSlash(filepath.Clean(name))
	return name == "/dev/stdin" || strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/fd/")
}
