package paint_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"log"

	"github.com/org/artnn/models"
	"github.com/org/artnn/paint"
	"github.com/org/artnn/tensor"
)

// network is a classifier with random weights; a trained one dreams of more. Usually it
// is loaded: models.LoadAs[*keras.Network]("inception.safetensors").
func network() *models.Classifier {
	net, err := models.NewClassifier(models.ClassifierConfig{Size: 32, Channels: 3, Width: 8, Classes: []string{"cats", "dogs"}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	return net
}

// gradient is a picture of 64×48 between two colours.
func gradient(from, to color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	mix := func(a, b uint8, x int) uint8 { return uint8((int(a)*(63-x) + int(b)*x) / 63) }
	for i := range 64 * 48 {
		x := i % 64
		m.SetNRGBA(x, i/64, color.NRGBA{mix(from.R, to.R, x), mix(from.G, to.G, x), mix(from.B, to.B, x), 255})
	}
	return m
}

func ExampleDream() {
	sky := gradient(color.NRGBA{90, 140, 220, 255}, color.NRGBA{230, 240, 255, 255})
	out, err := paint.Dream(context.Background(), network(), sky, paint.DreamConfig{
		Layers: []string{"blocks.1"}, Octaves: 2, Steps: 4, Seed: 1,
		Progress: func(done, total int) {
			if done%4 == 0 {
				fmt.Println(done, "of", total)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Bounds().Size())
	// Output:
	// 4 of 8
	// 8 of 8
	// (64,48)
}

func ExampleRestyle() {
	picture := gradient(color.NRGBA{20, 20, 20, 255}, color.NRGBA{230, 230, 230, 255})
	style := gradient(color.NRGBA{200, 40, 0, 255}, color.NRGBA{255, 160, 0, 255})
	out, err := paint.Restyle(context.Background(), network(), picture, style, paint.StyleConfig{Steps: 20})
	if err != nil {
		log.Fatal(err)
	}
	was, is := picture.NRGBAAt(32, 24), out.NRGBAAt(32, 24)
	fmt.Println(was.R > was.B, is.R > is.B)
	// Output: false true
}

func ExampleGram() {
	a := tensor.FromSlice([]float32{1, 2, 3, 4, 0, 0, 1, 1}, 1, 2, 2, 2) // two channels of 2×2
	fmt.Println(paint.Gram(a).Float32s())
	// Output: [7.5 1.75 1.75 0.5]
}

func ExampleTotalVariation() {
	flat, edge := tensor.FromSlice([]float32{1, 1, 1, 1}, 1, 1, 2, 2), tensor.FromSlice([]float32{0, 1, 0, 1}, 1, 1, 2, 2)
	fmt.Println(paint.TotalVariation(flat).Item(), paint.TotalVariation(edge).Item())
	// Output: 0 1
}
