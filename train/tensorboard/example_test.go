package tensorboard_test

import (
	"context"
	"fmt"
	"image"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/tensorboard"
)

// A writer takes numbers, pictures, texts and weights by step and tag.
func ExampleCreate() {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	w, err := tensorboard.Create(filepath.Join(dir, "first"))
	if err != nil {
		log.Fatal(err)
	}
	for step := range 100 {
		w.Scalar(step, "loss", 1/float64(step+1))
	}
	w.Image(99, "faces", image.NewGray(image.Rect(0, 0, 16, 16)))
	w.Text(99, "sample", "Call me *Ishmael*.")
	w.Histogram(99, "weight", []float32{-1, 0.5, 0.25})
	if err := w.Close(); err != nil { // the first that anything above met
		log.Fatal(err)
	}
	fmt.Println(strings.HasPrefix(filepath.Base(w.Path()), "events.out.tfevents."))
	// Output: true
}

// A callback logs what a trainer does, here the means of ten steps and, each
// fifty, the weights and what the network says.
func ExampleCallback() {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	w, err := tensorboard.Create(filepath.Join(dir, "xor"))
	if err != nil {
		log.Fatal(err)
	}
	defer w.Close()

	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{2, 4, 1}, LR: 0.5})
	if err != nil {
		log.Fatal(err)
	}
	trainer := train.Trainer[struct{}]{
		Models: map[string]train.Model{"net": net},
		Step: func(context.Context, struct{}) (train.Metrics, error) {
			loss := net.Step([]float32{0, 0, 0, 1, 1, 0, 1, 1}, []float32{0, 1, 1, 0})
			return train.Metrics{{Name: "loss", Value: loss}}, nil
		},
		Budget: train.Budget{Steps: 100},
		Callbacks: []train.Callback{tensorboard.Callback(w, tensorboard.Options{
			Every:          10,
			Params:         layers.Params(net),
			HistogramEvery: 50,
			Sample: func(w *tensorboard.Writer, e train.Event) error {
				fmt.Println("sample after step", e.Step)
				return w.Text(e.Step, "1 xor 0", fmt.Sprint(net.Predict([]float32{1, 0})))
			},
			SampleEvery: 50,
		})},
	}
	report, err := trainer.Run(context.Background())
	fmt.Println(report.Step, err)
	// Output:
	// sample after step 50
	// sample after step 100
	// 100 <nil>
}

// A run that goes on after step 60 replaces what was logged for later steps.
// [tensorboard.Callback] does this by itself.
func ExampleWriter_Resume() {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, first := range []int{0, 60} {
		w, err := tensorboard.Create(dir)
		if err != nil {
			log.Fatal(err)
		}
		if first > 0 {
			w.Resume(first)
		}
		for step := first + 1; step <= 100; step++ {
			w.Scalar(step, "loss", 1/float64(step))
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	fmt.Println(len(files), "files, one curve", err)
	// Output: 2 files, one curve <nil>
}
