package models

import (
	"image"
	"slices"

	"github.com/org/artnn/internal/picture"
)

// pictures turns rows of [channels, height, width] values in [−1, 1] into
// images: gray for one channel, RGB for three, RGB with alpha for four.
func pictures(pixels []float32, channels, height, width int) []image.Image {
	var out []image.Image
	for p := range slices.Chunk(pixels, channels*height*width) {
		out = append(out, picture.New(p, channels, height, width))
	}
	return out
}
