package demo

import (
	"context"
	"fmt"
	"image"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

const (
	facesBatch = 64
	facesShown = 64
	facesScale = 4
	// sheetSeed draws the faces of the sheets: the same ones each time, so that
	// they can be followed as they form.
	sheetSeed = 7
)

// faces trains a GAN on 16×16 faces.
func (o *Options) faces(ctx context.Context, chapter *report.Chapter) (train.Report, error) {
	pictures := samples.Faces()
	loader, err := pictures.Loader(data.LoaderOptions{BatchSize: facesBatch, Shuffle: true, DropLast: true, Seed: o.Seed})
	if err != nil {
		return train.Report{}, err
	}
	cfg := models.GANConfig{
		Width: samples.FaceSize, Channels: pictures.Channels, ZDim: 100, Hidden: []int{128, 256},
		LR: 1e-3, Beta1: 0.5, R1: 1, Sharpen: 1, EMA: 0.999, Seed: o.Seed,
	}
	gan, err := models.NewGAN(cfg)
	if err != nil {
		return train.Report{}, err
	}

	history := &train.History{}
	*chapter = report.Chapter{
		Title: "Faces",
		Intro: fmt.Sprintf("A generative adversarial network: the generator turns %d random numbers into a face, the discriminator learns to tell its faces from %d drawn ones, and each learns from the other.", cfg.ZDim, pictures.Len()),
		Settings: []report.Setting{
			{Name: "generator", Value: fmt.Sprintf("%d → %s → %d×%d×%d", cfg.ZDim, arrows(cfg.Hidden), cfg.Width, cfg.Width, cfg.Channels)},
			{Name: "Adam", Value: fmt.Sprintf("learning rate %g, β₁ %g", cfg.LR, cfg.Beta1)},
			{Name: "batch", Value: fmt.Sprint(facesBatch)},
			{Name: "R1 penalty", Value: fmt.Sprint(cfg.R1)},
			{Name: "sharpening of its view", Value: fmt.Sprint(cfg.Sharpen)},
			{Name: "moving average of the generator", Value: fmt.Sprint(cfg.EMA)},
			{Name: "examples", Value: "DiceBear Pixel Art, CC0 1.0"},
		},
	}
	sheet := func(e train.Event) error {
		faces := gan.Images(facesShown, sheetSeed)
		picture := data.GridOf(faces, data.GridOptions{Scale: facesScale})
		if err := data.WritePNG(o.path(Pictures), picture); err != nil {
			return err
		}
		caption := "after " + words.Count(e.Step, "step")
		chapter.Samples = append(chapter.Samples, report.Sample{Caption: caption, Image: data.GridOf(faces[:16], data.GridOptions{Padding: 1})})
		chapter.Final = []report.Sample{{Caption: caption, Image: image.Image(picture)}}
		return models.Save(o.path("faces.safetensors"), gan)
	}
	trainer := train.Trainer[data.ImageBatch]{
		Data: loader,
		Step: func(_ context.Context, batch data.ImageBatch) (train.Metrics, error) {
			dLoss, gLoss := gan.Step(batch.Pixels)
			return train.Metrics{{Name: "discriminator", Value: dLoss}, {Name: "generator", Value: gLoss}}, nil
		},
		Budget:    o.budget(facesShare),
		Callbacks: o.callbacks(Task{"faces", "pictures", facesBatch}, history, sheet),
	}
	r, err := trainer.Run(ctx)
	chapter.Curves = []report.Curve{{Title: "Faces", Axis: "loss", Series: series(history, "discriminator", "generator")}}
	return r, err
}

// arrows writes the sizes of successive layers.
func arrows(sizes []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(sizes), "[]"), " ", " → ")
}
