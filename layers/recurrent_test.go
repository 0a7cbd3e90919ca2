package layers_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// A recurrent network over ids, whatever its cells.
type reader struct {
	layers.Module
	forward func(x *tensor.Tensor) []*tensor.Tensor
	ids     func(tape *tensor.Tape, e *layers.Embedding, ids []int32, batch, steps int) []*tensor.Tensor
}

func readers(cfg layers.RecurrentConfig, in, hidden int, rng *tensor.RNG) map[string]reader {
	lstm, gru := layers.NewLSTM(in, hidden, cfg, rng), layers.NewGRU(in, hidden, cfg, rng)
	return map[string]reader{
		"lstm": {lstm, func(x *tensor.Tensor) []*tensor.Tensor {
			y, s := lstm.Forward(x, layers.LSTMState{})
			return []*tensor.Tensor{y, s.H, s.C}
		}, func(tape *tensor.Tape, e *layers.Embedding, ids []int32, batch, steps int) []*tensor.Tensor {
			y, s := lstm.ForwardIDs(tape, e, ids, batch, steps, layers.LSTMState{})
			return []*tensor.Tensor{y, s.H, s.C}
		}},
		"gru": {gru, func(x *tensor.Tensor) []*tensor.Tensor {
			y, h := gru.Forward(x, nil)
			return []*tensor.Tensor{y, h}
		}, func(tape *tensor.Tape, e *layers.Embedding, ids []int32, batch, steps int) []*tensor.Tensor {
			y, h := gru.ForwardIDs(tape, e, ids, batch, steps, nil)
			return []*tensor.Tensor{y, h}
		}},
	}
}

// Reading ids is reading their vectors, for results and for all gradients: through the
// projected table where there are few rows, and through the rows where there are many.
func TestForwardIDs(t *testing.T) {
	for _, p := range places(t) {
		for _, both := range []bool{false, true} {
			for _, rows := range []int{3, 50} {
				rng := tensor.NewRNGOn(p.be, 1)
				e := layers.NewEmbedding(rows, 4, rng)
				ids := []int32{0, 2, 2, 1, 0, 0, 1, 2, 1, 1}
				for name, r := range readers(layers.RecurrentConfig{Layers: 2, Bidirectional: both}, 4, 5, rng) {
					t.Run(fmt.Sprint(p.be.Name(), name, both, rows), func(t *testing.T) {
						params := append(layers.List(r), layers.List(e)...)
						results := func(outs []*tensor.Tensor, tape *tensor.Tape) (all [][]float64) {
							total := tape.Zeros()
							for _, o := range outs {
								all = append(all, o.Float64s())
								total = total.Add(o.Mul(tape.Of(span(p.be, -1, 1, o.Shape()...))).Sum())
							}
							tape.Backward(total, params...)
							for _, w := range params {
								all = append(all, w.Grad().Float64s())
								w.ZeroGrad()
							}
							return all
						}
						tape := tensor.NewTape(tensor.On(p.be))
						defer tape.Release()
						want := results(r.forward(e.Forward(tape, ids, 2, 5)), tape)
						tape.Release()
						got := results(r.ids(tape, e, ids, 2, 5), tape)
						ops := map[string]bool{}
						for i := range want {
							require.InDeltaSlice(t, want[i], got[i], 20*p.tol, "%d", i)
						}
						tape.Release()
						r.ids(tape, e, ids, 2, 5)
						for n := range tape.Nodes() {
							ops[n.Op] = true
						}
						if p.be.Name() == "cpu" {
							require.Equal(t, rows == 3, ops[name+" rows"], "a table of few rows is projected as a whole")
						}
						for i, o := range r.ids(nil, e, ids, 2, 5) { // on no tape
							require.InDeltaSlice(t, want[i], o.Float64s(), 20*p.tol)
						}
					})
				}
			}
		}
	}
}

// Weights and tables in stored form are read the same way, with a tape that records and
// without.
func TestForwardIDsOfStoredWeights(t *testing.T) {
	for _, p := range places(t) {
		for _, f := range []tensor.Format{tensor.Float16, tensor.Int8} {
			rng := tensor.NewRNGOn(p.be, 1)
			e := layers.NewEmbedding(3, 4, rng)
			ids := []int32{0, 2, 2, 1, 0, 0, 1, 2}
			for name, r := range readers(layers.RecurrentConfig{Bidirectional: true}, 4, 6, rng) {
				wide := map[string]*tensor.Tensor{}
				layers.Quantize(r, f)
				for n, entry := range r.State() {
					if s, ok := entry.Value.(*tensor.Stored); ok {
						wide[n] = s.Widen()
					}
				}
				require.Len(t, wide, 4, name)
				for _, quantised := range []bool{false, true} {
					if quantised {
						layers.Quantize(e, f)
					}
					tape := tensor.NewTape(tensor.On(p.be))
					var got [][]float64
					for _, on := range []*tensor.Tape{tape, nil} {
						got = append(got, r.ids(on, e, ids, 2, 4)[0].Float64s())
					}
					tape.Release()
					x := e.Forward(nil, ids, 2, 4)
					stored := map[string]tensor.Weight{}
					for n, entry := range r.State() {
						if w := wide[n]; w != nil {
							stored[n] = entry.Value
							entry.Replace(w)
						}
					}
					want := r.forward(x)[0].Float64s()
					for n, entry := range r.State() {
						if w := stored[n]; w != nil {
							entry.Replace(w)
						}
					}
					for _, g := range got { // int8 products round inputs to 14 bits
						require.InDeltaSlice(t, want, g, 2e-4, "%s %v", name, f)
					}
				}
				e.Weight = e.Weight.Rows(nil, []int32{0, 1, 2})
			}
		}
	}
}

// The second direction is the first one on the reversed sequence.
func TestReverseIsForwardReversed(t *testing.T) {
	for _, p := range places(t) {
		rng := tensor.NewRNGOn(p.be, 1)
		l := layers.NewGRU(3, 4, layers.RecurrentConfig{Bidirectional: true}, rng)
		reverse := layers.GRU{Layers: l.Layers[1:]}
		x := span(p.be, -1, 1, 2, 5, 3)
		y, last := l.Forward(x, nil)
		want, end := reverse.Forward(x.Flip(1), nil)
		require.Equal(t, want.Flip(1).Float64s(), y.Narrow(-1, 4, 4).Float64s())
		require.Equal(t, end.Float64s(), last.Narrow(0, 1, 1).Float64s())
	}
}

// Names and shapes as PyTorch has them.
func TestRecurrentNames(t *testing.T) {
	rng := tensor.NewRNG(1)
	for gates, m := range map[int]layers.Module{
		4: layers.NewLSTM(2, 3, layers.RecurrentConfig{Layers: 2, Bidirectional: true}, rng),
		3: layers.NewGRU(2, 3, layers.RecurrentConfig{Layers: 2, Bidirectional: true}, rng),
	} {
		var want []string
		for i, in := range []int{2, 6} {
			for _, direction := range []string{"", "_reverse"} {
				suffix := fmt.Sprintf("_l%d%s", i, direction)
				for _, part := range []struct {
					name  string
					shape []int
				}{{"weight_ih", []int{gates * 3, in}}, {"weight_hh", []int{gates * 3, 3}}, {"bias_ih", []int{gates * 3}}, {"bias_hh", []int{gates * 3}}} {
					want = append(want, fmt.Sprint(part.name+suffix, part.shape))
				}
			}
		}
		var got []string
		for name, p := range layers.Params(m) {
			got = append(got, fmt.Sprint(name, p.Shape()))
		}
		require.Equal(t, want, got)
	}
}

// Dropout works between layers of two directions as between others.
func TestRecurrentDropout(t *testing.T) {
	for _, p := range places(t) {
		run := func(train bool) []float64 {
			l := layers.NewGRU(3, 4, layers.RecurrentConfig{Layers: 2, Dropout: 0.5, Bidirectional: true}, tensor.NewRNGOn(p.be, 1))
			tape := tensor.NewTape(tensor.On(p.be), tensor.Seed(5))
			tape.SetTraining(train)
			defer tape.Release()
			y, _ := l.Forward(tape.Of(span(p.be, -1, 1, 2, 3, 3)), nil)
			return y.Float64s()
		}
		require.NotEqual(t, run(false), run(true))
		require.True(t, slices.Equal(run(true), run(true)), "the same seed drops the same")
	}
}

// A step takes no memory of Go's that grows with the model once the first has run.
func TestStepsAllocateNothingThatGrows(t *testing.T) {
	be := cpu(t)
	perStep := func(hidden int) uint64 {
		rng := tensor.NewRNGOn(be, 1)
		embed := layers.NewEmbedding(5, hidden, rng)
		lstm := layers.NewLSTM(hidden, hidden, layers.RecurrentConfig{Layers: 2, Bidirectional: true, Dropout: 0.1}, rng)
		gru := layers.NewGRU(2*hidden, hidden, layers.RecurrentConfig{}, rng)
		mlp := layers.Sequential{layers.NewRMSNorm(hidden, rng), layers.NewGatedMLP(hidden, 2*hidden, layers.GELU{Tanh: true}, rng)}
		head := layers.NewTiedLinear(embed)
		params := slices.Concat(layers.List(embed), layers.List(lstm), layers.List(gru), layers.List(mlp), layers.List(head))
		tape, ids := tensor.NewTape(tensor.On(be), tensor.Train()), make([]int32, 24)
		step := func() {
			y, _ := lstm.ForwardIDs(tape, embed, ids, 2, 12, layers.LSTMState{})
			y, _ = gru.Forward(y, nil)
			tape.Backward(head.Forward(mlp.Forward(y)).Square().Sum(), params...)
			tape.Release()
			for _, p := range params {
				p.ZeroGrad()
			}
		}
		for range 3 {
			step()
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const steps = 5
		for range steps {
			step()
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) / steps
	}
	small, large := perStep(8), perStep(96)
	t.Logf("%d and %d bytes a step", small, large)
	require.Less(t, large, small+64<<10, "of a model of megabytes")
}
