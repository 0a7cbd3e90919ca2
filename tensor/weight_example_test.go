package tensor_test

import (
	"fmt"

	"github.com/org/artnn/tensor"
)

// Products with a quarter of the memory, and gradients that flow through them.
func ExampleQuantize() {
	w := tensor.FromSlice([]float32{1, -2, 0.5, 4, 0, 127}, 3, 2)
	q := tensor.Quantize(w, tensor.Int8)
	fmt.Printf("%.2f\n", q.Float32s())

	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{1, 1}, 1, 2)
	y := tensor.Linear(x, q, nil)
	fmt.Printf("%.2f\n", y.Float32s())
	fmt.Printf("%.2f\n", tape.Grad(y, []*tensor.Tensor{x})[0].Float32s())
	// Output:
	// [1.01 -2.00 0.50 4.00 0.00 127.00]
	// [-0.99 4.50 127.00]
	// [1.51 129.00]
}
