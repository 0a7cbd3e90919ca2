package models

import (
	"fmt"
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// GAN is a generative adversarial network of pictures. Its two networks are those
// of its kind: [NewGAN] makes dense ones, [NewDCGAN], [NewWGANGP], [NewSNGAN] and
// [NewR3GAN] convolutional ones. All else is the same for all.
//
// Pictures are rows of channels·height·width numbers in [−1, 1], channel first,
// one after the other in one slice.
//
// Generate, Images, Interpolate and Score may be called from several
// goroutines, but not during a step.
type GAN struct {
	Generator     layers.Layer // [n, latents] → [n, pixels] or [n, channels, height, width]
	Discriminator layers.Layer // pictures → [n, 1], logits; nil if there is only the generator

	design
	contest *adversarial // nil if there is only the generator
}

// design is what a kind says of its networks.
type design struct {
	kind          string
	config        any // with its defaults filled in
	generatorOnly any // the configuration of the generator alone
	backend       backend.Backend

	size    PictureSize
	zDim    int
	classes []string
	flat    bool // pictures are rows to the networks, not planes
}

// newGAN puts a GAN together. contest has its updates already.
func newGAN(d design, generator, discriminator layers.Layer, contest *adversarial) *GAN {
	m := &GAN{Generator: generator, Discriminator: discriminator, design: d, contest: contest}
	if contest != nil {
		contest.latents = d.drawLatents
		contest.named = layers.Params(m)
	}
	return m
}

// PictureSize is the size of the pictures that a model makes.
type PictureSize struct {
	Channels      int // 1 gray, 3 RGB, 4 RGB and alpha
	Height, Width int
}

// Size is the size of the pictures.
func (d *design) Size() PictureSize { return d.size }

// ZDim is the number of random numbers that a picture is made from.
func (d *design) ZDim() int { return d.zDim }

// Backend is where the networks' parameters are.
func (d *design) Backend() backend.Backend { return d.backend }

// Classes are the names of the classes of pictures, in order; without classes there
// are none.
func (d *design) Classes() []string { return d.classes }

// pixels is the number of numbers in one picture.
func (d *design) pixels() int { return d.size.Channels * d.size.Height * d.size.Width }

// shape is the shape of n pictures as the networks take them.
func (d *design) shape(n int) []int {
	if d.flat {
		return []int{n, d.pixels()}
	}
	return []int{n, d.size.Channels, d.size.Height, d.size.Width}
}

// drawLatents draws what pictures are generated from: normal numbers, and after
// them 1 in the place of the class.
func (d *design) drawLatents(tape *tensor.Tape, n int, classes *tensor.Tensor) *tensor.Tensor {
	z := tape.Normal(0, 1, n, d.zDim)
	if classes == nil {
		return z
	}
	return tensor.Cat(1, z, classes)
}

const (
	generatorName     = "generator.model"
	discriminatorName = "discriminator.model"
)

// prefixed is a module with a name before those of its state.
type prefixed struct {
	name string
	layers.Module
}

func (p prefixed) State() iter.Seq2[string, layers.Entry] {
	return layers.Prefix(p.name, p.Module.State())
}

// Describe returns the kind, such as "GAN" or "DCGAN", and the configuration.
func (m *GAN) Describe() (kind string, config any) { return m.kind, m.config }

// State yields "generator.model.…" and "discriminator.model.…".
func (m *GAN) State() iter.Seq2[string, layers.Entry] {
	if m.Discriminator == nil {
		return layers.Prefix(generatorName, m.Generator.State())
	}
	return layers.Join(
		layers.Prefix(generatorName, m.Generator.State()),
		layers.Prefix(discriminatorName, m.Discriminator.State()))
}

// Trace makes a picture and judges it, for a summary of the layers.
func (m *GAN) Trace(tape *tensor.Tape) {
	x := m.Generator.Forward(tape.Zeros(1, m.latents()))
	if m.Discriminator != nil {
		m.Discriminator.Forward(x)
	}
}

// Updates are those of the generator and the discriminator. Without a
// discriminator there are none.
func (m *GAN) Updates() []*update.Update {
	if m.contest == nil {
		return nil
	}
	return []*update.Update{m.contest.g, m.contest.d}
}

// Inference is the generator alone.
func (m *GAN) Inference() Model {
	d := m.design
	d.config = d.generatorOnly
	return newGAN(d, m.Generator, nil, nil)
}

// Step trains on one batch of real pictures: the discriminator first, then the
// generator through the updated discriminator, on the same latents. By default, for
// dense and deep convolutional GANs,
//
//	d = BCE(D(x), 1) + BCE(D(G(z)), 0)
//	g = BCE(D(G(z)), 1)
//
// see [loss.Adversarial] for others. Penalties are minimised with d and not counted
// in it. Both losses are batch means before their update; these d and g are
// 2·ln 2 ≈ 1.39 and ln 2 ≈ 0.69 when the discriminator cannot tell. With more than
// one critic step, g is that of the generator's last turn.
//
// If a loss, or with Clip a gradient, is not finite, that network and those after
// it are not updated: NonFinite of the Updates tells what went bad.
//
// Shape: pictures [n, channels, height, width], values in [−1, 1].
//
// Panics if the length is not that of one or more pictures, if there is no
// discriminator, or if the GAN has classes, for which there is [GAN.StepLabels].
func (m *GAN) Step(pictures []float32) (dLoss, gLoss float64) {
	if len(m.classes) > 0 {
		tensor.Fail("gan step", "a GAN without classes", "one of %d: its pictures need labels, see StepLabels", len(m.classes))
	}
	return m.step("gan step", pictures, nil)
}

// StepLabels is [GAN.Step] for a GAN with classes. Generated pictures are of the
// same classes as the real ones.
//
// Shape: pictures [n, channels, height, width], labels [n] in [0, classes).
//
// Panics as Step, or if a label is not that of a class.
func (m *GAN) StepLabels(pictures []float32, labels []int32) (dLoss, gLoss float64) {
	const op = "gan step labels"
	if n := rowsOf(op, pictures, m.pixels()); len(labels) != n {
		tensor.Fail(op, fmt.Sprintf("expected %s, one for each picture", words.Count(n, "label")), "%d", len(labels))
	}
	if len(m.classes) == 0 {
		tensor.Fail(op, "needs a GAN with classes", "one without: use Step")
	}
	for _, l := range labels {
		if l < 0 || int(l) >= len(m.classes) {
			tensor.Fail(op, fmt.Sprintf("labels must be in [0, %d)", len(m.classes)), "%d", l)
		}
	}
	return m.step(op, pictures, labels)
}

func (m *GAN) step(op string, pictures []float32, labels []int32) (dLoss, gLoss float64) {
	m.needDiscriminator(op)
	n, pixels := rowsOf(op, pictures, m.pixels()), m.pixels()
	return m.contest.step(n, func(lo, hi int) batch {
		tape := m.contest.d.Tape()
		b := batch{x: tape.FromSlice(pictures[lo*pixels:hi*pixels], m.shape(hi-lo)...)}
		if labels != nil {
			b.classes = oneHot(tape, labels[lo:hi], len(m.classes))
		}
		return b
	})
}

// oneHot is rows with a 1 in the place of the class.
func oneHot(tape *tensor.Tape, labels []int32, classes int) *tensor.Tensor {
	rows := make([]float32, len(labels)*classes)
	for i, l := range labels {
		rows[i*classes+int(l)] = 1
	}
	return tape.FromSlice(rows, len(labels), classes)
}

// needDiscriminator panics if there is none.
func (m *GAN) needDiscriminator(op string) {
	if m.Discriminator == nil {
		tensor.Fail(op, "a GAN with its discriminator",
			"a generator alone, saved ForInference: load a file saved without that option")
	}
}
