package main

import (
	"context"
	"fmt"

	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tabular"
)

var _ = commands.add(50, func() any {
	return &struct {
		Eval evalCommand `cmd:"" help:"Measure how good a trained model is on data you name."`
	}{}
})

// evalCommand measures a model.
type evalCommand struct {
	Model string  `short:"m" input:"model" placeholder:"RUN" required:"" help:"Run's folder or model's file."`
	Data  string  `input:"data" placeholder:"PATH" required:"" help:"What to measure it on: a text, a folder of pictures, a CSV file."`
	N     *int    `short:"n" placeholder:"N" help:"Pictures to generate and to compare with, at most, or texts of --form (default: 256)."`
	Seed  *uint64 `placeholder:"N" help:"Which pictures or texts to generate (default: 1)."`

	featureFlags `embed:"" set:"unlessFeatures=one that artnn has"`

	Form  string `input:"data" empty:"json, lines such as 7,7,7,7, or a file with a grammar" placeholder:"FORM" help:"Of a text generator: how many of the texts it writes keep this form, as of generate text."`
	Rhyme string `input:"data" placeholder:"FILE" help:"Of --form: lines must rhyme by this table too, as of generate text."`

	Out string `short:"o" output:"file" placeholder:"FILE" help:"Of a table: web page to write scores and chart to."`

	tableFlags
}

// Help is shown by --help.
func (*evalCommand) Help() string {
	return `A text generator: how surprised it is by a text, as cross-entropy, bits and perplexity. Use a text it has not learned from. Bits a character and a byte can be compared between models with different tokens. Then what it writes is compared with the text: how many of its words and pairs of words are different from each other, and the longest run of characters that stands in the text as it is. On the text that it learned from, a long one was copied. --form counts the texts that keep a form, and how many of the text's own paragraphs do; with --rhyme, their lines must rhyme as well.

A network for tables: how well it predicts rows whose target is known, beside a linear model of the same columns and a constant; of classes, which was taken for which; of numbers, predictions against what is.

A classifier of pictures: how many of a folder of folders it tells right, and which class it takes for which.

A picture generator: how its pictures lie among those of a folder. For every picture, the distance to the most similar of the folder's is measured. If generated pictures are much nearer to the folder than the folder's are to each other, they are copies; if much farther, they are not yet of the kind. If they are much nearer to each other, the generator knows only a few.

The sliced Wasserstein distance compares all patches of 7×7 pixels, large and small shapes apart. The Fréchet and the kernel distance compare what a network sees in the pictures; precision says how many of them are of the folder's kind, recall how many of the folder's kinds are among them. Even two halves of the folder are not equal, so the value between them is printed beside each: nothing can be expected to do better.

Examples:
  artnn eval -m run2 --data other-chapters.txt
  artnn eval -m run2 --data poems.txt --form 7,7,7,7
  artnn eval -m run2 --data poems.txt --form 7,7,7,7 --rhyme pingshui.txt
  artnn eval -m run1 --data faces
  artnn eval -m run1 --data faces --features run4
  artnn eval -m run4 --data other-animals
  artnn eval -m run3 --data sales-of-may.csv
  artnn eval -m run3 --data sales-of-may.csv -o may.html`
}

// Run is the command.
func (c *evalCommand) Run(ctx context.Context, con *console) error {
	if c.N != nil && (*c.N < 2 || *c.N > 4096) {
		return usagef("-n must be from 2 to 4096, got %d", *c.N)
	}
	m, err := recipe.LoadModel(c.Model)
	if err != nil {
		return err
	}
	f := familyOf(m)
	if f == nil {
		return fmt.Errorf("%s: a model of kind %s cannot be measured by this command", c.Model, models.Kind(m))
	}
	if _, ok := m.(*tabular.Model); !ok {
		if c.Out != "" {
			return usagef("-o is of tables, and the model is of kind %s", models.Kind(m))
		}
		if err := c.onlyTables(m); err != nil {
			return err
		}
	}
	_, writes := m.(writer)
	_, draws := m.(*models.GAN)
	if !writes && (c.Form != "" || c.Rhyme != "") {
		return usagef("--form and --rhyme are of texts, and the model is of kind %s", models.Kind(m))
	}
	if !draws && c.byFeatures() {
		return usagef("--features and --layer are of picture generators, and the model is of kind %s", models.Kind(m))
	}
	if c.N != nil && !draws && c.Form == "" && c.Rhyme == "" {
		return usagef("-n is of picture generators and, with --form, of texts; a model of kind %s is measured on all of --data", models.Kind(m))
	}
	if c.Seed != nil && !draws && !writes {
		return usagef("--seed is of what is generated, and the model is of kind %s", models.Kind(m))
	}
	return f.eval(ctx, c, m, con)
}

// number is how many pictures or texts are generated, and with what seed.
func (c *evalCommand) number() (n int, seed uint64) {
	n, seed = 256, 1
	if c.N != nil {
		n = *c.N
	}
	if c.Seed != nil {
		seed = *c.Seed
	}
	return n, seed
}
