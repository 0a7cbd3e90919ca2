package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func lstmChecks() []check {
	return []check{optional("optional/lstm", (*suite).lstm)}
}

// lstmSize is [B, T, H] of a sequence.
type lstmSize struct{ batch, steps, hidden int }

// gate is the index of unit j of gate k (input, forget, cell, output) of one
// step of one sequence; unit is that of its hidden or cell state.
func (z lstmSize) gate(b, t, k, j int) int { return ((b*z.steps+t)*4+k)*z.hidden + j }
func (z lstmSize) unit(b, t, j int) int    { return (b*z.steps+t)*z.hidden + j }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// lstmTruth runs the recurrence; gates holds the input projections and then
// the activated gates.
func lstmTruth(z lstmSize, gates, whh, h0, c0 []float64) (y, cells []float64) {
	n := z.hidden
	y, cells = make([]float64, z.batch*z.steps*n), make([]float64, z.batch*z.steps*n)
	for b := range z.batch {
		h, c := h0[b*n:(b+1)*n], c0[b*n:(b+1)*n]
		for t := range z.steps {
			for k := range 4 {
				for j := range n {
					sum := gates[z.gate(b, t, k, j)]
					for i, v := range h {
						sum += whh[(k*n+j)*n+i] * v
					}
					if k == 2 {
						sum = math.Tanh(sum)
					} else {
						sum = logistic(sum)
					}
					gates[z.gate(b, t, k, j)] = sum
				}
			}
			for j := range n {
				i, f, g, o := gates[z.gate(b, t, 0, j)], gates[z.gate(b, t, 1, j)], gates[z.gate(b, t, 2, j)], gates[z.gate(b, t, 3, j)]
				cell := f*c[j] + i*g
				cells[z.unit(b, t, j)] = cell
				y[z.unit(b, t, j)] = o * math.Tanh(cell)
			}
			h, c = y[z.unit(b, t, 0):][:n], cells[z.unit(b, t, 0):][:n]
		}
	}
	return y, cells
}

// lstmGradIn is what the gradient is computed from; names are those of
// [backend.LSTMGradArgs].
type lstmGradIn struct {
	lstmSize
	dy, gates, cells, whh, c0 []float64
	dhn, dcn                  []float64 // nil: zero
}

// lstmGradTruth goes back through time.
func lstmGradTruth(z lstmGradIn) (dgates, dh0, dc0 []float64) {
	n, gates, cells, c0 := z.hidden, z.gates, z.cells, z.c0
	dgates = make([]float64, len(gates))
	dh0, dc0 = make([]float64, z.batch*n), make([]float64, z.batch*n)
	for b := range z.batch {
		dh, dc := dh0[b*n:(b+1)*n], dc0[b*n:(b+1)*n]
		if z.dhn != nil {
			copy(dh, z.dhn[b*n:])
		}
		if z.dcn != nil {
			copy(dc, z.dcn[b*n:])
		}
		for t := z.steps - 1; t >= 0; t-- {
			for j := range n {
				i, f, g, o := gates[z.gate(b, t, 0, j)], gates[z.gate(b, t, 1, j)], gates[z.gate(b, t, 2, j)], gates[z.gate(b, t, 3, j)]
				before := c0[b*n+j]
				if t > 0 {
					before = cells[z.unit(b, t-1, j)]
				}
				tanh := math.Tanh(cells[z.unit(b, t, j)])
				d := dh[j] + z.dy[z.unit(b, t, j)]
				dc[j] += d * o * (1 - tanh*tanh)
				dgates[z.gate(b, t, 0, j)] = dc[j] * g * i * (1 - i)
				dgates[z.gate(b, t, 1, j)] = dc[j] * before * f * (1 - f)
				dgates[z.gate(b, t, 2, j)] = dc[j] * i * (1 - g*g)
				dgates[z.gate(b, t, 3, j)] = d * tanh * o * (1 - o)
				dc[j] *= f
			}
			for i := range n {
				dh[i] = 0
				for k := range 4 {
					for j := range n {
						dh[i] += dgates[z.gate(b, t, k, j)] * z.whh[(k*n+j)*n+i]
					}
				}
			}
		}
	}
	return dgates, dh0, dc0
}

// drift is the tolerance of numbers that went through many steps: errors of
// each step are carried on, in units of the largest number.
func (s *suite) drift(steps int, want []float64) tolerance {
	largest := 1.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	return tolerance{abs: s.eps * float64(24+8*steps) * largest}
}

func (s *suite) lstm(k backend.LSTMKernel) {
	for _, z := range thin([]lstmSize{{2, 0, 4}, {1, 1, 1}, {2, 3, 4}, {1, 5, 8}, {3, 2, 7}, {5, 4, 17}, {1, 20, 33}, {32, 3, 64}, {7, 3, 65}, {0, 3, 4}, {8, 6, 32}}) {
		for _, last := range []bool{true, false} {
			s.lstmCase(k, z, last)
		}
	}
}

func (s *suite) lstmCase(k backend.LSTMKernel, z lstmSize, last bool) {
	defer s.done()
	b, t, h := z.batch, z.steps, z.hidden
	scale := 1 / math.Sqrt(float64(h))
	gates := s.inout(contiguous, []int{b, t, 4 * h}, s.normals())
	whh := s.input(contiguous, []int{4 * h, h}, func(int) float64 { return scale * (2*s.rng.Float64() - 1) })
	h0, c0 := s.input(contiguous, []int{b, h}, s.normals()), s.input(contiguous, []int{b, h}, s.normals())
	y, cells := s.output(contiguous, []int{b, t, h}), s.output(contiguous, []int{b, t, h})
	what := fmt.Sprintf("lstm %+v", z)
	if !s.took(what, k.LSTM(y.be, cells.be, gates.be, whh.be, h0.be, c0.be), y, cells, gates) {
		return
	}
	active := gates.elements()
	ys, cs := lstmTruth(z, active, whh.elements(), h0.elements(), c0.elements())
	s.verifyTruth(what+": y", s.drift(t, ys), y, ys)
	s.verifyTruth(what+": cells", s.drift(t, cs), cells, cs)
	s.verifyTruth(what+": gates", s.drift(t, active), gates, active)
	s.intact(what, whh, h0, c0)

	act, cell := s.input(contiguous, []int{b, t, 4 * h}, listed(active)), s.input(contiguous, []int{b, t, h}, listed(cs))
	dy := s.input(contiguous, []int{b, t, h}, s.normals())
	var dhn, dcn operand
	var dhns, dcns []float64
	if last {
		dhn, dcn = s.input(contiguous, []int{b, h}, s.normals()), s.input(contiguous, []int{b, h}, s.normals())
		dhns, dcns = dhn.elements(), dcn.elements()
	}
	dgates := s.output(contiguous, []int{b, t, 4 * h})
	dh0, dc0 := s.output(contiguous, []int{b, h}), s.output(contiguous, []int{b, h})
	what = fmt.Sprintf("gradient of %s, last state %t", what, last)
	args := backend.LSTMGradArgs{
		DGates: dgates.be, DH0: dh0.be, DC0: dc0.be,
		DY: dy.be, DHN: dhn.be, DCN: dcn.be, Gates: act.be, Cells: cell.be, WHH: whh.be, C0: c0.be,
	}
	if !s.took(what, k.LSTMGrad(args), dgates, dh0, dc0) {
		return
	}
	dgs, dhs, dcs := lstmGradTruth(lstmGradIn{
		lstmSize: z, dy: dy.elements(), gates: act.elements(), cells: cell.elements(), whh: whh.elements(), c0: c0.elements(),
		dhn: dhns, dcn: dcns,
	})
	s.verifyTruth(what+": gates", s.drift(t, dgs), dgates, dgs)
	s.verifyTruth(what+": h0", s.drift(t, dhs), dh0, dhs)
	s.verifyTruth(what+": c0", s.drift(t, dcs), dc0, dcs)
	s.intact(what, dy, dhn, dcn, act, cell, whh, c0)
}
