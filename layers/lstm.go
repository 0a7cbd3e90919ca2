package layers

import (
	"iter"

	"github.com/org/artnn/tensor"
)

// LSTM is a stack of long short-term memory layers over batches of sequences.
// Each layer computes, for every step,
//
//	i, f, o = σ(Wᵢₕx + bᵢₕ + Wₕₕh + bₕₕ),  g = tanh(Wᵢₕx + bᵢₕ + Wₕₕh + bₕₕ)
//	c' = f∘c + i∘g,  h' = o∘tanh(c')
//
// and its hidden states are the inputs of the next layer, with dropout between in
// training. The gates are stacked in the order i, f, g, o. There are two biases,
// of which only the sum matters, so that weights can be exchanged with PyTorch.
//
// Reference: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et
// al. 2000.
type LSTM struct {
	Layers        []RecurrentLayer // if Bidirectional two for each: forward, then reverse
	Bidirectional bool
	Dropout       float64 // between layers
}

// LSTMState is the state of an LSTM between steps. nil means zeros. A bidirectional
// LSTM has two states for each layer: forward, then reverse.
type LSTMState struct {
	H *tensor.Tensor // hidden states [layers, B, hidden]
	C *tensor.Tensor // cell states [layers, B, hidden]
}

// Clone copies a state off its tape, for use in another pass. Call it before
// Backward, which releases the values of the pass.
func (s LSTMState) Clone() LSTMState {
	var c LSTMState
	if s.H != nil {
		c.H = s.H.Clone()
	}
	if s.C != nil {
		c.C = s.C.Clone()
	}
	return c
}

// Release frees the memory of a state made by Clone.
func (s LSTMState) Release() { released(s.H, s.C) }

// NewLSTM draws all weights and biases from [−1/√hidden, 1/√hidden), as PyTorch
// does.
//
// Panics if a size is not positive or the dropout rate not in [0, 1].
func NewLSTM(in, hidden int, cfg RecurrentConfig, rng *tensor.RNG) *LSTM {
	return &LSTM{
		Layers:        newRecurrent("lstm", 4, in, hidden, cfg, rng),
		Bidirectional: cfg.Bidirectional, Dropout: cfg.Dropout,
	}
}

// Forward runs the layers over x from a state, and returns the hidden states of
// the last layer at all steps and the state after the last step, which for a reverse
// layer is the first. A state on no tape is a constant; to train it, put it on the
// tape first.
//
// Shape: x [B, T, in], state [layers, B, hidden] → [B, T, hidden] and the state; if
// bidirectional, state [2·layers, B, hidden] → [B, T, 2·hidden].
//
// Panics if sizes differ or T is 0.
func (l *LSTM) Forward(x *tensor.Tensor, state LSTMState) (*tensor.Tensor, LSTMState) {
	r := l.stack()
	return l.run(r, r.values(x), state)
}

// ForwardIDs is Forward of an embedding's vectors. Where the embedding has few rows, as
// one of characters has, each is multiplied by the first layer's weights once, rather
// than at every step that it occurs in. ids are row-major; the tape may be nil.
//
// Shape: ids [batch, steps], state as in Forward → as Forward.
//
// Panics if sizes differ or an id is outside the embedding.
func (l *LSTM) ForwardIDs(tape *tensor.Tape, e *Embedding, ids []int32, batch, steps int, state LSTMState) (*tensor.Tensor, LSTMState) {
	r := l.stack()
	return l.run(r, r.rows(tape, e, ids, batch, steps), state)
}

func (l *LSTM) run(r recurrent, s source, state LSTMState) (*tensor.Tensor, LSTMState) {
	h0, c0 := r.initial(s, "hidden", state.H), r.initial(s, "cell", state.C)
	hs := make([]*tensor.Tensor, len(l.Layers))
	cs := make([]*tensor.Tensor, len(l.Layers))
	y := r.forward(s, func(i int, s source) (y *tensor.Tensor) {
		p, h, c := l.Layers[i], h0.Select(0, i), c0.Select(0, i)
		bias := taped(s.tape, p.BiasIH).Add(p.BiasHH)
		if s.x != nil {
			y, hs[i], cs[i] = tensor.LSTM(s.x, p.WeightIH, p.WeightHH, bias, h, c)
		} else {
			y, hs[i], cs[i] = tensor.LSTMRows(s.table.project(s.tape, p.WeightIH, bias), s.ids, p.WeightHH, h, c)
		}
		return y
	})
	return y, LSTMState{H: stackStates(hs), C: stackStates(cs)}
}

func (l *LSTM) stack() recurrent {
	return recurrent{"lstm", l.Layers, directionsOf(l.Bidirectional), l.Dropout}
}

// Hidden is the size of the hidden state.
func (l *LSTM) Hidden() int { return l.stack().hidden() }

// State yields weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, then those of
// layer 1, and so on. Those of a reverse layer follow its forward layer, with
// "_reverse" after their names.
func (l *LSTM) State() iter.Seq2[string, Entry] { return l.stack().state() }
