package anim

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
)

func flat(side int, c color.Color) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			m.Set(x, y, c)
		}
	}
	return m
}

func TestFewColoursStayExact(t *testing.T) {
	want := []color.RGBA{{255, 0, 0, 255}, {1, 2, 3, 255}, {1, 2, 200, 255}, {250, 251, 252, 255}}
	var pictures []image.Image
	for _, c := range want {
		pictures = append(pictures, flat(3, c))
	}
	palette := Palette(pictures, 256)
	require.Len(t, palette, len(want))
	for _, c := range want {
		assert.Contains(t, palette, color.Color(c))
	}
}

// A ramp of all grays in 16 colours: an even spacing of 16 has a mean squared
// error of 16²/12 ≈ 21; median cut comes close to it.
func TestPaletteIsNearTheBestForARamp(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 256, 1))
	for x := range 256 {
		m.SetGray(x, 0, color.Gray{uint8(x)})
	}
	palette := Palette([]image.Image{m}, 16)
	require.Len(t, palette, 16)
	var sum float64
	for x := range 256 {
		r, _, _, _ := palette.Convert(color.Gray{uint8(x)}).RGBA()
		sum += math.Pow(float64(r>>8)-float64(x), 2)
	}
	assert.Less(t, sum/256, 25.0)
}

func TestAnimation(t *testing.T) {
	faces := samples.Faces()
	var pictures []image.Image
	for i := range 4 {
		pictures = append(pictures, faces.Image(i))
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, pictures, Options{Delay: 50 * time.Millisecond, Back: true}))
	got, err := gif.DecodeAll(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.Len(t, got.Image, 6, "there and back, without the ends twice")
	assert.Zero(t, got.LoopCount, "for ever")
	assert.Equal(t, []int{5, 5, 5, 5, 5, 5}, got.Delay)
	assert.Equal(t, got.Image[2].Pix, got.Image[4].Pix)
	for i, m := range pictures {
		assert.Less(t, rootMeanSquare(m, got.Image[i]), 4.0, "picture %d keeps its colours", i)
	}
	var again bytes.Buffer
	require.NoError(t, Write(&again, pictures, Options{Delay: 50 * time.Millisecond, Back: true}))
	assert.Equal(t, b.Bytes(), again.Bytes())
}

func rootMeanSquare(a, b image.Image) float64 {
	var sum, n float64
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.RGBAModel.Convert(a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y)).(color.RGBA)
			q := color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			for _, d := range []float64{float64(p.R) - float64(q.R), float64(p.G) - float64(q.G), float64(p.B) - float64(q.B)} {
				sum, n = sum+d*d, n+1
			}
		}
	}
	return math.Sqrt(sum / n)
}

func TestPicturesThatDoNotFit(t *testing.T) {
	assert.ErrorContains(t, Write(&bytes.Buffer{}, nil, Options{}), "no pictures")
	assert.ErrorContains(t, Write(&bytes.Buffer{}, []image.Image{flat(2, color.Black), flat(3, color.Black)}, Options{}), "not of one size")
}
