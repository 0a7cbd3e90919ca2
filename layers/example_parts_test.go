package layers_test

import (
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func ExampleLinear() {
	l := layers.NewLinear(2, 3, tensor.NewRNG(1))
	l.Weight = tensor.FromSlice([]float32{1, 0, 0, 1, 1, 1}, 3, 2)
	l.Bias = tensor.FromSlice([]float32{0, 0, 10}, 3)
	fmt.Println(l.Forward(tensor.FromSlice([]float32{3, 4}, 1, 2)).Float32s())
	// Output:
	// [3 4 17]
}

// An embedding looks up one vector for each number.
func ExampleEmbedding() {
	e := layers.NewEmbedding(3, 2, tensor.NewRNG(1))
	e.Weight = tensor.FromSlice([]float32{0, 0, 1, 10, 2, 20}, 3, 2)
	y := e.Forward(nil, []int32{2, 1, 2}, 3)
	fmt.Println(y.Shape(), y.Float32s())
	// Output:
	// [3 2] [2 20 1 10 2 20]
}

// A vector is scaled to a mean square of 1.
func ExampleRMSNorm() {
	norm := layers.NewRMSNorm(2, tensor.NewRNG(1))
	fmt.Printf("%.4f\n", norm.Forward(tensor.FromSlice([]float32{3, 4}, 1, 2)).Float32s())
	// Output:
	// [0.8485 1.1314]
}

// In training, a channel is brought to mean 0 and deviation 1 over the batch.
func ExampleBatchNorm1d() {
	norm := layers.NewBatchNorm1d(1, tensor.NewRNG(1))
	tape := tensor.NewTape(tensor.Train())
	defer tape.Release()
	fmt.Printf("%.2f\n", norm.Forward(tape.FromSlice([]float32{2, 4, 6}, 3, 1)).Float32s())
	fmt.Printf("%.2f\n", norm.RunningMean.Float32s())
	// Output:
	// [-1.22 0.00 1.22]
	// [0.40]
}

// The numbers that a network learns, by name and in all.
func ExampleCount() {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{layers.NewLinear(784, 128, rng), layers.ReLU{}, layers.NewLinear(128, 10, rng)}
	for name, p := range layers.Params(net) {
		fmt.Println(name, p.Shape())
	}
	fmt.Println(layers.Count(net), "numbers in", len(layers.List(net)), "tensors")
	// Output:
	// 0.weight [128 784]
	// 0.bias [128]
	// 2.weight [10 128]
	// 2.bias [10]
	// 101770 numbers in 4 tensors
}

// Weights of eight bits give nearly the same.
func ExampleQuantize() {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{layers.NewLinear(64, 32, rng), layers.Tanh{}, layers.NewLinear(32, 4, rng)}
	x := rng.Normal(0, 1, 2, 64)
	exact := net.Forward(x)
	layers.Quantize(net, tensor.Int8)
	rounded := net.Forward(x)
	fmt.Println(rounded.Shape(), exact.Sub(rounded).Abs().Max().Item() < 0.02)
	fmt.Println(layers.Count(net), "numbers,", len(layers.List(net)), "tensors that can learn")
	// Output:
	// [2 4] true
	// 2212 numbers, 2 tensors that can learn
}
