package summary_test

import (
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/layers/summary"
	"github.com/org/artnn/tensor"
)

func ExampleOfLayer() {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{
		layers.NewLinear(784, 256, rng), layers.ReLU{},
		layers.NewLinear(256, 10, rng),
	}
	fmt.Print(summary.OfLayer(net, 1, 784))
	// Output:
	// layer  output   parameters  multiply-adds
	// 0      [1 256]  200,960     200,704
	// 2      [1 10]   2,570       2,560
	// total           203,530     203,264
}

// A network that is no [layers.Layer] says what its pass is.
func ExampleTrace() {
	rng := tensor.NewRNG(1)
	embedding, linear := layers.NewEmbedding(1000, 16, rng), layers.NewLinear(16, 2, rng)
	net := parts{"embedding": embedding, "linear": linear}
	s := summary.Trace(net, func(tape *tensor.Tape) {
		words := embedding.Forward(tape, []int32{3, 1, 4}) // of a sentence
		linear.Forward(words.MeanKeep(0))
	})
	fmt.Print(s)
	// Output:
	// layer      output  parameters  multiply-adds
	// embedding  [3 16]  16,000      0
	// linear     [1 2]   34          32
	// total              16,034      32
}
