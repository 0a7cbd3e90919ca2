package models

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// lastLoss remembers a loss for the steps that have none of their own, also over a
// checkpoint.
type lastLoss struct {
	on   backend.Backend
	loss *tensor.Tensor // [1]; nil before the first
}

// keep remembers a loss and returns it as it is remembered.
func (l *lastLoss) keep(loss float64) float64 {
	if l == nil {
		return loss
	}
	if l.loss == nil {
		l.loss = tensor.ZerosOn(l.on, 1)
	}
	l.loss.SetFloat64s([]float64{loss})
	return l.value()
}

// value is the loss remembered, 0 before the first.
func (l *lastLoss) value() float64 {
	if l == nil || l.loss == nil {
		return 0
	}
	return l.loss.Item()
}

// Tensors yields "loss", if there is one.
func (l *lastLoss) Tensors() update.Params {
	return func(yield func(string, *tensor.Tensor) bool) {
		if l.loss != nil {
			yield("loss", l.loss)
		}
	}
}

// Resize makes room for what a checkpoint has: nothing in those of older programs.
func (l *lastLoss) Resize(shapes map[string][]int) error {
	l.loss = nil
	shape, ok := shapes["loss"]
	if !ok {
		return nil
	}
	if len(shape) != 1 || shape[0] != 1 {
		return fmt.Errorf("memory: expected a loss of shape [1], got %v", shape)
	}
	l.loss = tensor.ZerosOn(l.on, 1)
	return nil
}
