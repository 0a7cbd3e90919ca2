package asm

import (
	"math"
	"testing"
)

// lstm64 is one unit of an LSTM cell in float64.
func lstm64(z [4]float64, cPrev float64) (h, c float64, gates [4]float64) {
	gates = [4]float64{logistic(z[0]), logistic(z[1]), math.Tanh(z[2]), logistic(z[3])}
	c = gates[1]*cPrev + gates[0]*gates[2]
	return gates[3] * math.Tanh(c), c, gates
}

// gatesOf gives the four gates of unit j.
func gatesOf(x []float32, j int) [4]float64 {
	n := len(x) / 4
	return [4]float64{float64(x[j]), float64(x[n+j]), float64(x[2*n+j]), float64(x[3*n+j])}
}

func TestLSTMCell(t *testing.T) {
	var ah, ac, ag, ap arena
	eachPath(t, func(t *testing.T) {
		for _, n := range lengths() {
			if n > 300 {
				continue
			}
			r := newRand(uint64(n))
			z, prev := tame(r, 4*n), tame(r, n)
			wantH, wantC, wantG := make([]float32, n), make([]float32, n), append([]float32{}, z...)
			onGeneric(func() { LSTMCell(wantH, wantC, wantG, prev) })
			for _, where := range placements {
				h, c, g, p := ah.take(n, where, nil), ac.take(n, where, nil), ag.take(4*n, where, z), ap.take(n, where, prev)
				LSTMCell(h, c, g, p)
				wantSame(t, "h", h, wantH)
				wantSame(t, "c", c, wantC)
				wantSame(t, "gates", g, wantG)
				for _, a := range []*arena{&ah, &ac, &ag} {
					a.check(t, "lstm")
				}
				copy(g, z)
				LSTMCell(h, p, g, p) // in place
				wantSame(t, "c over cPrev", p, wantC)
			}
			for j := range n {
				h, c, g := lstm64(gatesOf(z, j), float64(prev[j]))
				within(t, "h", wantH[j], h, 8*eps)
				within(t, "c", wantC[j], c, 8*eps*(1+math.Abs(float64(prev[j]))))
				for k, v := range gatesOf(wantG, j) {
					within(t, "gate", float32(v), g[k], 3*eps)
				}
			}
		}
	})
}

// TestLSTMCellOfAnyNumbers holds the cell and its gradient on every path against generic
// code, bit by bit, on NaN, infinities and numbers of all sizes.
func TestLSTMCellOfAnyNumbers(t *testing.T) {
	const n = 1000
	r := newRand(11)
	z, prev, c, dh, dc := wild(r, 4*n), wild(r, n), wild(r, n), wild(r, n), wild(r, n)
	run := func() (out [5][]float32) {
		h, next, gates := make([]float32, n), make([]float32, n), append([]float32{}, z...)
		LSTMCell(h, next, gates, prev)
		d, q := make([]float32, 4*n), make([]float32, n)
		LSTMCellGrad(&LSTMRow{DGates: d, DCPrev: q, Gates: z, C: c, CPrev: prev, DH: dh, DC: dc})
		return [5][]float32{h, next, gates, d, q}
	}
	var want [5][]float32
	onGeneric(func() { want = run() })
	eachPath(t, func(t *testing.T) {
		got := run()
		for i, name := range []string{"h", "c", "gates", "dgates", "dcPrev"} {
			wantSame(t, name, got[i], want[i])
		}
	})
}

// TestLSTMCellGrad compares with differences of the cell in float64.
func TestLSTMCellGrad(t *testing.T) {
	var ad, aq arena
	eachPath(t, func(t *testing.T) {
		for _, n := range lengths() {
			if n > 300 {
				continue
			}
			r := newRand(uint64(n))
			z, prev, dh, dc := tame(r, 4*n), tame(r, n), tame(r, n), tame(r, n)
			gates := append([]float32{}, z...)
			h, c := make([]float32, n), make([]float32, n)
			LSTMCell(h, c, gates, prev)
			wantD, wantQ := make([]float32, 4*n), make([]float32, n)
			row := LSTMRow{DGates: wantD, DCPrev: wantQ, Gates: gates, C: c, CPrev: prev, DH: dh, DC: dc}
			onGeneric(func() { LSTMCellGrad(&row) })
			for _, where := range placements {
				d, q := ad.take(4*n, where, nil), aq.take(n, where, nil)
				LSTMCellGrad(&LSTMRow{DGates: d, DCPrev: q, Gates: gates, C: c, CPrev: prev, DH: dh, DC: dc})
				wantSame(t, "dgates", d, wantD)
				wantSame(t, "dcPrev", q, wantQ)
				ad.check(t, "dgates")
				aq.check(t, "dcPrev")
				copy(d, gates)
				copy(q, dc)
				LSTMCellGrad(&LSTMRow{DGates: d, DCPrev: q, Gates: d, C: c, CPrev: prev, DH: dh, DC: q}) // in place
				wantSame(t, "dgates in place", d, wantD)
				wantSame(t, "dcPrev in place", q, wantQ)
			}
			for j := range n {
				const step = 1e-5
				value := func(z [4]float64, prev float64) float64 {
					h, c, _ := lstm64(z, prev)
					return float64(dh[j])*h + float64(dc[j])*c
				}
				z64, p64 := gatesOf(z, j), float64(prev[j])
				bound := 2e-6 * (1 + math.Abs(float64(dh[j])) + math.Abs(float64(dc[j]))) * (1 + math.Abs(p64))
				for k, got := range gatesOf(wantD, j) {
					up, down := z64, z64
					up[k] += step
					down[k] -= step
					within(t, "dgate", float32(got), (value(up, p64)-value(down, p64))/(2*step), bound)
				}
				within(t, "dcPrev", wantQ[j], (value(z64, p64+step)-value(z64, p64-step))/(2*step), bound)
			}
		}
	})
	x := make([]float32, 8)
	mustPanic(t, "lstm cell gates", func() { LSTMCell(x[:2], x[:2], x[:7], x[:2]) })
	mustPanic(t, "lstm cell grad", func() {
		LSTMCellGrad(&LSTMRow{DGates: x, DCPrev: x[:2], Gates: x, C: x[:2], CPrev: x[:1], DH: x[:2], DC: x[:2]})
	})
}
