package models

import (
	"image"
	"math"
	"slices"

	"github.com/org/artnn/tensor"
)

// generateRows is how many images are made at a time, to bound memory.
const generateRows = 64

// Generate makes n images from random latents. The same seed gives the same images, and
// up to rounding the first of them whatever n is.
//
// Shape: [n, channels, height, width], values in [−1, 1].
//
// Panics if n is not positive.
func (m *GAN) Generate(n int, seed uint64) []float32 {
	if n < 1 {
		tensor.Fail("gan generate", "the number of images must be positive", "%d", n)
	}
	return m.decode(m.latents(n, seed))
}

// Images is Generate with pictures as a result.
//
// Panics if n is not positive.
func (m *GAN) Images(n int, seed uint64) []image.Image {
	return pictures(m.Generate(n, seed), m.channels, m.height, m.width)
}

// Interpolate makes n images between the first image of one seed and the first of
// another, both included, by spherical interpolation of their latents: every
// latent in between is as likely as the two.
//
// Shape: as Generate.
//
// Panics if n is below 2.
func (m *GAN) Interpolate(from, to uint64, n int) []float32 {
	if n < 2 {
		tensor.Fail("gan interpolate", "the number of images must be at least 2", "%d", n)
	}
	return m.decode(slerp(m.latents(1, from), m.latents(1, to), n))
}

// Score is how real the discriminator finds each image, in [0, 1].
//
// Shape: [n, channels, height, width] → [n].
//
// Panics if the length is not that of one or more images, or if there is no
// discriminator.
func (m *GAN) Score(images []float32) []float32 {
	m.needDiscriminator("gan score")
	scores := make([]float32, 0, rowsOf("gan score", images, m.pixels()))
	tape := inferenceTape(m.backend)
	for part := range slices.Chunk(images, generateRows*m.pixels()) {
		x := tape.FromSlice(part, len(part)/m.pixels(), m.pixels())
		scores = append(scores, m.Discriminator.Forward(x).Sigmoid().Float32s()...)
		tape.Release()
	}
	return scores
}

// latents draws latent vectors.
func (m *GAN) latents(n int, seed uint64) []float32 {
	tape := inferenceTape(m.backend, tensor.Seed(seed))
	defer tape.Release()
	return tape.Normal(0, 1, n, m.zDim).Float32s()
}

// decode makes images of latent vectors.
func (m *GAN) decode(z []float32) []float32 {
	g := m.Generator
	pixels := m.pixels()
	images := make([]float32, 0, len(z)/m.zDim*pixels)
	tape := inferenceTape(m.backend)
	for part := range slices.Chunk(z, generateRows*m.zDim) {
		n := len(part) / m.zDim
		images = images[:len(images)+n*pixels]
		g.Forward(tape.FromSlice(part, n, m.zDim)).ReadFloat32s(images[len(images)-n*pixels:])
		tape.Release()
	}
	return images
}

// slerp is n vectors on the arc from a to b, lengths changing evenly.
func slerp(a, b []float32, n int) []float32 {
	var aa, bb, ab float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		aa, bb, ab = aa+x*x, bb+y*y, ab+x*y
	}
	la, lb := math.Sqrt(aa), math.Sqrt(bb)
	angle := math.Acos(min(1, max(-1, ab/(la*lb))))
	out := make([]float32, 0, n*len(a))
	for k := range n {
		t := float64(k) / float64(n-1)
		wa, wb := 1-t, t
		if s := math.Sin(angle); s > 1e-6 {
			length := la*(1-t) + lb*t
			wa, wb = length*math.Sin((1-t)*angle)/(s*la), length*math.Sin(t*angle)/(s*lb)
		}
		for i := range a {
			out = append(out, float32(wa*float64(a[i])+wb*float64(b[i])))
		}
	}
	return out
}
