package main

import (
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
	Data  string `placeholder:"FILE" required:"" help:"CSV file with the columns that the network learned from; - is standard input."`
	Out   string `short:"o" output:"file" placeholder:"FILE" help:"CSV file to write, which is never the table itself (default: the terminal)."`

	tableFlags
}

// Help is shown by --help.
func (*predict) Help() string {
	return `The result is the table byte for byte, with one more column for the prediction; of a class, another with its probability. It is read as the table that the network learned from was, with the same order of dates and words for "not known"; flags say what is different.

Examples:
  artnn predict -m run3 --data new.csv
  artnn predict -m run3 --data new.csv -o predicted.csv
  sort new.csv | artnn predict -m run3 --data - > predicted.csv`
}

// Run is the command.
func (c *predict) Run(con *console) error {
	m, err := loadAs[*tabular.Model](c.Model, "predictions")
	if err != nil {
		return err
	}
	if err := overwrites(c.Out, c.Data, c.Model); err != nil {
		return err
	}
	file, t, err := c.read(c.Data, m, false)
	if err != nil {
		return err
	}
	warnUnseen(con, m, t)
	write := func(w io.Writer) error { return recipe.WritePredictions(w, file, t, m) }
	if c.Out == "" {
		return write(con.data)
	}
	return atomicfile.Write(c.Out, write)
}
