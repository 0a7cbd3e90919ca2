package optim_test

import (
	"fmt"
	"math"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// A line through four points, y = 2x + 1.
func Example() {
	line := layers.NewLinear(1, 1, tensor.NewRNG(1))
	opt := optim.NewAdam(layers.Params(line), optim.AdamConfig{LR: 0.1})
	tape := tensor.NewTape(tensor.Train())
	for range 400 {
		x := tape.FromSlice([]float32{0, 1, 2, 3}, 4, 1)
		y := tape.FromSlice([]float32{1, 3, 5, 7}, 4, 1)
		tape.Backward(loss.MSE(line.Forward(x), y), layers.List(line)...)
		opt.Step()
		opt.ZeroGrad()
		tape.Release()
	}
	fmt.Printf("y = %.2f·x + %.2f\n", line.Weight.Float64s()[0], line.Bias.Item())
	// Output:
	// y = 2.00·x + 1.00
}

func ExampleCosineWarmup() {
	schedule := optim.CosineWarmup{LR: 1e-3, Min: 1e-4, Warmup: 3, Total: 8}
	for step := range 9 {
		fmt.Printf("%.2e ", schedule.Rate(step))
	}
	fmt.Println()
	// Output:
	// 2.50e-04 5.00e-04 7.50e-04 1.00e-03 9.14e-04 6.89e-04 4.11e-04 1.86e-04 1.00e-04
}

// The rate falls when the validation loss stays where it is.
func ExamplePlateau() {
	plateau := optim.NewPlateau(0.1, optim.PlateauConfig{Patience: 1})
	for _, metric := range []float64{2.0, 1.5, 1.5, 1.6, 1.4} {
		fmt.Printf("%.3g ", plateau.Observe(metric))
	}
	fmt.Println()
	// Output:
	// 0.1 0.1 0.1 0.01 0.01
}

func ExampleClipGradNorm() {
	l := layers.NewLinear(2, 1, tensor.NewRNG(1))
	tape := tensor.NewTape()
	weight := layers.List(l)[0]
	tape.Backward(l.Forward(tape.FromSlice([]float32{30, 40}, 1, 2)).Sum(), weight)
	fmt.Printf("%.1f ", optim.ClipGradNorm(layers.Params(l), 1))
	fmt.Printf("%.1f\n", weight.Grad().Float32s())
	// Output:
	// 50.0 [0.6 0.8]
}

// AdamW decays matrices but neither biases nor norms, and trains the last layer
// at a tenth of the rate.
func ExampleNewAdamW() {
	params := func(yield func(string, *tensor.Tensor) bool) { // of two linear layers with a norm between
		_ = yield("0.weight", tensor.Zeros(8, 4)) && yield("0.bias", tensor.Zeros(8)) &&
			yield("1.weight", tensor.Full(1, 8)) && yield("1.bias", tensor.Zeros(8)) &&
			yield("2.weight", tensor.Zeros(2, 8)) && yield("2.bias", tensor.Zeros(2))
	}
	last := optim.Group{
		Name: "last",
		Has:  func(name string, p *tensor.Tensor) bool { return name == "2.weight" },
		Rate: 0.1,
	}
	opt := optim.NewAdamW(params, optim.AdamConfig{LR: 1e-3, WeightDecay: 0.1}, optim.NoDecay(), last)
	opt.SetLR(5e-4) // of all: the last layer's is 5e-5 now
	for _, g := range opt.State().Groups {
		fmt.Println(g.Name, g.Rate, g.WeightDecay, g.Params)
	}
	// Output:
	// no decay 1 0 [0.bias 1.weight 1.bias 2.bias]
	// last 0.1 0.1 [2.weight]
}

// The valley of (a − 3)² + 10·(b + 1)², with momentum.
func ExampleNewSGD() {
	p := tensor.FromSlice([]float32{0, 0}, 2)
	center, steep := tensor.FromSlice([]float32{3, -1}, 2), tensor.FromSlice([]float32{1, 10}, 2)
	params := func(yield func(string, *tensor.Tensor) bool) { yield("p", p) }
	sgd := optim.NewSGD(params, optim.SGDConfig{LR: 0.02, Momentum: 0.8})
	tape := tensor.NewTape()
	for range 200 {
		tape.Backward(tape.Of(p).Sub(center).Square().Mul(steep).Sum(), p)
		sgd.Step()
		sgd.ZeroGrad()
		tape.Release()
	}
	fmt.Printf("%.2f\n", p.Float32s())
	// Output:
	// [3.00 -1.00]
}

// An average swings less than what it follows.
func ExampleEMA() {
	p, average := tensor.FromSlice([]float32{0}, 1), tensor.Zeros(1)
	named := func(t **tensor.Tensor) func(func(string, *tensor.Tensor) bool) {
		return func(yield func(string, *tensor.Tensor) bool) { yield("p", *t) }
	}
	ema := optim.NewEMA(named(&average), named(&p), 0.9)
	sgd := optim.NewSGD(named(&p), optim.SGDConfig{LR: 1.9})
	tape := tensor.NewTape()
	for t := 1; t <= 200; t++ { // too large a rate: p jumps from side to side of 1
		tape.Backward(tape.Of(p).SubScalar(1).Square().MulScalar(0.5).Sum(), p)
		sgd.Step()
		sgd.ZeroGrad()
		tape.Release()
		ema.Update(t)
		if t == 20 {
			fmt.Println(math.Abs(p.Item()-1) > 2*math.Abs(average.Item()-1))
		}
	}
	fmt.Printf("%.2f\n", average.Item())
	// Output:
	// true
	// 1.00
}

func ExampleOneCycle() {
	schedule := optim.OneCycle{Max: 1, Total: 10, PctStart: 0.5, Linear: true}
	for step := range 10 {
		fmt.Printf("%.2f ", schedule.Rate(step))
	}
	fmt.Println()
	// Output:
	// 0.04 0.28 0.52 0.76 1.00 0.80 0.60 0.40 0.20 0.00
}
