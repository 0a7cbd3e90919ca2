package loss_test

import (
	"fmt"

	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

// The mean over all elements is the default; a Reduction asks for others.
func ExampleMSE() {
	pred := tensor.FromSlice([]float32{1, 2, 3, 4}, 2, 2)
	target := tensor.FromSlice([]float32{1, 0, 3, 1}, 2, 2)
	fmt.Println(loss.MSE(pred, target).Item())
	fmt.Println(loss.MSE(pred, target, loss.Sum).Item())
	fmt.Println(loss.MSE(pred, target, loss.BatchMean).Item())
	fmt.Println(loss.MSE(pred, target, loss.None).Float32s())
	// Output:
	// 3.25
	// 13
	// 6.5
	// [0 4 0 9]
}

// The gradient of an outlier is at most δ.
func ExampleHuber() {
	pred := tensor.FromSlice([]float32{0.5, 10}, 2)
	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.Of(pred)
	l := loss.Huber(x, tensor.Zeros(2), loss.HuberConfig{Delta: 1, Reduction: loss.Sum})
	fmt.Println(l.Item(), tape.Grad(l, []*tensor.Tensor{x})[0].Float32s())
	// Output:
	// 9.625 [0.5 1]
}

func ExampleL1() {
	pred, target := tensor.FromSlice([]float32{1, -2}, 2), tensor.FromSlice([]float32{3, 2}, 2)
	fmt.Println(loss.L1(pred, target).Item())
	// Output:
	// 3
}

// Of a distribution from itself the divergence is 0.
func ExampleKLDiv() {
	y := tensor.FromSlice([]float32{0.5, 0.25, 0.25}, 1, 3)
	even := tensor.Full(1.0/3, 1, 3)
	fmt.Printf("%.3f %.3f\n",
		loss.KLDiv(y.Log(), y, loss.BatchMean).Item(),
		loss.KLDiv(even.Log(), y, loss.BatchMean).Item())
	// Output:
	// 0.000 0.059
}

// For a network whose last layer is a sigmoid.
func ExampleBCE() {
	probs, targets := tensor.FromSlice([]float32{0.9, 0.2}, 2), tensor.FromSlice([]float32{1, 0}, 2)
	fmt.Printf("%.3f\n", loss.BCE(probs, targets).Item())
	// Output:
	// 0.164
}

// The discriminator's loss with the R1 penalty of weight 10.
func ExampleAdversarial() {
	tape := tensor.NewTape()
	defer tape.Release()
	weight := tape.FromSlice([]float32{0.5, -1}, 1, 2)
	score := func(x *tensor.Tensor) *tensor.Tensor { return x.Mul(weight).Sum(1) }
	real := tape.FromSlice([]float32{1, 0, 2, 1}, 2, 2)
	fake := tape.FromSlice([]float32{0, 1, 0, 0}, 2, 2)

	onReal := score(real)
	d := loss.Hinge{}.Discriminator(onReal, score(fake))
	r1 := loss.GradientNorm2(onReal, real).Mean().MulScalar(10.0 / 2)
	fmt.Println(d.Item(), r1.Item(), d.Add(r1).Item())
	// Output:
	// 1.25 6.25 7.5
}
