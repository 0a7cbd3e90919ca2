package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// gemmTile is GemmTiles of one tile.
func gemmTile(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	GemmTiles(&Tiles{Count: 1, K: k, M: m, N: n, A: a, ARow: ars, ACol: acs, B: b, BRow: ldb, C: c, CRow: ldc, Accumulate: accumulate})
}

// gemmDots is GemmDot.
func gemmDots(k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	GemmDot(&DotTile{K: k, M: m, N: n, A: a, ARow: lda, B: b, BRow: ldb, C: c, CRow: ldc, Accumulate: accumulate})
}

// operands of one product c (+)= a·b, all in arenas.
type operands struct {
	a, b, c arena
}

// checkTile runs kernel on random operands of the given spans and holds every
// element of c against float64: sums to ε·Σ|terms|, the rest untouched.
func (o *operands) checkTile(t *testing.T, r *rand.Rand, where placement, k, m, n, lenA, lenB, ldc int, accumulate bool,
	at func(i, j, p int) (ai, bi int), kernel func(a, b, c []float32)) {
	t.Helper()
	a := o.a.take(lenA, where, tame(r, lenA))
	b := o.b.take(lenB, where, tame(r, lenB))
	lenC := (m-1)*ldc + n
	old := make([]float32, lenC)
	for i := range old {
		old[i] = canary
	}
	for i := range m {
		for j := range n {
			if accumulate {
				old[i*ldc+j] = float32(r.NormFloat64())
			} else {
				old[i*ldc+j] = float32(math.NaN()) // must not be read
			}
		}
	}
	c := o.c.take(lenC, where, old)
	kernel(a, b, c)
	o.c.check(t, "c")
	for i := range m {
		for j := range ldc {
			if i*ldc+j >= lenC {
				break
			}
			got := c[i*ldc+j]
			if j >= n {
				if math.Float32bits(got) != canaryBits {
					t.Fatalf("wrote between rows at (%d, %d)", i, j)
				}
				continue
			}
			var sum, size float64
			if accumulate {
				sum = float64(old[i*ldc+j])
				size = math.Abs(sum)
			}
			for p := range k {
				ai, bi := at(i, j, p)
				term := float64(a[ai]) * float64(b[bi])
				sum += term
				size += math.Abs(term)
			}
			within(t, fmt.Sprintf("k=%d m=%d n=%d accumulate=%v %v c[%d,%d]", k, m, n, accumulate, where, i, j),
				got, sum, float64(k+2)*eps*size)
		}
	}
}

// TestGemmTile checks every tile size, round every edge of the loop over k,
// packed, in place and transposed.
func TestGemmTile(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o operands
		r := newRand(1)
		for _, k := range []int{1, 2, 3, 4, 5, 7, 8, 9, 13, 33} {
			for m := 1; m <= MR; m++ {
				for n := 1; n <= NR; n++ {
					for layout, s := range [][4]int{ // ars, acs, ldb, ldc
						{1, MR, NR, NR},
						{k + 3, 1, n, n},
						{1, m + 2, 37, n + 5},
						{2 * k, 2, n + 1, 41},
					} {
						ars, acs, ldb, ldc := s[0], s[1], s[2], s[3]
						o.checkTile(t, r, placements[(layout+m+n)%2], k, m, n, (m-1)*ars+(k-1)*acs+1, (k-1)*ldb+n, ldc, (layout+m+k)%2 == 0,
							func(i, j, p int) (int, int) { return i*ars + p*acs, p*ldb + j },
							func(a, b, c []float32) {
								gemmTile(k, a, ars, acs, b, ldb, c, ldc, m, n, (layout+m+k)%2 == 0)
							})
					}
				}
			}
		}
	})
}

// TestGemmTiles holds runs of tiles, along rows and columns, packed and in
// place, to the same tiles one by one, bit for bit.
func TestGemmTiles(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var arenas [4]arena
		r := newRand(3)
		offsets := []int32{math.MaxInt32, math.MinInt32, 0, 64, 16: -8, 40: 4096} // only hints
		for _, k := range []int{1, 4, 7, 33} {
			for m := 1; m <= MR; m++ {
				for layout, s := range [][8]int{ // tiles, as, ars, acs, bs, ldb, cs, ldc
					{1, 0, 1, MR, 0, NR, 0, NR},
					{3, 0, 1, MR, k * NR, NR, NR, 3*NR + 1},
					{4, k * MR, 1, MR, 0, NR, m * NR, NR},
					{2, 0, k, 1, NR, 2*NR + 3, NR, 2 * NR},
				} {
					tiles, as, ars, acs, bs, ldb, cs, ldc := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
					lenA, lenB, lenC := (tiles-1)*as+(m-1)*ars+(k-1)*acs+1, (tiles-1)*bs+(k-1)*ldb+NR, (tiles-1)*cs+(m-1)*ldc+NR
					where, accumulate := placements[(layout+m)%2], (layout+m+k)%2 == 0
					a, b, old := arenas[0].take(lenA, where, tame(r, lenA)), arenas[1].take(lenB, where, tame(r, lenB)), tame(r, lenC)
					got, want := arenas[2].take(lenC, where, old), arenas[3].take(lenC, where, old)
					run := Tiles{Count: tiles, K: k, M: m, N: NR, A: a, ATile: as, ARow: ars, ACol: acs,
						B: b, BTile: bs, BRow: ldb, C: got, CTile: cs, CRow: ldc, Accumulate: accumulate}
					GemmTiles(&run)
					for i := range tiles {
						gemmTile(k, a[i*as:], ars, acs, b[i*bs:], ldb, want[i*cs:], ldc, m, NR, accumulate)
					}
					arenas[2].check(t, "c")
					wantSame(t, fmt.Sprintf("k=%d m=%d layout %d", k, m, layout), got, want)

					run.C = arenas[2].take(lenC, where, old)
					run.Prefetch = &Prefetch{b, 1 << 20, offsets[:(tiles-1)*layout+PrefetchLines(k)], layout}
					GemmTiles(&run)
					arenas[2].check(t, "c")
					wantSame(t, fmt.Sprintf("prefetch, k=%d m=%d layout %d", k, m, layout), run.C, want)

					// Runs of narrow tiles leave the other columns as they are.
					n := 1 + (m+k)%(NR-1)
					run.N, run.C, want = n, arenas[2].take(lenC, where, old), arenas[3].take(lenC, where, old)
					GemmTiles(&run)
					for i := range tiles {
						gemmTile(k, a[i*as:], ars, acs, b[i*bs:], ldb, want[i*cs:], ldc, m, n, accumulate)
					}
					arenas[2].check(t, "c")
					wantSame(t, fmt.Sprintf("k=%d m=%d n=%d layout %d", k, m, n, layout), run.C, want)
				}
			}
		}
	})
}

// TestGemmDot checks every tile size and every length of k round the lanes.
func TestGemmDot(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o operands
		r := newRand(2)
		for _, k := range lengths()[1:] {
			if k > 1000 {
				break
			}
			for m := 1; m <= DotMR; m++ {
				for n := 1; n <= DotNR; n++ {
					lda, ldb, ldc := k+m%2, k+n%3, n+k%3
					accumulate := (k+m+n)%2 == 0
					o.checkTile(t, r, placements[k%2], k, m, n, (m-1)*lda+k, (n-1)*ldb+k, ldc, accumulate,
						func(i, j, p int) (int, int) { return i*lda + p, j*ldb + p },
						func(a, b, c []float32) { gemmDots(k, a, lda, b, ldb, c, ldc, m, n, accumulate) })
				}
			}
		}
	})
}

// TestGemmEmpty checks products with nothing to add or nowhere to put it.
func TestGemmEmpty(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		for _, accumulate := range []bool{false, true} {
			want := []float32{7, 7, canary, 7, 7}
			if !accumulate {
				want = []float32{0, 0, canary, 0, 0}
			}
			c := []float32{7, 7, canary, 7, 7}
			gemmTile(0, nil, 1, MR, nil, NR, c, 3, 2, 2, accumulate)
			wantSame(t, "kernel", c, want)
			long := append(make([]float32, 0, 2*NR), tame(newRand(4), 2*NR)...)
			kept := append([]float32(nil), long...)
			if !accumulate {
				clear(kept)
			}
			GemmTiles(&Tiles{Count: 2, M: 1, N: NR, C: long, CTile: NR, Accumulate: accumulate})
			wantSame(t, "tiles", long, kept)
			c = []float32{7, 7, canary, 7, 7}
			gemmDots(0, nil, 0, nil, 0, c, 3, 2, 2, accumulate)
			wantSame(t, "dot", c, want)
		}
		gemmTile(3, nil, 1, MR, nil, NR, nil, 3, 0, 5, false)
		gemmTile(3, nil, 1, MR, nil, NR, nil, 3, 5, 0, false)
		GemmTiles(&Tiles{Count: 0, K: 3, M: 3, N: NR})
		GemmTiles(&Tiles{Count: 3, K: 3, M: 0, N: NR})
		gemmDots(3, nil, 1, nil, 1, nil, 3, 0, 2, false)
		gemmDots(3, nil, 1, nil, 1, nil, 3, 2, 0, false)
	})
}

// TestGemmNaN checks that a NaN or Inf reaches its row or column and no other.
func TestGemmNaN(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		const k = 9
		a, b, c := make([]float32, MR*k), make([]float32, NR*k), make([]float32, MR*NR)
		for i := range a {
			a[i] = 1
		}
		for i := range b {
			b[i] = 1
		}
		a[5*MR+2] = canary // p = 5, row 2
		gemmTile(k, a, 1, MR, b, NR, c, NR, MR, NR, false)
		for i := range MR {
			for j := range NR {
				if got := c[i*NR+j]; (got != got) != (i == 2) || i != 2 && got != k {
					t.Fatalf("c[%d,%d] = %g", i, j, got)
				}
			}
		}
	})
}

func TestGemmMisuse(t *testing.T) {
	x := make([]float32, 100)
	for name, f := range map[string]func(){
		"gemm tiles: expected Count": func() { gemmTile(1, x, 1, 6, x, 16, x, 16, 7, 1, false) },
		"gemm tiles: A":              func() { gemmTile(17, x, 1, 6, x, 1, x, 16, 6, 1, false) },
		"gemm tiles: B":              func() { gemmTile(7, x, 1, 6, x, 16, x, 16, 6, 16, false) },
		"gemm tiles: C":              func() { gemmTile(1, x, 1, 6, x, 16, x, 17, 6, 16, false) },
		"gemm dot: expected K":       func() { gemmDots(1, x, 1, x, 1, x, 1, 4, 1, false) },
		"gemm dot: A":                func() { gemmDots(34, x, 34, x, 0, x, 4, 3, 4, false) },
		"gemm dot: B":                func() { gemmDots(26, x, 0, x, 26, x, 4, 3, 4, false) },
		"gemm dot: C":                func() { gemmDots(1, x, 0, x, 1, x, 49, 3, 4, false) },
		"pack transpose: src":        func() { PackTranspose(x, x, 96, 2, 5, MR) },
		"pack transpose: dst":        func() { PackTranspose(x, x, 1, 2, 17, MR) },
		"pack panels: dst":           func() { PackPanels(2, x, 96, x, 32, 2, NR) },
		"pack panels: src":           func() { PackPanels(2, x, 32, x, 90, 2, NR) },
		"pack panels: expected":      func() { PackPanels(-1, x, 32, x, 90, 2, NR) },
		"pack copy: src":             func() { PackCopy(x, x, 19, 6, 6, NR) },
		"pack copy: expected":        func() { PackCopy(x, x, 16, 6, 1, 8) },
		"gemv: a":                    func() { Gemv(x[:2], x, 92, x[:10], false, false) },
		"gemvT: a":                   func() { GemvT(x[:10], x, 92, x[:2]) },
	} {
		mustPanic(t, name, f)
	}
	tiles := func(count, as, bs, cs int) {
		GemmTiles(&Tiles{Count: count, K: 1, M: 6, N: NR, A: x, ATile: as, ARow: 1, ACol: 6,
			B: x, BTile: bs, BRow: 16, C: x, CTile: cs, CRow: 16})
	}
	mustPanic(t, "gemm tiles: expected Count", func() { tiles(-1, 0, 0, 0) })
	mustPanic(t, "gemm tiles: A", func() { tiles(3, 48, 0, 0) })
	mustPanic(t, "gemm tiles: B", func() { tiles(3, 0, 43, 0) })
	mustPanic(t, "gemm tiles: C", func() { tiles(2, 0, 0, 5) })
	mustPanic(t, "gemm tiles: Offsets", func() {
		GemmTiles(&Tiles{Count: 2, K: 4, M: 6, N: NR, A: x, ARow: 1, ACol: 6, B: x, BRow: 16, C: x, CRow: 16,
			Prefetch: &Prefetch{Next: x, Offsets: make([]int32, 3), OffsetsTile: 2}})
	})
	mustPanic(t, "gemm tiles: A", func() { gemmTile(2, x, -1, 6, x, 16, x, 16, 2, 2, false) })
	mustPanic(t, "gemm tiles: B", func() { gemmTile(2, x, 1, 6, x, -16, x, 16, 2, 2, false) })
	mustPanic(t, "gemm tiles: C", func() { gemmTile(2, x, 1, 6, x, 16, x, -16, 2, 2, false) })
}
