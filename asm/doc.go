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
//	GemmKernel, GemmDot, PackTranspose, PackCopy          ●      ●     ●
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
//	Sin, Cos                                              ●      –     –
//
// The environment variable ARTNN_CPU names another path (see [EnvError]), the
// build tag purego leaves the vector versions out, and ARTNN_REQUIRE makes
// tests fail that would run a path other than the one it names.
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
// path and agree between paths to ε·Σ|terms|. Subnormal numbers are computed
// with, and flushed to zero in one place only: the moments and the momentum
// that [AdamStep] and [SGDStep] keep.
package asm
