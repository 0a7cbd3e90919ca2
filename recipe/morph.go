package recipe

import (
	"image"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
)

// MorphOptions say how [Morph] goes from latent to latent.
type MorphOptions struct {
	N        int  // pictures from one latent to the next, at least 1
	Loop     bool // back to the first, if there are at least three
	Straight bool // on lines rather than arcs, see models.GAN.Line
}

// Morph interpolates between the pictures of successive latents. With Loop and at
// least three latents the last part leads back to the first, so that an animation has
// no jump; otherwise the result ends with the last latent's picture.
//
// Panics if there are fewer than two latents, or one is of another length.
func Morph(gan *models.GAN, latents [][]float32, o MorphOptions) (frames []image.Image) {
	cfg, between := gan.Size(), gan.Between
	if o.Straight {
		between = gan.Line
	}
	closed := o.Loop && len(latents) > 2
	stages := len(latents) - 1
	if closed {
		stages++
	}
	for i := range stages {
		pixels := gan.Decode(between(latents[i], latents[(i+1)%len(latents)], o.N+1))
		keep := o.N
		if i == stages-1 && !closed {
			keep++ // nothing follows that would begin with the last
		}
		frames = append(frames, data.ToImages(pixels, cfg.Channels, cfg.Height, cfg.Width)[:keep]...)
	}
	return frames
}
