package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func layerNormChecks() []check {
	return []check{optional("optional/layer_norm", (*suite).layerNorm)}
}

// normTruth is one normalised row with its statistics and their slacks in ε.
type normTruth struct {
	y, ySlack                        []float64
	mean, rstd, meanSlack, rstdSlack float64
}

// layerNormTruth normalises a row; weight and bias may be nil.
func layerNormTruth(x, weight, bias []float64, eps float64) normTruth {
	d := float64(len(x))
	t := normTruth{y: make([]float64, len(x)), ySlack: make([]float64, len(x))}
	size, variance := 0.0, 0.0
	for _, v := range x {
		t.mean += v / d
		size += math.Abs(v) / d
	}
	for _, v := range x {
		variance += (v - t.mean) * (v - t.mean) / d
	}
	t.rstd = 1 / math.Sqrt(variance+eps)
	factor := sumFactor(len(x))
	t.meanSlack = factor * size
	// The differences x − mean are off by their size's ε, not by its square's:
	// a variance computed as E[x²] − mean² does not pass.
	relative := factor + 4 + 4*size*t.rstd
	t.rstdSlack = relative * t.rstd
	for i, v := range x {
		w, b := 1.0, 0.0
		if weight != nil {
			w = weight[i]
		}
		if bias != nil {
			b = bias[i]
		}
		z := (v - t.mean) * t.rstd * w
		t.y[i] = z + b
		t.ySlack[i] = math.Abs(w)*t.rstd*(math.Abs(v)+math.Abs(t.mean)+t.meanSlack) + math.Abs(z)*(relative+4) + 2*math.Abs(b)
	}
	return t
}

// layerNormGradTruth is the gradient of all rows and its slack in ε.
func layerNormGradTruth(dy, x, mean, rstd, weight []float64) (dx, dw, db, dxSlack, dwSlack, dbSlack []float64) {
	rows := len(mean)
	d := 0
	if rows > 0 {
		d = len(x) / rows
	}
	if weight != nil {
		d = len(weight)
	}
	dx, dxSlack = make([]float64, len(x)), make([]float64, len(x))
	dw, dwSlack = make([]float64, d), make([]float64, d)
	db, dbSlack = make([]float64, d), make([]float64, d)
	wide, tall := sumFactor(d)+8, sumFactor(rows)+8
	xhat, off, h := make([]float64, d), make([]float64, d), make([]float64, d)
	for r := range rows {
		meanH, sizeH, meanHX, sizeHX, offHX := 0.0, 0.0, 0.0, 0.0, 0.0
		for j := range d {
			i := r*d + j
			xhat[j] = (x[i] - mean[r]) * rstd[r]
			off[j] = (math.Abs(x[i])+math.Abs(mean[r]))*rstd[r] + 4*math.Abs(xhat[j])
			if h[j] = dy[i]; weight != nil {
				h[j] *= weight[j]
			}
			meanH += h[j] / float64(d)
			sizeH += math.Abs(h[j]) / float64(d)
			meanHX += h[j] * xhat[j] / float64(d)
			sizeHX += math.Abs(h[j]*xhat[j]) / float64(d)
			offHX += math.Abs(h[j]) * off[j] / float64(d)
			dw[j] += dy[i] * xhat[j]
			dwSlack[j] += math.Abs(dy[i]) * (off[j] + tall*math.Abs(xhat[j]))
			db[j] += dy[i]
			dbSlack[j] += math.Abs(dy[i]) * tall
		}
		for j := range d {
			i := r*d + j
			dx[i] = rstd[r] * (h[j] - meanH - xhat[j]*meanHX)
			dxSlack[i] = rstd[r] * (8*math.Abs(h[j]) + wide*(sizeH+math.Abs(xhat[j])*sizeHX) + off[j]*sizeHX + math.Abs(xhat[j])*offHX)
		}
	}
	return dx, dw, db, dxSlack, dwSlack, dbSlack
}

func (s *suite) layerNorm(k backend.LayerNormKernel) {
	for _, size := range thin([][2]int{{0, 4}, {1, 1}, {1, 2}, {3, 7}, {5, 8}, {4, 33}, {7, 257}, {2, 5000}, {1000, 3}, {300, 64}}) {
		for _, offset := range []float64{0, 100} { // a mean far from 0
			for _, parameters := range []int{2, 1, 0} {
				for _, l := range []layout{contiguous, padded} {
					s.layerNormCase(k, l, size[0], size[1], offset, parameters)
				}
			}
		}
	}
}

// layerNormCase has weight and bias, the weight only, or neither.
func (s *suite) layerNormCase(k backend.LayerNormKernel, l layout, rows, d int, offset float64, parameters int) {
	defer s.done()
	const eps = 1e-5
	x := s.input(l, []int{rows, d}, func(int) float64 { return offset + s.rng.NormFloat64() })
	var weight, bias operand
	if parameters > 0 {
		weight = s.input(contiguous, []int{d}, s.normals())
	}
	if parameters > 1 {
		bias = s.input(contiguous, []int{d}, s.normals())
	}
	y := s.output(contiguous, []int{rows, d})
	mean, rstd := s.output(contiguous, []int{rows}), s.output(contiguous, []int{rows})
	what := fmt.Sprintf("layer norm of %v, mean %g, %d parameters", x.be, offset, parameters)
	norm := backend.LayerNormArgs{Y: y.be, Mean: mean.be, RStd: rstd.be, X: x.be, Weight: weight.be, Bias: bias.be, Eps: eps}
	if !s.took(what, k.LayerNorm(norm), y, mean, rstd) {
		return
	}
	var ws, bs []float64
	if parameters > 0 {
		ws = weight.elements()
	}
	if parameters > 1 {
		bs = bias.elements()
	}
	xs := x.elements()
	var ys, ySlack, means, rstds, meanSlack, rstdSlack []float64
	for r := range rows {
		t := layerNormTruth(xs[r*d:(r+1)*d], ws, bs, eps)
		ys, ySlack = append(ys, t.y...), append(ySlack, t.ySlack...)
		means, meanSlack = append(means, t.mean), append(meanSlack, t.meanSlack)
		rstds, rstdSlack = append(rstds, t.rstd), append(rstdSlack, t.rstdSlack)
	}
	s.verifyTruth(what, s.scaled(ySlack), y, ys)
	s.verifyTruth(what+": mean", s.scaled(meanSlack), mean, means)
	s.verifyTruth(what+": rstd", s.scaled(rstdSlack), rstd, rstds)
	s.intact(what, x, weight, bias)

	dy := s.input(contiguous, []int{rows, d}, s.normals())
	mean, rstd = s.input(contiguous, []int{rows}, listed(append(means, 0))), s.input(contiguous, []int{rows}, listed(append(rstds, 0)))
	dx := s.output(contiguous, []int{rows, d})
	var dw, db operand
	if parameters > 0 {
		dw = s.output(contiguous, []int{d})
	}
	if parameters > 1 {
		db = s.output(contiguous, []int{d})
	}
	what = "gradient of " + what
	grad := backend.LayerNormGradArgs{
		DX: dx.be, DWeight: dw.be, DBias: db.be, DY: dy.be, X: x.be, Mean: mean.be, RStd: rstd.be, Weight: weight.be,
	}
	if !s.took(what, k.LayerNormGrad(grad), dx, dw, db) {
		return
	}
	dxs, dws, dbs, dxSlack, dwSlack, dbSlack := layerNormGradTruth(dy.elements(), xs, mean.elements(), rstd.elements(), ws)
	s.verifyTruth(what, s.scaled(dxSlack), dx, dxs)
	if parameters > 0 {
		s.verifyTruth(what+": weight", s.scaled(dwSlack), dw, dws)
	}
	if parameters > 1 {
		s.verifyTruth(what+": bias", s.scaled(dbSlack), db, dbs)
	}
	s.intact(what, dy, x, mean, rstd, weight)
}
