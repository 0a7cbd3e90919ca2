package layers

import (
	"iter"

	"github.com/org/artnn/tensor"
)

// GRU is a stack of layers of gated recurrent units over batches of sequences. Each
// layer computes, for every step,
//
//	r, z = σ(Wᵢₕx + bᵢₕ + Wₕₕh + bₕₕ),  n = tanh(Wᵢₕx + bᵢₕ + r∘(Wₕₕh + bₕₕ))
//	h' = (1 − z)∘n + z∘h
//
// and its hidden states are the inputs of the next layer, with dropout between in
// training. The gates are stacked in the order r, z, n. It has three quarters of the
// weights of an [LSTM] of its size.
//
// Reference: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder",
// 2014. There r resets the state, here its product, as in PyTorch.
type GRU struct {
	Layers        []RecurrentLayer // if Bidirectional two for each: forward, then reverse
	Bidirectional bool
	Dropout       float64 // between layers
}

// NewGRU draws all weights and biases from [−1/√hidden, 1/√hidden), as PyTorch
// does.
//
// Panics if a size is not positive or the dropout rate not in [0, 1].
func NewGRU(in, hidden int, cfg RecurrentConfig, rng *tensor.RNG) *GRU {
	return &GRU{
		Layers:        newRecurrent("gru", 3, in, hidden, cfg, rng),
		Bidirectional: cfg.Bidirectional, Dropout: cfg.Dropout,
	}
}

// Forward runs the layers over x from the states h, or zeros if that is nil, and
// returns the hidden states of the last layer at all steps and the states after the
// last step, which for a reverse layer is the first. States on no tape are constants.
//
// Shape: x [B, T, in], h [layers, B, hidden] → [B, T, hidden] and as h; if
// bidirectional, h [2·layers, B, hidden] → [B, T, 2·hidden].
//
// Panics if sizes differ or T is 0.
func (l *GRU) Forward(x, h *tensor.Tensor) (y, last *tensor.Tensor) {
	r := l.stack()
	return l.run(r, r.values(x), h)
}

// ForwardIDs is Forward of an embedding's vectors, as [LSTM.ForwardIDs].
//
// Shape: ids [batch, steps], h as in Forward → as Forward.
//
// Panics if sizes differ or an id is outside the embedding.
func (l *GRU) ForwardIDs(tape *tensor.Tape, e *Embedding, ids []int32, batch, steps int, h *tensor.Tensor) (y, last *tensor.Tensor) {
	r := l.stack()
	return l.run(r, r.rows(tape, e, ids, batch, steps), h)
}

func (l *GRU) run(r recurrent, s source, state *tensor.Tensor) (y, last *tensor.Tensor) {
	h0 := r.initial(s, "hidden", state)
	hs := make([]*tensor.Tensor, len(l.Layers))
	y = r.forward(s, func(i int, s source) (y *tensor.Tensor) {
		p, h := l.Layers[i], h0.Select(0, i)
		if s.x != nil {
			y, hs[i] = tensor.GRU(s.x, p.WeightIH, p.WeightHH, p.BiasIH, p.BiasHH, h)
		} else {
			y, hs[i] = tensor.GRURows(s.table.project(s.tape, p.WeightIH, p.BiasIH), s.ids, p.WeightHH, p.BiasHH, h)
		}
		return y
	})
	return y, stackStates(hs)
}

func (l *GRU) stack() recurrent {
	return recurrent{"gru", l.Layers, directionsOf(l.Bidirectional), l.Dropout}
}

// Hidden is the size of the hidden state.
func (l *GRU) Hidden() int { return l.stack().hidden() }

// State yields names and order as [LSTM.State].
func (l *GRU) State() iter.Seq2[string, Entry] { return l.stack().state() }
