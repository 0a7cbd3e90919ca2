package models

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// A number of a token's vector that was dropped has no gradient.
func TestTextDropoutOfEmbeddings(t *testing.T) {
	const token, dim = 2, 256
	without := func(dropout float64, training bool) (zeros int) {
		m, err := NewTextGenerator(letters(t, 5), TextConfig{Embed: dim, Hidden: 8, Dropout: dropout, Seed: 1})
		require.NoError(t, err)
		opts := []tensor.Option{tensor.On(m.cfg.Backend), tensor.Seed(3)}
		if training {
			opts = append(opts, tensor.Train())
		}
		tape := tensor.NewTape(opts...)
		defer tape.Release()
		logits, _ := m.Forward(tape, []int32{token}, 1, 1, layers.LSTMState{})
		tape.Backward(logits.Square().Sum())
		table := m.Embedding.Weight.(*tensor.Tensor)
		for _, g := range table.Grad().Float64s()[token*dim : (token+1)*dim] {
			if g == 0 {
				zeros++
			}
		}
		return zeros
	}
	assert.InDelta(t, 0.25*dim, without(0.25, true), 0.1*dim)
	assert.Zero(t, without(0, true))
	assert.Zero(t, without(0.25, false), "in evaluation")
}
