package main

import (
	"github.com/org/artnn/cmd/artnn/internal/rundir"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/tensorboard"
)

// logEvery is the steps to a row of the logs.
const logEvery = 10

// runLogs keep a run's numbers in files, for programs to read: a table, and
// events for TensorBoard.
func runLogs(run rundir.Dir) (logs []train.Callback, closeAll func(), err error) {
	events, err := tensorboard.Create(run.Events())
	if err != nil {
		return nil, nil, err
	}
	return []train.Callback{
		train.CSV(run.Log(), train.LogOptions{Every: logEvery}),
		tensorboard.Callback(events, tensorboard.Options{Every: logEvery}),
	}, func() { events.Close() }, nil
}
