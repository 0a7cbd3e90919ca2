package main

import (
	"github.com/org/artnn/cmd/artnn/internal/rundir"
	"github.com/org/artnn/train"
)

// runLogs keep a run's numbers in files, for programs to read.
func runLogs(rundir.Dir) (logs []train.Callback, closeAll func(), err error) {
	return nil, func() {}, nil
}
