package models_test

import (
	"fmt"
	"log"
	"maps"
	"slices"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

// A network of 3, 2 and 1 neurons learns five samples.
func ExampleMLP() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{3, 2, 1}, LR: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	x := []float32{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1}
	y := []float32{1, 0, 0, 1, 0}
	for range 5000 {
		net.Step(x, y)
	}
	for i, p := range net.Predict(x) {
		fmt.Printf("%v → %.1f\n", x[3*i:3*i+3], p)
	}
	// Output:
	// [1 0 0] → 1.0
	// [0 1 0] → 0.0
	// [0 0 1] → 0.0
	// [1 1 0] → 1.0
	// [0 1 1] → 0.0
}

// Classes are given by number.
func ExampleMLP_StepLabels() {
	net, err := models.NewMLP(models.MLPConfig{
		Sizes: []int{2, 16, 2}, Activation: "relu",
		Output: "softmax", Loss: "cross_entropy", Optimizer: "adam", LR: 0.01,
	})
	if err != nil {
		log.Fatal(err)
	}
	x := []float32{0, 0, 0, 1, 1, 0, 1, 1}
	for range 500 {
		net.StepLabels(x, []int32{0, 1, 1, 0}) // exclusive or
	}
	fmt.Println(net.Classify(x))
	// Output:
	// [0 1 1 0]
}

// A residual network learns to tell upright stripes from flat ones.
func ExampleClassifier() {
	m, err := models.NewClassifier(models.ClassifierConfig{
		Size: 8, Channels: 1, Width: 4, Blocks: 1, Classes: []string{"upright", "flat"}, LR: 0.01,
	})
	if err != nil {
		log.Fatal(err)
	}
	var upright, flat []float32 // [8, 8] in [−1, 1]
	for i := range 64 {
		upright = append(upright, float32(i%2*2-1))
		flat = append(flat, float32(i/8%2*2-1))
	}
	batch := slices.Concat(upright, flat)
	for range 20 {
		m.Step(batch, []int32{0, 1})
	}
	for _, class := range m.Classify(batch) {
		fmt.Println(m.Config().Classes[class])
	}
	// Output:
	// upright
	// flat
}

// What a network sees inside: the features that it decides by are vectors in which
// distance means difference.
func ExampleClassifier_Activations() {
	m, err := models.NewClassifier(models.ClassifierConfig{Size: 32, Width: 8, Blocks: 1, Classes: []string{"cat", "dog"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.ActivationNames())
	tape := tensor.NewTape(tensor.NoGrad())
	defer tape.Release()
	inside := m.Activations(tape.Zeros(5, 3, 32, 32), "blocks.1", "features") // of five pictures
	fmt.Println(inside[0].Shape(), inside[1].Shape())
	// Output:
	// [stem blocks.0 blocks.1 blocks.2 blocks.3 features]
	// [5 16 16 16] [5 32]
}

// A model of characters learns a sentence by heart.
func ExampleTextGenerator() {
	text := "Call me Ishmael. Some years ago, never mind how long precisely, "
	vocab, err := tokenizer.NewChars(text)
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewTextGenerator(vocab, models.TextConfig{Embed: 16, Hidden: 32, LR: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	ids, _ := vocab.Encode(text)
	for range 200 {
		model.Step(ids[:len(ids)-1], ids[1:], 1, len(ids)-1)
	}
	more, err := model.Generate("Call me", 57, generate.Temperature(0))
	fmt.Println(more, err)
	// Output:
	// Ishmael. Some years ago, never mind how long precisely,  <nil>
}

// A transformer learns a sentence by heart.
func ExampleGPT() {
	text := "Call me Ishmael. Some years ago, never mind how long precisely, "
	vocab, err := tokenizer.NewChars(text)
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewGPT(vocab, models.GPTConfig{Context: 64, Layers: 2, Width: 32, Heads: 2, LR: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	ids, _ := vocab.Encode(text)
	for range 100 {
		model.Step(ids[:len(ids)-1], ids[1:], 1, len(ids)-1)
	}
	more, err := model.Generate("Call me", 57, generate.Temperature(0))
	fmt.Println(more, err)
	// Output:
	// Ishmael. Some years ago, never mind how long precisely,  <nil>
}

// The weights have other names in the files of other programs.
func ExampleGPT_HuggingFace() {
	vocab, _ := tokenizer.NewChars("abc")
	model, err := models.NewGPT(vocab, models.GPTConfig{Layers: 1, Width: 32, Heads: 4})
	if err != nil {
		log.Fatal(err)
	}
	for name, weight := range model.HuggingFace() {
		fmt.Println(name, weight.Shape())
	}
	// Output:
	// model.embed_tokens.weight [3 32]
	// model.layers.0.input_layernorm.weight [32]
	// model.layers.0.self_attn.q_proj.weight [32 32]
	// model.layers.0.self_attn.k_proj.weight [16 32]
	// model.layers.0.self_attn.v_proj.weight [16 32]
	// model.layers.0.self_attn.o_proj.weight [32 32]
	// model.layers.0.self_attn.q_norm.weight [8]
	// model.layers.0.self_attn.k_norm.weight [8]
	// model.layers.0.post_attention_layernorm.weight [32]
	// model.layers.0.mlp.gate_proj.weight [96 32]
	// model.layers.0.mlp.up_proj.weight [96 32]
	// model.layers.0.mlp.down_proj.weight [32 96]
	// model.norm.weight [32]
}

// Text can be shown as it comes.
func ExampleTextGenerator_Stream() {
	vocab, _ := tokenizer.NewWords("to be or not to be, that is the question", 0)
	model, err := models.NewTextGenerator(vocab, models.TextConfig{Embed: 16, Hidden: 32, LR: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	ids, _ := vocab.Encode("to be or not to be, that is the question")
	for range 200 {
		model.Step(ids[:len(ids)-1], ids[1:], 1, len(ids)-1)
	}
	for piece, err := range model.Stream("to be or", 8, generate.Temperature(0)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q ", piece)
	}
	// Output:
	// " not" " to" " be" "," " that" " is" " the" " question"
}

// A generator learns pictures of two kinds: light on the left, or on the right.
func ExampleGAN() {
	gan, err := models.NewGAN(models.GANConfig{
		Width: 4, Height: 2, Channels: 1, ZDim: 4, Hidden: []int{32, 32}, LR: 1e-3, Beta1: 0.5, Smooth: 0.1,
	})
	if err != nil {
		log.Fatal(err)
	}
	left := []float32{0.8, 0.8, -0.8, -0.8, 0.8, 0.8, -0.8, -0.8}
	right := []float32{-0.8, -0.8, 0.8, 0.8, -0.8, -0.8, 0.8, 0.8}
	batch := slices.Repeat(slices.Concat(left, right), 16)
	for range 600 {
		gan.Step(batch)
	}
	kinds := map[string]int{}
	for picture := range slices.Chunk(gan.Generate(100, 1), 8) {
		rows := []rune{'.', '.', '.', '.', ' ', '.', '.', '.', '.'}
		for i, v := range picture {
			if v > 0 {
				rows[i+i/4] = '#'
			}
		}
		kinds[string(rows)]++
	}
	maps.DeleteFunc(kinds, func(_ string, n int) bool { return n < 25 })
	fmt.Println(slices.Sorted(maps.Keys(kinds)))
	// Output:
	// [##.. ##.. ..## ..##]
}
