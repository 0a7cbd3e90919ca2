package models

import (
	"fmt"
	"slices"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// textMemory is the state that stateful training carries from step to step.
type textMemory struct {
	m    *TextGenerator
	now  layers.LSTMState // where the next step starts, on no tape; nil is zeros
	next layers.LSTMState // where the step under way ends: the backward pass still reads now
}

// begin makes the state of a batch of rows, zeros unless the last batch had as
// many.
func (t *textMemory) begin(batch int) {
	if t.now.H == nil || t.now.H.Dim(1) != batch {
		t.reset()
		t.now = t.m.InitHidden(batch)
	}
	if t.next.H == nil {
		t.next = t.m.InitHidden(batch)
	}
}

func (t *textMemory) advance() { t.now, t.next = t.next, t.now }

func (t *textMemory) reset() {
	t.now.Release()
	t.next.Release()
	t.now, t.next = layers.LSTMState{}, layers.LSTMState{}
}

// rows is where some rows of a batch start.
func (t *textMemory) rows(lo, hi int) layers.LSTMState { return stateRows(t.now, lo, hi) }

// store keeps where some rows of a batch end.
func (t *textMemory) store(lo, hi int, last layers.LSTMState) {
	next := stateRows(t.next, lo, hi)
	next.H.Set(last.H)
	next.C.Set(last.C)
}

// stateRows is the state of some rows of a batch, a view.
func stateRows(s layers.LSTMState, lo, hi int) layers.LSTMState {
	if lo == 0 && hi == s.H.Dim(1) {
		return s
	}
	return layers.LSTMState{H: s.H.Narrow(1, lo, hi-lo), C: s.C.Narrow(1, lo, hi-lo)}
}

// Tensors yields "h" and "c", if there is a state.
func (t *textMemory) Tensors() update.Params {
	return func(yield func(string, *tensor.Tensor) bool) {
		if t.now.H != nil {
			_ = yield("h", t.now.H) && yield("c", t.now.C)
		}
	}
}

// Resize makes a state of the shapes that a checkpoint has.
func (t *textMemory) Resize(shapes map[string][]int) error {
	t.reset()
	h, c := shapes["h"], shapes["c"]
	if h == nil && c == nil {
		return nil
	}
	if len(h) != 3 || h[1] < 1 || h[0] != t.m.cfg.Layers || h[2] != t.m.cfg.Hidden || !slices.Equal(h, c) {
		return fmt.Errorf("memory: expected states of the shape [%d, batch, %d], got %v and %v", t.m.cfg.Layers, t.m.cfg.Hidden, h, c)
	}
	t.now = t.m.InitHidden(h[1])
	return nil
}
