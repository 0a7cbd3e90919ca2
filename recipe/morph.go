package recipe

import (
	"image"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
)

// Morph is the pictures on the way from one seed's to the next, n from each to
// the one after. A loop comes back to the first seed, so that an animation of it
// has no jump; one of two seeds is left open, to be played back and forth, and so
// is a way that is no loop: it ends with the last seed's picture.
//
// Panics if there are fewer than two seeds.
func Morph(gan *models.GAN, seeds []uint64, n int, loop bool) (frames []image.Image) {
	cfg := gan.Config()
	closed := loop && len(seeds) > 2
	stages := len(seeds) - 1
	if closed {
		stages++
	}
	for i := range stages {
		pixels := gan.Interpolate(seeds[i], seeds[(i+1)%len(seeds)], n+1)
		keep := n
		if i == stages-1 && !closed {
			keep++ // nothing follows that would begin with the last
		}
		frames = append(frames, data.ToImages(pixels, cfg.Channels, cfg.Height, cfg.Width)[:keep]...)
	}
	return frames
}
