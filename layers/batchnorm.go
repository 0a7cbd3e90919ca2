package layers

import (
	"fmt"
	"iter"
	"sync"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// BatchNorm normalises each channel, then scales and shifts:
//
//	y = (x − mean)/√(var + ε) · weight + bias
//
// In training, mean and variance are those of the batch: the variance is the biased
// one, Σ (x − mean)²/n. The running statistics move towards the mean and the unbiased
// variance, Σ (x − mean)²/(n − 1):
//
//	running = (1 − m)·running + m·batch,  m = Momentum
//
// In evaluation the running statistics are used instead. It is the common part of [BatchNorm1d] and [BatchNorm2d].
//
// Goroutines may train one layer at the same time: they update the running
// statistics one at a time, in no fixed order.
//
// Reference: Ioffe and Szegedy, "Batch Normalization", 2015.
type BatchNorm struct {
	Weight *tensor.Tensor // [channels] or nil
	Bias   *tensor.Tensor // [channels] or nil

	RunningMean    *tensor.Tensor // [channels]
	RunningVar     *tensor.Tensor // [channels]
	BatchesTracked *tensor.Tensor // []: the number of batches they come from

	Eps      float64 // 0 means 1e-5
	Momentum float64 // 0 means 0.1

	mu sync.Mutex // guards the running statistics
}

// BatchNorm1d is [BatchNorm] of vectors or of sequences.
//
// Shape: [B, channels] or [B, channels, L] → the same.
//
// Panics if the input has another shape, or in training if there is only one
// value for each channel.
type BatchNorm1d struct{ BatchNorm }

// BatchNorm2d is [BatchNorm] of images.
//
// Shape: [B, channels, H, W] → the same.
//
// Panics if the input has another shape, or in training if there is only one
// value for each channel.
type BatchNorm2d struct{ BatchNorm }

// NewBatchNorm1d starts with weight 1, bias 0, running mean 0 and variance 1 on
// the RNG's backend.
//
// Panics if channels is not positive.
func NewBatchNorm1d(channels int, rng *tensor.RNG) *BatchNorm1d {
	b := &BatchNorm1d{}
	b.init("batch norm 1d", channels, rng)
	return b
}

// NewBatchNorm2d starts as [NewBatchNorm1d].
//
// Panics if channels is not positive.
func NewBatchNorm2d(channels int, rng *tensor.RNG) *BatchNorm2d {
	b := &BatchNorm2d{}
	b.init("batch norm 2d", channels, rng)
	return b
}

func (b *BatchNorm) init(op string, channels int, rng *tensor.RNG) {
	checkSizes(op, channels)
	be := rng.Backend()
	b.Weight, b.Bias = tensor.FullOn(be, 1, channels), tensor.ZerosOn(be, channels)
	b.RunningMean, b.RunningVar = tensor.ZerosOn(be, channels), tensor.FullOn(be, 1, channels)
	b.BatchesTracked = tensor.ZerosOn(be)
}

func (b *BatchNorm1d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return b.ForwardAct(x, backend.ActNone, 0)
}

// ForwardAct is act(Forward(x)): in evaluation, where nothing is recorded, in one pass
// over memory. slope is that of leaky ReLU.
func (b *BatchNorm1d) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	c := b.channels()
	if r := x.Rank(); r != 2 && r != 3 || x.Dim(1) != c {
		tensor.Fail("batch norm 1d", fmt.Sprintf("needs inputs [batch, %d] or [batch, %d, length]", c, c), "%v", x.Shape())
	}
	return b.forward("batch norm 1d", x, act, slope)
}

func (b *BatchNorm2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return b.ForwardAct(x, backend.ActNone, 0)
}

// ForwardAct is act(Forward(x)), as [BatchNorm1d.ForwardAct].
func (b *BatchNorm2d) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	c := b.channels()
	if x.Rank() != 4 || x.Dim(1) != c {
		tensor.Fail("batch norm 2d", fmt.Sprintf("needs inputs [batch, %d, height, width]", c), "%v", x.Shape())
	}
	return b.forward("batch norm 2d", x, act, slope)
}

func (b *BatchNorm) channels() int { return b.RunningMean.Size() }

func (b *BatchNorm) forward(op string, x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	tape := x.Tape()
	if tape == nil || !tape.Training() {
		return b.evaluate(tape, x, act, slope)
	}
	n := x.Size() / b.channels()
	if n < 2 {
		tensor.Fail(op, "training needs more than one value for each channel", "%v", x.Shape())
	}
	weight, bias := b.Weight, b.Bias
	if weight != nil {
		weight = taped(tape, weight)
	}
	if bias != nil {
		bias = taped(tape, bias)
	}
	y, mean, variance := tensor.BatchNorm(x, weight, bias, orDefault(b.Eps, 1e-5))
	if !tape.Recomputing() { // or the batch would be counted twice
		tape.NoGrad(func() { b.track(tape, mean, variance.MulScalar(float64(n)/float64(n-1))) })
	}
	return y.Activate(act, slope)
}

// evaluate is act(x·scale + shift), both computed from the running statistics.
func (b *BatchNorm) evaluate(tape *tensor.Tape, x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	var scale, negMean *tensor.Tensor
	unrecorded(tape, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		negMean = constant(tape, b.RunningMean).Neg()
		scale = constant(tape, b.RunningVar).AddScalar(orDefault(b.Eps, 1e-5)).Rsqrt()
	})
	if b.Weight != nil {
		scale = scale.Mul(b.Weight)
	}
	shift := negMean.Mul(scale)
	if b.Bias != nil {
		shift = shift.Add(b.Bias)
	}
	return tensor.ScaleShift(x, scale, shift, act, slope)
}

// track moves the running statistics towards those of a batch.
func (b *BatchNorm) track(tape *tensor.Tape, mean, variance *tensor.Tensor) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := orDefault(b.Momentum, 0.1)
	for _, s := range []struct{ running, batch *tensor.Tensor }{{b.RunningMean, mean}, {b.RunningVar, variance}} {
		old := constant(tape, s.running)
		s.running.Set(old.MulScalar(1 - m).Add(s.batch.MulScalar(m)))
	}
	b.BatchesTracked.Set(constant(tape, b.BatchesTracked).AddScalar(1))
}

// State yields weight and bias, and as buffers running_mean, running_var and
// num_batches_tracked.
func (b *BatchNorm) State() iter.Seq2[string, Entry] {
	return Entries(Param("weight", b.Weight), Param("bias", b.Bias),
		Buffer("running_mean", b.RunningMean), Buffer("running_var", b.RunningVar),
		Buffer("num_batches_tracked", b.BatchesTracked))
}
