// Command nanogpt repeats the recipe that nanoGPT gives for a computer without a
// graphics card: a GPT of 0.8 million parameters on the characters of Shakespeare.
//
//	go run ./examples/nanogpt -data tinyshakespeare.txt
//
// nanoGPT says that the loss on held-out text is 1.88 after 2,000 updates. It is measured
// as there: the mean over random windows, in which a character sees from 0 to 63 before it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/models"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

const (
	block, batch = 64, 12
	warmup       = 100 // updates
)

type options struct {
	data           string
	updates, every int
	measured       int // batches of held-out text
	seed           uint64
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "text `FILE` to learn from, such as Tiny Shakespeare; default: the beginning of Moby-Dick")
	flag.IntVar(&o.updates, "updates", 2000, "updates to train for")
	flag.IntVar(&o.every, "every", 250, "updates between measurements")
	flag.IntVar(&o.measured, "measured", 100, "batches of held-out text in a measurement")
	flag.Uint64Var(&o.seed, "seed", 1337, "start of all random choices")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "nanogpt:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	if o.updates < warmup || o.every < 1 || o.measured < 1 {
		return fmt.Errorf("-updates must be at least %d, -every and -measured at least 1, got %d, %d and %d", warmup, o.updates, o.every, o.measured)
	}
	if _, err := backend.FromEnv(); err != nil {
		return err
	}
	text, err := samples.MobyDick(), error(nil)
	if o.data != "" {
		if text, err = data.LoadText(o.data); err != nil {
			return err
		}
	}
	chars, err := tokenizer.NewChars(text)
	if err != nil {
		return err
	}
	ids, err := chars.Encode(text)
	if err != nil {
		return err
	}
	learn, held := ids[:len(ids)*9/10], ids[len(ids)*9/10:]
	m, err := models.NewGPT(chars, models.GPTConfig{
		Style: "gpt2", NoBias: true, Context: block, Layers: 4, Width: 128, Heads: 4,
		Betas: [2]float64{0.9, 0.99}, WeightDecay: 0.1, Clip: 1, Seed: o.seed,
	})
	if err != nil {
		return err
	}
	windows, err := data.RandomWindows(learn, batch, block, o.seed)
	if err != nil {
		return err
	}
	tests, err := data.RandomWindows(held, batch, block, o.seed)
	if err != nil {
		return err
	}
	rate := optim.CosineWarmup{LR: 1e-3, Min: 1e-4, Warmup: warmup, Total: o.updates}
	begun := time.Now()
	for step, b := range windows.Steps(ctx) {
		if step%o.every == 0 || step == o.updates {
			l, err := measure(ctx, m, tests, o.measured)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%5d updates  %7.1f s  held-out loss %.3f\n", step, time.Since(begun).Seconds(), l)
		}
		if step == o.updates {
			return nil
		}
		m.Updates()[0].Optimizer().SetLR(rate.Rate(step))
		m.Step(b.Inputs, b.Targets, b.Rows, b.Steps)
	}
	return errors.Join(context.Cause(ctx), errors.New("stopped"))
}

// measure is the mean loss over windows of a text.
func measure(ctx context.Context, m *models.GPT, windows *data.Loader[data.TokenBatch], n int) (float64, error) {
	sum, i := 0.0, 0
	tape := tensor.NewTape(tensor.NoGrad())
	for _, b := range windows.Steps(ctx) { // which go on where those of the last call ended
		sum += loss.CrossEntropy(m.Forward(tape, b.Inputs, b.Rows, b.Steps), b.Targets, loss.CrossEntropyConfig{}).Item()
		tape.Release()
		if i++; i == n {
			break
		}
	}
	return sum / float64(n), context.Cause(ctx)
}
