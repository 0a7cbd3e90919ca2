// Music trains a network on tunes in ABC notation, of your own or the thousand jigs,
// reels and hornpipes that come with it, and writes new ones: as notation, as MIDI and
// as sound.
//
//	go run ./examples/music
//	go run ./examples/music -data my-tunes -updates 10000
//	go run ./examples/music -resume -updates 3000
//	go run ./examples/music -load out/model.safetensors -prompt 'R:jig\nM:6/8\nK:D\n' -tunes 20
//	go run ./examples/music -load out/model.safetensors -form
//
// Any file or folder of tunes of one voice will do; a few hundred are a start. Each is
// read and written anew in one form, without title, ornaments and chord symbols; those
// that cannot be read, or have bars that do not add up, are left out, with a word about
// where. The last tenth is kept for validation. In the end the folder out has the
// model, a report, and in tunes what the model wrote, all of it. The program says how
// many of the tunes parse and how many of their bars add up. With -form they all do:
// each token is then chosen among those that a grammar of tunes allows.
//
// What to expect: 1,500 updates take about two minutes of one core. After 1,000 of a run
// of 3,000, validation was best, 1.14 nats a character; of 100 tunes written by
// those weights 99 parsed, and 94.1 % of their bars added up.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/examples/internal/given"
	"github.com/org/artnn/examples/music/abc"
	"github.com/org/artnn/examples/music/sound"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/generate/writing"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

// options are the recipe's, which tunes to learn from, and how to write.
type options struct {
	recipe.Text
	data, load, export, prompt string
	tunes, length              int
	temperature, topP          float64
	form                       bool
}

// register declares the flags. What is in o becomes their defaults.
func (o *options) register(f *flag.FlagSet) {
	f.StringVar(&o.data, "data", o.data, "`FILE` or folder of tunes to learn from; default: Ryan's Mammoth Collection")
	f.StringVar(&o.Dir, "out", o.Dir, "`FOLDER` to write to")
	f.BoolVar(&o.Resume, "resume", o.Resume, "go on with what is in -out")
	f.StringVar(&o.load, "load", o.load, "train nothing, write with the model in `FILE`")
	f.StringVar(&o.export, "export", o.export, "train nothing, write the tunes to learn from to `FILE`, as they are read")

	f.IntVar(&o.Hidden, "hidden", o.Hidden, "size of the LSTM's state; default: by the text")
	f.IntVar(&o.Layers, "layers", o.Layers, "layers of the LSTM; default 1")
	f.Float64Var(&o.LR, "lr", o.LR, "highest learning rate of Adam; default 0.002")
	f.IntVar(&o.Batch, "batch", o.Batch, "windows of text in an update; default 32")
	f.IntVar(&o.Window, "window", o.Window, "characters in a window")
	f.IntVar(&o.Budget.Steps, "updates", o.Budget.Steps, "updates to train for")
	f.IntVar(&o.ValidateEvery, "every", o.ValidateEvery, "updates between validations")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "start of all random choices")

	f.IntVar(&o.tunes, "tunes", o.tunes, "tunes to write")
	f.StringVar(&o.prompt, "prompt", o.prompt, "`TEXT` that every tune begins with, \\n being a line end, such as 'R:jig\\nM:6/8\\nK:D\\n'")
	f.IntVar(&o.length, "length", o.length, "characters of a tune, at most")
	f.Float64Var(&o.temperature, "temperature", o.temperature, "below 1 writes safer, above 1 wilder, 0 takes the likeliest character")
	f.Float64Var(&o.topP, "top-p", o.topP, "draw from the likeliest characters with this joint probability")
	f.BoolVar(&o.form, "form", o.form, "write only what a grammar allows: tunes that parse, of bars that add up")
}

func defaults() *options {
	o := &options{tunes: 10, length: 1500, temperature: 0.8, topP: 0.95}
	o.Dir, o.Budget.Steps, o.ValidateEvery, o.Window, o.Seed = "out", 1500, 250, 128, 1
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
		fmt.Fprintln(os.Stderr, "music:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	if o.tunes < 1 {
		return fmt.Errorf("-tunes must be positive, got %d", o.tunes)
	}
	tunes, err := o.learnFrom(out)
	if err != nil {
		return err
	}
	if o.export != "" {
		return rundir.Dir("").Write(o.export, func(w io.Writer) error {
			_, err := io.WriteString(w, book(tunes))
			return err
		})
	}
	p := &pen{options: o, tunes: tunes}
	if o.form {
		if p.form, err = tuneForm(tunes); err != nil {
			return err
		}
		if p.form, err = form.After(p.form, p.begin()); err != nil {
			return fmt.Errorf("-prompt: %w", err)
		}
	}
	if o.load != "" {
		loaded, err := models.Load(o.load)
		if err != nil {
			return err
		}
		model, ok := loaded.(generate.Model)
		if !ok {
			return fmt.Errorf("%s: a %T, which writes no text", o.load, loaded)
		}
		return p.write(ctx, model, out)
	}
	o.Text.Text = lesson(tunes, o.Seed)
	task, err := o.Prepare(ctx)
	if err != nil {
		return err
	}
	// This finds out now, rather than after minutes of training, whether the prompt
	// makes sense.
	if _, err := generate.Text(o.Model(), before+p.begin(), 1, p.choice(o.Seed)...); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s. %s.\n", words.Count(len(tunes), "tune"), task.Intro)
	o.Progress = watch{pen: p, ctx: ctx, out: out}
	result, err := recipe.Train(ctx, task, o.Options)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\nModel:  %s\nReport: %s\n", result.Summary(), result.Folder.Model(), result.Folder.Report())
	return p.write(context.WithoutCancel(ctx), o.Model(), out)
}

// learnFrom is the tunes that -data names, or those that come with the program.
func (o *options) learnFrom(out io.Writer) (tunes []*abc.Tune, err error) {
	if o.data == "" {
		return builtIn()
	}
	tunes, left, err := load(o.data)
	for _, why := range left[:min(len(left), mostTold)] {
		fmt.Fprintln(out, "left out:", why)
	}
	if more := len(left) - mostTold; more > 0 {
		fmt.Fprintf(out, "left out: %d more\n", more)
	}
	return distinct(tunes), err
}

// mostTold is of how many tunes it is told why they are left out.
const mostTold = 10

// watch shows each validation, and a tune that the model writes by then.
type watch struct {
	train.Base
	*pen
	ctx context.Context
	out io.Writer
}

func (w watch) Validated(e train.Event) error {
	tunes, err := w.compose(w.ctx, w.Model(), 1)
	if w.ctx.Err() != nil {
		return nil
	}
	if err == nil {
		_, err = fmt.Fprintf(w.out, "\nupdate %d: validation %.3f nats a character, %.0f s\n%s", e.Step, e.Metrics[0].Value, e.Elapsed.Seconds(), tunes[0].text)
	}
	return err
}

// pen writes tunes.
type pen struct {
	*options
	tunes []*abc.Tune // that were learned from
	form  generate.Form
}

// begin is what every tune begins with.
func (p *pen) begin() string { return strings.ReplaceAll(p.prompt, `\n`, "\n") }

func (p *pen) choice(seed uint64) []generate.Option {
	c := []generate.Option{generate.Temperature(p.temperature), generate.TopP(p.topP), generate.Seed(seed), generate.Stop(between)}
	if p.form != nil {
		c = append(c, generate.Within(p.form))
	}
	return c
}

// compose lets the model write n tunes.
func (p *pen) compose(ctx context.Context, m generate.Model, n int) ([]written, error) {
	results, err := generate.Samples(ctx, m, before+p.begin(), n, p.length, p.choice(p.Seed)...)
	if err != nil {
		return nil, err
	}
	tunes := make([]written, n)
	for i, r := range results {
		if r.Err != nil {
			return nil, r.Err
		}
		tunes[i] = newWritten(p.begin()+r.Text, i+1)
	}
	return tunes, nil
}

// write writes tunes into the folder, and how good they are.
func (p *pen) write(ctx context.Context, m generate.Model, out io.Writer) error {
	tunes, err := p.compose(ctx, m, p.options.tunes)
	if err != nil {
		return err
	}
	dir := rundir.At(filepath.Join(p.Dir, "tunes"))
	for i, w := range tunes {
		name := fmt.Sprintf("%03d", i+1)
		if err := save(dir, name+".abc", []byte(w.text)); err != nil {
			return err
		}
		if w.tune == nil {
			fmt.Fprintf(out, "tune %d: %v\n", i+1, w.err)
			continue
		}
		for kind, render := range map[string]func(*abc.Tune) ([]byte, error){".mid": sound.MIDI, ".wav": sound.WAV} {
			file, err := render(w.tune)
			if err != nil {
				fmt.Fprintf(out, "tune %d: no %s: %v\n", i+1, kind, err)
				continue
			}
			if err := save(dir, name+kind, file); err != nil {
				return err
			}
		}
	}
	longest := ""
	source := lesson(p.tunes, p.Seed)
	for _, w := range tunes {
		_, text, _ := strings.Cut(w.text, "\nK:")
		if c := writing.LongestCopy(text, source); len(c.Text) > len(longest) {
			longest = c.Text
		}
	}
	_, err = fmt.Fprintf(out, "\n%s\n%s.\nThe longest that stands in the tunes learned from has %s.\nTunes:  %s\n",
		tunes[0].text, shares(tunes), words.Count(len([]rune(longest)), "character"), dir)
	return err
}

func save(dir rundir.Dir, name string, file []byte) error {
	return dir.Write(dir.Path(name), func(w io.Writer) error {
		_, err := w.Write(file)
		return err
	})
}
