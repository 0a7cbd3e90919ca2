// Gan trains a generator of pictures on a folder of your own pictures, or on the
// 16×16 faces that come with the library.
//
//	go run ./examples/gan
//	go run ./examples/gan -data ~/Pictures -size 64
//	go run ./examples/gan -load out/gan.safetensors -updates 0 -seed 2
//
// The folder may hold PNG, JPEG, GIF and WebP files, in subfolders too. Each is
// scaled and cropped to a square. A hundred pictures of one kind, taken alike,
// are a start; a thousand are better.
//
// Every 500 updates it saves the model and writes a sheet of pictures, always of
// the same noise, so that one can see them form. With -load training goes on
// with a saved model, and with -updates 0 only a sheet is made, of other pictures
// for each -seed. Ctrl+C saves the model and ends the program.
//
// What to expect on two cores of a shared server:
//
//	-size                   16      64     256
//	-batch                  64      64      16
//	seconds an update    0.016    0.15     0.9
//	size of the model     3 MB   40 MB  606 MB
//
// The faces have eyes and hair after 1,000 updates and are varied and clear after
// 5,000 (80 s), with a little noise left where the drawn ones have flat colours.
// The losses do not fall to zero and are not meant to: they tell who of the two
// networks is ahead, 1.39 and 0.69 being a draw.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// options are the flags.
type options struct {
	data, load, out string

	size           int
	lr             float64
	batch, updates int
	every          int
	seed           uint64
}

// register declares the flags. What is in o becomes their defaults.
func (o *options) register(f *flag.FlagSet) {
	f.StringVar(&o.data, "data", o.data, "`FOLDER` of pictures to learn from; default: the faces that come with the library")
	f.StringVar(&o.load, "load", o.load, "go on with the model in `FILE`")
	f.StringVar(&o.out, "out", o.out, "`FOLDER` to write the sheets and the model to")
	f.IntVar(&o.size, "size", o.size, fmt.Sprintf("width and height of the pictures, up to %d; default %d, or that of the faces or the -load model", maxSize, ownSize))
	f.Float64Var(&o.lr, "lr", o.lr, "learning rate of both networks")
	f.IntVar(&o.batch, "batch", o.batch, "pictures in an update")
	f.IntVar(&o.updates, "updates", o.updates, "updates to train for; 0 only makes a sheet with the -load model")
	f.IntVar(&o.every, "every", o.every, "updates between sheets")
	f.Uint64Var(&o.seed, "seed", o.seed, "start of all random choices")
}

var defaults = options{out: "out", lr: 1e-3, batch: 64, updates: 5000, every: 500, seed: 1}

const (
	ownSize = 64  // default for own pictures
	maxSize = 256 // networks grow with the number of pixels: beyond this they need gigabytes
)

func main() {
	o := defaults
	o.register(flag.CommandLine)
	flag.Parse()
	// The first interrupt ends the training in good order, a second one the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gan:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	if o.updates < 0 || o.every < 1 || o.batch < 1 {
		return fmt.Errorf("-updates must not be negative, -every and -batch must be positive, got %d, %d and %d", o.updates, o.every, o.batch)
	}
	if err := os.MkdirAll(o.out, 0o777); err != nil {
		return err
	}
	gan, err := newModel(o)
	if err != nil {
		return err
	}
	if o.updates == 0 {
		return sheet(gan, o, 0, out)
	}
	pictures, err := load(ctx, o.data, gan.Config())
	if err != nil {
		return err
	}
	fmt.Fprintln(out, pictures.Summary())
	loader, err := pictures.Loader(data.LoaderOptions{
		BatchSize: min(o.batch, pictures.Len()), Shuffle: true, DropLast: true, Seed: o.seed,
	})
	if err != nil {
		return err
	}

	show := func(e train.Event) error {
		fmt.Fprintf(out, "update %d: discriminator's loss %.3f, generator's %.3f, %.0f s\n",
			e.Step, e.Metrics[0].Value, e.Metrics[1].Value, e.Elapsed.Seconds())
		if err := sheet(gan, o, e.Step, out); err != nil {
			return err
		}
		return models.Save(filepath.Join(o.out, "gan.safetensors"), gan)
	}
	trainer := train.Trainer[data.ImageBatch]{
		Data: loader,
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			dLoss, gLoss := gan.Step(b.Pixels)
			return train.Metrics{{Name: "discriminator", Value: dLoss}, {Name: "generator", Value: gLoss}}, nil
		},
		Budget:    train.Budget{Steps: o.updates},
		Callbacks: []train.Callback{train.EverySteps(o.every, show)},
	}
	report, err := trainer.Run(ctx)
	if err != nil {
		return err
	}
	if report.Interrupted {
		fmt.Fprintln(out, "Interrupted.")
	}
	fmt.Fprintf(out, "The model is %s.\n", filepath.Join(o.out, "gan.safetensors"))
	return nil
}

// newModel makes or loads the two networks.
func newModel(o options) (*models.GAN, error) {
	if o.load != "" {
		gan, err := models.LoadAs[*models.GAN](o.load)
		if err == nil && o.size != 0 && o.size != gan.Config().Width {
			err = fmt.Errorf("%s makes pictures of size %d, not %d", o.load, gan.Config().Width, o.size)
		}
		return gan, err
	}
	switch {
	case o.updates == 0:
		return nil, errors.New("-updates 0 makes pictures with a trained model: give one with -load")
	case o.data == "" && o.size != 0 && o.size != samples.FaceSize:
		return nil, fmt.Errorf("the faces are of size %d: -size %d needs pictures of your own, -data FOLDER", samples.FaceSize, o.size)
	case o.data == "":
		o.size = samples.FaceSize
	case o.size == 0:
		o.size = ownSize
	}
	if o.size < 0 || o.size > maxSize {
		return nil, fmt.Errorf("-size must be from 1 to %d, got %d", maxSize, o.size)
	}
	return models.NewGAN(models.GANConfig{
		Width: o.size, LR: o.lr, Seed: o.seed,
		Beta1:   0.5,   // less momentum: the two swing less round each other
		R1:      1,     // a discriminator that does not know the pictures by heart teaches better
		Sharpen: 1,     // it sees noise in flat areas
		EMA:     0.999, // pictures come from an average over the last updates
	})
}

// load reads the pictures, cut and scaled to what the model makes.
func load(ctx context.Context, dir string, cfg models.GANConfig) (*data.Images, error) {
	if dir == "" {
		return samples.Faces(), nil
	}
	pictures, err := data.LoadImages(ctx, dir, data.ImageOptions{
		Width: cfg.Width, Height: cfg.Height, Gray: cfg.Channels == 1,
	})
	if err == nil && pictures.Len() == 1 {
		err = fmt.Errorf("%s: there is only one picture, %s; at least two are needed to learn what they have in common", dir, pictures.Files[0])
	}
	return pictures, err
}

// sheet writes a grid of pictures, always of the same noise, so that one can
// follow how they form.
func sheet(gan *models.GAN, o options, step int, out io.Writer) error {
	side := 8
	if gan.Config().Width > ownSize {
		side = 4
	}
	grid := data.GridOf(gan.Images(side*side, o.seed), data.GridOptions{Scale: max(1, ownSize/gan.Config().Width)})
	path := filepath.Join(o.out, fmt.Sprintf("sheet-%06d.png", step))
	fmt.Fprintln(out, path)
	return data.WritePNG(path, grid)
}
