package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/tabular"
)

var _ = addFamily("artnn predict", evalTable)

// evalTable measures how well a network predicts rows whose target is known.
func evalTable(_ context.Context, c *evalCommand, m *tabular.Model, con *console) error {
	t, err := loadTable(c.Data, m.CSVOptions(true))
	if err != nil {
		return err
	}
	known, err := t.Known(m.Config().Target)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	e, err := m.Evaluate(known)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	con.printf("%v\n", e)
	return nil
}

func loadTable(path string, o table.Options) (*table.Table, error) {
	t, err := table.LoadCSV(path, o)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file; name that of your table with --data", path)
	}
	return t, err
}
