package main

import (
	"fmt"

	"github.com/org/artnn/cmd/artnn/internal/visible"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

// featureFlags say which network's features measure pictures. The variable
// unlessFeatures says what measures them without.
type featureFlags struct {
	Features string `input:"model" placeholder:"RUN" help:"Of pictures: run's folder or model's file of a network whose features measure them, such as artnn train classifier makes (default: ${unlessFeatures})."`
	Layer    string `placeholder:"NAME" help:"Where in that network the features are (default: its last place)."`
}

// byFeatures tells whether a network was asked for.
func (f *featureFlags) byFeatures() bool { return f.Features != "" || f.Layer != "" }

// network is the one whose features measure pictures, and its name.
func (f *featureFlags) network() (n measure.Network, name string, err error) {
	if f.Features == "" {
		n, err = shippedFeatures()
		return n, "the network that artnn has", err
	}
	m, err := recipe.LoadModel(f.Features)
	if err != nil {
		return nil, "", err
	}
	n, ok := m.(measure.Network)
	if !ok {
		return nil, "", fmt.Errorf("--features %s: holds a model of kind %s, which has no features of pictures: name one such as \"artnn train classifier\" makes", f.Features, models.Kind(m))
	}
	return n, visible.Line(f.Features), nil
}

// view is where in the network the features of pictures are.
func (f *featureFlags) view(size models.PictureSize) measure.View {
	return measure.View{Channels: size.Channels, Height: size.Height, Width: size.Width, Place: f.Layer}
}
