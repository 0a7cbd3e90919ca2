package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/internal/quality"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// The recipe for faces.
const (
	facesSteps = 8000
	facesBatch = 64
)

// facesFacts are what the file says of where it comes from.
var facesFacts = map[string]string{
	"data":    "4,096 pixel-art faces rendered from DiceBear's @dicebear/pixel-art 9.4.3",
	"licence": "CC0 1.0, see NOTICE.md",
}

var (
	facesConfig = models.GANConfig{
		Width: samples.FaceSize, Hidden: []int{256, 384}, LR: 2e-3, Beta1: 0.5,
		R1: 0.5, Sharpen: 1, EMA: 0.999, Seed: seed,
	}
	facesRate = holdThenFall{LR: facesConfig.LR, Hold: facesSteps * 3 / 10, Total: facesSteps}
)

// makeFaces trains the generator of faces and measures it.
func makeFaces(ctx context.Context, path string, o options) error {
	if !o.measure {
		gan, err := trainFaces(ctx)
		if err != nil {
			return err
		}
		if err := save(path, gan, facesFacts); err != nil {
			return err
		}
	}
	gan, err := models.LoadAs[*models.GAN](path) // as it is with rounded weights
	if err != nil {
		return err
	}
	measureFaces(gan)
	if o.sheet == "" {
		return nil
	}
	return data.WritePNG(o.sheet, data.GridOf(gan.Images(96, 1), data.GridOptions{Columns: 12, Scale: 4}))
}

// trainFaces returns a trained GAN.
func trainFaces(ctx context.Context) (*models.GAN, error) {
	loader, err := samples.Faces().Loader(data.LoaderOptions{BatchSize: facesBatch, Shuffle: true, DropLast: true, Seed: seed})
	if err != nil {
		return nil, err
	}
	gan, err := models.NewGAN(facesConfig)
	if err != nil {
		return nil, err
	}
	trainer := train.Trainer[data.ImageBatch]{
		Models:   map[string]train.Model{"faces": gan},
		Data:     loader,
		Budget:   train.Budget{Steps: facesSteps},
		Schedule: facesRate,
		Step: func(_ context.Context, batch data.ImageBatch) (train.Metrics, error) {
			d, g := gan.Step(batch.Pixels)
			return train.Metrics{{Name: "discriminator", Value: d}, {Name: "generator", Value: g}}, nil
		},
		Callbacks: []train.Callback{show("faces")},
	}
	return gan, whole(trainer.Run(ctx))
}

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
