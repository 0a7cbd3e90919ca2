package tensor_test

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// The weights of a convolution drawn as in DCGAN.
func ExampleInit() {
	weight := tensor.Zeros(64, 3, 4, 4)
	tensor.InitNormal(0, 0.02)(tensor.NewRNG(1), weight)
	fmt.Printf("%.2f\n", weight.Var(1).Item()*1e4)
	// Output:
	// 3.99
}

// A block's inside is computed again when its gradient is needed.
func ExampleRecompute() {
	w := tensor.FromSlice([]float32{1, 2, 3, 4}, 2, 2)
	tape := tensor.NewTape(tensor.Train())
	defer tape.Release()
	x := tape.FromSlice([]float32{1, -1}, 1, 2)
	y := tensor.Recompute(func(ins []*tensor.Tensor) []*tensor.Tensor {
		return []*tensor.Tensor{tensor.Linear(ins[0], w, nil).Square()}
	}, x)[0]
	tape.Backward(y.Sum(), w)
	fmt.Println(w.Grad().Float32s())
	// Output:
	// [-2 2 -2 2]
}

// A batch of four rows in two parts draws the noise of the whole.
func ExampleTape_Rows() {
	tape := tensor.NewTape(tensor.Seed(1))
	start := tape.RNG().State()
	fmt.Printf("%.2f\n", tape.Normal(0, 1, 4).Float32s())
	for lo := 0; lo < 4; lo += 2 {
		tape.RNG().SetState(start)
		tape.Rows(lo, lo+2, 4)
		fmt.Printf("%.2f\n", tape.Normal(0, 1, 2).Float32s())
	}
	// Output:
	// [0.38 -0.30 -0.25 -1.00]
	// [0.38 -0.30]
	// [-0.25 -1.00]
}

// What a pass has recorded.
func ExampleTape_Nodes() {
	tape := tensor.NewTape()
	defer tape.Release()
	w := tensor.Zeros(4, 3)
	tensor.LinearAct(tape.Zeros(2, 3), w, nil, backend.ActTanh, 0).Sum(1).Reshape(2, 1)
	for node := range tape.Nodes() {
		fmt.Print(node.Op, " → ", node.Outputs[0].Shape)
		for _, a := range node.Attrs {
			fmt.Print(", ", a.Name, " ", a.Value)
		}
		fmt.Println()
	}
	// Output:
	// linear → [2 4], activation tanh, slope 0
	// sum → [2], axes [1], keep false
	// reshape → [2 1], shape [2 1]
}

// Gradients are used as they are complete, the last layer's first.
func ExampleTape_OnGrad() {
	first, last := tensor.FromSlice([]float32{2}, 1), tensor.FromSlice([]float32{5}, 1)
	tape := tensor.NewTape()
	defer tape.Release()
	tape.OnGrad(func(p *tensor.Tensor) { fmt.Println(p.Item(), p.Grad().Item()) })
	loss := tape.FromSlice([]float32{3}, 1).Mul(first).Mul(last).Sum()
	tape.Backward(loss, first, last)
	// Output:
	// 5 6
	// 2 15
}
