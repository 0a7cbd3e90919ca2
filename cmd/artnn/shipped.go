package main

import (
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained"
)

// shippedFaces is the picture generator that comes with the program.
func shippedFaces() (*models.GAN, error) { return pretrained.Faces() }

// shippedPoems is the text generator that comes with the program.
func shippedPoems() (*models.GPT, error) { return pretrained.Quatrains() }

// shippedFeatures is the network that comes with the program to measure pictures.
func shippedFeatures() (*models.Classifier, error) { return pretrained.Features() }
