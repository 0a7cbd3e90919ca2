// Package asm holds float32 kernels on slices: the innermost loops of training.
//
// Every kernel exists in Go. Where the processor allows, vector versions run
// instead. The path is chosen once, when the program starts:
//
//	path      needs
//	generic   nothing
//	avx2      amd64 with AVX2 and FMA
//	avx512    amd64 with AVX-512F as well: the kernels marked below, and avx2 for all else
//	neon      arm64
//
//	kernels                                            generic  avx2  neon
//	GemmTiles, GemmDot                                    ●      ●     ●
//	prefetching by GemmTiles                              –      ●     –
//	PackTranspose, PackCopy, PackPanels                   ●      ●     ●
//	maps of Winograd's convolutions                       ●      ●     ●   (avx512)
//	Dot, Gemv, GemvT, Axpy                                ●      ●     ●
//	GemmWide, GemmInPlace, in one kernel                  –      –     –   (avx512)
//	GemmInt8, GemvInt8                                    ●      ●     ●
//	arithmetic, comparisons, Clamp, Select, ReLU, …       ●      ●     ●
//	Sqrt, Rsqrt, Recip                                    ●      ●     ●
//	Exp, Log, Tanh, Sigmoid, Erf, Softplus, GELU, SiLU    ●      ●     ●   (avx512)
//	gradients of GELU and SiLU                            ●      ●     ●   (avx512)
//	gradients of other activations                        ●      ●     ●
//	Sum, SumSquares, SumSquaredDeviations, Max, Min       ●      ●     ●
//	SumExp                                                ●      ●     ●   (avx512)
//	LSTMCell, LSTMCellGrad                                ●      ●     ●   (avx512)
//	AdamStep, SGDStep                                     ●      ●     ●
//	RotateHalves                                          ●      ●     ●
//	PhiloxMask                                            ●      ●     ●   (avx512)
//	Sin, Cos, RoundInt16, RotatePairs                     ●      –     –
//
// The environment variable ARTNN_CPU selects a path (see [EnvError]), the build tag
// purego leaves the vector versions out, and tests fail if ARTNN_REQUIRE names
// another path than the selected one.
//
// # The inner loop of GEMM
//
// Instructions in the loops that do nearly all the work (a test counts them):
//
//	                            avx2    avx512  neon
//	tile of C                   6×16    12×32   6×16
//	steps of k per iteration    4       4       2
//	fused multiply-adds (FMA)   48      96      48
//	all instructions            87      158     58
//	instructions per FMA        1.81    1.65    1.21
//	products in an FMA          8       16      4
//	instructions per product    0.23    0.10    0.30
//
// NEON needs a third fewer instructions per FMA than AVX2: it multiplies by one
// element of a vector, so one and a half loads bring in the six rows of A, where
// AVX2 needs six broadcasts. But its FMA does half the work.
//
// AVX2 kernels prefetch (GemmTiles, Gemv) where that was measured to be faster.
// NEON kernels do not: they have only been run under emulation, which has no
// memory latency.
//
// # Arguments
//
// Destinations come first; long lists of arguments are structs ([Tiles]). The
// destination of an elementwise function may be the same slice as an input; no
// other overlap is allowed. Slices need no alignment, nothing outside them is
// read or written, and wrong lengths panic. Kernels start no goroutine, allocate
// nothing and are safe to call concurrently.
//
// # Results
//
// Elementwise functions, optimiser steps and LSTM cells give the same bits on
// every path, except for the payload of a NaN. Sums (GEMM, dot products and
// reductions) have one order on each path: a path gives the same bits each time, and
// two paths agree to ε·Σ|terms|. Sums with int8 weights are exact and the same
// bits on every path. Subnormal numbers are flushed to zero in one place only:
// the moments and the momentum that [AdamStep] and [SGDStep] keep.
package asm
