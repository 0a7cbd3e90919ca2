package latent_test

import (
	"context"
	"fmt"
	"log"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
	"github.com/org/artnn/models/pretrained"
	"github.com/org/artnn/tensor"
)

// A picture is looked for among those that a generator can make. This one is its own,
// so it is found; of others, the most similar comes back.
func ExampleSpace_Search() {
	gan, err := pretrained.Faces()
	if err != nil {
		log.Fatal(err)
	}
	picture := gan.Generate(1, 42)
	found, err := latent.Of(gan).Search(context.Background(), picture, latent.SearchOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("found within 3 shades of 255:", found.Distance < 3)

	// It can be changed like any other: halfway to another face.
	between := gan.Between(found.Latent, gan.Latents(1, models.Draw{Seed: 7}), 3)[gan.ZDim():][:gan.ZDim()]
	fmt.Println(len(gan.Decode(between)), "numbers")
	// Output:
	// found within 3 shades of 255: true
	// 768 numbers
}

// Pictures along the direction in which faces differ most, from three standard
// deviations before a face to three after it.
func ExampleSpace_Directions() {
	gan, err := pretrained.Faces()
	if err != nil {
		log.Fatal(err)
	}
	directions, err := latent.Of(gan).Directions(context.Background(), latent.DirectionOptions{Count: 3})
	if err != nil {
		log.Fatal(err)
	}
	face := gan.Latents(1, models.Draw{Seed: 1})
	var row []float32
	for deviations := -3; deviations <= 3; deviations++ {
		row = append(row, directions[0].Move(face, float64(deviations))...)
	}
	fmt.Println(len(directions), "directions,", len(gan.Decode(row))/(3*16*16), "pictures")
	// Output:
	// 3 directions, 7 pictures
}

// Any layer that makes pictures of random numbers can be searched, such as the
// decoder of an autoencoder.
func ExampleSpace() {
	decoder := layers.Sequential{layers.NewLinear(2, 8, tensor.NewRNG(1)), layers.Tanh{}, layers.NewLinear(8, 9, tensor.NewRNG(2))}
	space := latent.Space{Generator: decoder, Random: 2, Size: models.PictureSize{Channels: 1, Height: 3, Width: 3}}
	found, err := space.Search(context.Background(), make([]float32, 9), latent.SearchOptions{Steps: 50})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(found.Latent), len(found.Picture))
	// Output:
	// 2 9
}
