package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/models"
)

// predict adds predictions to a table.
type predict struct {
	Model string `short:"m" placeholder:"RUN" required:"" help:"Run's folder or model's file."`
	Data  string `placeholder:"FILE" required:"" help:"CSV file with the columns that the network learned from."`
	Out   string `short:"o" placeholder:"FILE" help:"CSV file to write (default: the terminal)."`
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
	m, err := loadAs[*models.Tabular](c.Model, "predictions")
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
		return writePredictions(con.out, t, made, m.Config().Target)
	}
	return atomicfile.Write(c.Out, func(w io.Writer) error { return writePredictions(w, t, made, m.Config().Target) })
}

// writePredictions writes a table with its predictions as CSV.
func writePredictions(w io.Writer, t *table.Table, made []models.TabularPrediction, target string) error {
	out := csv.NewWriter(w)
	columns := t.Columns()
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	names = append(names, "predicted "+target)
	if len(made) > 0 && made[0].Class != "" {
		names = append(names, "probability")
	}
	if err := out.Write(names); err != nil {
		return err
	}
	for i, p := range made {
		var cells []string
		for _, c := range columns {
			cells = append(cells, c.Text(i))
		}
		if p.Class != "" {
			cells = append(cells, p.Class, strconv.FormatFloat(slices.Max(p.Probabilities), 'f', 4, 64))
		} else {
			cells = append(cells, strconv.FormatFloat(p.Value, 'g', 6, 64))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
