package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

var _ = generators.add(20, func() any {
	return &struct {
		Text generateText `cmd:"" help:"Write on from a prompt."`
	}{}
})

// generateText writes.
type generateText struct {
	Prompt      string  `arg:"" optional:"" help:"What the text begins with (default: a line end, the beginning of a new paragraph)."`
	Model       string  `short:"m" input:"model" placeholder:"RUN" help:"Run's folder or model's file (default: the poems that come with the program)."`
	N           int     `short:"n" default:"300" placeholder:"N" help:"Characters or words to write (default: ${default})."`
	Out         string  `short:"o" output:"file" placeholder:"FILE" help:"File to write to (default: the terminal)."`
	Seed        *uint64 `placeholder:"N" help:"Which text: equal seeds give equal ones (default: a new one each time)."`
	Temperature float64 `default:"0.8" zero:"the likeliest" placeholder:"X" help:"Below 1 safer, above 1 wilder, 0 always the likeliest (default: ${default})."`
	TopP        float64 `default:"0.95" placeholder:"X" help:"Choose among the likeliest that together have this probability; 1 means all (default: ${default})."`
	TopK        int     `placeholder:"N" help:"Choose among the N likeliest only."`
	MinP        float64 `placeholder:"X" help:"Choose among those at least X times as likely as the likeliest, such as 0.05."`
	Repetition  float64 `placeholder:"X" help:"Avoid what the text has: above 1 more, such as 1.2 for words; not for characters."`

	Stop    []string `sep:"none" placeholder:"TEXT" help:"End before this text; \\n is a line end. May be given several times."`
	Form    string   `input:"data" empty:"json, lines such as 7,7,7,7, or a file with a grammar" placeholder:"FORM" help:"Keep a form: lines of so many characters, such as 7,7,7,7; json; or a file with a grammar."`
	Rhyme   string   `input:"data" placeholder:"FILE" help:"Let lines of the form rhyme by this table: in each line of the file a name, a space, and characters that rhyme."`
	Samples int      `default:"1" placeholder:"N" help:"Texts to write, with a blank line between; the second is of the seed after (default: ${default})."`
}

// writer is a model that writes text, with float or int8 weights.
type writer interface {
	models.Model
	generate.Model
	Evaluate(tokens []int32, streams int) (float64, error)
}

// Help is shown by --help.
func (*generateText) Help() string {
	return `The text goes to the terminal or to -o, the prompt first. The seed is told on the error output. Ctrl+C ends the text, and what there is of it stays, in a file too.

A form is kept by any model, however little it has learned, and the prompt is part of it. In 7,7,7,7 each number is a line of so many characters, * a line of any length, / a line end, a comma a mark, a line end or both, and all else stands for itself: 7，7。/7，7。 or */*/*/. A grammar is a file in the notation of llama.cpp (GBNF), whose rule root is the text.

With --rhyme, every second line ends in characters of one group of the table, and the first one of four or more too. The table of classical Chinese verse is examples/quatrains/pingshui.txt in artnn's source.

Examples:
  artnn generate text
  artnn generate text -m run2 "Once upon a time" -n 300
  artnn generate text -m run2 "Call me " --temperature 0.6 -o story.txt
  artnn generate text --form 7,7,7,7 --samples 10
  artnn generate text --form 7,7,7,7 --rhyme pingshui.txt
  artnn generate text -m run2 "The " --stop . --min-p 0.05`
}

// mostSamples is how many texts are written in one go, which are kept until all are.
const mostSamples = 10_000

// Validate is called by the command-line parser.
func (c *generateText) Validate() error {
	switch {
	case c.N < 1:
		return fmt.Errorf("-n must be at least 1, got %d", c.N)
	case c.Temperature < 0:
		return fmt.Errorf("--temperature must not be negative, got %g", c.Temperature)
	case c.TopP < 0 || c.TopP > 1:
		return fmt.Errorf("--top-p must be from 0 to 1, got %g", c.TopP)
	case c.TopK < 0:
		return fmt.Errorf("--top-k must not be negative, got %d", c.TopK)
	case c.MinP < 0 || c.MinP > 1:
		return fmt.Errorf("--min-p must be from 0 to 1, got %g", c.MinP)
	case c.Repetition < 0:
		return fmt.Errorf("--repetition must be positive, got %g", c.Repetition)
	case c.Samples < 1 || c.Samples > mostSamples:
		return fmt.Errorf("--samples must be from 1 to %d, got %d", mostSamples, c.Samples)
	case slices.Contains(c.Stop, ""):
		return fmt.Errorf("--stop must not be empty")
	}
	return nil
}

// Run is the command.
func (c *generateText) Run(ctx context.Context, con *console) error {
	m, err := textModelOf(c.Model)
	if err != nil {
		return err
	}
	seed := newSeed()
	if c.Seed != nil {
		seed = *c.Seed
	}
	prompt := c.Prompt
	if prompt == "" {
		if prompt, err = recipe.Opening(m.Tokenizer()); err != nil {
			return err
		}
	}
	tokens, unknown := m.Tokenizer().Encode(prompt)
	if unknown == nil { // else the error says it
		con.hintScript(m.Tokenizer(), prompt)
		if w, ok := m.(generate.Windowed); ok && len(tokens) > w.Window() {
			con.warn(fmt.Sprintf("the prompt has %s and the model looks back on %d: only its end is read", words.Count(len(tokens), "token"), w.Window()))
		}
	}
	options, err := c.options(m, prompt, seed)
	if err != nil {
		if unknown != nil { // of which a form of the model's characters says less
			err = fmt.Errorf("prompt: %w", unknown)
		}
		return err
	}
	write := func(w io.Writer) (some bool, err error) {
		if c.Samples > 1 {
			return c.writeSamples(ctx, w, m, prompt, options, con)
		}
		return c.write(ctx, w, m, prompt, options, con)
	}
	if c.Out != "" {
		return c.save(con, seed, write)
	}
	out := &seedFirst{Writer: con.data, tell: func() {
		if c.Seed == nil && !con.quiet {
			fmt.Fprintf(con.err, "(seed %d)\n", seed)
		}
	}}
	_, err = write(out)
	return err
}

// save writes to the file named. What there is of a text that Ctrl+C ended is kept.
func (c *generateText) save(con *console, seed uint64, write func(io.Writer) (some bool, err error)) error {
	interrupted := false
	err := atomicfile.Write(c.Out, func(w io.Writer) error {
		some, err := write(w)
		if some && errors.Is(err, errInterrupted) {
			interrupted = true
			return nil
		}
		return err
	})
	switch {
	case errors.Is(err, errInterrupted):
		con.warn(fmt.Sprintf("interrupted before there was any text: %s is not written", c.Out))
		return err
	case err != nil:
		return err
	case interrupted:
		con.warn(fmt.Sprintf("interrupted: %s has what was written until then, from seed %d", c.Out, seed))
		return errInterrupted
	}
	con.say("%s: from seed %d\n", c.Out, seed)
	return nil
}

// seedFirst tells the seed before the first of the text, so that it is known however
// the text ends.
type seedFirst struct {
	io.Writer
	tell func()
	told bool
}

func (s *seedFirst) Write(p []byte) (int, error) {
	if !s.told {
		s.told = true
		s.tell()
	}
	return s.Writer.Write(p)
}

// options are what the flags say of how to write.
func (c *generateText) options(m writer, prompt string, seed uint64) ([]generate.Option, error) {
	options := []generate.Option{
		generate.Temperature(c.Temperature), generate.TopP(c.TopP), generate.TopK(c.TopK), generate.MinP(c.MinP), generate.Seed(seed),
	}
	if c.Repetition != 0 {
		options = append(options, generate.Repetition(c.Repetition))
	}
	for _, stop := range c.Stop {
		options = append(options, generate.Stop(strings.ReplaceAll(stop, `\n`, "\n")))
	}
	if c.Form != "" || c.Rhyme != "" {
		f, err := formOf(c.Form, c.Rhyme, func() string { return form.Characters(m.Tokenizer()) })
		if err != nil {
			return nil, err
		}
		if f, err = form.After(f, shown(prompt)); err != nil {
			return nil, err
		}
		options = append(options, generate.Within(f))
	}
	return options, nil
}

// shown is a prompt as it is printed: the line end that paragraphs begin after is none.
func shown(prompt string) string { return strings.TrimLeft(prompt, "\n") }

// write writes the text as it comes, and tells whether there was any.
func (c *generateText) write(ctx context.Context, w io.Writer, m writer, prompt string, options []generate.Option, con *console) (some bool, err error) {
	out := bufio.NewWriter(w)
	out.WriteString(shown(prompt))
	begun := shown(prompt) != ""
	last, end := "", generate.Reason("")
	for token, err := range generate.Tokens(ctx, m, prompt, c.N, options...) {
		piece := token.Text
		if begun || strings.TrimSpace(piece) != "" { // no blank lines before the first word
			begun = true
			out.WriteString(piece)
			last = cmp.Or(piece, last)
		}
		if ctx.Err() != nil {
			out.WriteString("\n")
			out.Flush()
			return last != "", errInterrupted
		}
		if err != nil && last == "" { // it could not begin
			return false, err
		}
		if err != nil {
			out.WriteString("\n")
			out.Flush()
			return true, err
		}
		end = token.End
		if err := out.Flush(); err != nil {
			return last != "", err
		}
	}
	if !strings.HasSuffix(last, "\n") {
		out.WriteString("\n")
	}
	c.noteEnd(con, end)
	return last != "", out.Flush()
}

// noteEnd says if a form was cut off.
func (c *generateText) noteEnd(con *console, end generate.Reason) {
	if c.Form != "" && end == generate.Length {
		con.warn(fmt.Sprintf("the text is cut off at %d, before its form ends; -n sets how many", c.N))
	}
}

// writeSamples writes several texts, once all are made, and tells whether there were any.
func (c *generateText) writeSamples(ctx context.Context, w io.Writer, m writer, prompt string, options []generate.Option, con *console) (some bool, err error) {
	results, err := generate.Samples(ctx, m, prompt, c.Samples, c.N, options...)
	out := bufio.NewWriter(w)
	end := generate.Reason("")
	for _, r := range results {
		if r.Err != nil {
			err = cmp.Or(err, r.Err)
			continue
		}
		if ctx.Err() != nil && r.Text == "" { // it was not begun
			continue
		}
		if some {
			out.WriteString("\n")
		}
		some = true
		out.WriteString(strings.TrimSpace(prompt+r.Text) + "\n")
		if r.End != generate.Complete {
			end = r.End
		}
	}
	if ctx.Err() != nil {
		out.Flush()
		return some, errInterrupted
	}
	c.noteEnd(con, end)
	return some, cmp.Or(err, out.Flush())
}

// textModelOf is the model named, or the one that comes with the program.
func textModelOf(path string) (writer, error) {
	if path == "" {
		return shippedPoems()
	}
	return loadAs[writer](path, "text")
}
