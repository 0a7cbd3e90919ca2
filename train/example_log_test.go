package train_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/org/artnn/train"
)

// A log is a table for spreadsheets and data frames.
func ExampleCSV() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log.csv")

	loss := 8.0
	trainer := train.Trainer[struct{}]{
		Step: func(context.Context, struct{}) (train.Metrics, error) {
			loss /= 2
			return train.Metrics{{Name: "loss", Value: loss}}, nil
		},
		Validate: func(context.Context) (train.Metrics, error) {
			return train.Metrics{{Name: "val_loss", Value: loss + 0.1}}, nil
		},
		ValidateEvery: 4,
		Budget:        train.Budget{Steps: 6},
		Callbacks:     []train.Callback{train.CSV(path, train.LogOptions{Every: 2})},
		Now:           func() time.Time { return time.Time{} }, // for the output below
	}
	if _, err := trainer.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	table, err := os.ReadFile(path)
	fmt.Print(string(table), err)
	// Output:
	// step,epoch,seconds,loss,val_loss
	// 2,0,0.000,3,
	// 4,0,0.000,0.75,
	// 4,0,0.000,,0.6
	// 6,0,0.000,0.1875,
	// 6,0,0.000,,0.225
	// <nil>
}

// A log of JSON objects has keys only where there are values.
func ExampleJSONL() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log.jsonl")

	loss := 8.0
	trainer := train.Trainer[struct{}]{
		Step: func(context.Context, struct{}) (train.Metrics, error) {
			loss /= 2
			return train.Metrics{{Name: "loss", Value: loss}}, nil
		},
		Validate: func(context.Context) (train.Metrics, error) {
			return train.Metrics{{Name: "val_loss", Value: loss + 0.1}}, nil
		},
		Budget:    train.Budget{Steps: 2},
		Callbacks: []train.Callback{train.JSONL(path, train.LogOptions{})},
		Now:       func() time.Time { return time.Time{} }, // for the output below
	}
	if _, err := trainer.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	rows, err := os.ReadFile(path)
	fmt.Print(string(rows), err)
	// Output:
	// {"step":1,"epoch":0,"seconds":0.000,"loss":4}
	// {"step":2,"epoch":0,"seconds":0.000,"loss":2}
	// {"step":2,"epoch":0,"seconds":0.000,"val_loss":2.1}
	// <nil>
}
