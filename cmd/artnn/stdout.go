package main

import (
	"io"
	"sync"
)

// stdout is the standard output. It keeps its first error, so that a command may
// go on where what it prints is not all it is for, and writes nothing after it.
type stdout struct {
	mu  sync.Mutex // the progress bar has a goroutine of its own
	w   io.Writer
	err error
}

func (s *stdout) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

// failed is the first error, nil if there was none.
func (s *stdout) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
