package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func gruChecks() []check {
	return []check{optional("optional/gru", (*suite).gru)}
}

// gruSize is [B, T, H] of a sequence.
type gruSize struct{ batch, steps, hidden int }

// gate is the index of unit j of gate k (reset, keep, next) of one step of one
// sequence; unit is that of its hidden state.
func (z gruSize) gate(b, t, k, j int) int { return ((b*z.steps+t)*3+k)*z.hidden + j }
func (z gruSize) unit(b, t, j int) int    { return (b*z.steps+t)*z.hidden + j }

// gruTruth runs the recurrence; gates holds the input projections and then the
// activated gates.
func gruTruth(z gruSize, gates, whh, bhh, h0 []float64) (y, candidates []float64) {
	n := z.hidden
	y, candidates = make([]float64, z.batch*z.steps*n), make([]float64, z.batch*z.steps*n)
	for b := range z.batch {
		h := h0[b*n : (b+1)*n]
		for t := range z.steps {
			for j := range n {
				var p [3]float64
				for k := range p {
					p[k] = bhh[k*n+j]
					for i, v := range h {
						p[k] += whh[(k*n+j)*n+i] * v
					}
				}
				r := logistic(gates[z.gate(b, t, 0, j)] + p[0])
				keep := logistic(gates[z.gate(b, t, 1, j)] + p[1])
				next := math.Tanh(gates[z.gate(b, t, 2, j)] + r*p[2])
				gates[z.gate(b, t, 0, j)], gates[z.gate(b, t, 1, j)], gates[z.gate(b, t, 2, j)] = r, keep, next
				candidates[z.unit(b, t, j)] = p[2]
				y[z.unit(b, t, j)] = (1-keep)*next + keep*h[j]
			}
			h = y[z.unit(b, t, 0):][:n]
		}
	}
	return y, candidates
}

// gruGradIn is what the gradient is computed from; names are those of
// [backend.GRUGradArgs].
type gruGradIn struct {
	gruSize
	dy, gates, candidates, before, whh []float64
	dhn                                []float64 // nil: zero
}

// gruGradTruth goes back through time.
func gruGradTruth(z gruGradIn) (dgates, dproducts, dh0 []float64) {
	n := z.hidden
	dgates, dproducts = make([]float64, len(z.gates)), make([]float64, len(z.gates))
	dh0 = make([]float64, z.batch*n)
	for b := range z.batch {
		dh := dh0[b*n : (b+1)*n]
		if z.dhn != nil {
			copy(dh, z.dhn[b*n:])
		}
		for t := z.steps - 1; t >= 0; t-- {
			for j := range n {
				at := z.unit(b, t, j)
				r, keep, next := z.gates[z.gate(b, t, 0, j)], z.gates[z.gate(b, t, 1, j)], z.gates[z.gate(b, t, 2, j)]
				d := dh[j] + z.dy[at]
				dnext := d * (1 - keep) * (1 - next*next)
				dgates[z.gate(b, t, 0, j)] = dnext * z.candidates[at] * r * (1 - r)
				dgates[z.gate(b, t, 1, j)] = d * (z.before[at] - next) * keep * (1 - keep)
				dgates[z.gate(b, t, 2, j)] = dnext
				dproducts[z.gate(b, t, 0, j)] = dgates[z.gate(b, t, 0, j)]
				dproducts[z.gate(b, t, 1, j)] = dgates[z.gate(b, t, 1, j)]
				dproducts[z.gate(b, t, 2, j)] = dnext * r
				dh[j] = d * keep
			}
			for i := range n {
				for k := range 3 {
					for j := range n {
						dh[i] += dproducts[z.gate(b, t, k, j)] * z.whh[(k*n+j)*n+i]
					}
				}
			}
		}
	}
	return dgates, dproducts, dh0
}

func (s *suite) gru(k backend.GRUKernel) {
	for _, z := range thin([]gruSize{{2, 0, 4}, {1, 1, 1}, {2, 3, 4}, {1, 5, 8}, {3, 2, 7}, {5, 4, 17}, {1, 20, 33}, {32, 3, 64}, {7, 3, 65}, {0, 3, 4}, {8, 6, 32}}) {
		for _, last := range []bool{true, false} {
			s.gruCase(k, z, last)
		}
	}
}

func (s *suite) gruCase(k backend.GRUKernel, z gruSize, last bool) {
	defer s.done()
	b, t, h := z.batch, z.steps, z.hidden
	scale := 1 / math.Sqrt(float64(h))
	gates := s.inout(contiguous, []int{b, t, 3 * h}, s.normals())
	whh := s.input(contiguous, []int{3 * h, h}, func(int) float64 { return scale * (2*s.rng.Float64() - 1) })
	bhh, h0 := s.input(contiguous, []int{3 * h}, s.normals()), s.input(contiguous, []int{b, h}, s.normals())
	y, candidates := s.output(contiguous, []int{b, t, h}), s.output(contiguous, []int{b, t, h})
	what := fmt.Sprintf("gru %+v", z)
	run := backend.GRUArgs{Y: y.be, Candidates: candidates.be, Gates: gates.be, WHH: whh.be, BHH: bhh.be, H0: h0.be}
	if !s.took(what, k.GRU(run), y, candidates, gates) {
		return
	}
	active := gates.elements()
	ys, cs := gruTruth(z, active, whh.elements(), bhh.elements(), h0.elements())
	s.verifyTruth(what+": y", s.drift(t, ys), y, ys)
	s.verifyTruth(what+": candidates", s.drift(t, cs), candidates, cs)
	s.verifyTruth(what+": gates", s.drift(t, active), gates, active)
	s.intact(what, whh, bhh, h0)

	act, cand := s.input(contiguous, []int{b, t, 3 * h}, listed(active)), s.input(contiguous, []int{b, t, h}, listed(cs))
	before, dy := s.input(contiguous, []int{b, t, h}, s.normals()), s.input(contiguous, []int{b, t, h}, s.normals())
	var dhn operand
	var dhns []float64
	if last {
		dhn = s.input(contiguous, []int{b, h}, s.normals())
		dhns = dhn.elements()
	}
	dgates, dproducts := s.output(contiguous, []int{b, t, 3 * h}), s.output(contiguous, []int{b, t, 3 * h})
	dh0 := s.output(contiguous, []int{b, h})
	what = fmt.Sprintf("gradient of %s, last state %t", what, last)
	args := backend.GRUGradArgs{
		DGates: dgates.be, DProducts: dproducts.be, DH0: dh0.be,
		DY: dy.be, DHN: dhn.be, Gates: act.be, Candidates: cand.be, Before: before.be, WHH: whh.be,
	}
	if !s.took(what, k.GRUGrad(args), dgates, dproducts, dh0) {
		return
	}
	dgs, dps, dhs := gruGradTruth(gruGradIn{
		gruSize: z, dy: dy.elements(), gates: act.elements(), candidates: cand.elements(), before: before.elements(), whh: whh.elements(), dhn: dhns,
	})
	s.verifyTruth(what+": gates", s.drift(t, dgs), dgates, dgs)
	s.verifyTruth(what+": products", s.drift(t, dps), dproducts, dps)
	s.verifyTruth(what+": h0", s.drift(t, dhs), dh0, dhs)
	s.intact(what, dy, dhn, act, cand, before, whh)
}
