package main

import (
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// Sizes of the convolutional rows, the same as in peer.py: the networks of DCGAN for
// pictures of 64×64, without biases.
const (
	convBatch    = 32
	convPictures = 16 // generated at a time
	convLatents  = 100
	convPixels   = 3 * 64 * 64
)

// convLayer is a convolution of 4×4 taps: channels, and places where its windows lie.
type convLayer struct{ in, out, places int }

// products is the multiplications for one picture.
func (l convLayer) products() float64 { return 16 * float64(l.in) * float64(l.out) * float64(l.places) }

var (
	convGenerator     = []convLayer{{convLatents, 512, 1}, {512, 256, 16}, {256, 128, 64}, {128, 64, 256}, {64, 3, 1024}}
	convDiscriminator = []convLayer{{3, 64, 1024}, {64, 128, 256}, {128, 256, 64}, {256, 512, 16}, {512, 1, 1}}
)

// convProducts is the multiplications of all layers for one picture, those of the first
// and the number of weights.
func convProducts(net []convLayer) (all, first, weights float64) {
	for _, l := range net {
		all += l.products()
		weights += 16 * float64(l.in) * float64(l.out)
	}
	return all, net[0].products(), weights
}

// convGANCost is as ganCost. It counts multiplications by the definition: Winograd's
// method takes fewer.
func convGANCost() cost {
	g, firstG, weightsG := convProducts(convGenerator)
	d, firstD, weightsD := convProducts(convDiscriminator)
	return cost{2 * convBatch * (3*g - firstG + 8*d - 2*firstD), adamBytes * (weightsG + weightsD)}
}

// criticCost is one update of a critic with gradient penalty. Generated pictures, 1
// forward of the generator; of the critic, as in convGANCost, 6 for real and generated
// pictures, and for those between 1 forward and 1 for the gradient of the input, which
// is differentiated: 1 for the gradients of its inputs and 1 for those of weights.
func criticCost() cost {
	g, _, _ := convProducts(convGenerator)
	d, first, weights := convProducts(convDiscriminator)
	return cost{2 * convBatch * (g + 10*d - 2*first), adamBytes * weights}
}

func generateCost() cost {
	g, _, weights := convProducts(convGenerator)
	return cost{2 * convPictures * g, 4 * weights}
}

func newConvGenerator(rng *tensor.RNG) layers.Layer {
	up := layers.ConvConfig{Stride: 2, Padding: 1, NoBias: true}
	var s layers.Sequential
	for i, l := range convGenerator {
		if i == 0 {
			s = append(s, layers.NewConvTranspose2d(l.in, l.out, 4, layers.ConvConfig{NoBias: true}, rng))
			continue
		}
		s = append(s, layers.NewBatchNorm2d(l.in, rng), layers.ReLU{}, layers.NewConvTranspose2d(l.in, l.out, 4, up, rng))
	}
	return append(s, layers.Tanh{})
}

// newConvDiscriminator has batch norm between its layers, or spectral norm in all, or
// neither.
func newConvDiscriminator(batchNorm, spectral bool, rng *tensor.RNG) layers.Layer {
	var s layers.Sequential
	for i, l := range convDiscriminator {
		cfg := layers.ConvConfig{Stride: 2, Padding: 1, NoBias: true}
		last := i == len(convDiscriminator)-1
		if last {
			cfg = layers.ConvConfig{NoBias: true}
		}
		conv := layers.NewConv2d(l.in, l.out, 4, cfg, rng)
		if spectral {
			s = append(s, layers.NewSpectralNorm(conv, rng))
		} else {
			s = append(s, conv)
		}
		if last {
			break
		}
		if batchNorm && i > 0 {
			s = append(s, layers.NewBatchNorm2d(l.out, rng))
		}
		s = append(s, layers.LeakyReLU{Slope: 0.2})
	}
	return append(s, layers.Flatten{})
}

// adam is an update of a network by Adam, on a tape that others may use too.
func adam(net layers.Layer, lr float64, betas [2]float64, tape *tensor.Tape) *update.Update {
	return update.New(update.Config{
		Params: layers.Params(net), Buffers: layers.Buffers(net), Tape: tape,
		Optimizer: func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{LR: lr, Betas: betas}) },
	})
}

// pictures are a few batches of random ones, in turn.
func pictures() func() []float32 {
	rng, turn := newRand(), 0
	batches := make([][]float32, largeBatches)
	for i := range batches {
		batches[i] = uniform(rng, convBatch*convPixels, -1, 1)
	}
	return func() []float32 {
		turn++
		return batches[turn%len(batches)]
	}
}

// apply is the end of an update of one batch.
func apply(u *update.Update, l *tensor.Tensor) error {
	if !u.Check(l.Item(), nil) {
		return u.Err()
	}
	u.Backward(l, true)
	u.Apply()
	return u.Err()
}

// convStep is a step that may fail.
type convStep func() error

// workload is the step as one that panics, since numbers that are not finite would be
// a mistake of this program.
func (s convStep) workload() workload {
	return steps(func() {
		if err := s(); err != nil {
			panic(fmt.Sprintf("bench: %v", err))
		}
	})
}

// newConvGAN is one update of the discriminator and one of the generator: a DCGAN, or
// one with spectral norm in the discriminator in place of batch norm.
func newConvGAN(spectral bool) (workload, error) {
	objective, err := loss.NewAdversarial("non_saturating")
	if err != nil {
		return nil, err
	}
	rng := tensor.NewRNG(1)
	generator, discriminator := newConvGenerator(rng), newConvDiscriminator(!spectral, spectral, rng)
	g := adam(generator, 2e-4, [2]float64{0.5, 0.999}, nil)
	tape := g.Tape()
	d := adam(discriminator, 2e-4, [2]float64{0.5, 0.999}, tape)
	next := pictures()
	return convStep(func() error {
		defer tape.Release()
		g.Begin()
		defer g.End()
		d.Begin()
		defer d.End()
		real := tape.FromSlice(next(), convBatch, 3, 64, 64)
		fake := generator.Forward(tape.Normal(0, 1, convBatch, convLatents, 1, 1))
		err := apply(d, objective.Discriminator(discriminator.Forward(real), discriminator.Forward(fake.Detach())))
		if err != nil {
			return err
		}
		return apply(g, objective.Generator(nil, discriminator.Forward(fake)))
	}).workload(), nil
}

// newCritic is one update of a critic with gradient penalty.
func newCritic() (workload, error) {
	rng := tensor.NewRNG(1)
	generator, critic := newConvGenerator(rng), newConvDiscriminator(false, false, rng)
	u := adam(critic, 1e-4, [2]float64{0, 0.9}, nil)
	tape, next := u.Tape(), pictures()
	return convStep(func() error {
		defer tape.Release()
		u.Begin()
		defer u.End()
		real := tape.FromSlice(next(), convBatch, 3, 64, 64)
		var fake *tensor.Tensor
		tape.NoGrad(func() { fake = generator.Forward(tape.Normal(0, 1, convBatch, convLatents, 1, 1)) })
		scores := critic.Forward(tensor.Cat(0, fake, real))
		l := scores.Narrow(0, 0, convBatch).Mean().Sub(scores.Narrow(0, convBatch, convBatch).Mean())
		x := loss.Between(real, fake)
		return apply(u, l.Add(loss.GradientPenalty(critic.Forward(x), x).MulScalar(10)))
	}).workload(), nil
}

// newConvPictures generates pictures, all from the same latents.
func newConvPictures() (workload, error) {
	rng := tensor.NewRNG(1)
	generator := newConvGenerator(rng)
	z := uniform(newRand(), convPictures*convLatents, -2, 2)
	tape := tensor.NewTape(tensor.NoGrad())
	return steps(func() {
		generator.Forward(tape.FromSlice(z, convPictures, convLatents, 1, 1))
		tape.Release()
	}), nil
}
