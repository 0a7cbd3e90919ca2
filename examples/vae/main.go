// Command vae is a network that the library does not have: a variational
// autoencoder, with its training, samples, report, saving, loading and resuming.
//
//	go run ./examples/vae                          # learns the faces that come with the library
//	go run ./examples/vae -data my-pictures -size 32 -time 30m
//	go run ./examples/vae -resume -time 1h         # goes on, to an hour in all
//	go run ./examples/vae -load out/model.safetensors
package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"os"
	"os/signal"
	"time"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/layers/summary"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/train"
)

type options struct {
	data, out, load           string
	size, batch, steps, every int // every: steps between checkpoints, 0 is by time
	time                      time.Duration
	resume                    bool
	seed                      uint64
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "`FOLDER` of pictures to learn from; default: the faces that come with the library")
	flag.IntVar(&o.size, "size", 32, "width and height to scale pictures of your own to")
	flag.StringVar(&o.out, "out", "out", "`FOLDER` of the run: model, samples, report, checkpoints")
	flag.StringVar(&o.load, "load", "", "train nothing, make a sheet.png with the model in `FILE`")
	flag.BoolVar(&o.resume, "resume", false, "go on with the run in -out")
	flag.IntVar(&o.batch, "batch", 64, "pictures in an update")
	flag.IntVar(&o.steps, "steps", 0, "updates to train for; default: as many as fit in -time")
	flag.DurationVar(&o.time, "time", 0, "time to train for; default: ten minutes, or by -steps")
	flag.Uint64Var(&o.seed, "seed", 1, "start of all random choices")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := fmt.Errorf("-size must be positive, and after the flags nothing may follow: got %d and %q", o.size, flag.Args())
	if o.size > 0 && flag.NArg() == 0 {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vae:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.load != "" {
		v, err := models.LoadAs[*VAE](o.load)
		if err != nil {
			return err
		}
		return data.WritePNG("sheet.png", sheet(v.Images(64, o.seed)))
	}
	pictures := samples.Faces()
	if o.data != "" {
		var err error
		if pictures, err = data.LoadImages(ctx, o.data, data.ImageOptions{Size: o.size}); err != nil {
			return err
		}
	}
	if o.batch = min(o.batch, pictures.Len()); o.batch < 2 {
		return fmt.Errorf("batch norm needs at least 2 pictures in an update: got %d; look at -batch and -data", o.batch)
	}
	v, err := New(Config{Width: pictures.Width, Height: pictures.Height, Channels: pictures.Channels, EMA: 0.999, Seed: o.seed}, backend.Default())
	if err != nil {
		return err
	}
	fmt.Print(summary.Of(v))
	loader, err := pictures.Loader(data.LoaderOptions{BatchSize: o.batch, Shuffle: true, DropLast: true, Seed: o.seed})
	if err != nil {
		return err
	}
	some := pictures.Batch([]int{0, pictures.Len() - 1}) // every sheet shows them reconstructed
	task := &recipe.Task[data.ImageBatch]{
		Title: "A variational autoencoder", Intro: fmt.Sprintf("A variational autoencoder learns from %d pictures", pictures.Len()),
		Unit: "pictures", PerStep: o.batch, Axis: "nats a picture",
		Model: v, Loader: loader,
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			r, kl := v.Step(b.Pixels)
			return train.Metrics{{Name: "reconstruction", Value: r}, {Name: "KL", Value: kl}}, nil
		},
		Sample: func() (recipe.Sample, error) {
			return recipe.Sample{Image: sheet(append(v.Reconstructions(some.Pixels), v.Images(62, 1)...))}, nil
		},
	}
	result, err := recipe.Train(ctx, task, recipe.Options{Dir: o.out, Resume: o.resume, Budget: train.Budget{Steps: o.steps, Time: o.time}, CheckpointSteps: o.every})
	if err != nil {
		return err
	}
	fmt.Printf("Trained to step %d. Model and report: %s\n", result.Step, result.Folder.Report())
	return nil
}

func sheet(pictures []image.Image) image.Image {
	return data.GridOf(pictures, data.GridOptions{Columns: 8, Scale: max(1, 64/pictures[0].Bounds().Dx())})
}
