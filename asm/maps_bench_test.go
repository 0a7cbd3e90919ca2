package asm

import (
	"fmt"
	"testing"
)

// BenchmarkMaps runs every map on numbers in cache and reports what it reads
// and writes.
func BenchmarkMaps(b *testing.B) {
	for _, m := range maps {
		for _, n := range []int{64, 4096} {
			b.Run(fmt.Sprintf("%s/n=%d", m.name, n), func(b *testing.B) {
				r := newRand(1)
				dst, x, y, z := make([]float32, n), tame(r, n), tame(r, n), tame(r, n)
				benchPaths(b, func(b *testing.B) {
					for b.Loop() {
						m.run(dst, x, y, z)
					}
					gigabytes(b, 4*(m.arity+1)*n)
				})
			})
		}
	}
}

func gigabytes(b *testing.B, bytes int) {
	b.ReportMetric(float64(bytes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
}

// BenchmarkFolds runs the reductions on numbers in cache.
func BenchmarkFolds(b *testing.B) {
	const n = 4096
	r := newRand(1)
	x, y, dst := tame(r, n), tame(r, n), make([]float32, n)
	for _, f := range []struct {
		name  string
		bytes int
		run   func()
	}{
		{"Sum", 4, func() { Sum(x) }},
		{"Max", 4, func() { Max(x) }},
		{"SumSquaredDeviations", 4, func() { SumSquaredDeviations(x, 1) }},
		{"Dot", 8, func() { Dot(x, y) }},
		{"Axpy", 12, func() { Axpy(dst, 1e-9, x) }},
		{"SumExp", 8, func() { SumExp(dst, x, 5) }},
		{"RotateHalves", 12, func() { RotateHalves(dst, x, y[:n/2], y[n/2:], false) }},
	} {
		b.Run(fmt.Sprintf("%s/n=%d", f.name, n), func(b *testing.B) {
			benchPaths(b, func(b *testing.B) {
				for b.Loop() {
					f.run()
				}
				gigabytes(b, f.bytes*n)
			})
		})
	}
}

// BenchmarkGemv runs matrix-vector products of a matrix that stays in cache.
func BenchmarkGemv(b *testing.B) {
	const m, n = 64, 512
	r := newRand(1)
	a, x, y := tame(r, m*n), tame(r, n), tame(r, n)
	for name, f := range map[string]func(){
		"plain":      func() { Gemv(y[:m], a, n, x, false, false) },
		"transposed": func() { GemvT(y, a, n, x[:m]) },
	} {
		b.Run(fmt.Sprintf("%s/m=%d/n=%d", name, m, n), func(b *testing.B) {
			benchPaths(b, func(b *testing.B) {
				for b.Loop() {
					f()
				}
				gflops(b, 2*m*n)
			})
		})
	}
}

// BenchmarkTraining runs optimiser steps and LSTM cells.
func BenchmarkTraining(b *testing.B) {
	for _, n := range []int{512, 1 << 20} {
		r := newRand(1)
		p, g, m, v := tame(r, n), tame(r, n), tame(r, n), make([]float32, n)
		gates, dgates := tame(r, 4*n), make([]float32, 4*n)
		adam := NewAdam(AdamConfig{LR: 1e-9, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Bias1: 0.5, Bias2: 0.5})
		for _, f := range []struct {
			name  string
			bytes int
			run   func()
		}{
			{"Adam", 28, func() { AdamStep(p, g, m, v, adam) }},
			{"SGD", 12, func() { SGDStep(p, g, nil, SGD{LR: 1e-9}) }},
			{"Momentum", 20, func() { SGDStep(p, g, m, SGD{LR: 1e-9, Momentum: 0.9, Rest: 1}) }},
			{"LSTMCell", 44, func() { LSTMCell(p, v, gates, v) }},
			{"LSTMCellGrad", 56, func() {
				LSTMCellGrad(&LSTMRow{DGates: dgates, DCPrev: m, Gates: gates, C: v, CPrev: v, DH: g, DC: m})
			}},
		} {
			b.Run(fmt.Sprintf("%s/n=%d", f.name, n), func(b *testing.B) {
				benchPaths(b, func(b *testing.B) {
					for b.Loop() {
						f.run()
					}
					gigabytes(b, f.bytes*n)
				})
			})
		}
	}
}

// BenchmarkPack lays out one panel.
func BenchmarkPack(b *testing.B) {
	const k = 256
	src, dst := make([]float32, NR*k), make([]float32, NR*k)
	for _, width := range []int{MR, NR} {
		for name, f := range map[string]func(){
			"transpose": func() { PackTranspose(dst, src, k, width, k, width) },
			"copy":      func() { PackCopy(dst, src, NR, width, k, width) },
		} {
			b.Run(fmt.Sprintf("%s/k=%d/width=%d", name, k, width), func(b *testing.B) {
				benchPaths(b, func(b *testing.B) {
					for b.Loop() {
						f()
					}
					gigabytes(b, 8*width*k)
				})
			})
		}
	}
}

// BenchmarkFadedMoments runs optimiser steps on parameters that have long had
// no gradient, which should cost what steps on zeros cost.
func BenchmarkFadedMoments(b *testing.B) {
	const n, long = 4096, 2000
	adam := NewAdam(AdamConfig{LR: 1e-9, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, Bias1: 1, Bias2: 1})
	sgd := SGD{LR: 1e-9, Momentum: 0.9, Rest: 1}
	for _, start := range []float32{0, 1} {
		p, g, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for name, step := range map[string]func(){
			"Adam":     func() { AdamStep(p, g, m, v, adam) },
			"Momentum": func() { SGDStep(p, g, m, sgd) },
		} {
			b.Run(fmt.Sprintf("%s/from=%g/n=%d", name, start, n), func(b *testing.B) {
				benchPaths(b, func(b *testing.B) {
					for i := range m {
						m[i], v[i] = start, start
					}
					for range long {
						step()
					}
					for b.Loop() {
						step()
					}
				})
			})
		}
	}
}
