package layers

import (
	"iter"
	"math"

	"github.com/org/artnn/tensor"
)

// Augment shows a discriminator changed pictures, real and generated ones alike,
// so that it does not learn a small collection by heart. Each picture is, with
// probability p for each kind of change,
//
//	mirrored      or not, evenly (only if Flip)
//	shifted       by up to an eighth of its size; 0 comes in
//	recoloured    brightness + N(0, 0.2), contrast · 2^N(0, 0.5), saturation · 2^N(0, 1)
//	cut out       a square of half its size is 0
//
// Because some pictures stay as they are, a generator learns to make those, not
// changed ones: p must stay below 0.8. All changes can be differentiated, any number
// of times. In evaluation, and with p = 0, Augment is the identity.
//
// Pictures with alpha (four channels) are not recoloured.
//
// Shape: [n, channels, height, width] → the same.
//
// Reference: Karras et al., "Training Generative Adversarial Networks with Limited
// Data", 2020, for p; Zhao et al., "Differentiable Augmentation for Data-Efficient
// GAN Training", 2020, for shift and cutout.
type Augment struct {
	Strength *tensor.Tensor // []: p, a buffer
	Flip     bool
}

// maxStrength keeps enough pictures unchanged.
const maxStrength = 0.8

// NewAugment starts with p = 0, on the RNG's backend.
func NewAugment(flip bool, rng *tensor.RNG) *Augment {
	return &Augment{Strength: tensor.ZerosOn(rng.Backend()), Flip: flip}
}

// State yields the buffer "strength".
func (a *Augment) State() iter.Seq2[string, Entry] {
	return Entries(Buffer("strength", a.Strength))
}

// Adapt changes p by rate, up or down, by how far the discriminator is on the right
// side with real pictures, such as its logits of them: the mean sign is 0 while it
// cannot tell, and 1 once it knows every picture. Above 0.6 p grows, below it falls.
func (a *Augment) Adapt(margins []float64, rate float64) {
	const target = 0.6
	signs := 0.0
	for _, v := range margins {
		switch {
		case v > 0:
			signs++
		case v < 0:
			signs--
		}
	}
	if signs < target*float64(len(margins)) {
		rate = -rate
	}
	p := min(maxStrength, max(0, a.Strength.Item()+rate))
	a.Strength.SetFloat64s([]float64{p})
}

// Forward changes pictures.
func (a *Augment) Forward(x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() != 4 {
		tensor.Fail("augment", "needs [n, channels, height, width]", "%v", x.Shape())
	}
	tape := x.Tape()
	if tape == nil || !tape.Training() {
		return x
	}
	p := a.Strength.Item()
	if p == 0 {
		return x
	}
	draws := drawChanges(tape, x.Dim(0))
	if x.Dim(1) != 4 {
		x = recolour(x, draws, p)
	}
	return a.move(x, draws, p)
}

// changes are the random numbers of one picture, uniform in [0, 1) and standard
// normal.
type changes struct {
	uniform []float64
	normal  []float64
}

const (
	flipDraw = iota
	shiftDraw
	shiftX
	shiftY
	cutDraw
	cutX
	cutY
	brightDraw
	contrastDraw
	saturationDraw
	uniformDraws
)

const normalDraws = 3

func drawChanges(tape *tensor.Tape, n int) []changes {
	var u, g []float64
	tape.NoGrad(func() {
		u = tape.Uniform(0, 1, n, uniformDraws).Float64s()
		g = tape.Normal(0, 1, n, normalDraws).Float64s()
	})
	all := make([]changes, n)
	for i := range all {
		all[i] = changes{u[i*uniformDraws:][:uniformDraws], g[i*normalDraws:][:normalDraws]}
	}
	return all
}

// recolour is contrast · (mean + saturation·(x − mean)) + brightness, with the mean
// over the channels of a pixel.
func recolour(x *tensor.Tensor, draws []changes, p float64) *tensor.Tensor {
	n := len(draws)
	bright, contrast, saturation := make([]float32, n), make([]float32, n), make([]float32, n)
	for i, d := range draws {
		contrast[i], saturation[i] = 1, 1
		if d.uniform[brightDraw] < p {
			bright[i] = float32(0.2 * d.normal[0])
		}
		if d.uniform[contrastDraw] < p {
			contrast[i] = float32(math.Exp2(0.5 * d.normal[1]))
		}
		if d.uniform[saturationDraw] < p {
			saturation[i] = float32(math.Exp2(d.normal[2]))
		}
	}
	each := func(v []float32) *tensor.Tensor { return x.Tape().FromSlice(v, n, 1, 1, 1) }
	if x.Dim(1) > 1 {
		gray := x.Mean(1).Unsqueeze(1)
		x = gray.Add(x.Sub(gray).Mul(each(saturation)))
	}
	return x.Mul(each(contrast)).Add(each(bright))
}

// move mirrors, shifts and cuts out: each pixel is picked from where it comes from,
// or is 0.
func (a *Augment) move(x *tensor.Tensor, draws []changes, p float64) *tensor.Tensor {
	channels, h, w := x.Dim(1), x.Dim(2), x.Dim(3)
	zero := int32(x.Size())
	from := make([]int32, 0, zero)
	for i, d := range draws {
		at := placing(d.uniform, p, a.Flip, h, w)
		for c := range channels {
			plane := (i*channels + c) * h * w
			for row := range h {
				for col := range w {
					if sy, sx, ok := at.source(row, col); ok {
						from = append(from, int32(plane+sy*w+sx))
					} else {
						from = append(from, zero)
					}
				}
			}
		}
	}
	shape := x.Shape()
	flat := tensor.Cat(0, x.Reshape(-1, 1), x.Tape().Zeros(1, 1))
	return flat.Take(from).Reshape(shape...)
}

// placement is where the pixels of a picture come from.
type placement struct {
	h, w                     int
	flip                     bool
	dy, dx                   int
	top, bottom, left, right int // of the hole
}

func placing(u []float64, p float64, flip bool, h, w int) placement {
	at := placement{h: h, w: w}
	at.flip = flip && u[flipDraw] < p/2
	if u[shiftDraw] < p {
		at.dy, at.dx = shift(u[shiftY], h), shift(u[shiftX], w)
	}
	if u[cutDraw] < p {
		at.top, at.bottom = hole(u[cutY], h)
		at.left, at.right = hole(u[cutX], w)
	}
	return at
}

// shift is a whole number of pixels, up to an eighth of the size either way.
func shift(u float64, size int) int { return int(math.Round((2*u - 1) * float64(size) / 8)) }

// hole is half of a side around a point in it, [from, to).
func hole(u float64, size int) (from, to int) {
	middle := int(u * float64(size))
	from = middle - size/4
	return from, from + (size+1)/2
}

// source is where the pixel at (y, x) comes from, if it is not 0.
func (a placement) source(y, x int) (sy, sx int, ok bool) {
	if y >= a.top && y < a.bottom && x >= a.left && x < a.right {
		return 0, 0, false
	}
	sy, sx = y-a.dy, x-a.dx
	if a.flip {
		sx = a.w - 1 - sx
	}
	return sy, sx, sy >= 0 && sy < a.h && sx >= 0 && sx < a.w
}
