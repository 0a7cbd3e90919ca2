package main

import (
	"fmt"
	"io"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tabular"
)

var _ = commands.add(30, func() any {
	return &struct {
		Predict predict `cmd:"" help:"Predict a column of a table with a trained network."`
	}{}
})

// predict adds predictions to a table.
type predict struct {
	Model string `short:"m" placeholder:"RUN" required:"" help:"Run's folder or model's file."`
	Data  string `placeholder:"FILE" required:"" help:"CSV file with the columns that the network learned from."`
	Out   string `short:"o" output:"file" placeholder:"FILE" help:"CSV file to write (default: the terminal)."`
}

// Help is shown by --help.
func (*predict) Help() string {
	return `The result has the columns of the table, and one more with the prediction; of a class, another with its probability.

Examples:
  artnn predict -m run3 --data new.csv
  artnn predict -m run3 --data new.csv -o predicted.csv`
}

// Run is the command.
func (c *predict) Run(con *console) error {
	m, err := loadAs[*tabular.Model](c.Model, "predictions")
	if err != nil {
		return err
	}
	t, err := loadTable(c.Data, m.CSVOptions(false))
	if err != nil {
		return err
	}
	made, err := m.Predict(t)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	if c.Out == "" {
		return recipe.WritePredictions(con.data, t, made, m.Config().Target)
	}
	return atomicfile.Write(c.Out, func(w io.Writer) error { return recipe.WritePredictions(w, t, made, m.Config().Target) })
}
