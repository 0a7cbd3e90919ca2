package models_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// An int8 copy writes what the model has learned, from a quarter of the bytes.
func ExampleQuantize() {
	text := "Call me Ishmael. Some years ago, never mind how long precisely, "
	vocab, err := tokenizer.NewChars(text)
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewTextGenerator(vocab, models.TextConfig{Embed: 32, Hidden: 64, LR: 0.01})
	if err != nil {
		log.Fatal(err)
	}
	ids, _ := vocab.Encode(text)
	for range 80 {
		model.Step(ids[:len(ids)-1], ids[1:], 1, len(ids)-1)
	}
	small, err := models.Quantize(model)
	if err != nil {
		log.Fatal(err)
	}
	more, err := small.Generate("Call me", 57, generate.Temperature(0))
	fmt.Println(more, err)

	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	full, quarter := filepath.Join(dir, "full"), filepath.Join(dir, "quarter")
	fmt.Println(models.Save(full, model), models.Save(quarter, small))
	fmt.Println("less than a third of the size:", 3*size(quarter) < size(full))
	// Output:
	// Ishmael. Some years ago, never mind how long precisely,  <nil>
	// <nil> <nil>
	// less than a third of the size: true
}
