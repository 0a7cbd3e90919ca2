package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained/internal/quality"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train"
)

// The recipe for faces.
const (
	facesSteps   = 8000
	facesBatch   = 64
	facesAverage = 0.999 // decay of the moving average of the generator
	// The weight γ of the gradient penalty falls from the first to the second, by
	// the same factor each step. Without a penalty the discriminator knows the
	// 4,096 faces by heart after some thousand steps, and the generator learns no
	// more from it; less of it later brings out details.
	facesPenalty, facesLastPenalty = 2, 0.1
)

var (
	facesConfig = models.GANConfig{Width: samples.FaceSize, Hidden: []int{256, 384}, Seed: seed}
	facesRate   = holdThenFall{LR: 2e-3, Hold: facesSteps * 3 / 10, Total: facesSteps}
)

// makeFaces trains the generator of faces and measures it.
func makeFaces(ctx context.Context, path string, o options) error {
	if !o.measure {
		gan, err := trainFaces(ctx)
		if err != nil {
			return err
		}
		if err := save(path, gan); err != nil {
			return err
		}
	}
	gan, err := models.LoadGAN(path) // as it is with rounded weights
	if err != nil {
		return err
	}
	measureFaces(gan)
	if o.sheet == "" {
		return nil
	}
	return data.WritePNG(o.sheet, data.GridOf(gan.Images(96, 1), data.GridOptions{Columns: 12, Scale: 4}))
}

// painter trains the generator of a GAN with a discriminator and losses of its
// own:
//
//	d = mean softplus(−D(x)) + mean softplus(D(G(z))) + γ/2·mean ‖∂D(x)/∂x‖²
//	g = mean softplus(−D(G(z)))
//
// Reference: Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do
// actually Converge?", 2018.
type painter struct {
	generator, discriminator layers.Sequential
	gOpt, dOpt               optim.Optimizer
	average                  *optim.EMA
	tape                     *tensor.Tape
	zDim                     int
	steps                    int
}

// trainFaces returns a GAN with the averaged weights of a trained generator.
func trainFaces(ctx context.Context) (*models.GAN, error) {
	loader, err := samples.Faces().Loader(data.LoaderOptions{BatchSize: facesBatch, Shuffle: true, DropLast: true, Seed: seed})
	if err != nil {
		return nil, err
	}
	gan, err := models.NewGAN(facesConfig)
	if err != nil {
		return nil, err
	}
	result, err := models.NewGAN(facesConfig)
	if err != nil {
		return nil, err
	}
	rng := tensor.NewRNG(seed + 1)
	leaky := layers.LeakyReLU{Slope: 0.2}
	p := &painter{
		generator: gan.Generator,
		discriminator: layers.Sequential{
			layers.NewLinear(edgesOf(samples.FaceSize), 384, rng), leaky,
			layers.NewLinear(384, 256, rng), leaky,
			layers.NewLinear(256, 1, rng),
		},
		average: optim.NewEMA(result.Generator.Params(), gan.Generator.Params(), facesAverage),
		tape:    tensor.NewTape(tensor.Train(), tensor.Seed(seed)),
		zDim:    gan.Config().ZDim,
	}
	adam := optim.AdamConfig{LR: facesRate.LR, Betas: [2]float64{0.5, 0.99}}
	p.gOpt, p.dOpt = optim.NewAdam(p.generator.Params(), adam), optim.NewAdam(p.discriminator.Params(), adam)
	trainer := train.Trainer[data.ImageBatch]{
		Data:   loader,
		Budget: train.Budget{Steps: facesSteps},
		Step: func(_ context.Context, batch data.ImageBatch) (train.Metrics, error) {
			return p.step(batch), nil
		},
		Callbacks: []train.Callback{show("faces")},
	}
	return result, whole(trainer.Run(ctx))
}

// step updates the discriminator, then the generator.
func (p *painter) step(batch data.ImageBatch) train.Metrics {
	defer p.tape.Release()
	rate := facesRate.Rate(p.steps)
	p.gOpt.SetLR(rate)
	p.dOpt.SetLR(rate)
	p.gOpt.ZeroGrad()
	p.dOpt.ZeroGrad()
	real := p.tape.FromSlice(batch.Pixels, batch.N, len(batch.Pixels)/batch.N)
	fake := p.generator.Forward(p.tape.Normal(0, 1, batch.N, p.zDim))

	scores := p.score(real)
	slope := p.tape.Grad(scores.Sum(), []*tensor.Tensor{real}, tensor.CreateGraph())[0]
	gamma := facesPenalty * math.Pow(facesLastPenalty/facesPenalty, float64(p.steps)/facesSteps)
	penalty := slope.Square().Sum(1).Mean().MulScalar(gamma / 2)
	d := scores.Neg().Softplus().Mean().Add(p.score(fake.Detach()).Softplus().Mean())
	metrics := train.Metrics{{Name: "discriminator", Value: d.Item()}, {Name: "penalty", Value: penalty.Item()}}
	p.tape.Backward(d.Add(penalty), layers.List(p.discriminator)...)
	p.dOpt.Step()

	g := p.score(fake).Neg().Softplus().Mean()
	metrics = append(metrics, train.Metric{Name: "generator", Value: g.Item()})
	p.tape.Backward(g, layers.List(p.generator)...)
	p.gOpt.Step()

	p.steps++
	p.average.Update(p.steps)
	return metrics
}

// score is what goes into the sigmoid that says how real a picture is. The
// discriminator sees the differences of neighbouring pixels besides the pixels
// themselves: with those alone it overlooks the small noise that shows where a
// picture should be flat.
//
// Shape: [n, pixels] → [n, 1].
func (p *painter) score(x *tensor.Tensor) *tensor.Tensor {
	n, size := x.Dim(0), samples.FaceSize
	picture := x.Reshape(n, 3, size, size)
	right := picture.Narrow(3, 1, size-1).Sub(picture.Narrow(3, 0, size-1))
	down := picture.Narrow(2, 1, size-1).Sub(picture.Narrow(2, 0, size-1))
	return p.discriminator.Forward(tensor.Cat(1, x, right.MulScalar(2).Reshape(n, -1), down.MulScalar(2).Reshape(n, -1)))
}

// edgesOf is how many numbers the discriminator sees of a picture.
func edgesOf(size int) int { return 3 * (size*size + 2*size*(size-1)) }

// measuredFaces is how many faces are compared with all that were learned from.
const measuredFaces = 1024

func measureFaces(gan *models.GAN) {
	set := samples.Faces()
	learned := make([][]float32, set.Len())
	for i := range learned {
		learned[i] = set.At(i)
	}
	drawn := slices.Collect(slices.Chunk(gan.Generate(measuredFaces, seed), len(learned[0])))
	fmt.Printf("%d faces, and as many of those learned from:\n", measuredFaces)
	for _, row := range []struct {
		name string
		quality.Faces
	}{
		{"made", quality.MeasureFaces(drawn, learned)},
		{"learned from", quality.MeasureFaces(learned[:measuredFaces], learned)},
	} {
		fmt.Printf("  %-12s to the nearest other learned from: least %.3f, quarter %.3f, median %.3f; apart %.3f; off the common colours %.3f\n",
			row.name, row.Nearest.Least, row.Nearest.Quarter, row.Nearest.Median, row.Apart, row.Off)
	}
}
