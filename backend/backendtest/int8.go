package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func int8Checks() []check {
	return []check{
		optional("optional/linear_int8", (*suite).linearInt8),
		optional("optional/lstm_int8", (*suite).lstmInt8),
	}
}

// int8Matrix draws weights from the whole range and a scale for each row, and
// gives the numbers that they stand for.
func (s *suite) int8Matrix(rows, cols int) (*backend.Int8Matrix, []float64) {
	w := &backend.Int8Matrix{Rows: rows, Cols: cols, Values: make([]int8, rows*cols), Scale: make([]float32, rows)}
	wide := make([]float64, rows*cols)
	for r := range rows {
		w.Scale[r] = float32((s.rng.Float64() - 0.3) / 127)
		for k := range cols {
			v := int8(s.rng.IntN(256) - 128)
			w.Values[r*cols+k] = v
			wide[r*cols+k] = float64(w.Scale[r]) * float64(v)
		}
	}
	return w, wide
}

func (s *suite) linearInt8(k backend.LinearInt8Kernel) {
	for _, z := range thin([][3]int{ // rows of x, rows of W, columns
		{1, 1, 1}, {1, 4, 8}, {1, 5, 7}, {2, 3, 9}, {3, 6, 16}, {4, 17, 31}, {7, 9, 40}, {1, 700, 300}, {5, 33, 3000}, {40, 300, 500},
		{0, 4, 5}, {3, 0, 5}, {2, 3, 0},
	}) {
		for _, l := range []layout{contiguous, padded, swapped} {
			for _, biased := range []bool{true, false} {
				s.linearInt8Case(k, z, l, biased)
			}
		}
	}
}

func (s *suite) linearInt8Case(k backend.LinearInt8Kernel, z [3]int, l layout, biased bool) {
	defer s.done()
	n, rows, cols := z[0], z[1], z[2]
	w, wide := s.int8Matrix(rows, cols)
	x := s.input(l, []int{n, cols}, s.normals())
	var bias operand
	shift := make([]float64, rows)
	if biased {
		bias = s.input(contiguous, []int{rows}, s.normals())
		shift = bias.elements()
	}
	dst := s.output(contiguous, []int{n, rows})
	what := fmt.Sprintf("linear_int8 %v, x %v, bias %t", z, x.be, biased)
	if !s.took(what, k.LinearInt8(dst.be, x.be, w, bias.be), dst) {
		return
	}
	in := x.elements()
	want, slack := make([]float64, n*rows), make([]float64, n*rows)
	for i := range want {
		row, r := i/rows, i%rows
		want[i], slack[i] = shift[r], math.Abs(shift[r])
		weights := wide[r*cols:][:cols]
		for p, v := range in[row*cols:][:cols] {
			term := v * weights[p]
			want[i] += term
			slack[i] += math.Abs(term)
		}
		slack[i] *= s.eps * (sumFactor(cols) + 2)
		slack[i] += int8Rounding(in[row*cols:][:cols], weights)
	}
	s.verifyTruth(what, tolerance{each: slack}, dst, want)
	s.intact(what, x, bias)
}

// int8Rounding is how much a dot product of x and weights may change if x is
// rounded to 14 bits.
func int8Rounding(x, weights []float64) float64 {
	largest, sum := 0.0, 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	for _, v := range weights {
		sum += math.Abs(v)
	}
	return largest * sum / (1<<14 - 2)
}

func (s *suite) lstmInt8(k backend.LSTMInt8Kernel) {
	for _, z := range thin([]lstmSize{{1, 1, 1}, {2, 3, 4}, {1, 5, 8}, {3, 2, 17}, {1, 20, 33}, {8, 6, 32}, {20, 3, 16}, {2, 0, 4}, {0, 3, 4}}) {
		s.lstmInt8Case(k, z)
	}
}

func (s *suite) lstmInt8Case(k backend.LSTMInt8Kernel, z lstmSize) {
	defer s.done()
	b, t, h := z.batch, z.steps, z.hidden
	whh, wide := s.int8Matrix(4*h, h)
	for i := range whh.Scale {
		whh.Scale[i] /= float32(math.Sqrt(float64(h)))
		for j := range h {
			wide[i*h+j] = float64(whh.Scale[i]) * float64(whh.Values[i*h+j])
		}
	}
	gates := s.inout(contiguous, []int{b, t, 4 * h}, s.normals())
	h0, c0 := s.input(padded, []int{b, h}, s.normals()), s.input(contiguous, []int{b, h}, s.normals())
	y, cells := s.output(contiguous, []int{b, t, h}), s.output(contiguous, []int{b, t, h})
	what := fmt.Sprintf("lstm_int8 %+v", z)
	if !s.took(what, k.LSTMInt8(y.be, cells.be, gates.be, whh, h0.be, c0.be), y, cells, gates) {
		return
	}
	active := gates.elements()
	ys, cs := lstmTruth(z, active, wide, h0.elements(), c0.elements())
	// Rounded states make errors in the gates, which later steps carry on.
	rounding, states := 0.0, append(h0.elements(), 1)
	for r := range 4 * h {
		rounding = max(rounding, int8Rounding(states, wide[r*h:][:h]))
	}
	for _, out := range []struct {
		name string
		got  operand
		want []float64
	}{{"y", y, ys}, {"cells", cells, cs}, {"gates", gates, active}} {
		tol := s.drift(t, out.want)
		tol.abs += 2 * float64(t) * rounding
		s.verifyTruth(what+": "+out.name, tol, out.got, out.want)
	}
	s.intact(what, h0, c0)
}
