package optim_test

import (
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// A line through four points, y = 2x + 1.
func Example() {
	line := layers.NewLinear(1, 1, tensor.NewRNG(1))
	opt := optim.NewAdam(line.Params(), optim.AdamConfig{LR: 0.1})
	tape := tensor.NewTape(tensor.Train())
	for range 400 {
		x := tape.FromSlice([]float32{0, 1, 2, 3}, 4, 1)
		y := tape.FromSlice([]float32{1, 3, 5, 7}, 4, 1)
		tape.Backward(loss.MSE(line.Forward(x), y), layers.List(line)...)
		opt.Step()
		opt.ZeroGrad()
		tape.Release()
	}
	fmt.Printf("y = %.2f·x + %.2f\n", line.Weight.Item(), line.Bias.Item())
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
	tape.Backward(l.Forward(tape.FromSlice([]float32{30, 40}, 1, 2)).Sum(), l.Weight)
	fmt.Printf("%.1f ", optim.ClipGradNorm(l.Params(), 1))
	fmt.Printf("%.1f\n", l.Weight.Grad().Float32s())
	// Output:
	// 50.0 [0.6 0.8]
}
