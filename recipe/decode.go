package recipe

import (
	"context"
	"slices"

	"github.com/org/artnn/models"
)

// togetherDrawn is how many pictures are made or judged between two looks at the
// context. It is what [models.GAN.Decode] makes at a time, so that pictures have the same
// bits as its own.
const togetherDrawn = 64

// Decode is [models.GAN.Decode] for many pictures, which take long.
//
// Shape: as there.
// Panics: as there.
// Errors: an ended context.
func Decode(ctx context.Context, gan *models.GAN, latents []float32) (pictures []float32, err error) {
	for part := range slices.Chunk(latents, togetherDrawn*(gan.ZDim()+len(gan.Classes()))) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pictures = append(pictures, gan.Decode(part)...)
	}
	return pictures, nil
}
