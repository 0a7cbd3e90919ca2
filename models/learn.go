package models

import (
	"fmt"
	"iter"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// learner is what the models that follow one loss have in common: an update
// from a batch, taken whole or in parts.
type learner struct {
	tape    *tensor.Tape
	named   iter.Seq2[string, *tensor.Tensor]
	params  []*tensor.Tensor
	newOpt  func() optim.Optimizer
	opt     optim.Optimizer // nil before it is first needed: moments take memory
	average *optim.EMA      // nil without
	clip    float64
	norm    float64 // of the last gradient, before clipping; 0 without
	steps   int     // updates so far
	fault
}

// newLearner is the learner of a module's parameters.
func newLearner(be backend.Backend, seed uint64, m layers.Module, clip float64, opt func() optim.Optimizer) learner {
	return learner{tape: trainingTape(be, seed), named: layers.Params(m), params: layers.List(m), clip: clip, newOpt: opt}
}

// Optimizers is the update rule and its state: for learning rate schedules.
func (l *learner) Optimizers() []optim.Optimizer { return []optim.Optimizer{l.optimizer()} }

func (l *learner) optimizer() optim.Optimizer {
	if l.opt == nil {
		l.opt = l.newOpt()
	}
	return l.opt
}

// training is where the learner stands.
func (l *learner) training() training {
	return training{optimizers: l.Optimizers(), rng: l.tape.RNG(), steps: &l.steps}
}

// update does one update from n rows in the given number of parts, whose
// gradients are added up. part makes, on the tape, the share of the loss of rows
// [lo, hi). The result is the whole loss before the update.
//
// If the loss or its gradient is not finite, nothing is updated: fault tells
// what went bad.
func (l *learner) update(n, parts int, part func(lo, hi int) *tensor.Tensor) float64 {
	defer l.tape.Release()
	opt := l.optimizer()
	opt.ZeroGrad()
	l.clear()
	total := 0.0
	for lo, hi := range cut(n, parts) {
		loss := part(lo, hi)
		total += loss.Item()
		if !isFinite(total) {
			l.inPass(l.tape, l.named)
			opt.ZeroGrad()
			return total
		}
		l.tape.Backward(loss, l.params...)
		if hi < n {
			l.tape.Release()
		}
	}
	if l.clip > 0 {
		l.norm = optim.ClipGradNorm(l.named, l.clip)
		if !isFinite(l.norm) {
			l.inGradient(l.named)
			opt.ZeroGrad()
			return total
		}
	}
	opt.Step()
	l.steps++
	if l.average != nil {
		l.average.Update(l.steps)
	}
	return total
}

// cut divides n rows into parts of sizes as equal as can be: at most parts, none
// of them empty.
func cut(n, parts int) iter.Seq2[int, int] {
	return func(yield func(lo, hi int) bool) {
		parts = max(1, min(parts, n))
		for i := range parts {
			if !yield(n*i/parts, n*(i+1)/parts) {
				return
			}
		}
	}
}

// share scales the mean over some of n rows to its share in the mean over all.
func share(mean *tensor.Tensor, rows, n int) *tensor.Tensor {
	if rows == n {
		return mean
	}
	return mean.MulScalar(float64(rows) / float64(n))
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// fault remembers what was not finite in the last step.
type fault struct{ what string }

// NonFinite names the first value of the last step that was a NaN or an
// infinity, "" if there was none. A step in which the loss, or with Clip its
// gradient, is not finite changes no weights.
func (f *fault) NonFinite() string { return f.what }

func (f *fault) clear() { f.what = "" }

// inPass looks for the first bad value of a forward pass.
func (f *fault) inPass(tape *tensor.Tape, params iter.Seq2[string, *tensor.Tensor]) {
	op, bad := tape.FirstNonFinite()
	switch {
	case bad == nil:
		f.what = "the loss"
		return
	case op != "":
		f.what = fmt.Sprintf("the result %v of %s", bad.Shape(), op)
		return
	}
	f.what = fmt.Sprintf("an input of shape %v", bad.Shape())
	for name, p := range params {
		if p == bad {
			f.what = fmt.Sprintf("the parameter %q", name)
			return
		}
	}
}

// inGradient looks for the first parameter whose gradient is bad.
func (f *fault) inGradient(params iter.Seq2[string, *tensor.Tensor]) {
	f.what = "the length of the gradient"
	for name, p := range params {
		if g := p.Grad(); g != nil {
			for _, v := range g.Float64s() {
				if !isFinite(v) {
					f.what = fmt.Sprintf("the gradient of %q", name)
					return
				}
			}
		}
	}
}
