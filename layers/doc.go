// Package layers holds the building blocks of networks: a layer is its
// parameters and a Forward method.
//
// Layers are plain structs with exported parameters. Parameters are on no tape,
// so one layer serves many goroutines at once, each with a tape of its own; the
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
// that also says on which backend they live. State yields parameters and buffers
// under PyTorch's state-dict names, in a fixed order; [Params], [Buffers], [Count]
// and files all use it.
//
// Weights that are only multiplied by or looked up in are of type
// [tensor.Weight]: [Quantize] stores them in 8 or 16 bits, for less memory and
// faster inference.
//
// Inputs of the wrong shape are programming errors and panic with a
// [*tensor.ShapeError].
package layers
