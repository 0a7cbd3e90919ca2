package models_test

import (
	"bytes"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"

	"github.com/org/artnn/models"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tokenizer"
)

// One file holds weights, configuration and vocabulary. Load tells what it is.
func ExampleLoad() {
	vocab, err := tokenizer.NewChars("abracadabra")
	if err != nil {
		log.Fatal(err)
	}
	writer, err := models.NewTextGenerator(vocab, models.TextConfig{Embed: 4, Hidden: 8})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "writer.safetensors")
	if err := models.Save(path, writer, models.Float16()); err != nil {
		log.Fatal(err)
	}

	loaded, err := models.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	switch m := loaded.(type) {
	case *models.TextGenerator:
		fmt.Println(m.Kind(), m.Config().Hidden, m.Tokenizer().Len())
	default:
		fmt.Println("not expected:", m.Kind())
	}
	// Output:
	// TextGenerator 8 5
}

// Training that goes on from a checkpoint is the training that never stopped:
// moments and random numbers are in it, and here momentum.
func ExampleMLP_Checkpoint() {
	cfg := models.MLPConfig{Sizes: []int{2, 4, 1}, Optimizer: models.Adam, LR: 0.05}
	net, err := models.NewMLP(cfg)
	if err != nil {
		log.Fatal(err)
	}
	x, y := []float32{0, 0, 0, 1, 1, 0, 1, 1}, []float32{0, 1, 1, 0}
	for range 10 {
		net.Step(x, y)
	}
	var file bytes.Buffer
	if err := net.Checkpoint(&file); err != nil {
		log.Fatal(err)
	}

	other, err := models.NewMLP(cfg)
	if err != nil {
		log.Fatal(err)
	}
	if err := other.Restore(bytes.NewReader(file.Bytes()), int64(file.Len())); err != nil {
		log.Fatal(err)
	}
	fmt.Println(net.Step(x, y) == other.Step(x, y))
	fmt.Println(net.Step(x, y) == other.Step(x, y))
	// Output:
	// true
	// true
}

// The learning rate of a model follows a schedule.
func ExampleMLP_Optimizers() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{1, 1}, LR: 0.5})
	if err != nil {
		log.Fatal(err)
	}
	schedule := optim.StepLR{LR: 0.5, Size: 2}
	for step := range 5 {
		for _, o := range net.Optimizers() {
			o.SetLR(schedule.Rate(step))
			fmt.Printf("%.3g ", o.LR())
		}
		net.Step([]float32{1}, []float32{0})
	}
	fmt.Println()
	// Output:
	// 0.5 0.5 0.05 0.05 0.005
}

// A batch with a NaN in it changes no weights.
func ExampleMLP_NonFinite() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{2, 3, 1}})
	if err != nil {
		log.Fatal(err)
	}
	before := net.Predict([]float32{1, 2})[0]
	loss := net.Step([]float32{1, float32(math.NaN())}, []float32{1})
	fmt.Println(loss, net.NonFinite() != "", net.Predict([]float32{1, 2})[0] == before)
	net.Step([]float32{1, 2}, []float32{1})
	fmt.Printf("%q\n", net.NonFinite())
	// Output:
	// NaN true true
	// ""
}

// Batches too large for memory are taken in parts, long gradients are shortened,
// and an average of the weights predicts.
func ExampleMLPConfig() {
	x, y := make([]float32, 64), make([]float32, 64)
	for i := range x {
		x[i] = float32(i)/32 - 1
		y[i] = x[i] * x[i]
	}
	net, err := models.NewMLP(models.MLPConfig{
		Sizes: []int{1, 16, 1}, Activation: models.Tanh, Output: models.Identity,
		Loss: models.MeanSquaredError, Optimizer: models.Adam, LR: 0.01,
		Accumulate: 4, Clip: 1, EMA: 0.99,
	})
	if err != nil {
		log.Fatal(err)
	}
	for range 1000 {
		net.Step(x, y)
	}
	for _, p := range net.Predict([]float32{-0.8, 0, 0.7}) {
		fmt.Printf("%.1f ", math.Abs(float64(p)))
	}
	fmt.Println()
	// Output:
	// 0.6 0.0 0.5
}

// Between the pictures of two seeds lie others.
func ExampleGAN_Interpolate() {
	gan, err := models.NewGAN(models.GANConfig{Width: 8, Channels: 1, Hidden: []int{8}})
	if err != nil {
		log.Fatal(err)
	}
	way := gan.Interpolate(1, 2, 5)
	fmt.Println(len(way)/(8*8), "pictures of 8×8")
	fmt.Println(len(gan.Images(3, 1)), "more")
	// Output:
	// 5 pictures of 8×8
	// 3 more
}
