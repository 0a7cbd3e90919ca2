// Package asm holds float32 kernels on slices: the innermost loops of training.
//
// Every kernel exists in Go. Where the processor has them, vector versions run
// instead, chosen once when the program starts:
//
//	path      needs
//	generic   nothing
//	avx2      amd64 with AVX2 and FMA
//	avx512    amd64 with AVX-512F besides: GemmWide, and avx2 for all else
//	neon      arm64
//
//	kernels                                            generic  avx2  neon
//	GemmKernel, GemmTiles, GemmDot                        ●      ●     ●
//	GemmTilesAhead, as GemmTiles elsewhere                –      ●     –
//	PackTranspose, PackCopy, PackPanels                   ●      ●     ●
//	Dot, Gemv, GemvT, Axpy                                ●      ●     ●
//	GemmWide, in one kernel                               –      –     –   (avx512)
//	GemmInt8, GemvInt8                                    ●      ●     ●
//	arithmetic, comparisons, Clamp, Select, ReLU, …       ●      ●     ●
//	Sqrt, Rsqrt, Recip                                    ●      ●     ●
//	Exp, Log, Tanh, Sigmoid, Erf, Softplus, GELU, SiLU    ●      ●     ●
//	gradients of activations                              ●      ●     ●
//	Sum, SumSquares, SumSquaredDeviations, Max, Min       ●      ●     ●
//	SumExp                                                ●      ●     ●
//	AdamStep, SGDStep, LSTMCell, LSTMCellGrad             ●      ●     ●
//	Sin, Cos, RoundInt16                                  ●      –     –
//
// The environment variable ARTNN_CPU names another path (see [EnvError]), the
// build tag purego leaves the vector versions out, and ARTNN_REQUIRE makes
// tests fail that would run a path other than the one it names.
//
// # The inner loop of GEMM
//
// The loops that do nearly all the work, instruction by instruction (a test
// counts again):
//
//	                            avx2    avx512  neon
//	tile of C                   6×16    12×32   6×16
//	steps of k in a turn        4       4       2
//	fused multiply-adds (FMA)   48      96      48
//	all instructions            87      158     58
//	instructions per FMA        1.81    1.65    1.21
//	products in an FMA          8       16      4
//	instructions per product    0.23    0.10    0.30
//
// NEON needs a third fewer instructions for each FMA than AVX2: it multiplies by
// one element of a vector, so that the six rows of A come in by one and a half
// loads, which AVX2 broadcasts one by one. But its FMA does half the work.
//
// Kernels for AVX2 ask for memory ahead of its use (GemmTilesAhead, Gemv) where
// that was measured to be faster. NEON kernels do not: they have only been run
// under emulation, which has no memory to wait for.
//
// # Arguments
//
// Destinations come first. Elementwise functions may have the destination the
// same slice as an input; no other overlap is allowed. Slices need no
// alignment, nothing outside them is touched, and wrong lengths panic. Kernels
// start no goroutine, allocate nothing and are safe to call concurrently.
//
// # Results
//
// Elementwise functions, optimiser steps and LSTM cells give the same bits on
// every path, except for which NaN a NaN is. Sums (GEMM, dot products and
// reductions) have one order for each path, so they are reproducible on a
// path and agree between paths to ε·Σ|terms|; those with int8 weights are exact
// and agree in every bit. Subnormal numbers are computed with, and flushed to
// zero in one place only: the moments and the momentum that [AdamStep] and
// [SGDStep] keep.
package asm
