package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
)

const (
	// farthest is how many standard deviations a row of sliders goes either way.
	farthest = 3
	// directionSeed is that of the samples: of a model, the directions are always
	// the same, whatever picture they change.
	directionSeed = 1
)

// sliders writes a sheet with a row for each direction.
func (c *generateImage) sliders(ctx context.Context, con *console, gan *models.GAN, made toBeMade, o data.GridOptions) error {
	base := made.picked(made.latents)
	options := latent.DirectionOptions{Count: c.Directions, Seed: directionSeed}
	for _, w := range base[gan.ZDim():] {
		options.Classes = append(options.Classes, float64(w))
	}
	directions, err := latent.Of(gan).Directions(ctx, options)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	}
	var latents []float32
	var shares []string
	for _, d := range directions {
		for i := range o.Columns {
			latents = append(latents, d.Move(base, farthest*(2*float64(i)/float64(o.Columns-1)-1))...)
		}
		shares = append(shares, fmt.Sprintf("%.1f %%", 100*d.Share))
	}
	size := gan.Size()
	if err := c.write(con, data.Grid(gan.Decode(latents), size.Channels, size.Height, size.Width, o), made); err != nil {
		return err
	}
	if n := len(directions); n < c.Directions {
		con.warn(fmt.Sprintf("pictures change only in %s", words.Count(n, "direction")))
	}
	con.say("%s: directions of the picture %s, with these shares of the variance: %s\n", c.Out, made.from, strings.Join(shares, ", "))
	return nil
}
