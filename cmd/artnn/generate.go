package main

import (
	"math/rand/v2"

	"github.com/org/artnn/models"
)

// generateCommands are the commands that make something with a trained model.
type generateCommands struct {
	Image generateImage `cmd:"" help:"Make a sheet of pictures."`
	Text  generateText  `cmd:"" help:"Write on from a prompt."`
}

// newSeed is a seed for those who name none. It is small, to be typed again.
func newSeed() uint64 { return rand.Uint64N(1_000_000) }

// writer is a model that writes text.
type writer interface {
	models.Model
	textModel
}
