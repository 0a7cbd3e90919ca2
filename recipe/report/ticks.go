package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// roundTicks are ticks at multiples of 1, 2 or 5 times a power of ten.
type roundTicks struct {
	about int  // how many there is room for
	whole bool // of things that are counted: no fractions
}

// Ticks is for package plot.
func (t roundTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	mantissa, exponent := t.step(low, high)
	step := timesPower(mantissa, exponent)
	if !(step > 0) || math.IsInf(high-low, 0) {
		return nil
	}
	first := math.Ceil(low/step-1e-9) + 0 // no minus at zero
	for i := first; i*step <= high+step*1e-9 && len(ticks) < 4*t.about; i++ {
		v := timesPower(i*mantissa, exponent)
		ticks = append(ticks, plot.Tick{Value: v, Label: tickLabel(v)})
	}
	return ticks
}

// step is the distance between ticks, as mantissa and exponent.
func (t roundTicks) step(low, high float64) (mantissa float64, exponent int) {
	mantissa, exponent = roundStep((high - low) / float64(t.about))
	if t.whole && exponent < 0 {
		return 1, 0
	}
	return mantissa, exponent
}

// widened is an axis that ends at ticks on both sides. One without a length stays.
func (t roundTicks) widened(low, high float64) (from, to float64) {
	if !(low < high) || math.IsInf(high-low, 0) {
		return low, high
	}
	for { // a longer axis may need wider steps
		step := timesPower(t.step(low, high))
		from, to = math.Floor(low/step+1e-9)*step, math.Ceil(high/step-1e-9)*step
		if next := timesPower(t.step(from, to)); !(next > step) {
			return from, to
		}
		low, high = from, to
	}
}

// roundStep is the smallest of 1, 2 and 5 times a power of ten that is not below
// x, as mantissa and exponent.
func roundStep(x float64) (mantissa float64, exponent int) {
	exponent = int(math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if timesPower(m, exponent) >= x*(1-1e-9) {
			return m, exponent
		}
	}
	return 1, exponent + 1
}

// timesPower is x·10ᵉ, rounded once: 3·10⁻¹ is 0.3.
func timesPower(x float64, e int) float64 {
	if e < 0 {
		return x / math.Pow10(-e)
	}
	return x * math.Pow10(e)
}

// logTicks are ticks of a logarithmic axis: powers of ten and, where these are
// few, 2 and 5 times them; at most about so many.
type logTicks int

// Ticks is for package plot.
func (t logTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	first, last := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	mantissas := []float64{1, 2, 5}
	if last-first > 3 {
		mantissas = mantissas[:1]
	}
	every := math.Ceil((last - first) / float64(t))
	for e := first; e <= last; e += max(every, 1) {
		for _, m := range mantissas {
			if v := timesPower(m, int(e)); v >= low*(1-1e-9) && v <= high*(1+1e-9) {
				ticks = append(ticks, plot.Tick{Value: v, Label: tickLabel(v)})
			}
		}
	}
	return ticks
}

// tickLabel writes a number as short as it can be: 0.3, 20000, 2e+06.
func tickLabel(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
