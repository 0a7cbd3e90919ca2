package layers

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// RecurrentConfig are the options of [NewLSTM] and [NewGRU].
type RecurrentConfig struct {
	Layers  int     // 0 means 1
	Dropout float64 // probability of dropping between layers; 0 drops nothing
	// Bidirectional adds to each layer one that reads from the last step to the
	// first. The hidden states of both, side by side, are the result.
	Bidirectional bool
}

// RecurrentLayer is the parameters of one layer and direction of an [LSTM], of 4
// gates, or a [GRU], of 3. in is the input size for the first layer, and hidden for
// the others, or 2·hidden if the network is bidirectional.
type RecurrentLayer struct {
	WeightIH tensor.Weight  // [gates·hidden, in]
	WeightHH tensor.Weight  // [gates·hidden, hidden]
	BiasIH   *tensor.Tensor // [gates·hidden]
	BiasHH   *tensor.Tensor // [gates·hidden]
}

// recurrent is a stack of recurrent layers, whatever their cells are.
type recurrent struct {
	op         string
	layers     []RecurrentLayer // of a bidirectional one two a layer
	directions int
	dropout    float64
}

// newRecurrent draws all weights and biases from [−1/√hidden, 1/√hidden).
func newRecurrent(op string, gates, in, hidden int, cfg RecurrentConfig, rng *tensor.RNG) []RecurrentLayer {
	if cfg.Layers == 0 {
		cfg.Layers = 1
	}
	checkSizes(op, in, hidden, cfg.Layers)
	checkRate(op, cfg.Dropout)
	directions := directionsOf(cfg.Bidirectional)
	list := make([]RecurrentLayer, cfg.Layers*directions)
	for i := range list {
		if i == directions {
			in = directions * hidden
		}
		list[i] = RecurrentLayer{
			WeightIH: rng.FanIn(hidden, gates*hidden, in),
			WeightHH: rng.FanIn(hidden, gates*hidden, hidden),
			BiasIH:   rng.FanIn(hidden, gates*hidden),
			BiasHH:   rng.FanIn(hidden, gates*hidden),
		}
	}
	return list
}

func directionsOf(bidirectional bool) int {
	if bidirectional {
		return 2
	}
	return 1
}

// state yields weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, the same of the
// other direction with "_reverse" after them, then those of layer 1, and so on.
func (r recurrent) state() iter.Seq2[string, Entry] {
	var parts []Part
	for i := range r.layers {
		p, layer := &r.layers[i], "_l"+strconv.Itoa(i/r.directions)
		if i%r.directions == 1 {
			layer += "_reverse"
		}
		parts = append(parts, Weight("weight_ih"+layer, &p.WeightIH), Weight("weight_hh"+layer, &p.WeightHH),
			Param("bias_ih"+layer, p.BiasIH), Param("bias_hh"+layer, p.BiasHH))
	}
	return Entries(parts...)
}

func (r recurrent) hidden() int { return r.layers[0].WeightHH.Dim(1) }

// source is the inputs of a stack: values, or rows of a table.
type source struct {
	x            *tensor.Tensor // [B, T, in], nil if they are rows
	tape         *tensor.Tape
	table        *Embedding
	ids          []int32 // [batch, steps] row-major
	batch, steps int
}

// values is inputs that have been computed.
func (r recurrent) values(x *tensor.Tensor) source {
	if x.Rank() != 3 {
		tensor.Fail(r.op, "needs inputs [batch, steps, features]", "%v", x.Shape())
	}
	return source{x: x, tape: x.Tape(), batch: x.Dim(0), steps: x.Dim(1)}
}

// rows is inputs that are rows of an embedding. They are looked up, unless the
// product of the whole table with the weights of the first layer is at most half the
// work of the product of the rows.
func (r recurrent) rows(tape *tensor.Tape, e *Embedding, ids []int32, batch, steps int) source {
	if batch < 1 || steps < 1 || len(ids) != batch*steps {
		tensor.Fail(r.op, "needs as many ids as there are steps, at least one, of all sequences", "%s for %s of %s",
			words.Count(len(ids), "id"), words.Count(batch, "sequence"), words.Count(steps, "step"))
	}
	if 2*e.Weight.Dim(0) > len(ids) {
		return r.values(e.Forward(tape, ids, batch, steps))
	}
	return source{tape: tape, table: e, ids: ids, batch: batch, steps: steps}
}

// reversed is a source with its steps in the opposite order.
func (s source) reversed() source {
	if s.x != nil {
		s.x = s.x.Flip(1)
		return s
	}
	ids := make([]int32, len(s.ids))
	for i := range ids {
		row, step := i/s.steps, i%s.steps
		ids[i] = s.ids[row*s.steps+s.steps-1-step]
	}
	s.ids = ids
	return s
}

// forward runs the stack: read is layer i over a source, and returns its hidden states
// [B, T, hidden].
func (r recurrent) forward(s source, read func(i int, s source) *tensor.Tensor) *tensor.Tensor {
	drop := Dropout{P: r.dropout}
	for first := 0; first < len(r.layers); first += r.directions {
		if first > 0 {
			s.x = drop.Forward(s.x)
		}
		y := read(first, s)
		if r.directions == 2 {
			y = tensor.Cat(-1, y, read(first+1, s.reversed()).Flip(1))
		}
		s.x = y
	}
	return s.x
}

// initial is a given state before a source, or zeros.
func (r recurrent) initial(src source, what string, s *tensor.Tensor) *tensor.Tensor {
	shape := []int{len(r.layers), src.batch, r.hidden()}
	switch {
	case s == nil && src.tape == nil:
		return tensor.ZerosOn(r.layers[0].WeightHH.Backend(), shape...)
	case s == nil:
		return src.tape.Zeros(shape...)
	case !s.HasShape(shape...):
		tensor.Fail(r.op, fmt.Sprintf("needs a %s state %v", what, shape), "%v", s.Shape())
	}
	return constant(src.tape, s)
}

func stackStates(states []*tensor.Tensor) *tensor.Tensor {
	if len(states) == 1 {
		return states[0].Unsqueeze(0)
	}
	return tensor.Stack(0, states...)
}

// released frees the memory of states that have some.
func released(states ...*tensor.Tensor) {
	for _, t := range states {
		if t != nil {
			t.Release()
		}
	}
}
