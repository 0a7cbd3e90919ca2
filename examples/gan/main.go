// Gan trains a generator of pictures on a folder of your own pictures, or on the
// 16×16 faces that come with the library. Package recipe does the work: it reads
// the pictures, chooses what is left open by them, and trains.
//
//	go run ./examples/gan
//	go run ./examples/gan -data ~/Pictures -size 64
//	go run ./examples/gan -resume -updates 10000
//
// The folder may hold PNG, JPEG, GIF, WebP and TIFF files, in subfolders too. Each
// is scaled and cropped to a square. A hundred pictures of one kind, taken alike,
// are a start; a thousand are better.
//
// On the way it writes ten sheets of pictures into the folder out/samples, always
// of the same latents, so that one can see them form, and at the end the model, a
// sheet of others, and a report. Ctrl+C saves what was learned and ends the
// program; with -resume it goes on.
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
// The losses do not fall to zero and are not meant to: they tell which of the two
// networks is stronger, 1.39 and 0.69 being a draw.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/examples/internal/given"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/train"
)

// flags declares the flags of a recipe. What is in it becomes their defaults.
func flags(f *flag.FlagSet, r *recipe.Images) {
	f.StringVar(&r.Data, "data", r.Data, "`FOLDER` of pictures to learn from; default: the faces that come with the library")
	f.StringVar(&r.Dir, "out", r.Dir, "`FOLDER` to write to")
	f.BoolVar(&r.Resume, "resume", r.Resume, "go on with what is in -out")
	f.IntVar(&r.Size, "size", r.Size, "width and height of the pictures, up to 256; default: by the pictures, at most 64")
	f.Float64Var(&r.LR, "lr", r.LR, "highest learning rate of both networks")
	f.IntVar(&r.Batch, "batch", r.Batch, "pictures in an update; default: by the pictures")
	f.IntVar(&r.Budget.Steps, "updates", r.Budget.Steps, "updates to train for")
	f.Uint64Var(&r.Seed, "seed", r.Seed, "start of all random choices")
}

func defaults() *recipe.Images {
	r := &recipe.Images{}
	r.Dir, r.Budget.Steps, r.LR, r.Seed = "out", 5000, 1e-3, 1
	return r
}

func main() {
	r := defaults()
	flags(flag.CommandLine, r)
	flag.Parse()
	// The first interrupt ends the training in good order, a second one the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := given.Positive(flag.CommandLine)
	if err == nil {
		err = run(ctx, r, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gan:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, r *recipe.Images, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	if r.Data == "" {
		r.Pictures = samples.Faces()
	}
	r.Say = func(text string) { fmt.Fprintln(out, text) }
	r.Progress = train.EveryShare(10, func(e train.Event) error {
		_, err := fmt.Fprintf(out, "update %d: discriminator's loss %.3f, generator's %.3f, %.0f s\n",
			e.Step, e.Metrics[0].Value, e.Metrics[1].Value, e.Elapsed.Seconds())
		return err
	})
	result, err := r.Run(ctx)
	if err != nil {
		return err
	}
	sheet := filepath.Join(r.Dir, "sheet.png")
	if err := data.WritePNG(sheet, data.GridOf(r.Model().Images(64, r.Seed), data.GridOptions{Scale: max(1, 64/r.Size)})); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\nPictures: %s\nModel:    %s\nReport:   %s\n", result.Summary(), sheet, result.Folder.Model(), result.Folder.Report())
	return nil
}
