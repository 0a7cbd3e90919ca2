// Art-market trains a network to predict what a work of art will fetch at
// auction, from its artist's reputation, its size, medium, condition and the day
// of the sale, and says how good the predictions are.
//
//	go run ./examples/art-market
//	go run ./examples/art-market -write sales.csv
//	go run ./examples/art-market -csv sales.csv -target price -log -skip lot
//
// Real auction results are not free to pass on, so the sales are drawn from a law
// that is written down in market.go. That has one merit: the law is the best
// predictor there is, so what the noise leaves to be known is known too. A linear
// model of the same columns is the other end of the scale.
//
// What to expect, on two cores of a shared server, after a second or two:
//
//	                R² of ln      R²   MAE
//	the law itself    0.9669  0.9008   170
//	network           0.9629  0.9013   173
//	linear            0.8734  0.5384   318
//
// Any table will do in place of the sales. A real one, the daily weather of Seattle
// and New York from 2012 to 2015, by NOAA and in the public domain as works of the
// U.S. government are, comes with an npm package:
//
//	npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
//	go run ./examples/art-market -csv package/data/weather.csv -target weather
//	go run ./examples/art-market -csv package/data/weather.csv -target temp_max
//
// Package recipe does the work: it holds a fifth of the rows out, keeps the weights
// that predict one half of these best, and leaves the other half to test with. The
// folder out then holds the network and a report. Ctrl+C saves what was learned
// and ends the program; with -resume it goes on.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/examples/internal/given"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tabular"
	"github.com/org/artnn/train"
)

// options are the flags.
type options struct {
	recipe.Table
	write string
	sales int
}

// register declares the flags. What is in o becomes their defaults.
func (o *options) register(f *flag.FlagSet) {
	f.StringVar(&o.Data, "csv", o.Data, "`FILE` to learn from; default: sales drawn from the law")
	f.StringVar(&o.Target, "target", o.Target, "`COLUMN` to predict")
	f.BoolFunc("log", "learn the logarithm of the target, as is right for prices; default: by the target", func(s string) error {
		log, err := strconv.ParseBool(s)
		o.Log = &log
		return err
	})
	f.Func("kind", "`COLUMN=KIND`, number, category or date, where it is not what it looks like; may be repeated", func(s string) error {
		name, kind, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("must be like price=number")
		}
		o.Kinds[name] = table.Kind(kind)
		return nil
	})
	f.Func("skip", "`COLUMN` to leave out; may be repeated", func(s string) error {
		o.Skip = append(o.Skip, s)
		return nil
	})
	f.IntVar(&o.sales, "sales", o.sales, "number of sales to draw")
	f.StringVar(&o.write, "write", o.write, "`FILE` to write the sales drawn to, as CSV; nothing is learned")
	f.StringVar(&o.Dir, "out", o.Dir, "`FOLDER` to write the network and a report to")
	f.BoolVar(&o.Resume, "resume", o.Resume, "go on with what is in -out")
	f.IntVar(&o.Budget.Epochs, "epochs", o.Budget.Epochs, "times to go through the training rows")
	f.IntVar(&o.Batch, "batch", o.Batch, "rows in an update")
	f.Float64Var(&o.LR, "lr", o.LR, "highest learning rate of Adam")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "start of all random choices")
}

func defaults() *options {
	o := &options{sales: 10000}
	o.Kinds = map[string]table.Kind{}
	o.Dir, o.Budget.Epochs, o.Batch, o.LR, o.Seed = "out", 40, 64, 3e-3, 1
	return o
}

func main() {
	o := defaults()
	o.register(flag.CommandLine)
	flag.Parse()
	// The first interrupt ends the training in good order, a second one the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := given.Positive(flag.CommandLine)
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "art-market:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	if o.Data != "" {
		return runFile(ctx, o, out)
	}
	return runMarket(ctx, o, out)
}

// runFile learns from a file of the reader's own.
func runFile(ctx context.Context, o *options, out io.Writer) error {
	if o.Target == "" {
		return errors.New("-csv needs -target, the column to predict")
	}
	if err := learn(ctx, o, out); err != nil {
		return err
	}
	evaluation, err := o.Model().Evaluate(o.Test())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%v\n", evaluation)
	return nil
}

// runMarket draws sales from the law and learns from four fifths of them.
func runMarket(ctx context.Context, o *options, out io.Writer) error {
	if o.Target != "" && o.Target != "price" {
		return fmt.Errorf("-target %s: the sales drawn have the target price; for others give -csv", o.Target)
	}
	if o.sales < 50 {
		return fmt.Errorf("-sales must be at least 50, got %d", o.sales)
	}
	works, prices := sales(o.sales, o.Seed)
	text := csvOf(works, prices)
	if o.write != "" {
		if err := os.MkdirAll(filepath.Dir(o.write), 0o777); err != nil {
			return err
		}
		return os.WriteFile(o.write, []byte(text), 0o666)
	}
	rows, err := table.ReadCSV(strings.NewReader(text), table.Options{Skip: []string{"lot"}})
	if err != nil {
		return err
	}
	o.Rows, o.Target = rows, "price"
	if err := learn(ctx, o, out); err != nil {
		return err
	}
	if err := report(out, o.Model(), o.Test()); err != nil {
		return err
	}
	if err := someWorks(out, o.Model()); err != nil {
		return err
	}
	return sizes(out, o.Model())
}

// learn trains a network, and shows on the way how well it does on rows that it
// does not learn from.
func learn(ctx context.Context, o *options, out io.Writer) error {
	o.Say = func(text string) { fmt.Fprintf(out, "%s\n\n", text) }
	task, err := o.Prepare(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%v\n\n", o.Model().Schema())
	o.Progress = train.EveryShare(6, func(e train.Event) error {
		evaluation, err := o.Model().Evaluate(o.Test())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "epoch %4.1f: loss %.4f, %s of the rows to test with\n",
			float64(e.Step)/float64(task.Loader.Len()), e.Metrics[0].Value, inShort(evaluation))
		return err
	})
	result, err := recipe.Train(ctx, task, o.Options)
	if err != nil {
		return err
	}
	if result.Interrupted {
		fmt.Fprintln(out, "Interrupted.")
	}
	fmt.Fprintf(out, "The network is in %s, with a report beside it.\n", result.Folder.Model())
	return nil
}

// inShort is the score that says most.
func inShort(e tabular.Evaluation) string {
	switch s := e.Network; {
	case e.Target.Kind == table.Category:
		return fmt.Sprintf("accuracy %.2f %%", 100*s.Accuracy)
	case e.Target.Log:
		return fmt.Sprintf("R² of ln %.4f", s.LogR2)
	default:
		return fmt.Sprintf("R² %.4f", s.R2)
	}
}

// report compares the network with a linear model and with the law.
func report(out io.Writer, model *tabular.Model, held *table.Table) error {
	evaluation, err := model.Evaluate(held)
	if err != nil {
		return err
	}
	works, prices, err := worksOf(held)
	if err != nil {
		return err
	}
	laws := make([]float64, len(works))
	for i, w := range works {
		laws[i] = w.law()
	}
	best := tabular.ScoreNumbers(prices, laws, true)
	fmt.Fprintf(out, "\n%v\n", evaluation)
	fmt.Fprintf(out, "The law itself: R² of ln %.4f, RMSE of ln %.4f, R² %.4f, MAE %.5g.\n", best.LogR2, best.LogRMSE, best.R2, best.MAE)
	fmt.Fprintf(out, "Of what a linear model leaves and the law explains, the network has learned %.0f %%.\n\n",
		100*(evaluation.Network.LogR2-evaluation.Linear.LogR2)/(best.LogR2-evaluation.Linear.LogR2))
	return nil
}

// worksOf reads sales back from a table.
func worksOf(rows *table.Table) ([]work, []float64, error) {
	columns := map[string]table.Column{}
	for _, name := range []string{"reputation", "height", "width", "medium", "condition", "sold", "price"} {
		c, err := rows.Column(name)
		if err != nil {
			return nil, nil, err
		}
		columns[name] = c
	}
	works := make([]work, rows.Len())
	for i := range works {
		works[i] = work{
			columns["reputation"].Value(i), columns["height"].Value(i), columns["width"].Value(i),
			columns["medium"].Text(i), columns["condition"].Text(i), table.Time(columns["sold"].Value(i)),
		}
	}
	return works, columns["price"].Values(), nil
}

// tableOf makes a table of works whose prices are not known.
func tableOf(works ...work) (*table.Table, error) {
	n := len(works)
	reputation, height, width := make([]float64, n), make([]float64, n), make([]float64, n)
	medium, condition, sold := make([]string, n), make([]string, n), make([]time.Time, n)
	for i, w := range works {
		reputation[i], height[i], width[i] = w.reputation, w.height, w.width
		medium[i], condition[i], sold[i] = w.medium, w.condition, w.sold
	}
	return table.New(
		table.Numbers("reputation", reputation...), table.Numbers("height", height...), table.Numbers("width", width...),
		table.Categories("medium", medium...), table.Categories("condition", condition...), table.Dates("sold", sold...))
}

// someWorks predicts works that nobody has sold.
func someWorks(out io.Writer, model *tabular.Model) error {
	on := time.Date(2012, 5, 15, 0, 0, 0, 0, time.UTC)
	works := []work{
		{90, 120, 90, "oil", "good", on},
		{90, 120, 90, "oil", "damaged", on},
		{90, 30, 40, "print", "good", on},
		{15, 120, 90, "oil", "good", on},
		{40, 50, 40, "watercolour", "restored", on},
	}
	rows, err := tableOf(works...)
	if err != nil {
		return err
	}
	predictions, err := model.Predict(rows)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "reputation\tcm\tmedium\tcondition\tpredicted\tby the law\t\n")
	for i, x := range works {
		fmt.Fprintf(w, "%g\t%g×%g\t%s\t%s\t%.0f\t%.0f\t\n", x.reputation, x.height, x.width, x.medium, x.condition, predictions[i].Value, x.law())
	}
	return w.Flush()
}

// sizes shows what one variable does when all others stay.
func sizes(out io.Writer, model *tabular.Model) error {
	var works []work
	for _, side := range []float64{20, 40, 60, 80, 120, 160} {
		works = append(works, work{60, side, side, "oil", "good", time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)})
	}
	rows, err := tableOf(works...)
	if err != nil {
		return err
	}
	predictions, err := model.Predict(rows)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe same oil painting in other sizes, and what the law says:\n")
	for i, x := range works {
		p := predictions[i].Value
		fmt.Fprintf(out, "  %3.0f cm  %5.0f  %5.0f  %s\n", x.height, p, x.law(), strings.Repeat("#", min(60, int(p/100))))
	}
	return nil
}
