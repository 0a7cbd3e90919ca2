//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// ignoreClosedPipes makes writing to a pipe that nobody reads any more an error,
// not the end of the program: a training goes on and is saved.
func ignoreClosedPipes() { signal.Ignore(syscall.SIGPIPE) }
