// Package tensor provides n-dimensional values and their gradients.
//
// A [Tensor] is a shape, strides and an offset over memory that a
// [backend.Backend] owns. Reshaping, transposing, narrowing and expanding make
// views and move no data.
//
// # The tape
//
// A [Tape] is one forward and backward pass. Values enter it with [Tape.Of] or
// are drawn on it ([Tape.Normal]); whatever is computed from a value on a tape
// is on that tape. Parameters are on no tape, so one layer can serve many
// goroutines at once, each with its own tape:
//
//	tape := tensor.NewTape(tensor.Train(), tensor.Seed(1))
//	x := tape.Of(batch)             // [32, 784]
//	loss := lossOf(net.Forward(x))  // records
//	tape.Backward(loss, params...)  // adds to each parameter's Grad
//	optimizer.Step()
//	tape.Release()                  // frees all memory of the pass
//
// An operation on parameters only is not recorded: put one on the tape first with
// tape.Of(w) if a loss depends on it directly, as a weight penalty does. [Tape.Rows]
// lets a batch taken in parts draw the same random numbers as the whole.
// [Recompute] trades time for memory. [Tape.Nodes] lists what was recorded.
//
// # Ownership
//
// The tape owns every value on it. [Tape.Backward] frees the intermediate values
// that it has consumed, except the loss and those marked with [Tensor.Keep];
// [Tape.Release] frees the rest, and the tape can record the next pass. Using a
// freed value panics. What must outlive the pass is copied out with
// [Tensor.Clone], [Tensor.Float32s] or [Tensor.Item]. Values on no tape belong to
// whoever made them; [Tensor.Release] frees them early, the garbage collector
// otherwise.
//
// # Derivatives
//
// Every derivative is written in the operations of this package, so gradients
// can be differentiated again: [Tape.Grad] with [CreateGraph]. Operations that
// a backend fuses for speed have a composed form for that case.
//
// # Errors
//
// Shapes that do not fit are programming errors: operations panic with a
// [*ShapeError]. [Try] turns such a panic into an error for hosts that must
// not crash.
//
// A tape, and every value on it, serves one goroutine at a time.
package tensor
