// Text trains an LSTM on a text of your own, or on the beginning of Moby-Dick that
// comes with the library, and lets it go on writing. Package recipe does the work:
// it reads the text, chooses what is left open by its length, and trains.
//
//	go run ./examples/text
//	go run ./examples/text -vocab word -words 2000 -window 32 -updates 500 -length 60
//	go run ./examples/text -data notes.txt -updates 4000
//	go run ./examples/text -resume -updates 8000
//	go run ./examples/text -load out/model.safetensors -prompt "The whale" -length 500
//
// Any UTF-8 text of 100,000 characters or more will do, in any language; a folder
// means all its .txt and .md files. The last tenth is kept for validation: how
// many nats the model needs for a token that it has not learned from, the fewer
// the better. After each validation a sample is printed, what the model made behind
// a bar. The folder out gets the model, other samples, and a report. Ctrl+C saves
// what was learned and ends the program; with -resume it goes on.
//
// What to expect, on two cores of a shared server: the defaults take a minute or two
// for 1,000 updates and reach 2.09, 1.94, 1.89 and 1.88 nats a character, each
// after 250 more; a longer run, whose learning rate falls later, goes further.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/examples/internal/given"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/train"
)

// options are the recipe's, and how to write.
type options struct {
	recipe.Text
	load, prompt      string
	length            int
	temperature, topP float64
}

// register declares the flags. What is in o becomes their defaults.
func (o *options) register(f *flag.FlagSet) {
	f.StringVar(&o.Data, "data", o.Data, "text `FILE` or folder to learn from; default: the beginning of Moby-Dick")
	f.StringVar(&o.Dir, "out", o.Dir, "`FOLDER` to write to")
	f.BoolVar(&o.Resume, "resume", o.Resume, "go on with what is in -out")
	f.StringVar(&o.load, "load", o.load, "train nothing, write with the model in `FILE`")

	f.StringVar(&o.Vocab, "vocab", o.Vocab, "what a token is: char, word or bpe; default: by the text")
	f.IntVar(&o.Words, "words", o.Words, "size of a word vocabulary, at most; default 10000")
	f.StringVar(&o.Network, "network", o.Network, "lstm or gpt; default: by the text")
	f.IntVar(&o.Hidden, "hidden", o.Hidden, "size of the LSTM's state; default: by the text")
	f.IntVar(&o.Layers, "layers", o.Layers, "layers of the network; default: by the text")
	f.Float64Var(&o.LR, "lr", o.LR, "highest learning rate of Adam; default 0.002")
	f.IntVar(&o.Batch, "batch", o.Batch, "windows of text in an update; default: by the network")
	f.IntVar(&o.Window, "window", o.Window, "tokens in a window; default: by the network")
	f.IntVar(&o.Budget.Steps, "updates", o.Budget.Steps, "updates to train for")
	f.IntVar(&o.ValidateEvery, "every", o.ValidateEvery, "updates between validations")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "start of all random choices")

	f.StringVar(&o.prompt, "prompt", o.prompt, "`TEXT` for the model to continue; default: what paragraphs begin after")
	f.IntVar(&o.length, "length", o.length, "tokens to write")
	f.Float64Var(&o.temperature, "temperature", o.temperature, "below 1 writes safer, above 1 wilder, 0 takes the likeliest token")
	f.Float64Var(&o.topP, "top-p", o.topP, "draw from the likeliest tokens with this joint probability")
}

func defaults() *options {
	o := &options{length: 300, temperature: 0.8, topP: 0.95}
	o.Dir, o.Budget.Steps, o.ValidateEvery, o.Seed = "out", 1000, 250, 1
	return o
}

func main() {
	o := defaults()
	o.register(flag.CommandLine)
	flag.Parse()
	// The first interrupt ends the training in good order, a second one the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := given.Positive(flag.CommandLine, "temperature", "top-p")
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "text:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	if o.load != "" {
		model, err := models.LoadAs[recipe.Writer](o.load)
		if err != nil {
			return err
		}
		return o.write(model, out)
	}
	if o.Data == "" {
		o.Text.Text = samples.MobyDick()
	}
	task, err := o.Prepare(ctx)
	if err != nil {
		return err
	}
	// This shows what a network makes that has learned nothing, and finds out now,
	// rather than after minutes of training, whether the prompt makes sense.
	fmt.Fprintf(out, "%s.\n\nuntrained:\n", task.Intro)
	if err := o.write(o.Model(), out); err != nil {
		return err
	}
	o.Progress = watch{o: o, out: out}
	result, err := recipe.Train(ctx, task, o.Options)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\nModel:  %s\nReport: %s\n", result.Summary(), result.Folder.Model(), result.Folder.Report())
	return nil
}

// watch shows each validation, and what the model writes by then.
type watch struct {
	train.Base
	o   *options
	out io.Writer
}

func (w watch) Validated(e train.Event) error {
	fmt.Fprintf(w.out, "\nupdate %d: validation %.3f nats a token, %.0f s\n", e.Step, e.Metrics[0].Value, e.Elapsed.Seconds())
	return w.o.write(w.o.Model(), w.out)
}

// write prints what the model makes of the prompt.
func (o *options) write(model recipe.Writer, out io.Writer) error {
	prompt := o.prompt
	if prompt == "" {
		var err error
		if prompt, err = recipe.Opening(model.Tokenizer()); err != nil {
			return err
		}
	}
	text, err := generate.Text(model, prompt, o.length,
		generate.Temperature(o.temperature), generate.TopP(o.topP), generate.Seed(o.Seed))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s|%s\n", prompt, text)
	return err
}
