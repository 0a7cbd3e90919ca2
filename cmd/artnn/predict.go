package main

import (
	"context"
	"fmt"

	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

var _ = commands.add(30, func() any {
	return &struct {
		Predict predict `cmd:"" help:"Predict a column of a table, or the classes of pictures, with a trained network."`
	}{}
})

// predict uses a network that predicts.
type predict struct {
	Model string `short:"m" input:"model" placeholder:"RUN" required:"" help:"Run's folder or model's file."`
	Data  string `input:"data" placeholder:"PATH" required:"" help:"CSV file with the columns that the network learned from, - is standard input; of a classifier a picture, or a folder of pictures."`
	Out   string `short:"o" output:"file" placeholder:"FILE" help:"CSV file to write, which is never the table itself (default: the terminal)."`

	tableFlags
}

// Help is shown by --help.
func (*predict) Help() string {
	return `Of a table, the result is the table byte for byte, with one more column for the prediction; of a class, another with its probability. It is read as the table that the network learned from was, with the same order of dates and words for "not known"; flags say what is different.

Of pictures, the most probable classes of each are printed; with -o, a table with the probabilities of all classes is written.

Examples:
  artnn predict -m run3 --data new.csv
  artnn predict -m run3 --data new.csv -o predicted.csv
  sort new.csv | artnn predict -m run3 --data - > predicted.csv
  artnn predict -m run4 --data cat.jpg
  artnn predict -m run4 --data new-pictures -o classes.csv`
}

// predictor is how models of a kind predict. Each is added by the file that has it.
type predictor func(ctx context.Context, c *predict, m models.Model, con *console) (is bool, err error)

var predictors []predictor

// addPredictor adds the models of a type. The result is of no use, but lets a
// variable be declared.
func addPredictor[M models.Model](run func(context.Context, *predict, M, *console) error) bool {
	predictors = append(predictors, func(ctx context.Context, c *predict, m models.Model, con *console) (bool, error) {
		own, ok := m.(M)
		if !ok {
			return false, nil
		}
		return true, run(ctx, c, own, con)
	})
	return true
}

// Run is the command.
func (c *predict) Run(ctx context.Context, con *console) error {
	m, err := recipe.LoadModel(c.Model)
	if err != nil {
		return err
	}
	for _, p := range predictors {
		if is, err := p(ctx, c, m, con); is {
			return err
		}
	}
	return noArt(c.Model, m, "predictions")
}

// onlyTables is an error if flags were given that a model of another kind has not.
func (f *tableFlags) onlyTables(m models.Model) error {
	if flag := f.given(); flag != "" {
		return usagef("%s is of tables, and the model is of kind %s", flag, models.Kind(m))
	}
	return nil
}

// noArt is the error of a model that does not make what a command asks for, such as
// "pictures".
func noArt(path string, m models.Model, art string) error {
	use := "\"artnn info\" tells what it is"
	if f := familyOf(m); f != nil {
		use = fmt.Sprintf("use %q", f.use(m))
	}
	return fmt.Errorf("%s: holds a model of kind %s, which makes no %s: %s", path, models.Kind(m), art, use)
}
