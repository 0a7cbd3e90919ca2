package main

import (
	"errors"

	"github.com/org/artnn/models"
)

// shippedFaces is the picture generator that comes with the program.
func shippedFaces() (*models.GAN, error) {
	return nil, errors.New("no model was named: give one with -m")
}

// shippedPoems is the text generator that comes with the program.
func shippedPoems() (*models.TextGenerator, error) {
	return nil, errors.New("no model was named: give one with -m")
}
