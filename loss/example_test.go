package loss_test

import (
	"fmt"

	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

// The gradient of the half squared error is the error.
func ExampleHalfSquaredError() {
	tape := tensor.NewTape()
	defer tape.Release()
	w := tensor.FromSlice([]float32{0.5, 1}, 2)
	l := loss.HalfSquaredError(tape.Of(w), tensor.FromSlice([]float32{0, 3}, 2))
	tape.Backward(l, w)
	fmt.Println(l.Item(), w.Grad().Float32s())
	// Output:
	// 2.125 [0.5 -2]
}

// Two examples of three classes; id 0 is padding and does not count.
func ExampleCrossEntropy() {
	logits := tensor.FromSlice([]float32{
		1, 3, 2,
		5, 0, 0,
	}, 2, 3)
	fmt.Printf("%.4f\n", loss.CrossEntropy(logits, []int32{1, 0}, loss.CrossEntropyConfig{}).Item())
	fmt.Printf("%.4f\n", loss.CrossEntropy(logits, []int32{1, 0}, loss.CrossEntropyConfig{IgnoreIndex: new(int32(0))}).Item())
	// Output:
	// 0.2105
	// 0.4076
}

// A discriminator's loss on scores of real and of generated pictures.
func ExampleBCEWithLogits() {
	real, fake := tensor.FromSlice([]float32{2, 1}, 2), tensor.FromSlice([]float32{-3, 0}, 2)
	l := loss.BCEWithLogits(real, tensor.Full(1, 2), loss.BCEWithLogitsConfig{}).Add(
		loss.BCEWithLogits(fake, tensor.Zeros(2), loss.BCEWithLogitsConfig{}))
	fmt.Printf("%.4f\n", l.Item())
	// Output:
	// 0.5910
}

// −Σ y·log ŷ, from probabilities.
func ExampleCrossEntropyProbs() {
	y := tensor.FromSlice([]float32{0, 1, 0}, 3)
	predicted := tensor.FromSlice([]float32{0.2, 0.5, 0.3}, 3)
	fmt.Printf("%.4f\n", loss.CrossEntropyProbs(predicted, y).Item())
	// Output:
	// 0.6931
}
