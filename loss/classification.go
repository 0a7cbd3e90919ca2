package loss

import (
	"fmt"
	"math"

	"github.com/org/artnn/tensor"
)

// DefaultIgnoreIndex is the target that [CrossEntropy] skips by default.
const DefaultIgnoreIndex = -100

// CrossEntropyConfig are the options of [CrossEntropy].
type CrossEntropyConfig struct {
	// LabelSmoothing s in [0, 1) spreads that share of the target's probability
	// evenly over all classes.
	LabelSmoothing float64
	// IgnoreIndex marks targets that count neither in the loss nor in its mean;
	// nil means −100. new(int32(0)) ignores class 0, such as padding.
	IgnoreIndex *int32
	Reduction   Reduction // Mean and BatchMean divide by the targets that count
}

// CrossEntropy is the negative log-likelihood of class indices under the
// softmax of logits:
//
//	loss = mean over n of −Σ_c q[n,c]·ln softmax(logits[n])[c]
//	q[n,c] = (1−s)·[c = target[n]] + s/C
//
// targets must not change before the backward pass has run.
//
// Shape: logits [..., C], targets row-major over the other axes → [].
//
// Panics if the number of targets does not fit, if one is neither ignored nor
// in [0, C), or if s is not in [0, 1).
//
// Reference: Szegedy et al., "Rethinking the Inception Architecture", 2015, for
// label smoothing. Deviation: with every target ignored the mean is 0, where
// PyTorch has NaN.
func CrossEntropy(logits *tensor.Tensor, targets []int32, cfg CrossEntropyConfig) *tensor.Tensor {
	const op = "cross entropy"
	if !(cfg.LabelSmoothing >= 0 && cfg.LabelSmoothing < 1) {
		panic(fmt.Sprintf("%s: label smoothing must lie in [0, 1), got %g", op, cfg.LabelSmoothing))
	}
	if logits.Rank() < 2 {
		tensor.Fail(op, "needs logits [..., classes] of at least two axes", "%v", logits.Shape())
	}
	ignore := int32(DefaultIgnoreIndex)
	if cfg.IgnoreIndex != nil {
		ignore = *cfg.IgnoreIndex
	}
	rows := logits
	if logits.Rank() > 2 {
		rows = logits.Reshape(-1, logits.Dim(-1))
	}
	losses := tensor.CrossEntropy(rows, targets, cfg.LabelSmoothing, ignore)
	switch cfg.Reduction {
	case Mean, BatchMean:
		counted := 0
		for _, t := range targets {
			if t != ignore {
				counted++
			}
		}
		return losses.Sum().MulScalar(1 / float64(max(counted, 1)))
	case None:
		if logits.Rank() > 2 {
			shape := logits.Shape()
			return losses.Reshape(shape[:len(shape)-1]...)
		}
	}
	return cfg.Reduction.apply(op, losses)
}

// CrossEntropyProbs is cross-entropy on probabilities, averaged over examples:
//
//	loss = mean over n of −Σ_c y[n,c]·ln ŷ[n,c]
//
// Logarithms are clamped to at least −100, as in PyTorch's BCE, with gradient 0
// below. For logits, [CrossEntropy] is more accurate.
//
// Shape: probabilities and targets [..., C] → [].
func CrossEntropyProbs(probs, targets *tensor.Tensor, reduction ...Reduction) *tensor.Tensor {
	const op = "cross entropy of probabilities"
	if probs.Rank() == 0 {
		tensor.Fail(op, "needs probabilities [..., classes]", "shape []")
	}
	targets = match(op, probs, targets)
	losses := targets.Mul(boundedLog(probs)).Sum(-1).Neg()
	return first(op, reduction).apply(op, losses)
}

// leastLog bounds the logarithm of a probability, so that one confident mistake
// does not make a loss infinite.
const leastLog = -100

// boundedLog is max(ln p, −100), with gradient 0 where that is −100.
func boundedLog(p *tensor.Tensor) *tensor.Tensor {
	zero := p.Equal(p.Const(0))
	// Of 0 no logarithm is taken: its infinite derivative times a gradient of 0
	// would be NaN.
	safe := tensor.Where(zero, p.Const(1), p)
	return safe.Log().Clamp(leastLog, math.Inf(1)).Add(zero.MulScalar(leastLog))
}

// BCE is binary cross-entropy on probabilities:
//
//	loss = −mean (y·ln p + (1−y)·ln(1−p))
//
// Logarithms are clamped to at least −100, as in PyTorch, with gradient 0 below.
// For logits, [BCEWithLogits] is more accurate.
//
// Shape: probabilities and targets [...] → [].
func BCE(probs, targets *tensor.Tensor, reduction ...Reduction) *tensor.Tensor {
	targets = match("bce", probs, targets)
	yes := targets.Mul(boundedLog(probs))
	no := targets.RSubScalar(1).Mul(boundedLog(probs.RSubScalar(1)))
	return first("bce", reduction).apply("bce", yes.Add(no).Neg())
}

// BCEWithLogitsConfig are the options of [BCEWithLogits].
type BCEWithLogitsConfig struct {
	// PosWeight multiplies the loss of positive targets and broadcasts to the
	// logits; nil means 1.
	PosWeight *tensor.Tensor
	Reduction Reduction
}

// BCEWithLogits is binary cross-entropy under the sigmoid of logits x:
//
//	loss = mean (w·y·softplus(−x) + (1−y)·softplus(x))
//
// which neither overflows nor cancels.
//
// Shape: logits and targets [...], w broadcasting to them → [].
//
// Panics if w does not broadcast to the logits' shape.
func BCEWithLogits(logits, targets *tensor.Tensor, cfg BCEWithLogitsConfig) *tensor.Tensor {
	const op = "bce with logits"
	targets = match(op, logits, targets)
	yes := targets.Mul(logits.Neg().Softplus())
	if w := cfg.PosWeight; w != nil {
		yes = yes.Mul(constant(logits.Tape(), w))
		if !yes.HasShape(logits.Shape()...) {
			tensor.Fail(op, fmt.Sprintf("positive weights must broadcast to %v", logits.Shape()), "%v", w.Shape())
		}
	}
	no := targets.RSubScalar(1).Mul(logits.Softplus())
	return cfg.Reduction.apply(op, yes.Add(no))
}

// KLDiv is the Kullback–Leibler divergence of a distribution y from one given
// by its logarithms:
//
//	loss = mean y·(ln y − logp)
//
// with 0·ln 0 = 0. The mean over all elements is the default, as in PyTorch;
// [BatchMean] gives the divergence itself, averaged over examples.
//
// Shape: log-probabilities and target probabilities [...] → [].
//
// Reference: Kullback and Leibler, "On Information and Sufficiency", 1951.
func KLDiv(logProbs, target *tensor.Tensor, reduction ...Reduction) *tensor.Tensor {
	target = match("kl divergence", logProbs, target)
	zero := target.Equal(target.Const(0))
	log := tensor.Where(zero, target.Const(1), target).Log()
	return first("kl divergence", reduction).apply("kl divergence", target.Mul(log.Sub(logProbs)))
}
