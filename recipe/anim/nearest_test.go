package anim

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
)

// plain hides how a picture keeps its colours.
type plain struct{ image.Image }

// Pictures are drawn as package image/draw draws them, to the last pixel.
func TestPalettedIsThatOfImageDraw(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := image.NewNRGBA(image.Rect(3, 5, 60, 64))
	for i := range noise.Pix {
		noise.Pix[i] = byte(rng.Uint32())
	}
	deep := image.NewRGBA64(image.Rect(0, 0, 300, 9))
	ramp := image.NewRGBA(image.Rect(0, 0, 256, 30))
	for y := range 30 {
		for x := range 300 {
			deep.SetRGBA64(x, y, color.RGBA64{uint16(x * 218), uint16(y * 7000), uint16(65535 - x*200), 0xffff})
			ramp.SetRGBA(x, y, color.RGBA{byte(x), byte(y * 8), byte(255 - x), 255})
		}
	}
	faces := samples.Faces()
	pictures := []image.Image{noise, deep, ramp, faces.Image(3), moved(faces.Image(4)), plain{faces.Image(5)}, image.NewGray(image.Rect(0, 0, 4, 4))}
	for _, colours := range []int{2, 7, 256} {
		for _, m := range pictures {
			same := Palette([]image.Image{m}, colours)
			same = append(same[:len(same):len(same)], same[:min(len(same), 256-len(same))]...) // the first of equal ones counts
			for _, palette := range []color.Palette{Palette(pictures, colours), same} {
				for dither, drawer := range map[bool]draw.Drawer{false: draw.Src, true: draw.FloydSteinberg} {
					want := image.NewPaletted(image.Rectangle{Max: m.Bounds().Size()}, palette)
					drawer.Draw(want, want.Rect, m, m.Bounds().Min)
					require.Equal(t, want, paletted(m, palette, newNearest(palette), dither), "%T in %d colours, dither %t", m, len(palette), dither)
				}
			}
		}
	}
}
