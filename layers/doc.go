// Package layers holds the building blocks of networks: a layer is its
// parameters and a Forward method.
//
// Layers are plain structs with exported parameters. They are on no tape, so
// one layer serves many goroutines at once, each with a tape of its own; the
// tape of the input says whether the pass trains or evaluates. An input on no
// tape is evaluated and nothing is recorded.
//
//	rng := tensor.NewRNG(1)
//	net := layers.Sequential{
//		layers.NewLinear(784, 256, rng),
//		layers.ReLU{},
//		layers.NewLinear(256, 10, rng),
//	}
//	tape := tensor.NewTape(tensor.Train())
//	y := net.Forward(tape.FromSlice(pixels, 32, 784)) // [32, 10]
//
// Constructors draw initial weights, as PyTorch does by default, from an RNG
// that also says on which backend they live. Params yields the parameters under
// PyTorch's state-dict names, in a fixed order: it serves optimisers, files and
// counting alike.
//
// The Quantized layers are int8 copies for inference: a quarter of the bytes to
// read where that is most of the work, as in generating text token by token.
//
// Inputs of the wrong shape are programming errors and panic with a
// [*tensor.ShapeError].
package layers
