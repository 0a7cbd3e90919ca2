package update

import (
	"fmt"
	"iter"
	"math"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// Params are named tensors in a fixed order.
type Params = iter.Seq2[string, *tensor.Tensor]

// Config configures [New].
type Config struct {
	Params  Params // that train
	Buffers Params // that the forward pass changes, such as running statistics; nil if there are none

	// Optimizer makes the update rule. It is called when the first step is taken
	// or a checkpoint is read, because moments take memory.
	Optimizer func(Params) optim.Optimizer

	// Clip bounds the norm of the gradient, which is then checked to be finite. An
	// infinite Clip measures and checks and never clips; 0 does none of it, but on
	// several machines is infinite. See [optim.ClipGradNorm].
	Clip float64
	// Accumulate is the number of parts in which [Update.Step] takes a batch, for
	// batches whose activations do not fit in memory; 0 and 1 take it whole. The
	// gradient is that of the whole batch up to rounding; noise and dropout masks
	// are the same. A batch norm sees the parts, not the whole batch.
	Accumulate int
	// EMA is the decay of the averaged weights; 0 averages none. See [optim.EMA].
	EMA float64

	// Tape is where losses are made; nil makes one from Seed in training mode.
	// Updates that share forward passes share a tape.
	Tape *tensor.Tape
	Seed uint64 // of noise and dropout on the tape that New makes

	// Memory is what else a stopped training needs to go on; nil if nothing.
	Memory Memory
	// Reducer sums gradients over machines; nil on one machine.
	Reducer Reducer
}

// Objective computes, on the update's tape, what rows [lo, hi) contribute to the
// loss of the whole batch of n. For a mean loss:
//
//	Share(mean over these rows, hi-lo, n)
type Objective func(lo, hi int) *tensor.Tensor

// Reducer sums the gradients of several machines.
type Reducer interface {
	// Ready is called once in each step for each parameter as soon as its gradient
	// is complete, in the same order on every machine, so that sending can begin
	// while the backward pass goes on. Gradients of a loss that is not finite are
	// NaNs, which must not be left out of the sum. Calling p.Grad() forms a gradient that the fused
	// optimiser step would otherwise never write to memory.
	Ready(name string, p *tensor.Tensor)
	// Finish returns when all gradients hold the sum over all machines.
	Finish() error
}

// Memory is tensors that a training carries from step to step outside of
// parameters, buffers and optimiser: the state of a stateful LSTM.
type Memory interface {
	// Tensors yields them under names of their own.
	Tensors() Params
	// Resize makes them anew with the shapes that a checkpoint has; none if shapes
	// is empty. It returns an error if the shapes make no sense.
	Resize(shapes map[string][]int) error
}

// Update turns losses into better parameters. It serves one goroutine at a time.
type Update struct {
	cfg  Config
	tape *tensor.Tape

	// Of the parameters nothing is kept before the optimiser is first needed: until
	// then a module may put other tensors or stored weights in their place.
	opt    optim.Optimizer
	names  map[*tensor.Tensor]string
	params []*tensor.Tensor
	kept   []kept

	average *average // nil without EMA, and before it is first needed
	steps   int      // updates so far
	norm    float64
	fault   string
	begun   bool // between Begin and End
	broken  bool // a panic ends the step
	err     error
}

// noiseKey separates the random stream of training (noise, dropout) from that of
// initial weights, which starts at the seed itself.
const noiseKey = 0x9e3779b97f4a7c15

// New makes an update of parameters.
//
// Panics if there are no parameters or no optimiser, or if a rate is out of
// range.
func New(cfg Config) *Update {
	u := &Update{cfg: cfg, tape: cfg.Tape}
	switch {
	case cfg.Params == nil:
		panic("update: there are no parameters")
	case cfg.Optimizer == nil:
		panic("update: there is no optimiser")
	case !(cfg.Clip >= 0):
		panic(fmt.Sprintf("update: clip must not be negative, got %g", cfg.Clip))
	case !(cfg.EMA >= 0 && cfg.EMA < 1):
		panic(fmt.Sprintf("update: the decay of averaged weights must lie in [0, 1), got %g", cfg.EMA))
	}
	for _, p := range cfg.Params {
		if u.tape == nil {
			u.tape = tensor.NewTape(tensor.On(p.Backend()), tensor.Seed(cfg.Seed^noiseKey), tensor.Train())
		}
		return u
	}
	panic("update: there are no parameters: were all of them frozen?")
}

// Tape is the training tape, on which objectives make their losses.
func (u *Update) Tape() *tensor.Tape { return u.tape }

// Idle reports whether no parameter is left to train, because smaller weights have
// taken the place of all, as they do in models.Quantize.
func (u *Update) Idle() bool {
	for range u.cfg.Params {
		return false
	}
	return true
}

// Optimizer is the update rule and its state.
//
// Panics if the update is [Update.Idle].
func (u *Update) Optimizer() optim.Optimizer {
	if u.opt != nil {
		return u.opt
	}
	if u.Idle() {
		panic("update: nothing is left to train: all weights have been replaced by smaller ones, which do not learn")
	}
	u.names = map[*tensor.Tensor]string{}
	for name, p := range u.cfg.Params {
		if _, tied := u.names[p]; !tied {
			u.names[p] = name
			u.params = append(u.params, p)
		}
	}
	u.opt = u.cfg.Optimizer(u.cfg.Params)
	return u.opt
}

// Steps counts the updates so far.
func (u *Update) Steps() int { return u.steps }

// Norm is that of the last gradient before clipping; 0 where it is not measured.
func (u *Update) Norm() float64 { return u.norm }

// Err is the error of the Reducer in the last step, nil if there was none.
func (u *Update) Err() error { return u.err }

// Step does one update from n rows. The objective is called once for each part of
// the batch. The result is the loss before the update. The tape is released.
//
// If the loss, or with Clip the gradient, is not finite, nothing is updated:
// [Update.NonFinite] names what went bad first.
//
// Panics if n is not positive, or the update is [Update.Idle].
func (u *Update) Step(n int, loss Objective) float64 {
	checkRows(n)
	defer u.tape.Release()
	u.Begin()
	defer u.End()
	u.broken = true
	var total float64
	var ok bool
	if u.PartCount(n) == 1 { // the usual case, without the closures of a loop over parts
		total, ok = u.collect(loss(0, n), 0, true)
	} else {
		total, ok = u.collectParts(n, loss)
	}
	u.broken = false
	if ok {
		u.Apply()
	}
	return total
}

// collect adds the loss of a part to a sum and its gradient to those of the
// parameters, unless [Update.Check] ends the step.
func (u *Update) collect(part *tensor.Tensor, sum float64, last bool) (total float64, ok bool) {
	total = sum + part.Item()
	if !u.Check(total, u.cfg.Params) {
		u.Optimizer().ZeroGrad()
		return total, false
	}
	u.Backward(part, last)
	return total, true
}

func (u *Update) collectParts(n int, loss Objective) (total float64, ok bool) {
	for lo, hi := range u.Parts(n) {
		if total, ok = u.collect(loss(lo, hi), total, hi == n); !ok {
			break
		}
		if hi < n {
			u.tape.Release()
		}
	}
	return total, ok
}

// PartCount is the number of parts in which a batch of n rows is taken.
func (u *Update) PartCount(n int) int { return max(1, min(u.cfg.Accumulate, n)) }

// Parts are the rows of a batch of n part by part, as equal as can be and none
// empty. The tape is told which rows each has, so that it draws the noise and
// the masks that these rows have in the whole batch.
func (u *Update) Parts(n int) iter.Seq2[int, int] {
	checkRows(n)
	return func(yield func(lo, hi int) bool) {
		parts := u.PartCount(n)
		if parts == 1 {
			yield(0, n)
			return
		}
		begin := u.tape.RNG().State()
		defer u.tape.Rows(0, n, n)
		for i := range parts {
			lo, hi := n*i/parts, n*(i+1)/parts
			u.tape.RNG().SetState(begin)
			u.tape.Rows(lo, hi, n)
			if !yield(lo, hi) {
				return
			}
		}
	}
}

func checkRows(n int) {
	if n < 1 {
		tensor.Fail("update", "a batch must have at least one row", "%d", n)
	}
}

// Begin begins a step: gradients are forgotten and, with EMA, the latest weights
// take the place of the averaged ones until [Update.End].
func (u *Update) Begin() {
	u.Optimizer().ZeroGrad() // before anything else: what gradients are made of takes memory
	u.fault, u.broken, u.norm, u.err = "", false, 0, nil
	if u.cfg.EMA > 0 {
		u.averaging().exchange()
	}
	u.keep()
	u.begun = true
}

// within panics unless a step was begun.
func (u *Update) within(method string) {
	if !u.begun {
		panic("update: " + method + " outside of a step: call Begin before it")
	}
}

// kept is a buffer and what it was before the step.
type kept struct{ buffer, before *tensor.Tensor }

// keep notes what the buffers are.
func (u *Update) keep() {
	if u.cfg.Buffers == nil {
		return
	}
	if u.kept == nil {
		for _, b := range u.cfg.Buffers {
			u.kept = append(u.kept, kept{b, b.Clone()})
		}
		return
	}
	for _, k := range u.kept {
		k.before.Set(k.buffer)
	}
}

// Abort tells [Update.End] that the step has failed. Call it on the way of a panic.
func (u *Update) Abort() { u.broken = true }

// End ends a step that [Update.Begin] began. Buffers go back to what they were if
// it found a number that is not finite, since a single one would stay in a running
// mean for good, or after [Update.Abort], as if the objective of [Update.Step]
// panicked.
//
// Panics if no step was begun.
func (u *Update) End() {
	u.within("End")
	u.begun = false
	if u.fault != "" || u.broken {
		for _, k := range u.kept {
			k.buffer.Set(k.before)
		}
	}
	if u.cfg.EMA > 0 {
		u.averaging().exchange()
	}
}

// Backward adds the gradient of a loss to those of the parameters. last says that
// no part follows before [Update.Apply], so that gradients are complete.
//
// Panics if no step was begun.
func (u *Update) Backward(loss *tensor.Tensor, last bool) {
	u.within("Backward")
	if u.fault != "" {
		loss = loss.MulScalar(math.NaN())
	}
	if u.cfg.Reducer == nil || !last {
		u.tape.Backward(loss, u.params...)
		return
	}
	u.tape.OnGrad(func(p *tensor.Tensor) { u.cfg.Reducer.Ready(u.names[p], p) })
	defer u.tape.OnGrad(nil)
	u.tape.Backward(loss, u.params...)
}

// Apply reduces, clips and checks the gradients, steps, and averages. It reports
// whether the parameters have been updated.
//
// Panics if no step was begun.
func (u *Update) Apply() bool {
	u.within("Apply")
	if u.cfg.Reducer != nil {
		if u.err = u.cfg.Reducer.Finish(); u.err != nil {
			u.fault = fmt.Sprintf("the gradients of other machines (%v)", u.err)
			u.opt.ZeroGrad()
			return false
		}
	}
	if u.fault != "" {
		u.opt.ZeroGrad()
		return false
	}
	if clip := u.bound(); clip > 0 {
		u.norm = optim.ClipGradNorm(u.cfg.Params, clip)
		if !isFinite(u.norm) {
			u.blameGradient()
			u.opt.ZeroGrad()
			return false
		}
	}
	u.opt.Step()
	u.steps++
	if u.cfg.EMA > 0 {
		u.average.ema.Update(u.steps)
	}
	return true
}

// bound is Clip, or with a Reducer at least an infinite one: the gradients must be
// checked for what happened on other machines.
func (u *Update) bound() float64 {
	if u.cfg.Clip == 0 && u.cfg.Reducer != nil {
		return math.Inf(1)
	}
	return u.cfg.Clip
}

// Share scales the mean over some of n rows to its share in the mean over all.
func Share(mean *tensor.Tensor, rows, n int) *tensor.Tensor {
	if rows == n {
		return mean
	}
	return mean.MulScalar(float64(rows) / float64(n))
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
