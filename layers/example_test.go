package layers_test

import (
	"fmt"
	"iter"
	"strings"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func ExampleSequential() {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{
		layers.NewLinear(784, 128, rng),
		layers.ReLU{}, // fused with the layer before it
		layers.NewLinear(128, 10, rng),
	}
	tape := tensor.NewTape(tensor.Train())
	defer tape.Release()
	y := net.Forward(tape.Uniform(0, 1, 32, 784))

	fmt.Println(y.Shape(), layers.Count(net), "parameters")
	for name, p := range layers.Params(net) {
		fmt.Println(name, p.Shape())
	}
	// Output:
	// [32 10] 101770 parameters
	// 0.weight [128 784]
	// 0.bias [128]
	// 2.weight [10 128]
	// 2.bias [10]
}

// Characters of two lines become vectors, and an LSTM reads them.
func ExampleLSTM() {
	rng := tensor.NewRNG(1)
	embed := layers.NewEmbedding(65, 16, rng)
	lstm := layers.NewLSTM(16, 32, layers.RecurrentConfig{Layers: 2, Dropout: 0.1}, rng)
	head := layers.NewLinear(32, 65, rng)

	tape := tensor.NewTape()
	ids := []int32{1, 2, 3, 4, 5, 6}
	y, state := lstm.Forward(embed.Forward(tape, ids, 2, 3), layers.LSTMState{})
	logits := head.Forward(y)
	fmt.Println(logits.Shape(), state.H.Shape())

	carried := state.Clone() // the next pass goes on from here
	tape.Release()
	_, state = lstm.Forward(embed.Forward(tape, ids, 2, 3), carried)
	fmt.Println(state.C.Shape())
	// Output:
	// [2 3 65] [2 2 32]
	// [2 2 32]
}

// A language model whose output layer has the embedding's table as its weight, which
// therefore has one name and is counted, saved and trained once.
func ExampleTiedLinear() {
	rng := tensor.NewRNG(1)
	embed := layers.NewEmbedding(1000, 32, rng)
	gru := layers.NewGRU(32, 32, layers.RecurrentConfig{}, rng)
	head := layers.NewTiedLinear(embed)

	tape := tensor.NewTape()
	defer tape.Release()
	y, _ := gru.ForwardIDs(tape, embed, []int32{7, 8, 9}, 1, 3, nil)
	fmt.Println(head.Forward(y).Shape())
	fmt.Println(layers.Count(embed), layers.Count(gru), layers.Count(head))
	// Output:
	// [1 3 1000]
	// 32000 6336 1000
}

// A GRU that reads a sequence from both ends tells of each step what is before it and
// after it.
func ExampleGRU() {
	gru := layers.NewGRU(8, 16, layers.RecurrentConfig{Layers: 2, Bidirectional: true}, tensor.NewRNG(1))
	tape := tensor.NewTape()
	defer tape.Release()
	y, last := gru.Forward(tape.Normal(0, 1, 4, 10, 8), nil)
	fmt.Println(y.Shape(), last.Shape())
	for name, p := range layers.Params(gru) {
		if strings.HasPrefix(name, "weight_ih") {
			fmt.Println(name, p.Shape())
		}
	}
	// Output:
	// [4 10 32] [4 4 16]
	// weight_ih_l0 [48 8]
	// weight_ih_l0_reverse [48 8]
	// weight_ih_l1 [48 32]
	// weight_ih_l1_reverse [48 32]
}

// SwiGLU, the feed-forward part of Llama's blocks, behind its norm.
func ExampleGatedMLP() {
	rng := tensor.NewRNG(1)
	block := layers.Residual{Body: layers.Sequential{layers.NewRMSNorm(64, rng), layers.NewGatedMLP(64, 172, layers.SiLU{}, rng)}}
	tape := tensor.NewTape()
	defer tape.Release()
	fmt.Println(block.Forward(tape.Normal(0, 1, 2, 5, 64)).Shape())
	for name, p := range layers.Params(block) {
		fmt.Println(name, p.Shape())
	}
	// Output:
	// [2 5 64]
	// body.0.weight [64]
	// body.1.gate_proj.weight [172 64]
	// body.1.up_proj.weight [172 64]
	// body.1.down_proj.weight [64 172]
}

// Dropout acts in training only.
func ExampleDropout() {
	drop := layers.Dropout{P: 0.5}
	tape := tensor.NewTape(tensor.Seed(2))
	defer tape.Release()
	x := tape.Full(1, 1000)

	fmt.Println(drop.Forward(x).Sum().Item())
	tape.SetTraining(true)
	sum := drop.Forward(x).Sum().Item()
	fmt.Println(sum != 1000, sum > 900 && sum < 1100)
	// Output:
	// 1000
	// true true
}

// Scale is a layer written by hand: it has State and Forward.
type Scale struct{ Factor *tensor.Tensor }

func (s Scale) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Mul(s.Factor) }

func (s Scale) State() iter.Seq2[string, layers.Entry] {
	return layers.Entries(layers.Param("factor", s.Factor))
}

func ExampleLayer() {
	net := layers.Sequential{
		layers.NewLayerNorm(3, tensor.NewRNG(1)),
		layers.Residual{Body: Scale{tensor.Full(2, 3)}},
	}
	for name, p := range layers.Params(net) {
		fmt.Println(name, p.Shape())
	}
	fmt.Printf("%.2f\n", net.Forward(tensor.FromSlice([]float32{-1, 0, 1}, 3)).Float32s())
	// Output:
	// 0.weight [3]
	// 0.bias [3]
	// 1.body.factor [3]
	// [-3.67 0.00 3.67]
}
