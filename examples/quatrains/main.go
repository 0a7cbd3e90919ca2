// Quatrains lets the writer of quatrains that comes with the library write poems that
// rhyme, by a table of the Pingshui rhymes (平水韻), and measures how many do: without
// a form, within one, by chance, and of the poets that it learned from. Beside it stands
// the share of lines that occur word for word in the poets' poems; of the poets' own, in
// another poem than theirs.
//
//	go run ./examples/quatrains
//	go run ./examples/quatrains -n 3 -prompt 春風 -seed 7
//	go run ./examples/quatrains -first=false -measure 0
//
// In a classical quatrain, lines 2 and 4 end in different characters of one group of
// level tones, and line 1 does in most; -first=false leaves line 1 to the model. The
// model has learned to rhyme in most poems, from poems alone: it knows no table. Within a
// form, it chooses among the characters that rhyme by the table.
//
// What to expect, on two cores of a shared server: poems at once, and measures of 1,000
// poems of each kind after some ten seconds.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/examples/internal/given"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/models/pretrained"
)

// table has the groups of level tones, a line each. _make/pingshui.py made it.
//
//go:embed pingshui.txt
var table string

// pattern is a quatrain of lines of seven characters.
const pattern = "7，7。/7，7。"

// longest is how many characters a poem may have: a quatrain has 33, and one that is
// written without a form may go on.
const longest = 100

type options struct {
	n, measure  int
	prompt      string
	text        string
	first       bool
	seed        uint64
	temperature float64
	topP        float64
}

// register declares the flags. What is in o becomes their defaults.
func (o *options) register(f *flag.FlagSet) {
	f.IntVar(&o.n, "n", o.n, "poems to write")
	f.StringVar(&o.prompt, "prompt", o.prompt, "`TEXT` that poems begin with; measures are of poems without")
	f.BoolVar(&o.first, "first", o.first, "let line 1 rhyme with lines 2 and 4")
	f.Uint64Var(&o.seed, "seed", o.seed, "start of all random choices")
	f.Float64Var(&o.temperature, "temperature", o.temperature, "below 1 writes safer, above 1 wilder, 0 takes the likeliest character")
	f.Float64Var(&o.topP, "top-p", o.topP, "draw from the likeliest characters with this joint probability")
	f.IntVar(&o.measure, "measure", o.measure, "poems of each kind to measure; 0 measures nothing")
	f.StringVar(&o.text, "text", o.text, "`FILE` of the poets' poems, a blank line between, to measure beside; default the 3,000 of data/samples")
}

func defaults() *options {
	return &options{n: 10, measure: 1000, first: true, seed: 1, temperature: 0.8, topP: 0.95}
}

func main() {
	o := defaults()
	o.register(flag.CommandLine)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := given.Positive(flag.CommandLine, "seed", "temperature", "top-p", "measure")
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	if ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "quatrains:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options, out io.Writer) error {
	if o.n < 1 || o.measure < 0 {
		return fmt.Errorf("-n must be positive and -measure not negative, got %d and %d", o.n, o.measure)
	}
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	rhyme, err := form.ParseRhymes(table)
	if err != nil {
		return err
	}
	writer, err := pretrained.Quatrains()
	if err != nil {
		return err
	}
	if _, err := writer.Tokenizer().Encode(o.prompt); o.prompt != "" && err != nil {
		return fmt.Errorf("-prompt: %w", err)
	}
	verse := form.Verse{Pattern: pattern, Characters: form.Characters(writer.Tokenizer()), Rhyme: rhyme, Rhyming: []int{2, 4}}
	if o.first {
		verse.Rhyming = []int{1, 2, 4}
	}
	rhymed, err := form.NewVerse(verse)
	if err != nil {
		return err
	}
	poems, err := o.write(ctx, writer, o.n, o.prompt, rhymed)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, strings.Join(poems, "\n\n"))
	if o.measure == 0 {
		return nil
	}

	return o.compare(ctx, writer, rhyme, rhymed, out)
}

// compare prints how many poems have the form, and how many of them rhyme.
func (o *options) compare(ctx context.Context, writer generate.Model, rhyme rhymes, rhymed generate.Form, out io.Writer) error {
	quatrain, err := form.NewVerse(form.Verse{Pattern: pattern})
	if err != nil {
		return err
	}
	poets := samples.Quatrains()
	if o.text != "" {
		text, err := data.LoadText(o.text)
		if err != nil {
			return fmt.Errorf("-text: %w", err)
		}
		poets = data.Paragraphs(text)
	}
	m := measures{rhyme, quatrain, linesOf(poets)}
	fmt.Fprintf(out, "\n%-28s %10s %12s %12s %14s\n", fmt.Sprintf("poems: %d", o.measure), "form", "2, 4 rhyme", "1, 2, 4", "lines copied")
	row := func(name string, s share) {
		fmt.Fprintf(out, "%-28s %8.1f %% %10.1f %% %10.1f %% %12.2f %%\n", name, 100*s.form, 100*s.two, 100*s.three, 100*s.copied)
	}
	for _, kind := range []struct {
		name string
		form generate.Form
	}{{"written freely", nil}, {"within the form", quatrain}, {"within form and rhyme", rhymed}} {
		poems, err := o.write(ctx, writer, o.measure, "", kind.form)
		if err != nil {
			return err
		}
		row(kind.name, m.of(poems, false))
	}
	row("poets' lines, by chance", m.chance(poets, o.seed))
	row("the poets' poems", m.of(poets, true))
	return nil
}

// write writes poems that begin with a prompt, of a form if it is not nil.
func (o *options) write(ctx context.Context, writer generate.Model, n int, prompt string, f generate.Form) ([]string, error) {
	options := []generate.Option{
		generate.Temperature(o.temperature), generate.TopP(o.topP), generate.Seed(o.seed), generate.Stop("\n\n"),
	}
	if f != nil {
		rest, err := form.After(f, prompt)
		if err != nil {
			return nil, err
		}
		options = append(options, generate.Within(rest))
	}
	begin := prompt
	if begin == "" {
		begin = "\n" // which a poem comes after in the text that the model learned from
	}
	results, err := generate.Samples(ctx, writer, begin, n, longest, options...)
	if err != nil {
		return nil, err
	}
	poems := make([]string, len(results))
	for i, r := range results {
		if r.Err != nil {
			return nil, r.Err
		}
		poems[i] = prompt + r.Text
	}
	return poems, nil
}
