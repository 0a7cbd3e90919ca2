package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/models"
)

// tableParts are the rows of a table by what they are for.
type tableParts struct{ learn, choose, test *table.Table }

// load reads the table and divides its rows.
func (c *trainMLP) load(con *console) (p tableParts, err error) {
	kinds := map[string]table.Kind{}
	for _, k := range c.Kind {
		i := strings.LastIndex(k, "=")
		if i < 1 {
			return p, usagef("--kind must be like postcode=category, got %q", k)
		}
		kinds[k[:i]] = table.Kind(k[i+1:])
	}
	all, err := loadTable(c.Data, table.Options{Kinds: kinds, Skip: c.Skip})
	if err != nil {
		return p, err
	}
	known, err := all.Known(c.Target)
	if err != nil {
		return p, fmt.Errorf("%s: %w", c.Data, err)
	}
	if !c.Quiet {
		con.printf("%v\n", all)
		if n := all.Len() - known.Len(); n > 0 {
			con.printf("%d rows have no %s and are left out.\n", n, c.Target)
		}
	}
	if n := known.Len(); n < fewestRows {
		return p, fmt.Errorf("%s: %d rows are not enough to learn from: at least %d are needed, a few hundred are a start", c.Data, n, fewestRows)
	}
	learn, held, err := data.SplitTable(known, c.Holdout, c.Seed)
	if err != nil {
		return p, fmt.Errorf("%s: %w", c.Data, err)
	}
	p.learn = learn
	p.choose, p.test, err = data.SplitTable(held, 0.5, c.Seed)
	if err != nil {
		return p, fmt.Errorf("%s: too few rows are held out to choose by and to test with: raise --holdout", c.Data)
	}
	return p, nil
}

func loadTable(path string, o table.Options) (*table.Table, error) {
	t, err := table.LoadCSV(path, o)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file; name that of your table with --data", path)
	}
	return t, err
}

// skew is how many times its small values a target's large ones are that is
// better learned as a logarithm.
const skew = 20

// isSkewed tells whether values are all positive and spread over orders of
// magnitude, as prices are.
func isSkewed(values []float64) bool {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return n > 0 && sorted[0] > 0 && sorted[n*95/100] > skew*sorted[n*5/100]
}

// predictions are samples of a network for tables: what it makes of a few rows
// that it has not learned from.
type predictions struct {
	m    *models.Tabular
	test *table.Table
}

const predictionsShown = 12

func (p predictions) sample() (report.Sample, glimpse, error) {
	n := min(predictionsShown, p.test.Len())
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	some := p.test.Select(rows)
	target, err := some.Column(p.m.Config().Target)
	if err != nil {
		return report.Sample{}, glimpse{}, err
	}
	made, err := p.m.Predict(some)
	if err != nil {
		return report.Sample{}, glimpse{}, err
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "is\tpredicted\n")
	for i, m := range made {
		fmt.Fprintf(w, "%s\t%s\n", target.Text(i), predictionText(m))
	}
	w.Flush() // into memory
	return report.Sample{Text: b.String()}, glimpse{}, nil
}

func (predictions) try(run string) string {
	return fmt.Sprintf("artnn predict -m %s --data new.csv -o predicted.csv", run)
}

// predictionText is a class with its probability, or a number.
func predictionText(p models.TabularPrediction) string {
	if p.Class != "" {
		return fmt.Sprintf("%s (%.0f %%)", p.Class, 100*slices.Max(p.Probabilities))
	}
	return fmt.Sprintf("%.5g", p.Value)
}
