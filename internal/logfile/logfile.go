// Package logfile writes records to the end of a file while a run goes on.
//
// A training step may take less than a millisecond, so a record costs a copy
// into a buffer. The buffer goes to the file when it is full and at the latest
// a second after its first record, so whoever follows the file sees it grow.
// It always goes in one write of whole records: a process that is killed
// leaves a file that ends at a record's end. When the system stops in the
// middle of a write, only the last record is torn.
package logfile

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

const (
	bufferSize = 64 << 10    // bytes that wait at most, unless one record is larger
	delay      = time.Second // that a record waits at most
)

// A File takes records. It may be used by many goroutines at once.
type File struct {
	mu     sync.Mutex
	w      io.WriteCloser
	buf    []byte
	timer  *time.Timer // flushes what waits; made when first needed
	err    error       // the first that w returned: nothing is written after it
	closed bool
}

// New writes to w, which belongs to the File from now on.
func New(w io.WriteCloser) *File {
	return &File{w: w, buf: make([]byte, 0, bufferSize)}
}

// Write adds p, one or more whole records. It does not keep p.
//
// Errors: those of the file, also when they came up since the last call. After
// the first one nothing more is written, so that a torn record stays the last.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	if len(f.buf) > 0 && len(f.buf)+len(p) > bufferSize {
		f.flush()
	}
	if f.err != nil {
		return 0, f.err
	}
	if len(p) >= bufferSize { // not worth a copy
		f.write(p)
		return len(p), f.err
	}
	if len(f.buf) == 0 {
		f.wait()
	}
	f.buf = append(f.buf, p...)
	return len(p), nil
}

// wait has the buffer flushed later.
func (f *File) wait() {
	if f.timer != nil {
		f.timer.Reset(delay)
		return
	}
	f.timer = time.AfterFunc(delay, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.closed {
			f.flush()
		}
	})
}

// Flush writes out what waits.
//
// Errors: as for Write.
func (f *File) Flush() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return os.ErrClosed
	}
	f.flush()
	return f.err
}

// Sync writes out what waits, to the disk itself, so that a power cut cannot take
// it back.
//
// Errors: as for Write.
func (f *File) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return os.ErrClosed
	}
	f.flush()
	if s, ok := f.w.(interface{ Sync() error }); ok && f.err == nil {
		f.err = s.Sync()
	}
	return f.err
}

func (f *File) flush() {
	if len(f.buf) > 0 {
		f.write(f.buf)
		f.buf = f.buf[:0]
	}
}

func (f *File) write(p []byte) {
	if f.err != nil {
		return
	}
	if _, err := f.w.Write(p); err != nil {
		f.err = err
	}
}

// Close writes out what waits and closes the file. Closing again does nothing.
//
// Errors: as for Write, and those of closing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	if f.timer != nil {
		f.timer.Stop()
	}
	f.flush()
	f.closed = true
	return errors.Join(f.err, f.w.Close())
}
