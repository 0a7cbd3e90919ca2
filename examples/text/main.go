// Text trains an LSTM on a text of your own, or on the beginning of Moby-Dick that
// comes with the library, and lets it go on writing.
//
//	go run ./examples/text
//	go run ./examples/text -vocab word -words 2000 -steps 32 -lr 2e-3 -updates 500 -length 60
//	go run ./examples/text -data notes.txt -updates 4000
//	go run ./examples/text -load text.safetensors -updates 0 -prompt "The whale" -length 500
//
// The loop is written out with package train, to show its parts; package recipe
// has one ready, and "artnn train text" is a command over it.
//
// Any UTF-8 text of 100,000 characters or more will do, in any language; a folder
// means all its .txt and .md files. The last tenth is kept for validation: how
// many nats the model needs for a token that it has not learned from, the fewer
// the better. It is read in 32 places at once, each from its beginning on.
// After each validation the model is saved and a sample printed, what the model
// made behind a bar. Ctrl+C saves the model and ends the program.
//
// What to expect, on two cores of a shared server: the defaults take a minute for
// 1,000 updates and reach 1.940, 1.820, 1.780 and 1.747 nats a character, each
// after 250 more.
//
// To compare with PyTorch, take the tinyshakespeare input.txt of
// github.com/karpathy/char-rnn and
//
//	go run ./examples/text -data input.txt -embed 256 -hidden 512 -batch 32 -steps 64 -lr 2e-3 -clip 1 -updates 500
//
// Validation nats after 250 and 500 updates, each less than a second:
//
//	this program                     1.743  1.628
//	PyTorch, same network and text   1.742  1.633
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"unicode/utf8"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// options are the flags.
type options struct {
	data, load, save                                    string
	vocab                                               string
	words, embed, hidden, layers, batch, steps, updates int
	lr, clip, dropout                                   float64
	seed                                                uint64

	every       int
	prompt      string
	length      int
	temperature float64
	topP        float64
}

// register declares the flags. What is in o becomes their defaults.
func (o *options) register(f *flag.FlagSet) {
	f.StringVar(&o.data, "data", o.data, "text `FILE` or folder to learn from; default: the beginning of Moby-Dick")
	f.StringVar(&o.load, "load", o.load, "go on with the model in `FILE`")
	f.StringVar(&o.save, "save", o.save, "`FILE` to write the model to")

	f.StringVar(&o.vocab, "vocab", o.vocab, "what a token is: char or word")
	f.IntVar(&o.words, "words", o.words, "size of a word vocabulary")
	f.IntVar(&o.embed, "embed", o.embed, "size of a token's vector")
	f.IntVar(&o.hidden, "hidden", o.hidden, "size of the LSTM's state")
	f.IntVar(&o.layers, "layers", o.layers, "layers of the LSTM")
	f.Float64Var(&o.dropout, "dropout", o.dropout, "share of numbers dropped in training")
	f.Float64Var(&o.lr, "lr", o.lr, "learning rate of Adam")
	f.Float64Var(&o.clip, "clip", o.clip, "largest norm of the gradient; 0 for any")

	f.IntVar(&o.batch, "batch", o.batch, "windows of text in an update")
	f.IntVar(&o.steps, "steps", o.steps, "tokens in a window")
	f.IntVar(&o.updates, "updates", o.updates, "updates to train for; 0 only writes with the -load model")
	f.Uint64Var(&o.seed, "seed", o.seed, "start of all random choices")

	f.IntVar(&o.every, "every", o.every, "updates between validations")
	f.StringVar(&o.prompt, "prompt", o.prompt, "`TEXT` for the model to continue; default: what follows the training part")
	f.IntVar(&o.length, "length", o.length, "tokens to write")
	f.Float64Var(&o.temperature, "temperature", o.temperature, "below 1 writes safer, above 1 wilder, 0 takes the likeliest token")
	f.Float64Var(&o.topP, "top-p", o.topP, "draw from the likeliest tokens with this joint probability")
}

var defaults = options{
	save: "text.safetensors", vocab: "char", words: tokenizer.DefaultWords,
	embed: 128, hidden: 256, layers: 1, lr: 3e-3, clip: 1,
	batch: 32, steps: 64, updates: 1000, seed: 1,
	every: 250, length: 300, temperature: 0.8, topP: 0.95,
}

func main() {
	o := defaults
	o.register(flag.CommandLine)
	flag.Parse()
	// The first interrupt ends the training in good order, a second one the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "text:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	if o.updates == 0 {
		if o.load == "" {
			return errors.New("-updates 0 writes with a trained model: give one with -load")
		}
		model, err := models.LoadAs[*models.TextGenerator](o.load)
		if err != nil {
			return err
		}
		return write(model, o.prompt, o, out)
	}
	if o.updates < 0 || o.every < 1 {
		return fmt.Errorf("-updates and -every must be positive, got %d and %d", o.updates, o.every)
	}

	text, err := readText(o.data)
	if err != nil {
		return err
	}
	training, held := split(text)
	model, err := newModel(o, text, training)
	if err != nil {
		return err
	}
	tokens, err := model.Tokenizer().Encode(training)
	if err != nil {
		return err
	}
	heldTokens, err := model.Tokenizer().Encode(held)
	if err != nil {
		return err
	}
	streams := min(heldStreams, len(heldTokens)/2)
	if streams == 0 {
		return errors.New("the text is too short to keep a tenth of it for validation")
	}
	loader, err := data.RandomWindows(tokens, o.batch, o.steps, o.seed)
	if err != nil {
		return err
	}
	prompt := o.prompt
	if prompt == "" {
		prompt = beginning(held, promptLength)
	}
	fmt.Fprintf(out, "%s to learn from, %d to validate on, %d different ones\n\nbefore training:\n",
		words.Count(len(tokens), "token"), len(heldTokens), model.Tokenizer().Len())
	// This shows where it all starts, and finds out now, rather than after
	// minutes of training, whether the prompt and the options make sense.
	if err := write(model, prompt, o, out); err != nil {
		return err
	}

	validate := func(e train.Event) error {
		loss, err := model.Evaluate(heldTokens, streams)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\nupdate %d: training %.3f, validation %.3f nats a token, %.0f s\n",
			e.Step, e.Metrics[0].Value, loss, e.Elapsed.Seconds())
		if err := models.Save(o.save, model); err != nil {
			return err
		}
		return write(model, prompt, o, out)
	}
	trainer := train.Trainer[data.TokenBatch]{
		Data: loader,
		Step: func(_ context.Context, b data.TokenBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: model.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}, nil
		},
		Budget:    train.Budget{Steps: o.updates},
		Callbacks: []train.Callback{train.EverySteps(o.every, validate)},
	}
	report, err := trainer.Run(ctx)
	if err != nil {
		return err
	}
	if report.Interrupted {
		fmt.Fprintf(out, "\nInterrupted after update %d.", report.Step)
	}
	fmt.Fprintf(out, "\nThe model is in %s.\n", o.save)
	return nil
}

// heldStreams is how many places of the held-out text are read at a time.
const heldStreams = 32

// readText reads a file, a folder, or the text that comes with the library.
func readText(path string) (string, error) {
	if path == "" {
		return samples.MobyDick(), nil
	}
	return data.LoadText(path)
}

// split keeps the last tenth of a text, at the next whole character, for
// validation.
func split(text string) (training, held string) {
	at := len(text) * 9 / 10
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return text[:at], text[at:]
}

// newModel makes or loads the model.
func newModel(o options, text, training string) (*models.TextGenerator, error) {
	if o.load != "" {
		return models.LoadAs[*models.TextGenerator](o.load)
	}
	var vocab tokenizer.Tokenizer
	var err error
	switch o.vocab {
	case "char":
		vocab, err = tokenizer.NewChars(text) // the held-out part may have rare ones
	case "word":
		vocab, err = tokenizer.NewWords(training, o.words)
	default:
		err = fmt.Errorf("-vocab must be char or word, got %q", o.vocab)
	}
	if err != nil {
		return nil, err
	}
	return models.NewTextGenerator(vocab, models.TextConfig{
		Embed: o.embed, Hidden: o.hidden, Layers: o.layers, Dropout: o.dropout,
		LR: o.lr, Clip: o.clip, Seed: o.seed,
	})
}

// promptLength is how many characters of the held-out text a sample continues.
const promptLength = 40

// beginning is the first n characters of a text.
func beginning(text string, n int) string {
	r := []rune(text)
	return string(r[:min(n, len(r))])
}

// write prints what the model makes of a prompt.
func write(model *models.TextGenerator, prompt string, o options, out io.Writer) error {
	text, err := model.Generate(prompt, o.length,
		generate.Temperature(o.temperature), generate.TopP(o.topP), generate.Seed(o.seed))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s|%s\n", prompt, text)
	return err
}
