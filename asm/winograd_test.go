package asm

import (
	"fmt"
	"testing"
)

const numWinograd = len(winogradMatrices)

// sizes are the sides of the squares that a map reads and writes.
func sizes(w Winograd) (in, out int) {
	return len(winogradMatrices[w][0]), len(winogradMatrices[w])
}

// TestWinogradMap compares the maps with their Go loop, bit by bit.
func TestWinogradMap(t *testing.T) {
	var src, dst [16]arena
	eachPath(t, func(t *testing.T) {
		for w := range Winograd(numWinograd) {
			in, out := sizes(w)
			for groups := range 5 {
				for _, gap := range []int{0, 3} {
					size := func(step int) int { return max(0, (groups-1)*step+WinogradLanes) * min(1, groups) }
					s := Squares{DstStep: WinogradLanes + 2*gap, SrcStep: WinogradLanes + gap, Groups: groups}
					for _, where := range placements[:3] {
						what := fmt.Sprintf("map %d, %d groups, %v", w, groups, where)
						want := s
						for i := range in * in {
							n := size(s.SrcStep)
							s.Src[i] = src[i].take(n, where, wild(newRand(uint64(16*n+i)), n))
						}
						want.Src = s.Src
						for i := range out * out {
							s.Dst[i] = dst[i].take(size(s.DstStep), where, nil)
							want.Dst[i] = append([]float32{}, s.Dst[i]...)
						}
						winogradGeneric(w, &want)
						w.Map(&s)
						for i := range out * out {
							wantSame(t, what, s.Dst[i], want.Dst[i])
							dst[i].check(t, what)
						}
					}
				}
			}
		}
	})
}

// TestWinogradConvolves checks that the maps together make one-dimensional
// convolutions, on both axes, and both of their gradients, on integers, exactly.
func TestWinogradConvolves(t *testing.T) {
	for _, m := range []struct{ data, out, in, taps, grad Winograd }{
		{Winograd2Data, Winograd2Out, Winograd2In, Winograd2In, Winograd2Out},
		{Winograd3Data, Winograd3Out, Winograd3In, Winograd3Taps, Winograd3Grad},
	} {
		points, _ := sizes(m.data)
		r, _ := sizes(m.taps)
		rng := newRand(uint64(r))
		square := func(n int) (s [16][]float32) {
			for i := range n * n {
				s[i] = make([]float32, WinogradLanes)
				for l := range s[i] {
					s[i][l] = float32(4 * (rng.IntN(9) - 4))
				}
			}
			return s
		}
		zeros := func() (s [16][]float32) {
			for i := range s {
				s[i] = make([]float32, WinogradLanes)
			}
			return s
		}
		apply := func(w Winograd, x [16][]float32) [16][]float32 {
			s := Squares{Dst: zeros(), Src: x, DstStep: WinogradLanes, SrcStep: WinogradLanes, Groups: 1}
			w.Map(&s)
			return s.Dst
		}
		times := func(a, b [16][]float32) [16][]float32 {
			y := zeros()
			for i := range points * points {
				Mul(y[i], a[i], b[i])
			}
			return y
		}
		x, w, g := square(points), square(r), square(2)
		y := apply(m.out, times(apply(m.data, x), apply(m.taps, w)))
		dw := apply(m.grad, times(apply(m.data, x), apply(m.in, g)))
		for l := range WinogradLanes {
			wantY, wantW := zeros(), zeros()
			for i := range 4 {
				for tap := range r * r {
					p := (i/2+tap/r)*points + i%2 + tap%r
					wantY[i][l] += x[p][l] * w[tap][l]
					wantW[tap][l] += x[p][l] * g[i][l]
				}
			}
			for i := range 4 {
				if y[i][l] != wantY[i][l] {
					t.Errorf("%d taps: window %d is %g, expected %g", r, i, y[i][l], wantY[i][l])
				}
			}
			for i := range r * r {
				if dw[i][l] != wantW[i][l] {
					t.Errorf("%d taps: gradient of tap %d is %g, expected %g", r, i, dw[i][l], wantW[i][l])
				}
			}
		}
	}
}

func TestWinogradPanics(t *testing.T) {
	var s Squares
	s.Groups = 1
	mustPanic(t, "winograd: Src", func() { Winograd2In.Map(&s) })
	for i := range s.Src {
		s.Src[i] = make([]float32, WinogradLanes)
	}
	mustPanic(t, "winograd: Dst", func() { Winograd2In.Map(&s) })
}

// BenchmarkWinograd maps squares of 128 channels in the level 1 cache.
func BenchmarkWinograd(b *testing.B) {
	const n = 128
	for w := range Winograd(numWinograd) {
		in, out := sizes(w)
		b.Run(fmt.Sprintf("%dto%d", in, out), func(b *testing.B) {
			s := Squares{DstStep: WinogradLanes, SrcStep: WinogradLanes, Groups: n / WinogradLanes}
			for i := range s.Src {
				s.Src[i], s.Dst[i] = make([]float32, n), make([]float32, n)
			}
			for b.Loop() {
				w.Map(&s)
			}
			b.ReportMetric(float64(b.N)*n*4*float64(in*in+out*out)/b.Elapsed().Seconds()/1e9, "GB/s")
		})
	}
}
