package loss

import (
	"fmt"

	"github.com/org/artnn/tensor"
)

// HalfSquaredError is half the sum of squared errors:
//
//	E = ½·Σ (ŷ − y)²
//
// whose gradient is ŷ − y.
//
// Shape: prediction and target [...] → [].
func HalfSquaredError(pred, target *tensor.Tensor) *tensor.Tensor {
	target = match("half squared error", pred, target)
	return pred.Sub(target).Square().Sum().MulScalar(0.5)
}

// MSE is the squared error, averaged over all elements:
//
//	loss = mean (ŷ − y)²
//
// Shape: prediction and target [...] → [].
func MSE(pred, target *tensor.Tensor, reduction ...Reduction) *tensor.Tensor {
	target = match("mse", pred, target)
	return first("mse", reduction).apply("mse", pred.Sub(target).Square())
}

// L1 is the absolute error, averaged over all elements:
//
//	loss = mean |ŷ − y|
//
// Shape: prediction and target [...] → [].
func L1(pred, target *tensor.Tensor, reduction ...Reduction) *tensor.Tensor {
	target = match("l1", pred, target)
	return first("l1", reduction).apply("l1", pred.Sub(target).Abs())
}

// HuberConfig are the options of [Huber].
type HuberConfig struct {
	Delta     float64 // the error from which it is linear; 0 means 1
	Reduction Reduction
}

// Huber is quadratic up to δ and linear beyond, so that the gradient of an
// outlier is at most δ:
//
//	loss = ½·e²         for |e| ≤ δ,  e = ŷ − y
//	loss = δ·(|e| − ½δ) beyond
//
// Shape: prediction and target [...] → [].
//
// Panics if δ is negative.
//
// Reference: Huber, "Robust Estimation of a Location Parameter", 1964.
func Huber(pred, target *tensor.Tensor, cfg HuberConfig) *tensor.Tensor {
	if cfg.Delta == 0 {
		cfg.Delta = 1
	}
	if !(cfg.Delta > 0) {
		panic(fmt.Sprintf("huber: delta must be positive, got %g", cfg.Delta))
	}
	target = match("huber", pred, target)
	// With c the error clamped to ±δ, both pieces are c·(e − ½c).
	e := pred.Sub(target)
	c := e.Clamp(-cfg.Delta, cfg.Delta)
	return cfg.Reduction.apply("huber", c.Mul(e.Sub(c.MulScalar(0.5))))
}
