package recipe

import (
	"image"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
)

// Morph interpolates between the pictures of successive seeds, n pictures from
// each to the next. With loop and at least three seeds the last part leads back to
// the first, so that an animation has no jump; otherwise the result ends with the
// last seed's picture.
//
// Panics if there are fewer than two seeds.
func Morph(gan *models.GAN, seeds []uint64, n int, loop bool) (frames []image.Image) {
	cfg := gan.Size()
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
