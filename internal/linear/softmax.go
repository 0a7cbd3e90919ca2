package linear

import (
	"errors"
	"iter"
	"math"
)

// Softmax is a linear classifier.
//
//	p = softmax(W·x + b)
//
// Shape: Weights [classes, d], Bias [classes].
type Softmax struct {
	Weights []float64 `json:"weights"`
	Bias    []float64 `json:"bias"`
}

// Predict fills p with the probabilities of the classes of a row.
//
// Shape: x [d], p [classes].
func (s Softmax) Predict(x []float32, p []float64) {
	d := len(s.Weights) / len(s.Bias)
	copy(p, s.Bias)
	for i, v := range x {
		if v == 0 {
			continue
		}
		for k := range p {
			p[k] += s.Weights[k*d+i] * float64(v)
		}
	}
	largest := math.Inf(-1)
	for _, z := range p {
		largest = max(largest, z)
	}
	sum := 0.0
	for k, z := range p {
		p[k] = math.Exp(z - largest)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}

const (
	softmaxSteps     = 500
	softmaxTolerance = 1e-7 // of the mean gradient
)

// FitSoftmax minimises −Σ ln p(label) + ½·λ·‖W‖² over rows that can be gone over
// again and again. After 500 rounds it makes do with what it has.
//
// The curvature of the loss is nowhere above ½·XᵀX, in any direction, so one
// factorisation gives steps that cannot be too long, here with Nesterov's
// momentum, which starts anew whenever it goes uphill.
//
// Errors: λ ≤ 0.
//
// References: Böhning, "Multinomial logistic regression algorithm", 1992;
// O'Donoghue and Candès, "Adaptive restart for accelerated gradient schemes", 2015.
func FitSoftmax(rows iter.Seq2[[]float32, int32], d, classes int, lambda float64) (Softmax, error) {
	if !(lambda > 0) {
		return Softmax{}, errors.New("softmax regression needs a penalty above zero: classes that can be told apart would have infinite weights")
	}
	bound, n, err := curvature(rows, d, lambda)
	if err != nil {
		return Softmax{}, err
	}
	e := d + 1 // the inputs and a one, of which the weights are the bias
	w, from := make([]float64, classes*e), make([]float64, classes*e)
	g, step, p := make([]float64, classes*e), make([]float64, classes*e), make([]float64, classes)
	momentum := 1.0
	for range softmaxSteps {
		if gradient(g, from, rows, p, lambda) <= softmaxTolerance*n {
			w = from
			break
		}
		copy(step, g)
		for k := range classes {
			bound.solve(step[k*e : (k+1)*e])
		}
		next := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		uphill := 0.0
		for i, s := range step {
			uphill += g[i] * (from[i] - s - w[i])
		}
		if uphill > 0 {
			next, momentum = 1, 1
		}
		for i, s := range step {
			to := from[i] - s
			from[i] = to + (momentum-1)/next*(to-w[i])
			w[i] = to
		}
		momentum = next
	}
	s := Softmax{make([]float64, 0, classes*d), make([]float64, classes)}
	for k := range classes {
		s.Weights = append(s.Weights, w[k*e:k*e+d]...)
		s.Bias[k] = w[k*e+d]
	}
	return s, nil
}

// curvature factorises ½·XᵀX + λ, the ones of the intercept among the inputs but
// without the penalty, and counts the rows.
func curvature(rows iter.Seq2[[]float32, int32], d int, lambda float64) (cholesky, float64, error) {
	m := NewMoments(d)
	for x := range rows {
		m.Add(x, 0)
	}
	e := d + 1
	a := make([]float64, e*e)
	for i := range d {
		for j := range i + 1 {
			a[i*e+j] = m.xx[i*d+j] / 2
		}
		a[i*e+i] += lambda
		a[d*e+i] = m.x[i] / 2
	}
	a[d*e+d] = m.n / 2
	factor, ok := factorise(a, e)
	if !ok {
		return factor, 0, errors.New("softmax regression needs at least one row")
	}
	return factor, m.n, nil
}

// gradient computes the gradient at w and returns its largest element.
//
// Shape: g and w [classes, d+1], p [classes].
func gradient(g, w []float64, rows iter.Seq2[[]float32, int32], p []float64, lambda float64) (worst float64) {
	classes := len(p)
	e := len(w) / classes
	d := e - 1
	now := Softmax{make([]float64, 0, classes*d), make([]float64, classes)}
	for k := range classes {
		now.Weights = append(now.Weights, w[k*e:k*e+d]...)
		now.Bias[k] = w[k*e+d]
		for i := range d {
			g[k*e+i] = lambda * w[k*e+i]
		}
		g[k*e+d] = 0
	}
	for x, label := range rows {
		now.Predict(x, p)
		p[label]--
		for i, v := range x {
			if v == 0 {
				continue
			}
			for k, q := range p {
				g[k*e+i] += q * float64(v)
			}
		}
		for k, q := range p {
			g[k*e+d] += q
		}
	}
	for _, v := range g {
		worst = max(worst, math.Abs(v))
	}
	return worst
}
