package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func batchNormChecks() []check {
	return []check{optional("optional/batch_norm", (*suite).batchNorm)}
}

// columns are normalised channels with their statistics and their slacks in ε.
type columns struct {
	y, mean, variance, ySlack, meanSlack, varianceSlack []float64
}

// transpose is x, of rows of d, by columns.
func transpose(x []float64, d int) []float64 {
	out := make([]float64, len(x))
	rows := len(x) / d
	for i := range out {
		out[i%d*rows+i/d] = x[i]
	}
	return out
}

// batchNormTruth is layer norm of the columns, with one weight and bias for each.
func batchNormTruth(x []float64, d int, weight, bias []float64, eps float64) (t columns) {
	rows := len(x) / d
	for c, columns := 0, transpose(x, d); c < d; c++ {
		n := layerNormTruth(columns[c*rows:(c+1)*rows], nil, nil, eps)
		w, b := 1.0, 0.0
		if weight != nil {
			w, b = weight[c], bias[c]
		}
		for i, y := range n.y {
			t.y = append(t.y, y*w+b)
			t.ySlack = append(t.ySlack, n.ySlack[i]*math.Abs(w)+2*math.Abs(b))
		}
		t.mean, t.meanSlack = append(t.mean, n.mean), append(t.meanSlack, n.meanSlack)
		t.variance = append(t.variance, 1/(n.rstd*n.rstd)-eps)
		t.varianceSlack = append(t.varianceSlack, 2*n.rstdSlack/(n.rstd*n.rstd*n.rstd))
	}
	t.y, t.ySlack = transpose(t.y, rows), transpose(t.ySlack, rows)
	return t
}

// columnGrads are gradients and their slacks in ε.
type columnGrads struct{ dx, dw, db, dxSlack, dwSlack, dbSlack []float64 }

func batchNormGradTruth(dy, x, mean, variance, weight []float64, eps float64) (t columnGrads) {
	d := len(mean)
	rows := len(x) / d
	tall := sumFactor(rows) + 8
	xs, gs := transpose(x, d), transpose(dy, d)
	scaled, rstd := make([]float64, len(dy)), make([]float64, d)
	for c := range d {
		w := 1.0
		if weight != nil {
			w = weight[c]
		}
		rstd[c] = 1 / math.Sqrt(variance[c]+eps)
		dw, db, dwSlack, dbSlack := 0.0, 0.0, 0.0, 0.0
		for i := c * rows; i < (c+1)*rows; i++ {
			xhat := (xs[i] - mean[c]) * rstd[c]
			dw += gs[i] * xhat
			db += gs[i]
			dwSlack += math.Abs(gs[i]) * ((math.Abs(xs[i])+math.Abs(mean[c]))*rstd[c] + (tall+4)*math.Abs(xhat))
			dbSlack += math.Abs(gs[i]) * tall
			scaled[i] = gs[i] * w
		}
		t.dw, t.db = append(t.dw, dw), append(t.db, db)
		t.dwSlack, t.dbSlack = append(t.dwSlack, dwSlack), append(t.dbSlack, dbSlack)
	}
	dx, _, _, dxSlack, _, _ := layerNormGradTruth(scaled, xs, mean, rstd, nil)
	t.dx, t.dxSlack = transpose(dx, rows), transpose(dxSlack, rows)
	return t
}

func (s *suite) batchNorm(k backend.BatchNormKernel) {
	for _, size := range thin([][2]int{{2, 1}, {1, 3}, {3, 7}, {5, 8}, {40, 33}, {7, 257}, {2, 900}, {3000, 3}, {300, 64}, {513, 16}}) {
		for _, offset := range []float64{0, 100} { // a mean far from 0
			for _, affine := range []bool{true, false} {
				s.batchNormCase(k, size[0], size[1], offset, affine)
			}
		}
	}
}

func (s *suite) batchNormCase(k backend.BatchNormKernel, rows, d int, offset float64, affine bool) {
	defer s.done()
	const eps = 1e-5
	x := s.input(contiguous, []int{rows, d}, func(int) float64 { return offset + s.rng.NormFloat64() })
	var weight, bias operand
	var ws, bs []float64
	if affine {
		weight, bias = s.input(contiguous, []int{d}, s.normals()), s.input(contiguous, []int{d}, s.normals())
		ws, bs = weight.elements(), bias.elements()
	}
	y, mean, variance := s.output(contiguous, []int{rows, d}), s.output(contiguous, []int{d}), s.output(contiguous, []int{d})
	what := fmt.Sprintf("batch norm of %v, mean %g, affine %t", x.be, offset, affine)
	norm := backend.BatchNormArgs{Y: y.be, Mean: mean.be, Var: variance.be, X: x.be, Weight: weight.be, Bias: bias.be, Eps: eps}
	if !s.took(what, k.BatchNorm(norm), y, mean, variance) {
		return
	}
	t := batchNormTruth(x.elements(), d, ws, bs, eps)
	s.verifyTruth(what, s.scaled(t.ySlack), y, t.y)
	s.verifyTruth(what+": mean", s.scaled(t.meanSlack), mean, t.mean)
	s.verifyTruth(what+": variance", s.scaled(t.varianceSlack), variance, t.variance)
	s.intact(what, x, weight, bias)

	dy := s.input(contiguous, []int{rows, d}, s.normals())
	mean, variance = s.input(contiguous, []int{d}, listed(t.mean)), s.input(contiguous, []int{d}, listed(t.variance))
	dx, dw, db := s.output(contiguous, []int{rows, d}), s.output(contiguous, []int{d}), s.output(contiguous, []int{d})
	what = "gradient of " + what
	grad := backend.BatchNormGradArgs{
		DX: dx.be, DWeight: dw.be, DBias: db.be, DY: dy.be, X: x.be, Mean: mean.be, Var: variance.be, Weight: weight.be, Eps: eps,
	}
	if !s.took(what, k.BatchNormGrad(grad), dx, dw, db) {
		return
	}
	g := batchNormGradTruth(dy.elements(), x.elements(), mean.elements(), variance.elements(), ws, eps)
	s.verifyTruth(what, s.scaled(g.dxSlack), dx, g.dx)
	s.verifyTruth(what+": weight", s.scaled(g.dwSlack), dw, g.dw)
	s.verifyTruth(what+": bias", s.scaled(g.dbSlack), db, g.db)
	s.intact(what, dy, x, mean, variance, weight)
}
