package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tokenizer"
)

var _ = generators.add(20, func() any {
	return &struct {
		Text generateText `cmd:"" help:"Write on from a prompt."`
	}{}
})

// generateText writes.
type generateText struct {
	Prompt      string  `arg:"" optional:"" help:"What the text begins with (default: a line end, the beginning of a new paragraph)."`
	Model       string  `short:"m" placeholder:"RUN" help:"Run's folder or model's file (default: the poems that come with the program)."`
	N           int     `short:"n" default:"300" placeholder:"N" help:"Characters or words to write (default: ${default})."`
	Out         string  `short:"o" output:"file" placeholder:"FILE" help:"File to write to (default: the terminal)."`
	Seed        *uint64 `placeholder:"N" help:"Which text: equal seeds give equal ones (default: a new one each time)."`
	Temperature float64 `default:"0.8" zero:"the likeliest" placeholder:"X" help:"Below 1 safer, above 1 wilder, 0 always the likeliest (default: ${default})."`
	TopP        float64 `default:"0.95" placeholder:"X" help:"Choose among the likeliest that together have this probability; 1 means all (default: ${default})."`
	TopK        int     `placeholder:"N" help:"Choose among the N likeliest only."`
}

// writer is a model that writes text, with float or int8 weights.
type writer interface {
	models.Model
	Stream(prompt string, n int, options ...generate.Option) iter.Seq2[string, error]
	Evaluate(tokens []int32, streams int) (float64, error)
	Tokenizer() tokenizer.Tokenizer
}

// Help is shown by --help.
func (*generateText) Help() string {
	return `The text goes to the terminal or to -o, the prompt first. The seed is told on the error output.

Examples:
  artnn generate text
  artnn generate text -m run2 "Once upon a time" -n 300
  artnn generate text -m run2 "Call me " --temperature 0.6 -o story.txt`
}

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
	if _, err := m.Tokenizer().Encode(prompt); err == nil { // else the error says it
		con.hintScript(m.Tokenizer(), prompt)
	}
	write := func(w io.Writer) error { return c.write(ctx, w, m, prompt, seed) }
	if c.Out != "" {
		if err := atomicfile.Write(c.Out, write); err != nil {
			return err
		}
		con.say("%s: from seed %d\n", c.Out, seed)
		return nil
	}
	if err := write(con.data); err != nil {
		return err
	}
	if c.Seed == nil && !con.quiet {
		fmt.Fprintf(con.err, "(seed %d)\n", seed)
	}
	return nil
}

// write writes the text as it comes.
func (c *generateText) write(ctx context.Context, w io.Writer, m writer, prompt string, seed uint64) error {
	out := bufio.NewWriter(w)
	shown := strings.TrimLeft(prompt, "\n")
	out.WriteString(shown)
	begun := shown != ""
	last := ""
	for piece, err := range m.Stream(prompt, c.N, generate.Temperature(c.Temperature), generate.TopP(c.TopP), generate.TopK(c.TopK), generate.Seed(seed)) {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			out.WriteString("\n")
			out.Flush()
			return errInterrupted
		}
		if !begun && strings.TrimSpace(piece) == "" {
			continue // blank lines before the first word
		}
		begun = true
		out.WriteString(piece)
		last = piece
		if err := out.Flush(); err != nil {
			return err
		}
	}
	if !strings.HasSuffix(last, "\n") {
		out.WriteString("\n")
	}
	return out.Flush()
}

// textModelOf is the model named, or the one that comes with the program.
func textModelOf(path string) (writer, error) {
	if path == "" {
		return shippedPoems()
	}
	return loadAs[writer](path, "text")
}
