package tensor_test

import (
	"fmt"

	"github.com/org/artnn/tensor"
)

// One step of gradient descent on a line through three points.
func ExampleTape_Backward() {
	w := tensor.Full(0, 1, 1) // a parameter: on no tape
	tape := tensor.NewTape()
	defer tape.Release()

	x := tape.FromSlice([]float32{1, 2, 3}, 3, 1)
	y := tape.FromSlice([]float32{2, 4, 6}, 3, 1)
	loss := tensor.Linear(x, w, nil).Sub(y).Square().Mean()
	tape.Backward(loss, w)

	fmt.Printf("loss %.3f, gradient %.3f\n", loss.Item(), w.Grad().Item())
	// Output:
	// loss 18.667, gradient -18.667
}

// Gradients can be differentiated again.
func ExampleTape_Grad() {
	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{3}, 1)
	y := x.Square().Mul(x) // x³
	first := tape.Grad(y, []*tensor.Tensor{x}, tensor.CreateGraph())[0]
	second := tape.Grad(first, []*tensor.Tensor{x})[0]
	fmt.Println(first.Item(), second.Item())
	// Output:
	// 27 18
}

func ExampleTensor_MatMul() {
	a := tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(a.MatMul(a.T()))
	// Output:
	// tensor[2 2] [[14 32]
	//  [32 77]]
}

func ExampleTry() {
	err := tensor.Try(func() {
		tensor.Zeros(2, 3).MatMul(tensor.Zeros(2, 3))
	})
	fmt.Println(err)
	// Output:
	// matmul: [2 3] needs 3 rows on the right, got [2 3]
}

func ExampleRNG() {
	r := tensor.NewRNG(42)
	before := r.State()
	a := r.Uniform(0, 1, 3).Float32s()
	r.SetState(before)
	b := r.Uniform(0, 1, 3).Float32s()
	fmt.Println(a[0] == b[0] && a[1] == b[1] && a[2] == b[2])
	// Output:
	// true
}
