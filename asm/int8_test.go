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

// int8Operands of one product y (+)= scale·x·w, all in arenas.
type int8Operands struct{ x, w, scale, y arena }

// checkTile runs one tile and holds every element of y against float64: sums
// to ε·Σ|terms|, the rest untouched.
func (o *int8Operands) checkTile(t *testing.T, r *rand.Rand, where placement, k, m, n, ldx, ldw, ldy int, accumulate bool) {
	t.Helper()
	what := fmt.Sprintf("k=%d m=%d n=%d accumulate=%v %v", k, m, n, accumulate, where)
	x := o.x.take((m-1)*ldx+k, where, tame(r, (m-1)*ldx+k))
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
	GemmInt8(k, x, ldx, w, ldw, scale, y, ldy, m, n, accumulate)
	o.y.check(t, what)
	for i, got := range y {
		row, j := i/ldy, i%ldy
		if j >= n {
			if math.Float32bits(got) != canaryBits {
				t.Fatalf("%s: wrote between rows at (%d, %d)", what, row, j)
			}
			continue
		}
		sum, size := 0.0, 0.0
		for p := range k {
			term := float64(x[row*ldx+p]) * float64(w[j*ldw+p]) * float64(scale[j])
			sum += term
			size += math.Abs(term)
		}
		if accumulate {
			sum += float64(old[i])
			size += math.Abs(float64(old[i]))
		}
		within(t, fmt.Sprintf("%s y[%d,%d]", what, row, j), got, sum, float64(k+4)*eps*size)
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

// TestGemmInt8Extremes checks the ends of the range of weights, and that what
// is zeroed for the tail is no NaN of the terms before.
func TestGemmInt8Extremes(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, k := range []int{1, 8, 11, 17, 40} {
			x, w := make([]float32, k), make([]int8, DotNR*k)
			for p := range k {
				x[p] = 1
				w[p], w[k+p], w[2*k+p], w[3*k+p] = -128, 127, -1, 0
			}
			y := make([]float32, DotNR)
			scale := []float32{1, 0.5, -2, 7}
			GemmInt8(k, x, k, w, k, scale, y, DotNR, 1, DotNR, false)
			n := float32(k)
			wantSame(t, "y", y, []float32{-128 * n, 63.5 * n, 2 * n, 0})
			x[k-1] = float32(math.Inf(1))
			GemmInt8(k, x, k, w, k, scale, y, DotNR, 1, DotNR, false)
			wantSame(t, "infinite x", y, []float32{float32(math.Inf(-1)), float32(math.Inf(1)), float32(math.Inf(1)), float32(math.NaN())})
		}
	})
}

// TestGemvInt8 checks numbers of rows round the tiles and blocks of k.
func TestGemvInt8(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o int8Operands
		r := newRand(9)
		for _, k := range []int{0, 1, 7, 8, 9, 100, 2048, 2049, 2055, 2056, 4100} {
			for _, rows := range []int{0, 1, 3, 4, 5, 6, 8, 15, 16} {
				if rows*(k+1) > 4*arenaLen {
					continue
				}
				for _, accumulate := range []bool{false, true} {
					ldw := k + rows%2
					w := o.w.takeInt8(r, max(0, (rows-1)*ldw+k), placements[(k+rows)%2])
					x, scale, old := tame(r, k), tame(r, rows), tame(r, rows)
					y := o.y.take(rows, placements[rows%2], old)
					GemvInt8(y, w, ldw, scale, x, accumulate)
					o.y.check(t, "y")
					for i := range rows {
						sum, size := 0.0, 0.0
						if accumulate {
							sum, size = float64(old[i]), math.Abs(float64(old[i]))
						}
						for p := range k {
							term := float64(scale[i]) * float64(w[i*ldw+p]) * float64(x[p])
							sum += term
							size += math.Abs(term)
						}
						within(t, fmt.Sprintf("k=%d y[%d of %d]", k, i, rows), y[i], sum, float64(min(k, sumBlock)+6)*eps*size)
					}
				}
			}
		}
	})
}

func TestInt8Misuse(t *testing.T) {
	x, y, w := make([]float32, 8), make([]float32, 8), make([]int8, 8)
	mustPanic(t, "gemm int8: w", func() { GemmInt8(4, x, 0, w[:7], 4, x, y, 2, 1, 2, false) })
	mustPanic(t, "gemm int8: x", func() { GemmInt8(4, x[:7], 4, w, 4, x, y, 2, 2, 2, false) })
	mustPanic(t, "gemm int8: y", func() { GemmInt8(4, x, 4, w, 4, x, y[:3], 2, 2, 2, false) })
	mustPanic(t, "gemm int8", func() { GemmInt8(4, x, 4, w, 4, x, y, 2, 4, 1, false) })
	mustPanic(t, "gemv int8", func() { GemvInt8(y[:2], w, 4, x[:3], x[:4], false) })
	mustPanic(t, "gemv int8: w", func() { GemvInt8(y[:3], w, 4, x[:3], x[:4], false) })
}

// FuzzGemmInt8 holds every tile of any layout against float64.
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
			w, x, y := make([]int8, rows*k), make([]float32, k), make([]float32, rows)
			benchPaths(b, func(b *testing.B) {
				for b.Loop() {
					GemvInt8(y, w, k, y, x, false)
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
			w, x, y := make([]int8, DotNR*k), make([]float32, m*k), make([]float32, m*DotNR)
			benchPaths(b, func(b *testing.B) {
				for b.Loop() {
					GemmInt8(k, x, k, w, k, x[:DotNR], y, DotNR, m, DotNR, false)
				}
				gflops(b, 2*m*DotNR*k)
			})
		})
	}
}
