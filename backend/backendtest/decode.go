package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func decodeChecks() []check {
	return []check{optional("optional/decode", (*suite).decode)}
}

// rowsOnly is a format that backends know nothing of.
type rowsOnly struct {
	rows, cols int
	values     []float32
}

func (m *rowsOnly) Dims() (rows, cols int) { return m.rows, m.cols }

func (m *rowsOnly) DecodeRow(dst []float32, r int) { copy(dst, m.values[r*m.cols:]) }

func (s *suite) decode(k backend.DecodeKernel) {
	if n := k.DecodeBlock(); n < 0 {
		s.failf("decode: blocks of %d weights, want a number of them, or 0 for all", n)
	}
	for _, z := range thin([][2]int{{1, 1}, {3, 7}, {5, 16}, {40, 33}, {70, 600}, {3, 20000}, {0, 5}, {5, 0}}) {
		rows, cols := z[0], z[1]
		bits := make([]uint16, rows*cols)
		values := make([]float32, rows*cols)
		for i := range bits {
			bits[i] = uint16(s.rng.IntN(1 << 16))
			if bits[i]&0x7c00 == 0x7c00 || bits[i]&0x7f80 == 0x7f80 { // infinite or NaN
				bits[i] = 0x8001
			}
			values[i] = float32(s.rng.NormFloat64())
		}
		int8s, _ := s.int8Matrix(rows, cols)
		for _, w := range []backend.StoredMatrix{
			int8s,
			&backend.Float16Matrix{Rows: rows, Cols: cols, Values: bits},
			&backend.BFloat16Matrix{Rows: rows, Cols: cols, Values: bits},
			&rowsOnly{rows, cols, values},
		} {
			s.decodeCase(k, w, 0, rows)
			s.decodeCase(k, w, rows/3, (rows+1)/2)
		}
	}
}

func (s *suite) decodeCase(k backend.DecodeKernel, w backend.StoredMatrix, lo, n int) {
	defer s.done()
	rows, cols := w.Dims()
	dst := s.output(contiguous, []int{n, cols})
	what := fmt.Sprintf("decode rows [%d, %d) of %T [%d, %d]", lo, lo+n, w, rows, cols)
	if !s.took(what, k.Decode(dst.be, w, lo), dst) {
		return
	}
	row := make([]float32, cols)
	var want, slack []float64
	for r := range n {
		w.DecodeRow(row, lo+r)
		for _, v := range row {
			want = append(want, float64(v))
			slack = append(slack, math.Abs(float64(v))*0x1p-24) // the row in float64 may not have been rounded
		}
	}
	s.verifyTruth(what, tolerance{each: slack}, dst, want)
}
