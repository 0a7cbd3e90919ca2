package linear

import (
	"errors"
	"math"
)

// Moments are the sums over rows that least squares needs. Their size depends on
// the number of inputs alone.
type Moments struct {
	d      int
	n      float64
	x, xy  []float64 // Σx, Σxy
	xx     []float64 // the lower triangle of Σxxᵀ
	y, yy  float64   // Σy, Σy²
	places []int     // of a row's inputs that are not zero
}

// NewMoments are those of no rows, of d inputs.
func NewMoments(d int) *Moments {
	return &Moments{d: d, x: make([]float64, d), xy: make([]float64, d), xx: make([]float64, d*d)}
}

// Add adds a row. A row with k inputs that are not zero takes k² additions.
//
// Shape: x [d].
func (m *Moments) Add(x []float32, y float64) {
	m.places = m.places[:0]
	for i, v := range x {
		if v != 0 {
			m.places = append(m.places, i)
		}
	}
	for k, i := range m.places {
		v := float64(x[i])
		m.x[i] += v
		m.xy[i] += v * y
		row := m.xx[i*m.d:]
		for _, j := range m.places[:k+1] {
			row[j] += v * float64(x[j])
		}
	}
	m.n++
	m.y += y
	m.yy += y * y
}

// Ridge is a linear function of inputs.
//
//	ŷ = w·x + b
type Ridge struct {
	Weights []float64 `json:"weights"`
	Bias    float64   `json:"bias"`
	Lambda  float64   `json:"lambda"` // the penalty that made it
}

// Predict is ŷ of a row.
func (r Ridge) Predict(x []float32) float64 {
	y := r.Bias
	for i, v := range x {
		if v != 0 {
			y += r.Weights[i] * float64(v)
		}
	}
	return y
}

// errSingular tells that the inputs do not determine the weights.
var errSingular = errors.New("some inputs are linear functions of others: a penalty above zero is needed")

// Fit minimises Σ(y − w·x − b)² + λ·‖w‖². With λ = 0 that is ordinary least
// squares.
//
// Errors: λ = 0 and inputs of which some are linear functions of others.
func (m *Moments) Fit(lambda float64) (Ridge, error) {
	c := m.centred()
	r, _, ok := c.fit(lambda)
	if !ok {
		return Ridge{}, errSingular
	}
	return r, nil
}

// FitGCV is Fit with the penalty, among n·10⁻⁶, n·10⁻⁵, …, n for n rows, for which
// generalised cross-validation expects the least error on rows not seen:
//
//	GCV(λ) = n·Σ(y − ŷ)² / (n − tr H)²,  ŷ = H·y
//
// Reference: Golub, Heath and Wahba, "Generalized cross-validation as a method
// for choosing a good ridge parameter", Technometrics 1979.
func (m *Moments) FitGCV() (Ridge, error) {
	c := m.centred()
	var best Ridge
	least := math.Inf(1)
	for lambda := m.n; lambda > m.n*1e-6/2; lambda /= 10 { // the simplest first: it wins a tie
		r, score, ok := c.score(lambda)
		if !ok {
			break
		}
		if score < least {
			best, least = r, score
		}
	}
	if best.Weights == nil {
		return Ridge{}, errors.New("least squares needs at least one row")
	}
	return best, nil
}

// centred are the sums with the means taken off, after which there is no
// intercept to fit.
type centred struct {
	*Moments
	mean   []float64
	meanY  float64
	xx, xy []float64
	yy     float64
}

func (m *Moments) centred() centred {
	n, d := max(m.n, 1), m.d
	c := centred{m, make([]float64, d), m.y / n, make([]float64, d*d), make([]float64, d), m.yy - m.y*m.y/n}
	for i := range d {
		c.mean[i] = m.x[i] / n
		c.xy[i] = m.xy[i] - c.mean[i]*m.y
		for j := range i + 1 {
			c.xx[i*d+j] = m.xx[i*d+j] - c.mean[i]*m.x[j]
		}
	}
	return c
}

func (c centred) fit(lambda float64) (Ridge, cholesky, bool) {
	a := append([]float64(nil), c.xx...)
	for i := range c.d {
		a[i*c.d+i] += lambda
	}
	factor, ok := factorise(a, c.d)
	if !ok {
		return Ridge{}, factor, false
	}
	w := append([]float64(nil), c.xy...)
	factor.solve(w)
	return Ridge{w, c.meanY - dot(c.mean, w), lambda}, factor, true
}

// score is a fit with its GCV.
func (c centred) score(lambda float64) (Ridge, float64, bool) {
	r, factor, ok := c.fit(lambda)
	if !ok {
		return Ridge{}, 0, false
	}
	free := c.n - 1 - (float64(c.d) - lambda*factor.traceInverse())
	if free <= 0 { // with as many weights as rows any fit is perfect
		return r, math.MaxFloat64, true
	}
	return r, c.n * c.squares(r.Weights) / (free * free), true
}

// squares is Σ(y − ŷ)².
func (c centred) squares(w []float64) float64 {
	sum := c.yy
	for i, v := range w {
		row := c.xx[i*c.d : i*c.d+i+1]
		sum += v * (2*dot(row[:i], w[:i]) + row[i]*v - 2*c.xy[i])
	}
	return max(sum, 0)
}
