package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// Softmax is exp(x)/Σ exp(x) along an axis, without overflow.
func (x *Tensor) Softmax(axis int) *Tensor { return x.softmax("softmax", axis, false) }

// LogSoftmax is x − ln Σ exp(x) along an axis, without overflow.
func (x *Tensor) LogSoftmax(axis int) *Tensor { return x.softmax("log_softmax", axis, true) }

func (x *Tensor) softmax(op string, axis int, logarithm bool) *Tensor {
	x.check(op)
	axis = x.axis(op, axis)
	kernel, ok := x.be.(backend.SoftmaxKernel)
	r := x.view.Rank
	ok = ok && axis == r-1 && (x.view.Strides[r-1] == 1 || x.view.Shape[r-1] == 1)
	y := alloc(x.tape, x.be, x.view.Dims())
	if !ok || !kernel.Softmax(y.view, x.view, logarithm) {
		x.softmaxInto(y, axis, logarithm)
	}
	if x.tape.records() {
		x.tape.record(op, y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("axis", axis)
				return
			}
			if ok && !b.Creating() && g.view.Contiguous() {
				dx := alloc(x.tape, x.be, x.view.Dims())
				if kernel.SoftmaxGrad(dx.view, g.view, y.view, logarithm) {
					b.Add(0, dx)
					return
				}
			}
			if logarithm {
				b.Add(0, g.Sub(y.Exp().Mul(g.SumKeep(axis))))
			} else {
				b.Add(0, y.Mul(g.Sub(g.Mul(y).SumKeep(axis))))
			}
		}, x).says()
	}
	return y
}

// softmaxInto composes the forward pass of mandatory operations, unrecorded:
// the derivative needs the result only.
func (x *Tensor) softmaxInto(y *Tensor, axis int, logarithm bool) {
	be, set := x.be, 1<<axis
	top := x.bare().reduce(backend.ReduceMax, set, true)
	be.Binary(backend.Sub, y.view, x.view, mustExpand(top.view, y.view), none)
	e := alloc(nil, be, x.view.Dims())
	be.Unary(backend.Exp, e.view, y.view, none)
	be.Reduce(backend.ReduceSum, top.view, e.view)
	if logarithm {
		be.Unary(backend.Log, top.view, top.view, none)
		be.Binary(backend.Sub, y.view, y.view, mustExpand(top.view, y.view), none)
	} else {
		be.Binary(backend.Div, y.view, e.view, mustExpand(top.view, y.view), none)
	}
	e.drop()
	top.drop()
}

// bare is t's layout and memory on no tape and without a share in ownership.
func (t *Tensor) bare() *Tensor { return &Tensor{view: t.view, be: t.be, store: t.store} }

func mustExpand(v, to backend.View) backend.View {
	out, ok := expanded(v, to.Dims())
	if !ok {
		panic("tensor: " + v.String() + " does not expand to " + to.String())
	}
	return out
}

// CrossEntropy is the negative log-likelihood of class indices under the
// softmax of logits, one loss for each row:
//
//	loss[n] = −Σ_c q[n,c]·ln softmax(logits[n])[c]
//	q[n,c] = (1−s)·[c = target[n]] + s/C
//
// with smoothing s in [0, 1). Rows whose target equals ignore lose nothing.
//
// Shape: logits [N, C], targets N → [N].
//
// Panics if there are not N targets, or one is neither ignore nor in [0, C).
func CrossEntropy(logits *Tensor, targets []int32, smoothing float64, ignore int32) *Tensor {
	logits.check("cross entropy")
	if logits.view.Rank != 2 || logits.view.Shape[0] != len(targets) {
		Fail("cross entropy", fmt.Sprintf("expected logits [%d, classes], a row for each target", len(targets)), "%v", logits.Shape())
	}
	n, classes := logits.view.Shape[0], logits.view.Shape[1]
	for i, c := range targets {
		if c != ignore && (c < 0 || int(c) >= classes) {
			Fail("cross entropy", fmt.Sprintf("targets must be in [0, %d) or %d (ignored)", classes, ignore), "%d at position %d", c, i)
		}
	}
	tape, be := logits.tape, logits.be
	kernel, ok := be.(backend.CrossEntropyKernel)
	if !ok || !logits.view.Contiguous() {
		return crossEntropyComposed(logits, targets, smoothing, ignore)
	}
	size := [1]int{n}
	loss, lse := alloc(tape, be, size[:]), alloc(tape, be, size[:])
	if !kernel.CrossEntropy(loss.view, lse.view, logits.view, targets, smoothing, ignore) {
		return crossEntropyComposed(logits, targets, smoothing, ignore)
	}
	if tape.records() {
		tape.record("cross entropy", loss, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("targets", targets, "smoothing", smoothing, "ignore", int(ignore))
				return
			}
			if !b.Creating() {
				dx := alloc(tape, be, logits.view.Dims())
				if kernel.CrossEntropyGrad(backend.CrossEntropyGradArgs{
					DX: dx.view, DLoss: g.Contiguous().view, LSE: lse.view, Logits: logits.view,
					Targets: targets, Smoothing: smoothing, Ignore: ignore,
				}) {
					b.Add(0, dx)
					return
				}
			}
			b.Compose(func(ins []*Tensor) []*Tensor {
				return []*Tensor{crossEntropyComposed(ins[0], targets, smoothing, ignore)}
			})
		}, logits).says()
	}
	return loss
}

func crossEntropyComposed(logits *Tensor, targets []int32, smoothing float64, ignore int32) *Tensor {
	n, classes := logits.view.Shape[0], logits.view.Shape[1]
	q := make([]float64, n*classes)
	for i, c := range targets {
		if c == ignore {
			continue
		}
		row := q[i*classes : (i+1)*classes]
		for j := range row {
			row[j] = smoothing / float64(classes)
		}
		row[c] += 1 - smoothing
	}
	weights := alloc(logits.tape, logits.be, logits.view.Dims())
	load(weights, q)
	return logits.LogSoftmax(1).Mul(weights).Sum(1).Neg()
}
