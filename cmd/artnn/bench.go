package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/machine"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

var _ = commands.add(70, func() any {
	return &struct {
		Bench bench `cmd:"" help:"Measure how fast this machine trains."`
	}{}
})

// bench measures this machine.
type bench struct {
	Time    time.Duration `default:"500ms" placeholder:"TIME" help:"Time for each number (default: ${default})."`
	Kernels []string      `placeholder:"NAME" help:"Which kernels to measure (default: all that this machine can run)."`
}

// Help is shown by --help.
func (*bench) Help() string {
	return `A short test, to compare machines and to see that the fast kernels are at work: the product of two 512×512 matrices, and updates of three networks, once for each set of kernels that this machine can run.

Examples:
  artnn bench
  artnn bench --time 2s`
}

// Validate is called by the command-line parser.
func (c *bench) Validate() error {
	if c.Time < 10*time.Millisecond || c.Time > time.Minute {
		return fmt.Errorf("--time must be from 10ms to 1m, got %v", c.Time)
	}
	return nil
}

// measurement is a line: a unit of work and what to make of its seconds.
type measurement struct {
	title string
	work  func() func()
	show  func(seconds float64) string
}

// Run is the command.
func (c *bench) Run(ctx context.Context, con *console) error {
	paths, err := c.paths()
	if err != nil {
		return err
	}
	con.sentences(fmt.Sprintf("%s, %s, backend %s\n", machine.CPU(), words.Count(machine.Cores(), "thread"), backend.Default().Name()))
	w := con.cells()
	fmt.Fprint(w, "kernels")
	for _, path := range paths {
		fmt.Fprintf(w, "\t%s", path)
	}
	fmt.Fprintln(w)
	for _, m := range []measurement{
		{"matrix product, GF/s", product, func(s float64) string { return fmt.Sprintf("%.1f", 2*productSize*productSize*productSize/s/1e9) }},
		{"MLP 784-256-128-10, batch 64, updates/s", perceptron, perSecond},
		{"dense GAN 64×64×3, batch 32, updates/s", gan, perSecond},
		{"LSTM 96/128/256, batch 32, 64 steps, updates/s", lstm, perSecond},
	} {
		fmt.Fprint(w, m.title)
		for _, path := range paths {
			if ctx.Err() != nil {
				return errInterrupted
			}
			restore := asm.Use(path)
			fmt.Fprintf(w, "\t%s", m.show(fastest(m.work(), c.Time)))
			restore()
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// paths are the kernels to measure.
func (c *bench) paths() (paths []asm.Path, err error) {
	if c.Kernels == nil {
		return asm.Paths(), nil
	}
	for _, name := range c.Kernels {
		p := asm.Path(name)
		if !slices.Contains(asm.Paths(), p) {
			return nil, usagef("--kernels: this machine has no %q: it has %v", name, asm.Paths())
		}
		paths = append(paths, p)
	}
	return paths, nil
}

// fastest is the shortest of the times that work took, after one to warm up.
func fastest(work func(), budget time.Duration) float64 {
	work()
	best := time.Duration(0)
	for begin := time.Now(); best == 0 || time.Since(begin) < budget; {
		at := time.Now()
		work()
		if took := time.Since(at); best == 0 || took < best {
			best = took
		}
	}
	return best.Seconds()
}

func perSecond(s float64) string { return words.Rate(1 / s) }

const productSize = 512

func product() func() {
	matrix := tensor.NewRNG(1).FanIn(productSize, productSize, productSize)
	tape := tensor.NewTape(tensor.NoGrad())
	return func() {
		m := tape.Of(matrix)
		m.MatMul(m)
		tape.Release()
	}
}

func perceptron() func() {
	m, err := models.NewMLP(models.MLPConfig{Sizes: []int{784, 256, 128, 10}, Activation: "relu", Output: "softmax", Loss: "cross_entropy", Optimizer: "adam"})
	if err != nil {
		panic(err) // the configuration is ours
	}
	x, labels := make([]float32, 64*784), make([]int32, 64)
	for i := range x {
		x[i] = float32(i%7) / 7
	}
	return func() { m.StepLabels(x, labels) }
}

func gan() func() {
	m, err := models.NewGAN(models.GANConfig{Width: 64})
	if err != nil {
		panic(err)
	}
	x := make([]float32, 32*3*64*64)
	return func() { m.Step(x) }
}

func lstm() func() {
	var letters []rune
	for r := ' '; r < ' '+96; r++ {
		letters = append(letters, r)
	}
	vocab, err := tokenizer.NewChars(string(letters))
	if err != nil {
		panic(err)
	}
	m, err := models.NewTextGenerator(vocab, models.TextConfig{Embed: 128, Hidden: 256})
	if err != nil {
		panic(err)
	}
	ids := make([]int32, 32*64)
	for i := range ids {
		ids[i] = int32(i * 31 % 96)
	}
	return func() { m.Step(ids, ids, 32, 64) }
}
