package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func rmsNormChecks() []check {
	return []check{optional("optional/rms_norm", (*suite).rmsNorm)}
}

// rmsNormTruth scales a row to a mean square of 1, and then by weight, which may be
// nil; ySlack and rstdSlack are in ε.
func rmsNormTruth(x, weight []float64, eps float64) (y, ySlack []float64, rstd, rstdSlack float64) {
	y, ySlack = make([]float64, len(x)), make([]float64, len(x))
	square := 0.0
	for _, v := range x {
		square += v * v / float64(len(x))
	}
	rstd = 1 / math.Sqrt(square+eps)
	relative := sumFactor(len(x)) + 4
	for i, v := range x {
		y[i] = v * rstd
		if weight != nil {
			y[i] *= weight[i]
		}
		ySlack[i] = math.Abs(y[i]) * (relative + 4)
	}
	return y, ySlack, rstd, relative * rstd
}

// rmsNormGradTruth is the gradient of all rows and its slack in ε.
func rmsNormGradTruth(dy, x, rstd, weight []float64, d int) (dx, dw, dxSlack, dwSlack []float64) {
	rows := len(rstd)
	dx, dxSlack = make([]float64, len(x)), make([]float64, len(x))
	dw, dwSlack = make([]float64, d), make([]float64, d)
	wide, tall := sumFactor(d)+8, sumFactor(rows)+8
	for r := range rows {
		mean, size := 0.0, 0.0
		of := func(j int) (xhat, u float64) {
			xhat, u = x[r*d+j]*rstd[r], dy[r*d+j]
			if weight != nil {
				u *= weight[j]
			}
			return xhat, u
		}
		for j := range d {
			xhat, u := of(j)
			mean += u * xhat / float64(d)
			size += math.Abs(u*xhat) / float64(d)
			dw[j] += dy[r*d+j] * xhat
			dwSlack[j] += math.Abs(dy[r*d+j]*xhat) * tall
		}
		for j := range d {
			xhat, u := of(j)
			dx[r*d+j] = rstd[r] * (u - xhat*mean)
			dxSlack[r*d+j] = rstd[r] * (8*math.Abs(u) + wide*math.Abs(xhat)*size)
		}
	}
	return dx, dw, dxSlack, dwSlack
}

func (s *suite) rmsNorm(k backend.RMSNormKernel) {
	for _, size := range thin([][2]int{{0, 4}, {1, 1}, {1, 2}, {3, 7}, {5, 8}, {4, 33}, {7, 257}, {2, 5000}, {1000, 3}, {300, 64}}) {
		for _, scale := range []float64{1e-3, 1} { // ε counts for small rows
			for _, affine := range []bool{true, false} {
				for _, l := range []layout{contiguous, padded} {
					s.rmsNormCase(k, l, size, scale, affine)
				}
			}
		}
	}
}

func (s *suite) rmsNormCase(k backend.RMSNormKernel, l layout, size [2]int, scale float64, affine bool) {
	defer s.done()
	const eps = 1e-5
	rows, d := size[0], size[1]
	x := s.input(l, []int{rows, d}, func(int) float64 { return scale * s.rng.NormFloat64() })
	var weight, dw operand
	var ws []float64
	if affine {
		weight = s.input(contiguous, []int{d}, s.normals())
		ws = weight.elements()
	}
	y, rstd := s.output(contiguous, []int{rows, d}), s.output(contiguous, []int{rows})
	what := fmt.Sprintf("rms norm of %v, scale %g, affine %t", x.be, scale, affine)
	norm := backend.RMSNormArgs{Y: y.be, RStd: rstd.be, X: x.be, Weight: weight.be, Eps: eps}
	if !s.took(what, k.RMSNorm(norm), y, rstd) {
		return
	}
	xs := x.elements()
	var ys, ySlack, rstds, rstdSlack []float64
	for r := range rows {
		ty, tySlack, tr, trSlack := rmsNormTruth(xs[r*d:(r+1)*d], ws, eps)
		ys, ySlack = append(ys, ty...), append(ySlack, tySlack...)
		rstds, rstdSlack = append(rstds, tr), append(rstdSlack, trSlack)
	}
	s.verifyTruth(what, s.scaled(ySlack), y, ys)
	s.verifyTruth(what+": rstd", s.scaled(rstdSlack), rstd, rstds)
	s.intact(what, x, weight)

	dy := s.input(contiguous, []int{rows, d}, s.normals())
	rstd = s.input(contiguous, []int{rows}, listed(append(rstds, 0)))
	dx := s.output(contiguous, []int{rows, d})
	if affine {
		dw = s.output(contiguous, []int{d})
	}
	what = "gradient of " + what
	grad := backend.RMSNormGradArgs{DX: dx.be, DWeight: dw.be, DY: dy.be, X: x.be, RStd: rstd.be, Weight: weight.be}
	if !s.took(what, k.RMSNormGrad(grad), dx, dw) {
		return
	}
	dxs, dws, dxSlack, dwSlack := rmsNormGradTruth(dy.elements(), xs, rstd.elements(), ws, d)
	s.verifyTruth(what, s.scaled(dxSlack), dx, dxs)
	if affine {
		s.verifyTruth(what+": weight", s.scaled(dwSlack), dw, dws)
	}
	s.intact(what, dy, x, rstd, weight)
}
