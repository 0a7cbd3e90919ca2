package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// workload is our side of a row. run does len(times) steps and stores the time of
// each; it may do a few more to warm up.
type workload interface {
	run(times []time.Duration) error
}

// steps is a workload of independent steps.
type steps func()

func (s steps) run(times []time.Duration) error {
	for i := range times {
		start := time.Now()
		s()
		times[i] = time.Since(start)
	}
	return nil
}

// Batches alternate and inputs are centred. A network would memorise a single
// batch, and inputs of one sign make ReLU units die. In both cases Adam's moments
// would decay to subnormal numbers, which are slow.
const (
	smallBatches = 64
	largeBatches = 4
)

func uniform(rng *rand.Rand, n int, lo, hi float32) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = lo + (hi-lo)*rng.Float32()
	}
	return x
}

func below(rng *rand.Rand, n, limit int) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = rng.Int32N(int32(limit))
	}
	return x
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// newSeedMLP is a network of 11 parameters on five samples: the time of a step is
// that of its calls, not of arithmetic.
func newSeedMLP() (workload, error) {
	m, err := models.NewMLP(models.MLPConfig{Sizes: seedSizes})
	if err != nil {
		return nil, err
	}
	x := []float32{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1}
	y := []float32{1, 0, 0, 1, 0}
	return steps(func() { m.Step(x, y) }), nil
}

// newMNIST is a classifier of random inputs with the shape of MNIST's.
func newMNIST(sizes []int, batch int) (workload, error) {
	m, err := models.NewMLP(models.MLPConfig{
		Sizes: sizes, Activation: "relu", Output: "softmax",
		Loss: "cross_entropy", Optimizer: "adam",
	})
	if err != nil {
		return nil, err
	}
	rng, turn := newRand(), 0
	x, labels := make([][]float32, smallBatches), make([][]int32, smallBatches)
	for i := range x {
		x[i] = uniform(rng, batch*sizes[0], -1, 1)
		labels[i] = below(rng, batch, sizes[len(sizes)-1])
	}
	return steps(func() {
		m.StepLabels(x[turn%len(x)], labels[turn%len(x)])
		turn++
	}), nil
}

func newGAN(size, batch int) (workload, error) {
	m, err := models.NewGAN(models.GANConfig{Width: size})
	if err != nil {
		return nil, err
	}
	rng, turn := newRand(), 0
	images := make([][]float32, largeBatches)
	for i := range images {
		images[i] = uniform(rng, batch*3*size*size, -1, 1)
	}
	return steps(func() {
		m.Step(images[turn%len(images)])
		turn++
	}), nil
}

// newText is a language model with a vocabulary of invented words.
func newText(s textSizes) (*models.TextGenerator, error) {
	var words strings.Builder
	for i := range s.vocab - 1 { // the last token stands for unknown words
		fmt.Fprintf(&words, " w%d", i)
	}
	vocab, err := tokenizer.NewWords(words.String(), s.vocab)
	if err != nil {
		return nil, err
	}
	if vocab.Len() != s.vocab {
		return nil, fmt.Errorf("vocabulary: expected %d tokens, got %d", s.vocab, vocab.Len())
	}
	return models.NewTextGenerator(vocab, models.TextConfig{Embed: s.embed, Hidden: s.hidden})
}

func newTextTraining(s textSizes, batch, length int) (workload, error) {
	m, err := newText(s)
	if err != nil {
		return nil, err
	}
	rng, turn := newRand(), 0
	x, y := make([][]int32, largeBatches), make([][]int32, largeBatches)
	for i := range x {
		x[i], y[i] = below(rng, batch*length, s.vocab), below(rng, batch*length, s.vocab)
	}
	return steps(func() {
		m.Step(x[turn%len(x)], y[turn%len(x)], batch, length)
		turn++
	}), nil
}

// tokens generates text, the most likely token each time.
type tokens struct{ m *models.TextGenerator }

func newTokens(s textSizes) (workload, error) {
	m, err := newText(s)
	return tokens{m}, err
}

// newInt8Tokens is newTokens with int8 weights.
func newInt8Tokens(s textSizes) (workload, error) {
	m, err := newText(s)
	if err != nil {
		return nil, err
	}
	q, err := models.Quantize(m)
	return tokens{q}, err
}

// run leaves out the first token, whose time includes the prompt.
func (w tokens) run(times []time.Duration) error {
	i, last := -1, time.Time{}
	for _, err := range w.m.Stream(" w1 w2", len(times)+1, generate.Temperature(0)) {
		if err != nil {
			return err
		}
		now := time.Now()
		if i >= 0 {
			times[i] = now.Sub(last)
		}
		i++
		last = time.Now()
	}
	return nil
}
