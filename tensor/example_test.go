package tensor_test

import (
	"fmt"

	"github.com/org/artnn/backend"
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

// Views share memory: reshaping, transposing, narrowing and expanding move no
// number.
func ExampleTensor_Reshape() {
	x := tensor.Arange(0, 1, 6).Reshape(2, -1)
	fmt.Println(x.Shape(), x.T().Shape(), x.T().Float32s())
	fmt.Println(x.Narrow(1, 1, 2).Float32s(), x.Select(0, 1).Float32s())
	// Output:
	// [2 3] [3 2] [0 3 1 4 2 5]
	// [1 2 4 5] [3 4 5]
}

// Axes of size 1, and axes that are not there, repeat.
func ExampleTensor_Add() {
	column := tensor.FromSlice([]float32{0, 10}, 2, 1)
	row := tensor.FromSlice([]float32{1, 2, 3}, 3)
	fmt.Println(column.Add(row))
	// Output:
	// tensor[2 3] [[1 2 3]
	//  [11 12 13]]
}

func ExampleWhere() {
	x := tensor.FromSlice([]float32{-2, -1, 1, 2}, 4)
	fmt.Println(tensor.Where(x.Greater(x.Const(0)), x, x.MulScalar(10)).Float32s())
	// Output:
	// [-20 -10 1 2]
}

// Where did the NaN come from?
func ExampleTape_FirstNonFinite() {
	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{1, 0, -1}, 3)
	x.Square().Log().Sum()
	op, value := tape.FirstNonFinite()
	fmt.Println(op, value.Float32s())
	// Output:
	// log [0 -Inf 0]
}

// A model computed in float64, with the simplest code there is.
func ExampleOn() {
	be, err := backend.Get("reference")
	if err != nil {
		fmt.Println(err)
		return
	}
	tape := tensor.NewTape(tensor.On(be))
	defer tape.Release()
	third := tape.Full(1, 1).DivScalar(3)
	fmt.Println(tape.Backend().Precision(), third.Float64s())
	// Output:
	// float64 [0.3333333333333333]
}
