package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// takeInt8 gives n random weights, as close to an end of an arena as can be
// or, at a positive placement, that many bytes from its start.
func (a *arena) takeInt8(r *rand.Rand, n int, where placement) []int8 {
	all := a.take(arenaLen, atStart, nil)
	w := unsafe.Slice((*int8)(unsafe.Pointer(&all[0])), 4*len(all))
	if where == atEnd {
		w = w[len(w)-n:]
	} else {
		w = w[where:]
	}
	w = w[:n:n]
	for i := range w {
		w[i] = int8(r.IntN(256) - 128)
	}
	return w
}

// takeInt16 gives n random x of the whole range likewise.
func (a *arena) takeInt16(r *rand.Rand, n int, where placement) []int16 {
	all := a.take(arenaLen, atStart, nil)
	x := unsafe.Slice((*int16)(unsafe.Pointer(&all[0])), 2*len(all))
	if where == atEnd {
		x = x[len(x)-n:]
	} else {
		x = x[where:]
	}
	x = x[:n:n]
	for i := range x {
		x[i] = int16(r.IntN(2*int16Max+1) - int16Max)
	}
	return x
}

// int8Operands of one product y (+)= scale·scaleX·x·w, all in arenas.
type int8Operands struct{ x, scaleX, w, scale, y arena }

// gemmInt8Tile is GemmInt8.
func gemmInt8Tile(k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	GemmInt8(&Int8Tile{K: k, M: m, N: n, X: x, XRow: ldx, ScaleX: scaleX, W: w, WRow: ldw, Scale: scale, Y: y, YRow: ldy, Accumulate: accumulate})
}

// wantInt8 is an element of such a product, which is the same on every path.
func wantInt8(x []int16, w []int8, scale, scaleX, old float32, accumulate bool) float32 {
	sum := 0
	if len(x) == 0 && !accumulate {
		return 0
	}
	for p := range x {
		sum += int(x[p]) * int(w[p])
	}
	y := float32(float32(scale*scaleX) * float32(int32(sum)))
	if accumulate {
		return old + y
	}
	return y
}

// checkTile runs one tile and compares every element of y bit for bit; the rest
// is untouched.
func (o *int8Operands) checkTile(t *testing.T, r *rand.Rand, where placement, k, m, n, ldx, ldw, ldy int, accumulate bool) {
	t.Helper()
	what := fmt.Sprintf("k=%d m=%d n=%d accumulate=%v %v", k, m, n, accumulate, where)
	x := o.x.takeInt16(r, (m-1)*ldx+k, where)
	scaleX := o.scaleX.take(m, where, tame(r, m))
	w := o.w.takeInt8(r, (n-1)*ldw+k, where)
	scale := o.scale.take(n, where, tame(r, n))
	old := make([]float32, (m-1)*ldy+n)
	for i := range old {
		switch {
		case i%ldy >= n:
			old[i] = canary
		case accumulate:
			old[i] = float32(r.NormFloat64())
		default:
			old[i] = float32(math.NaN()) // must not be read
		}
	}
	y := o.y.take(len(old), where, old)
	gemmInt8Tile(k, x, ldx, scaleX, w, ldw, scale, y, ldy, m, n, accumulate)
	o.y.check(t, what)
	for i, got := range y {
		row, j := i/ldy, i%ldy
		if j >= n {
			if math.Float32bits(got) != canaryBits {
				t.Fatalf("%s: wrote between rows at (%d, %d)", what, row, j)
			}
			continue
		}
		want := wantInt8(x[row*ldx:][:k], w[j*ldw:][:k], scale[j], scaleX[row], old[i], accumulate)
		if math.Float32bits(got) != math.Float32bits(want) {
			t.Fatalf("%s y[%d,%d]: expected %g, got %g", what, row, j, want, got)
		}
	}
}

// TestGemmInt8 checks every tile size and every length of k round the lanes.
func TestGemmInt8(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o int8Operands
		r := newRand(8)
		for _, k := range lengths()[1:] {
			if k > 1000 {
				break
			}
			for m := 1; m <= DotMR; m++ {
				for n := 1; n <= DotNR; n++ {
					o.checkTile(t, r, placements[(k+m+n)%len(placements)], k, m, n, k+m%2, k+n%3, n+k%3, (k+m+n)%2 == 0)
					o.checkTile(t, r, atEnd, k, m, n, k, k, n, (k+m+n)%2 == 1)
				}
			}
		}
	})
}

// TestGemmInt8Extremes checks the ends of the ranges: the longest sum of the
// largest terms still fits.
func TestGemmInt8Extremes(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, k := range []int{1, 8, 11, 16, 17, 40, Int8Terms} {
			x, w := make([]int16, k), make([]int8, DotNR*k)
			for p := range k {
				x[p] = int16Max
				w[p], w[k+p], w[2*k+p], w[3*k+p] = -128, 127, -1, 0
			}
			y := make([]float32, DotNR)
			scale := []float32{1, 0.5, -2, 7}
			gemmInt8Tile(k, x, k, []float32{0.25}, w, k, scale, y, DotNR, 1, DotNR, false)
			n := float32(k * int16Max)
			wantSame(t, "y", y, []float32{-32 * n, 127 * n / 8, n / 2, 0})
			gemmInt8Tile(k, x, k, []float32{float32(math.NaN())}, w, k, scale, y, DotNR, 1, DotNR, false)
			for j, got := range y {
				if got == got {
					t.Fatalf("y[%d] of what is not finite: %g", j, got)
				}
			}
		}
	})
}

// TestGemvInt8 checks numbers of rows round the tiles and lanes of k.
func TestGemvInt8(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o int8Operands
		r := newRand(9)
		for _, k := range []int{0, 1, 7, 15, 16, 17, 31, 32, 100, 2047, 2048} {
			for _, rows := range []int{0, 1, 3, 4, 5, 6, 8, 15, 16} {
				if rows*(k+1) > 4*arenaLen {
					continue
				}
				for _, accumulate := range []bool{false, true} {
					ldw := k + rows%2
					where := placements[(k+rows)%2]
					w := o.w.takeInt8(r, max(0, (rows-1)*ldw+k), where)
					x := o.x.takeInt16(r, k, where)
					scale, old := tame(r, rows), tame(r, rows)
					y := o.y.take(rows, placements[rows%2], old)
					GemvInt8(&Int8Gemv{Y: y, W: w, WRow: ldw, Scale: scale, X: x, ScaleX: 0.125, Accumulate: accumulate})
					o.y.check(t, "y")
					want := make([]float32, rows)
					for i := range rows {
						want[i] = wantInt8(x, w[min(i*ldw, len(w)):][:k], scale[i], 0.125, old[i], accumulate)
					}
					wantSame(t, fmt.Sprintf("k=%d, %d rows", k, rows), y, want)
				}
			}
		}
	})
}

// TestRoundInt16 checks the error, the largest, ties, and what has no scale.
func TestRoundInt16(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		r := newRand(10)
		for _, n := range []int{1, 2, 15, 64, 1000} {
			for _, size := range []float32{1e-30, 1, 3e38} {
				x, q := tame(r, n), make([]int16, n)
				largest := float32(0)
				for i := range x {
					x[i] = max(-1, min(1, x[i])) * size
					largest = max(largest, x[i], -x[i])
				}
				scale := RoundInt16(q, x)
				for i := range x {
					within(t, "x", scale*float32(q[i]), float64(x[i]), float64(largest)*(1.0/16382+3*eps))
					if q[i] > int16Max || q[i] < -int16Max {
						t.Fatalf("out of range: %d", q[i])
					}
				}
			}
		}
		q := make([]int16, 4)
		if s := RoundInt16(q, []float32{int16Max, 2.5, -3.5, -0.5}); s != 1 || q[0] != int16Max || q[1] != 2 || q[2] != -4 || q[3] != 0 {
			t.Fatalf("ties: %v times %g", q, s)
		}
		inf := float32(math.Inf(1))
		for _, bad := range []float32{inf, -inf, canary} {
			if s := RoundInt16(q, []float32{1, 2, bad, 3}); s == s || q[0] != 0 || q[1] != 0 || q[2] != 0 || q[3] != 0 {
				t.Fatalf("%g: %v times %g", bad, q, s)
			}
		}
		for _, small := range []float32{0, 1e-45, -1e-31} {
			if s := RoundInt16(q[:1], []float32{small}); s != 0 || q[0] != 0 {
				t.Fatalf("%g: %v times %g", small, q[:1], s)
			}
		}
		if s := RoundInt16(nil, nil); s != 0 {
			t.Fatalf("nothing: %g", s)
		}
	})
}

func TestInt8Misuse(t *testing.T) {
	x, y, w, s := make([]int16, 8), make([]float32, 8), make([]int8, 8), make([]float32, 8)
	mustPanic(t, "gemm int8: W", func() { gemmInt8Tile(4, x, 0, s, w[:7], 4, s, y, 2, 1, 2, false) })
	mustPanic(t, "gemm int8: X", func() { gemmInt8Tile(4, x[:7], 4, s, w, 4, s, y, 2, 2, 2, false) })
	mustPanic(t, "gemm int8: Y", func() { gemmInt8Tile(4, x, 4, s, w, 4, s, y[:3], 2, 2, 2, false) })
	mustPanic(t, "gemm int8", func() { gemmInt8Tile(4, x, 4, s, w, 4, s, y, 2, 4, 1, false) })
	mustPanic(t, "gemm int8", func() { gemmInt8Tile(Int8Terms+1, x, 4, s, w, 4, s, y, 2, 1, 1, false) })
	mustPanic(t, "gemm int8: expected ScaleX", func() { gemmInt8Tile(4, x, 4, s[:1], w, 4, s, y, 2, 2, 2, false) })
	gemv := func(rows, scales int, x []int16) func() {
		return func() { GemvInt8(&Int8Gemv{Y: y[:rows], W: w, WRow: 4, Scale: s[:scales], X: x, ScaleX: 1}) }
	}
	mustPanic(t, "gemv int8", gemv(2, 3, x[:4]))
	mustPanic(t, "gemv int8: W", gemv(3, 3, x[:4]))
	mustPanic(t, "gemv int8", gemv(0, 0, make([]int16, Int8Terms+1)))
	mustPanic(t, "round int16", func() { RoundInt16(x[:2], y[:3]) })
}

// FuzzGemmInt8 holds every tile of any layout to integer arithmetic.
func FuzzGemmInt8(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint8(3), uint8(200), uint8(0), uint8(0), uint8(0), true)
	f.Add(uint64(2), uint8(2), uint8(2), uint8(15), uint8(3), uint8(1), uint8(2), false)
	f.Add(uint64(3), uint8(1), uint8(0), uint8(6), uint8(0), uint8(5), uint8(0), false)
	var o int8Operands
	f.Fuzz(func(t *testing.T, seed uint64, m8, n8, k8, gapX, gapW, gapY uint8, accumulate bool) {
		m, n, k := 1+int(m8)%DotMR, 1+int(n8)%DotNR, 1+int(k8)
		for _, p := range Paths() {
			restore := Use(p)
			o.checkTile(t, newRand(seed), placements[seed%uint64(len(placements))], k, m, n,
				k+int(gapX)%9, k+int(gapW)%9, n+int(gapY)%9, accumulate)
			restore()
		}
	})
}

// BenchmarkGemvInt8 reads weights from cache and from memory.
func BenchmarkGemvInt8(b *testing.B) {
	for _, s := range [][2]int{{64, 512}, {2048, 512}, {40000, 512}} {
		rows, k := s[0], s[1]
		b.Run(fmt.Sprintf("rows=%d/k=%d", rows, k), func(b *testing.B) {
			w, x, y := make([]int8, rows*k), make([]int16, k), make([]float32, rows)
			benchPaths(b, func(b *testing.B) {
				for b.Loop() {
					GemvInt8(&Int8Gemv{Y: y, W: w, WRow: k, Scale: y, X: x, ScaleX: 1})
				}
				b.ReportMetric(float64(rows*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		})
	}
}

// BenchmarkGemmInt8 serves several rows with one reading of the weights.
func BenchmarkGemmInt8(b *testing.B) {
	const k = 512
	for m := 1; m <= DotMR; m++ {
		b.Run(fmt.Sprintf("m=%d/k=%d", m, k), func(b *testing.B) {
			w, x, y, s := make([]int8, DotNR*k), make([]int16, m*k), make([]float32, m*DotNR), make([]float32, DotNR)
			benchPaths(b, func(b *testing.B) {
				for b.Loop() {
					gemmInt8Tile(k, x, k, s, w, k, s, y, DotNR, m, DotNR, false)
				}
				gflops(b, 2*m*DotNR*k)
			})
		})
	}
}
