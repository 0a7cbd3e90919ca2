package models_test

import (
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
		fmt.Println(models.Kind(m), m.Config().Hidden, m.Tokenizer().Len())
	default:
		fmt.Println("not expected:", models.Kind(m))
	}
	// Output:
	// TextGenerator 8 5
}

// Training that goes on from a checkpoint is the training that never stopped:
// moments and random numbers are in it, and here momentum.
func ExampleWithTraining() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{2, 4, 1}, Optimizer: "adam", LR: 0.05})
	if err != nil {
		log.Fatal(err)
	}
	x, y := []float32{0, 0, 0, 1, 1, 0, 1, 1}, []float32{0, 1, 1, 0}
	for range 10 {
		net.Step(x, y)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "net.safetensors")
	if err := models.Save(path, net, models.WithTraining()); err != nil {
		log.Fatal(err)
	}

	other, err := models.LoadAs[*models.MLP](path)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(net.Step(x, y) == other.Step(x, y))
	fmt.Println(net.Step(x, y) == other.Step(x, y))
	// Output:
	// true
	// true
}

// The learning rate of a model follows a schedule.
func ExampleMLP_Updates() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{1, 1}, LR: 0.5})
	if err != nil {
		log.Fatal(err)
	}
	schedule := optim.StepLR{LR: 0.5, Size: 2}
	for step := range 5 {
		for _, u := range net.Updates() {
			u.Optimizer().SetLR(schedule.Rate(step))
			fmt.Printf("%.3g ", u.Optimizer().LR())
		}
		net.Step([]float32{1}, []float32{0})
	}
	fmt.Println()
	// Output:
	// 0.5 0.5 0.05 0.05 0.005
}

// A batch with a NaN in it changes no weights.
func ExampleMLP_Step_nonFinite() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{2, 3, 1}})
	if err != nil {
		log.Fatal(err)
	}
	before := net.Predict([]float32{1, 2})[0]
	loss := net.Step([]float32{1, float32(math.NaN())}, []float32{1})
	fmt.Println(loss, net.Updates()[0].NonFinite() != "", net.Predict([]float32{1, 2})[0] == before)
	net.Step([]float32{1, 2}, []float32{1})
	fmt.Printf("%q\n", net.Updates()[0].NonFinite())
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
		Sizes: []int{1, 16, 1}, Activation: "tanh", Output: "identity",
		Loss: "mean_squared_error", Optimizer: "adam", LR: 0.01,
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
	between := gan.Interpolate(1, 2, 5)
	fmt.Println(len(between)/(8*8), "pictures of 8×8")
	fmt.Println(len(gan.Images(3, 1)), "more")
	// Output:
	// 5 pictures of 8×8
	// 3 more
}
