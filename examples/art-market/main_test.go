package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tabular"
)

func TestLearnsTheMarket(t *testing.T) {
	o := defaults()
	o.sales, o.Dir = 4000, filepath.Join(t.TempDir(), "run")
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"4000 rows", "400 predictions of", "The law itself", "watercolour", "160 cm"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in %s", want, &out)
		}
	}
	if strings.Contains(out.String(), "  lot ") {
		t.Error("the lot was learned from")
	}

	// Where the network stands between the linear model and the law, on sales
	// drawn anew.
	model, err := models.LoadAs[*tabular.Model](filepath.Join(o.Dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	works, prices := sales(3000, 99)
	rows, err := table.ReadCSV(strings.NewReader(csvOf(works, prices)), model.CSVOptions(true))
	if err != nil {
		t.Fatal(err)
	}
	e, err := model.Evaluate(rows)
	if err != nil {
		t.Fatal(err)
	}
	laws := make([]float64, len(works))
	for i, w := range works {
		laws[i] = w.law()
	}
	best := tabular.ScoreNumbers(prices, laws, true)
	if e.Network.LogR2 < e.Linear.LogR2+0.6*(best.LogR2-e.Linear.LogR2) {
		t.Errorf("R² of ln: network %.4f, linear %.4f, law %.4f", e.Network.LogR2, e.Linear.LogR2, best.LogR2)
	}
	if e.Network.LogR2 >= best.LogR2 || e.Network.MAE >= e.Linear.MAE {
		t.Errorf("better than the law, or worse than a line: %v", e)
	}
	if math.Abs(best.LogRMSE-deviation) > 0.02 {
		t.Errorf("the law misses by %.4f in ln price, its noise is %v", best.LogRMSE, deviation)
	}
}

func TestSameSeedSameReport(t *testing.T) {
	t.Chdir(t.TempDir())
	var reports []string
	for _, seed := range []uint64{1, 1, 2} {
		if err := os.RemoveAll("run"); err != nil {
			t.Fatal(err)
		}
		o := defaults()
		o.sales, o.Budget.Epochs, o.Dir, o.Seed = 300, 2, "run", seed
		var out strings.Builder
		if err := run(context.Background(), o, &out); err != nil {
			t.Fatal(err)
		}
		reports = append(reports, out.String())
	}
	if reports[0] != reports[1] || reports[0] == reports[2] {
		t.Error("the report does not follow the seed")
	}
}

// Prices by the law, by hand.
func TestLaw(t *testing.T) {
	w := work{50, 100, 100, "oil", "good", firstSale}
	if got := w.law(); got != 900 {
		t.Errorf("a square metre by a name of 50 is %v", got)
	}
	w = work{100, 200, 200, "print", "damaged", time.Date(2004, 12, 31, 6, 0, 0, 0, time.UTC)}
	want := 900 * math.Pow(2, 1.5) * math.Pow(4, 0.6) * 0.12 * 0.45 * math.Exp(0.04*15) // a whole cycle
	if got := w.law(); math.Abs(got/want-1) > 1e-3 {
		t.Errorf("got %v, want %v", got, want)
	}
}

// What a file holds is what was drawn, but for the price's cents.
func TestTheFileHoldsTheSales(t *testing.T) {
	works, prices := sales(200, 5)
	path := filepath.Join(t.TempDir(), "new", "sales.csv") // in a folder that is not there
	o := defaults()
	o.write, o.sales, o.Seed = path, 200, 5
	if err := run(context.Background(), o, nil); err != nil {
		t.Fatal(err)
	}
	rows, err := table.LoadCSV(path, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	gotWorks, gotPrices, err := worksOf(rows)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(works, gotWorks) {
		t.Error("the works are others")
	}
	for i, p := range gotPrices {
		if math.Abs(p-prices[i]) > 0.005001 {
			t.Errorf("sale %d: %v, want %v", i, p, prices[i])
		}
	}
}

// A file of the reader's own, with gaps, classes to predict and a column that only
// looks like a number.
func TestLearnsFromAFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,code,width,school\n")
	for i := range 400 {
		width, school := 10+i*37%80, "north"
		if width > 50 != (i%2 == 0) {
			school = "south"
		}
		if i%20 == 19 {
			school = "NA"
		}
		b.WriteString(strings.Join([]string{string(rune('0' + i%10)), string(rune('1' + i%2)), string([]byte{byte('0' + width/10), byte('0' + width%10)}), school}, ",") + "\n")
	}
	path := filepath.Join(t.TempDir(), "works.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	o := defaults()
	o.Data, o.Target, o.Skip, o.Kinds["code"] = path, "school", []string{"id"}, table.Category
	o.Budget.Epochs, o.LR, o.Batch, o.Dir = 60, 0.01, 16, filepath.Join(t.TempDir(), "run")
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"400 rows", "code    category  2 levels", "20 rows have no school and are left out", `38 predictions of "school"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in %s", want, &out)
		}
	}
	model, err := models.LoadAs[*tabular.Model](filepath.Join(o.Dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := table.LoadCSV(path, model.CSVOptions(true))
	if err != nil {
		t.Fatal(err)
	}
	known, err := rows.Known("school")
	if err != nil {
		t.Fatal(err)
	}
	e, err := model.Evaluate(known)
	if err != nil {
		t.Fatal(err)
	}
	if e.Network.Accuracy < 0.95 || e.Linear.Accuracy > 0.75 {
		t.Errorf("%v", e)
	}
}

func TestInterruptKeepsTheNetwork(t *testing.T) {
	o := defaults()
	o.sales, o.Budget.Epochs, o.Dir = 300, 1e6, filepath.Join(t.TempDir(), "run")
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.LoadAs[*tabular.Model](filepath.Join(o.Dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
