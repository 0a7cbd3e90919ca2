package models

import (
	"fmt"
	"image"
	"math"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// generateRows is how many pictures are made at a time, to bound memory.
const generateRows = 64

// Draw says which latents [GAN.Latents] draws.
type Draw struct {
	Seed uint64
	// Truncation scales the random numbers: below 1, pictures are more alike and
	// more usual. 0 means 1.
	Truncation float64
	// Classes are the weights of the classes that each picture is mixed of; nil
	// draws pictures of each class in turn. They should add up to 1.
	Classes []float64
}

// Latents draws what n pictures are made from: normal numbers, and after them the
// weights of the classes, if there are any. The first of them are the same whatever
// n is.
//
// Shape: [n, ZDim + classes].
//
// Panics if n is not positive, or if there are weights for another number of
// classes.
func (m *GAN) Latents(n int, d Draw) []float32 {
	const op = "gan latents"
	if n < 1 {
		tensor.Fail(op, "the number of pictures must be positive", "%d", n)
	}
	if d.Classes != nil && len(d.Classes) != len(m.classes) {
		tensor.Fail(op, fmt.Sprintf("needs weights of %s", words.Count(len(m.classes), "class")), "%d", len(d.Classes))
	}
	tape := inferenceTape(m.backend, tensor.Seed(d.Seed))
	defer tape.Release()
	z := tape.Normal(0, 1, n, m.zDim)
	if d.Truncation != 0 {
		z = z.MulScalar(d.Truncation)
	}
	if len(m.classes) == 0 {
		return z.Float32s()
	}
	out := make([]float32, 0, n*m.latents())
	for i, row := range slices.Collect(slices.Chunk(z.Float32s(), m.zDim)) {
		out = append(out, row...)
		for c := range m.classes {
			switch {
			case d.Classes != nil:
				out = append(out, float32(d.Classes[c]))
			case i%len(m.classes) == c:
				out = append(out, 1)
			default:
				out = append(out, 0)
			}
		}
	}
	return out
}

// Mix is the weights of classes by their names, for [Draw]: all of one, equal parts of
// several. A name that is there twice counts twice.
//
// Errors: a name that is not that of a class, with those that are.
func (m *GAN) Mix(names ...string) ([]float64, error) {
	weights := make([]float64, len(m.classes))
	for _, name := range names {
		i := slices.Index(m.classes, name)
		switch {
		case len(m.classes) == 0:
			return nil, fmt.Errorf("class %q: the model has no classes", name)
		case i < 0:
			return nil, fmt.Errorf("class %q: not one of %s", name, words.Few(m.classes))
		}
		weights[i] += 1 / float64(len(names))
	}
	return weights, nil
}

// latents is the length of what a picture is made from.
func (d *design) latents() int { return d.zDim + len(d.classes) }

// Decode makes pictures of latents.
//
// Shape: [n, ZDim + classes] → [n, channels, height, width], values in [−1, 1].
//
// Panics if the length is not that of one or more pictures' latents.
func (m *GAN) Decode(latents []float32) []float32 {
	n, pixels := rowsOf("gan decode", latents, m.latents()), m.pixels()
	pictures := make([]float32, 0, n*pixels)
	tape := inferenceTape(m.backend)
	for part := range slices.Chunk(latents, generateRows*m.latents()) {
		n := len(part) / m.latents()
		pictures = pictures[:len(pictures)+n*pixels]
		m.Generator.Forward(tape.FromSlice(part, n, m.latents())).ReadFloat32s(pictures[len(pictures)-n*pixels:])
		tape.Release()
	}
	for i, v := range pictures {
		pictures[i] = min(1, max(-1, v))
	}
	return pictures
}

// Generate makes n pictures from random latents. The same seed gives the same
// pictures, and up to rounding the first of them whatever n is. A GAN with classes
// makes one of each in turn.
//
// Shape: [n, channels, height, width], values in [−1, 1].
//
// Panics if n is not positive.
func (m *GAN) Generate(n int, seed uint64) []float32 {
	if n < 1 {
		tensor.Fail("gan generate", "the number of images must be positive", "%d", n)
	}
	return m.Decode(m.Latents(n, Draw{Seed: seed}))
}

// Images is Generate with pictures as a result.
//
// Panics if n is not positive.
func (m *GAN) Images(n int, seed uint64) []image.Image {
	return pictures(m.Generate(n, seed), m.size.Channels, m.size.Height, m.size.Width)
}

// Interpolate makes n pictures between the first picture of one seed and the first
// of another, both included, by spherical interpolation of their latents: every
// latent in between is as likely as the two.
//
// Shape: as Generate.
//
// Panics if n is below 2.
func (m *GAN) Interpolate(from, to uint64, n int) []float32 {
	if n < 2 {
		tensor.Fail("gan interpolate", "the number of images must be at least 2", "%d", n)
	}
	return m.Decode(m.Between(m.Latents(1, Draw{Seed: from}), m.Latents(1, Draw{Seed: to}), n))
}

// Between is n latents between those of two pictures, both included: on the arc
// between the random numbers, lengths changing evenly, and on the line between the
// weights of the classes.
//
// Shape: a and b [ZDim + classes] → [n, ZDim + classes].
//
// Panics if n is below 2 or a length is another.
func (m *GAN) Between(a, b []float32, n int) []float32 {
	m.checkEnds("gan between", a, b, n)
	arc := slerp(a[:m.zDim], b[:m.zDim], n)
	out := make([]float32, 0, n*m.latents())
	for k := range n {
		out = append(out, arc[k*m.zDim:(k+1)*m.zDim]...)
		out = lerp(out, a[m.zDim:], b[m.zDim:], k, n)
	}
	return out
}

// Line is [GAN.Between] on the line also between the random numbers: in the middle
// they are smaller than any that are drawn, so that pictures there are more usual
// than both ends.
//
// Shape: as Between.
//
// Panics as Between.
func (m *GAN) Line(a, b []float32, n int) []float32 {
	m.checkEnds("gan line", a, b, n)
	out := make([]float32, 0, n*m.latents())
	for k := range n {
		out = lerp(out, a, b, k, n)
	}
	return out
}

// checkEnds panics unless a and b are latents and n numbers fit between.
func (m *GAN) checkEnds(op string, a, b []float32, n int) {
	if n < 2 || len(a) != m.latents() || len(b) != m.latents() {
		tensor.Fail(op, fmt.Sprintf("needs two latents of %s, and two or more pictures", words.Count(m.latents(), "number")),
			"%d and %s, %s", len(a), words.Count(len(b), "number"), words.Count(n, "picture"))
	}
}

// lerp appends vector k of n on the line from a to b.
func lerp(out, a, b []float32, k, n int) []float32 {
	t := float32(k) / float32(n-1)
	for i := range a {
		out = append(out, (1-t)*a[i]+t*b[i])
	}
	return out
}

// Score is how real the discriminator finds each picture, in [0, 1]: the sigmoid of
// [GAN.Logits].
//
// Shape: [n, channels, height, width] → [n].
//
// Panics if the length is not that of one or more pictures, or if there is no
// discriminator.
func (m *GAN) Score(pictures []float32) []float32 {
	return m.judged("gan score", pictures, (*tensor.Tensor).Sigmoid)
}

// Logits is how real the discriminator finds each picture: the larger, the more. With
// the losses wasserstein and relativistic only differences mean something.
//
// Shape: [n, channels, height, width] → [n].
//
// Panics if the length is not that of one or more pictures, or if there is no
// discriminator.
func (m *GAN) Logits(pictures []float32) []float32 {
	return m.judged("gan logits", pictures, func(logits *tensor.Tensor) *tensor.Tensor { return logits })
}

// judged is a function of the discriminator's logits of pictures.
func (m *GAN) judged(op string, pictures []float32, f func(*tensor.Tensor) *tensor.Tensor) []float32 {
	m.needDiscriminator(op)
	all := make([]float32, 0, rowsOf(op, pictures, m.pixels()))
	tape := inferenceTape(m.backend)
	for part := range slices.Chunk(pictures, generateRows*m.pixels()) {
		x := tape.FromSlice(part, m.shape(len(part)/m.pixels())...)
		all = append(all, f(m.Discriminator.Forward(x)).Float32s()...)
		tape.Release()
	}
	return all
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
