// Package gemm multiplies float32 matrices for the cpu backend:
//
//	C = act(alpha·A@B + beta·C + bias)
//
// in three parts that do not mix:
//
//   - plan: [New] chooses from shape, layout, cache sizes and processor features.
//     It is a pure function; a [Plan] can be printed. All constants are here, in
//     plan*.go, with their units and reasons.
//   - pack: copies operands into the panels that the kernels of package asm read.
//   - run: [Multiply] executes a plan on the workers of a team.
//
// # Order of sums
//
// Every element is a sum of blocks of K in order. The bounds of blocks depend on
// shape, layout and kernels, not on the number of workers: neither do results.
package gemm
