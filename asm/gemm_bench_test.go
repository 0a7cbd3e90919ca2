package asm

import (
	"fmt"
	"testing"
)

func benchPaths(b *testing.B, f func(b *testing.B)) {
	for _, p := range Paths() {
		b.Run("impl="+string(p), func(b *testing.B) {
			defer Use(p)()
			f(b)
		})
	}
}

func gflops(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkGemm runs one full tile, operands in cache.
func BenchmarkGemm(b *testing.B) {
	for _, k := range []int{16, 64, 256, 512} {
		for _, packed := range []bool{true, false} {
			ars, acs, ldb, how := 1, MR, NR, "packed"
			if !packed {
				ars, acs, ldb, how = k, 1, 48, "inplace"
			}
			b.Run(fmt.Sprintf("k=%d/%s", k, how), func(b *testing.B) {
				x, y := make([]float32, MR*k), make([]float32, k*ldb)
				c := make([]float32, MR*256)
				benchPaths(b, func(b *testing.B) {
					for b.Loop() {
						gemmTile(k, x, ars, acs, y, ldb, c, 256, MR, NR, true)
					}
					gflops(b, 2*MR*NR*k)
				})
			})
		}
	}
}

// BenchmarkGemmRows runs tiles with fewer rows and columns.
func BenchmarkGemmRows(b *testing.B) {
	const k = 256
	x, y := make([]float32, MR*k), make([]float32, k*NR)
	c := make([]float32, MR*NR)
	for _, n := range []int{16, 13, 8} {
		for m := 1; m <= MR; m++ {
			b.Run(fmt.Sprintf("m=%d/n=%d", m, n), func(b *testing.B) {
				benchPaths(b, func(b *testing.B) {
					for b.Loop() {
						gemmTile(k, x, 1, MR, y, NR, c, NR, m, n, true)
					}
					gflops(b, 2*m*n*k)
				})
			})
		}
	}
}

func BenchmarkGemmDot(b *testing.B) {
	for _, k := range []int{64, 512, 4096} {
		for _, m := range []int{1, 3} {
			b.Run(fmt.Sprintf("k=%d/m=%d", k, m), func(b *testing.B) {
				x, y := make([]float32, DotMR*k), make([]float32, DotNR*k)
				c := make([]float32, DotMR*DotNR)
				benchPaths(b, func(b *testing.B) {
					for b.Loop() {
						gemmDots(k, x, k, y, k, c, DotNR, m, DotNR, true)
					}
					gflops(b, 2*m*DotNR*k)
				})
			})
		}
	}
}
