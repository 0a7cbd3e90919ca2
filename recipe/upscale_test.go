package recipe_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tensor"
)

// enlarger is a small network that makes pictures three times as large, with random
// weights and a reach of 4 pixels.
func enlarger(t testing.TB) *keras.Network {
	t.Helper()
	m, err := tfjs.Open("../models/keras/testdata/enlarge")
	require.NoError(t, err)
	net, err := keras.Convert(m, keras.Options{Range: [2]float64{0, 1}})
	require.NoError(t, err)
	return net
}

// noise is a picture of w×h with random colours and transparency.
func noise(w, h int, transparent bool) *image.NRGBA {
	m, r := image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.IntN(256))
		if i%4 == 3 && !transparent {
			m.Pix[i] = 255
		}
	}
	return m
}

func upscaled(t *testing.T, net recipe.Enlarger, m *image.NRGBA, tile int) image.Image {
	t.Helper()
	out, err := recipe.Upscale(t.Context(), net, m, recipe.UpscaleOptions{Tile: tile})
	require.NoError(t, err)
	return out
}

// nearly compares pictures but for how numbers between two shades are rounded: sums of
// another length may be made in another order.
func nearly(t *testing.T, want, got image.Image) {
	t.Helper()
	a, b := want.(*image.NRGBA), got.(*image.NRGBA)
	require.Equal(t, a.Rect, b.Rect)
	off := 0
	for i, v := range a.Pix {
		require.InDelta(t, v, b.Pix[i], 1)
		if v != b.Pix[i] {
			off++
		}
	}
	require.Less(t, off, 1+len(a.Pix)/1000)
}

// A picture in tiles is the same as in one, and that is what the network makes of it.
func TestUpscaleInTiles(t *testing.T) {
	net := enlarger(t)
	m := noise(23, 17, false)
	whole := upscaled(t, net, m, 100)
	for _, tile := range []int{1, 2, 5, 16, 17, 22, 23} {
		nearly(t, whole, upscaled(t, net, m, tile))
	}
	nearly(t, whole, upscaled(t, net, m, 0))

	pixels := make([]float32, 0, 3*23*17)
	for c := range 3 {
		for i := c; i < len(m.Pix); i += 4 {
			pixels = append(pixels, float32(m.Pix[i])/127.5-1)
		}
	}
	want := net.Enlarge(tensor.FromSlice(pixels, 1, 3, 17, 23)).Float32s()
	distinct := map[byte]bool{}
	for i, v := range want {
		c, at := i/(9*17*23), i%(9*17*23)
		got := whole.(*image.NRGBA).Pix[4*at+c]
		assert.InDelta(t, min(max((float64(v)+1)*127.5, 0), 255), float64(got), 0.501)
		distinct[got] = true
	}
	assert.Greater(t, len(distinct), 50, "not all is clamped")
}

// Numbers before rounding differ by no more than 1e-6 of the range.
func TestTilesBeforeRounding(t *testing.T) {
	net := enlarger(t)
	e, err := net.Enlargement()
	require.NoError(t, err)
	require.Equal(t, keras.Enlargement{Scale: 3, Reach: 4, Peak: 162}, e)
	const side, tile = 40, 12
	x := tensor.NewRNG(1).Uniform(-1, 1, 1, 3, side, side)
	whole := net.Enlarge(x)
	for at := 0; at < side; at += tile {
		from, to := max(at-e.Reach, 0), min(at+tile+e.Reach, side)
		part := net.Enlarge(x.Narrow(2, from, to-from).Narrow(3, from, to-from))
		n := min(tile, side-at) * e.Scale
		got := part.Narrow(2, (at-from)*e.Scale, n).Narrow(3, (at-from)*e.Scale, n).Contiguous().Float32s()
		want := whole.Narrow(2, at*e.Scale, n).Narrow(3, at*e.Scale, n).Contiguous().Float32s()
		for i := range want {
			require.InDelta(t, want[i], got[i], 1e-6)
		}
	}
}

// Gray pictures stay gray: each shade becomes the mean of what the colours become.
func TestUpscaleGray(t *testing.T) {
	net := enlarger(t)
	m := noise(9, 8, false)
	for i := 0; i < len(m.Pix); i += 4 {
		m.Pix[i+1], m.Pix[i+2] = m.Pix[i], m.Pix[i]
	}
	gray := upscaled(t, net, m, 5).(*image.Gray)
	assert.Equal(t, image.Rect(0, 0, 27, 24), gray.Rect)

	m.Pix[3] = 254 // and with something transparent, gray in colour
	both := upscaled(t, net, m, 5).(*image.NRGBA)
	for i, v := range gray.Pix {
		assert.Equal(t, []byte{v, v, v}, both.Pix[4*i:4*i+3])
	}
}

// Transparency goes through the network as a gray picture, and does not change the
// colours.
func TestUpscaleTransparency(t *testing.T) {
	net := enlarger(t)
	m := noise(9, 8, true)
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] |= 1 // none fully
	}
	opaque := image.NewNRGBA(m.Rect)
	mask := image.NewNRGBA(m.Rect)
	copy(opaque.Pix, m.Pix)
	for i := 3; i < len(m.Pix); i += 4 {
		opaque.Pix[i] = 255
		a := m.Pix[i]
		copy(mask.Pix[i-3:], []byte{a, a, a, 255})
	}
	got := upscaled(t, net, m, 4).(*image.NRGBA)
	colour, alpha := upscaled(t, net, opaque, 4).(*image.NRGBA), upscaled(t, net, mask, 4).(*image.Gray)
	for i, a := range alpha.Pix {
		assert.Equal(t, append(colour.Pix[4*i:4*i+3:4*i+3], a), got.Pix[4*i:4*i+4])
	}
}

// The colour stored where all is transparent makes no fringe.
func TestUpscaleBehindTransparency(t *testing.T) {
	net := enlarger(t)
	hole := func(c color.NRGBA) *image.NRGBA {
		m := image.NewNRGBA(image.Rect(0, 0, 12, 10))
		draw.Draw(m, m.Rect, image.NewUniform(color.NRGBA{200, 100, 50, 255}), image.Point{}, draw.Src)
		for y := 3; y < 7; y++ {
			for x := 4; x < 9; x++ {
				m.SetNRGBA(x, y, c)
			}
		}
		return m
	}
	black := upscaled(t, net, hole(color.NRGBA{}), 0).(*image.NRGBA)
	assert.Equal(t, black, upscaled(t, net, hole(color.NRGBA{255, 255, 0, 0}), 0))
	same := hole(color.NRGBA{200, 100, 50, 0})
	before := bytes.Clone(same.Pix)
	assert.Equal(t, black, upscaled(t, net, same, 0))
	assert.Equal(t, before, same.Pix, "the picture is the caller's")
	assert.NotPanics(t, func() { upscaled(t, net, image.NewNRGBA(image.Rect(0, 0, 3, 1)), 0) }, "nothing to be seen")
}

// A part of a picture is one too.
func TestUpscaleSubImage(t *testing.T) {
	net := enlarger(t)
	m := noise(20, 20, false)
	part := m.SubImage(image.Rect(5, 6, 11, 15)).(*image.NRGBA)
	alone := image.NewNRGBA(image.Rect(0, 0, 6, 9))
	draw.Draw(alone, alone.Rect, part, part.Rect.Min, draw.Src)
	assert.Equal(t, upscaled(t, net, alone, 4), upscaled(t, net, part, 4))
}

// one makes each channel of a picture larger by itself.
type one struct {
	recipe.Enlarger
	channels int
}

func (o one) Size() (int, int, int) { return o.channels, 0, 0 }

func (o one) Enlargement() (keras.Enlargement, error) {
	return keras.Enlargement{Scale: 2, Reach: 1, Peak: 4}, nil
}

func (o one) Enlarge(x *tensor.Tensor) *tensor.Tensor {
	return x.UpsampleNearest(2*x.Dim(2), 2*x.Dim(3))
}

// A network for gray pictures makes each colour larger by itself.
func TestUpscaleByOneChannel(t *testing.T) {
	m := noise(7, 5, true)
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] |= 1
	}
	for _, channels := range []int{1, 3} {
		got := upscaled(t, one{channels: channels}, m, 3).(*image.NRGBA)
		for y := range 10 {
			for x := range 14 {
				require.Equal(t, m.NRGBAAt(x/2, y/2), got.NRGBAAt(x, y))
			}
		}
	}
}

func TestUpscaleErrors(t *testing.T) {
	net := enlarger(t)
	_, err := recipe.Upscale(t.Context(), one{channels: 4}, noise(3, 3, false), recipe.UpscaleOptions{})
	assert.EqualError(t, err, "upscale: the network takes pictures of 4 channels: it must be 1 or 3")
	_, err = recipe.Upscale(t.Context(), net, noise(3, 3, false), recipe.UpscaleOptions{Tile: -1})
	assert.ErrorContains(t, err, "tile -1")
	_, err = recipe.Upscale(t.Context(), net, image.NewNRGBA(image.Rect(0, 0, 0, 3)), recipe.UpscaleOptions{})
	assert.ErrorContains(t, err, "0×3 by 3: the result must have from 1 to 268435456 pixels")
	_, err = recipe.Upscale(t.Context(), net, &image.NRGBA{Rect: image.Rect(0, 0, math.MaxInt32/2, 1)}, recipe.UpscaleOptions{})
	assert.ErrorContains(t, err, "cut the picture into parts")

	ctx, cancel := context.WithCancel(t.Context())
	tiles := 0
	_, err = recipe.Upscale(ctx, net, noise(9, 9, false), recipe.UpscaleOptions{Tile: 3, Progress: func(done, total int) {
		assert.Equal(t, 9, total)
		if tiles = done; done == 4 {
			cancel()
		}
	}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 4, tiles)
}
