package layers

import (
	"fmt"
	"iter"
	"strconv"

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
	Layers  []LSTMLayer
	Dropout float64 // between layers
}

// LSTMLayer is the parameters of one layer of an [LSTM]; in is the input size
// for the first and hidden for the others.
type LSTMLayer struct {
	WeightIH tensor.Weight  // [4·hidden, in]
	WeightHH tensor.Weight  // [4·hidden, hidden]
	BiasIH   *tensor.Tensor // [4·hidden]
	BiasHH   *tensor.Tensor // [4·hidden]
}

// LSTMConfig are the options of [NewLSTM].
type LSTMConfig struct {
	Layers  int     // 0 means 1
	Dropout float64 // probability of dropping between layers; 0 drops nothing
}

// LSTMState is the state of an LSTM between steps. nil means zeros.
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
func (s LSTMState) Release() {
	for _, t := range []*tensor.Tensor{s.H, s.C} {
		if t != nil {
			t.Release()
		}
	}
}

// NewLSTM draws all weights and biases from [−1/√hidden, 1/√hidden), as PyTorch
// does.
//
// Panics if a size is not positive or the dropout rate not in [0, 1].
func NewLSTM(in, hidden int, cfg LSTMConfig, rng *tensor.RNG) *LSTM {
	if cfg.Layers == 0 {
		cfg.Layers = 1
	}
	checkSizes("lstm", in, hidden, cfg.Layers)
	checkRate("lstm", cfg.Dropout)
	l := &LSTM{Layers: make([]LSTMLayer, cfg.Layers), Dropout: cfg.Dropout}
	for i := range l.Layers {
		l.Layers[i] = LSTMLayer{
			WeightIH: rng.FanIn(hidden, 4*hidden, in),
			WeightHH: rng.FanIn(hidden, 4*hidden, hidden),
			BiasIH:   rng.FanIn(hidden, 4*hidden),
			BiasHH:   rng.FanIn(hidden, 4*hidden),
		}
		in = hidden
	}
	return l
}

// Forward runs the layers over x from a state, and returns the hidden states of
// the last layer at all steps and the state after the last step. A state on no
// tape is a constant; to train it, put it on the tape first.
//
// Shape: x [B, T, in], state [layers, B, hidden] → [B, T, hidden] and the state.
//
// Panics if sizes differ or T is 0.
func (l *LSTM) Forward(x *tensor.Tensor, state LSTMState) (*tensor.Tensor, LSTMState) {
	if x.Rank() != 3 {
		tensor.Fail("lstm", "needs inputs [batch, steps, features]", "%v", x.Shape())
	}
	tape := x.Tape()
	h0 := initialState(x, "hidden", state.H, len(l.Layers), l.Hidden())
	c0 := initialState(x, "cell", state.C, len(l.Layers), l.Hidden())
	hs := make([]*tensor.Tensor, len(l.Layers))
	cs := make([]*tensor.Tensor, len(l.Layers))
	drop := Dropout{P: l.Dropout}
	for i, p := range l.Layers {
		if i > 0 {
			x = drop.Forward(x)
		}
		bias := taped(tape, p.BiasIH).Add(p.BiasHH)
		x, hs[i], cs[i] = tensor.LSTM(x, p.WeightIH, p.WeightHH, bias, h0.Select(0, i), c0.Select(0, i))
	}
	return x, LSTMState{H: stackStates(hs), C: stackStates(cs)}
}

// initialState is a given state of an LSTM, or zeros.
func initialState(x *tensor.Tensor, what string, s *tensor.Tensor, layers, hidden int) *tensor.Tensor {
	tape, batch := x.Tape(), x.Dim(0)
	switch {
	case s == nil && tape == nil:
		return tensor.ZerosOn(x.Backend(), layers, batch, hidden)
	case s == nil:
		return tape.Zeros(layers, batch, hidden)
	case !s.HasShape(layers, batch, hidden):
		tensor.Fail("lstm", fmt.Sprintf("needs a %s state [%d %d %d]", what, layers, batch, hidden), "%v", s.Shape())
	}
	return constant(tape, s)
}

func stackStates(states []*tensor.Tensor) *tensor.Tensor {
	if len(states) == 1 {
		return states[0].Unsqueeze(0)
	}
	return tensor.Stack(0, states...)
}

// Hidden is the size of the hidden state.
func (l *LSTM) Hidden() int { return l.Layers[0].WeightHH.Dim(1) }

// State yields weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, then those of
// layer 1, and so on.
func (l *LSTM) State() iter.Seq2[string, Entry] {
	var parts []Part
	for i := range l.Layers {
		p, layer := &l.Layers[i], "_l"+strconv.Itoa(i)
		parts = append(parts, Weight("weight_ih"+layer, &p.WeightIH), Weight("weight_hh"+layer, &p.WeightHH),
			Param("bias_ih"+layer, p.BiasIH), Param("bias_hh"+layer, p.BiasHH))
	}
	return Entries(parts...)
}
