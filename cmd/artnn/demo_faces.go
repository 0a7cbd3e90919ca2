package main

import (
	"context"
	"fmt"
	"image"
	"strings"

	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/models"
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

// faces trains the document's GAN on 16×16 faces. Its own size, 256×256, is
// 256 times the work.
func (d *demo) faces(ctx context.Context, con *console, chapter *report.Chapter) (train.Report, error) {
	pictures := samples.Faces()
	loader, err := pictures.Loader(data.LoaderOptions{BatchSize: facesBatch, Shuffle: true, DropLast: true, Seed: d.Seed})
	if err != nil {
		return train.Report{}, err
	}
	gan, err := models.NewGAN(models.GANConfig{
		Width: samples.FaceSize, Channels: pictures.Channels,
		LR: 1e-3, Beta1: 0.5, Penalty: 1, Sharpen: 1, EMA: 0.999, Seed: d.Seed,
	})
	if err != nil {
		return train.Report{}, err
	}

	history := &train.History{}
	cfg := gan.Config()
	*chapter = report.Chapter{
		Title: "Faces",
		Intro: fmt.Sprintf("A generative adversarial network: the generator turns %d random numbers into a face, the discriminator learns to tell its faces from %d drawn ones, and each learns from the other.", cfg.ZDim, pictures.Len()),
		Settings: []report.Setting{
			{Name: "generator", Value: fmt.Sprintf("%d → %s → %d×%d×%d", cfg.ZDim, arrows(cfg.Hidden), cfg.Width, cfg.Height, cfg.Channels)},
			{Name: "Adam", Value: fmt.Sprintf("learning rate %g, β₁ %g", cfg.LR, cfg.Beta1)},
			{Name: "batch", Value: fmt.Sprint(facesBatch)},
			{Name: "penalty on the discriminator's slope", Value: fmt.Sprint(cfg.Penalty)},
			{Name: "sharpening of its view", Value: fmt.Sprint(cfg.Sharpen)},
			{Name: "moving average of the generator", Value: fmt.Sprint(cfg.EMA)},
			{Name: "examples", Value: "DiceBear Pixel Art, CC0 1.0"},
		},
	}
	sheet := func(e train.Event) error {
		faces := gan.Images(facesShown, sheetSeed)
		picture := data.GridOf(faces, data.GridOptions{Scale: facesScale})
		if err := data.WritePNG(d.path("images.png"), picture); err != nil {
			return err
		}
		caption := fmt.Sprintf("after %d steps", e.Step)
		chapter.Samples = append(chapter.Samples, report.Sample{Caption: caption, Image: data.GridOf(faces[:16], data.GridOptions{Padding: 1})})
		chapter.Final = []report.Sample{{Caption: caption, Image: image.Image(picture)}}
		return gan.Save(d.path("faces.safetensors"))
	}
	trainer := train.Trainer[data.ImageBatch]{
		Data: loader,
		Step: func(_ context.Context, batch data.ImageBatch) (train.Metrics, error) {
			dLoss, gLoss := gan.Step(batch.Pixels)
			return train.Metrics{{Name: "discriminator", Value: dLoss}, {Name: "generator", Value: gLoss}}, nil
		},
		Budget:    d.budget(facesShare),
		Callbacks: []train.Callback{history, train.EveryShare(moments, sheet), newProgress(con, "faces", "pictures", facesBatch)},
	}
	r, err := trainer.Run(ctx)
	chapter.Curves = []report.Curve{{Title: "Faces", Axis: "loss", Series: series(history, "discriminator", "generator")}}
	return r, err
}

// arrows writes the sizes of successive layers.
func arrows(sizes []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(sizes), "[]"), " ", " → ")
}
