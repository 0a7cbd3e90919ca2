// Package winograd computes convolutions with fewer multiplications than their
// definition has, for the cpu backend.
//
// Two windows of two taps w over three pixels x along an axis have four products, but
// three suffice:
//
//	y₀ = x₀w₀ + x₁w₁ = (x₀−x₁)·w₀ + x₁·(w₀+w₁)
//	y₁ = x₁w₀ + x₂w₁ = x₁·(w₀+w₁) + (x₂−x₁)·w₁
//
// On both axes, that is 9 products for 16; and for windows of three taps, F(2×2, 3×3),
// 16 for 36. What is multiplied are linear maps of a tile of pixels and of the taps
// (data and taps in [asm.Winograd]), and another one leads back. Summed over channels,
// the products are 9 or 16 products of matrices
//
//	sums [point] [tile, out] = data [point] [tile, channel] · taps [point] [channel, out]
//
// A window of 4×4 taps at stride 2 is the sum of four of 2×2 taps, one for each place
// of a pixel between two windows: there the matrices have four times the channels.
// The gradient of its input is four convolutions of 2×2 taps, one for each such place.
// The gradient of weights takes the same products, summed over tiles:
//
//	sums [point] [out, channel] = gradients [point] [tile, out]ᵀ · data [point] [tile, channel]
//
// # Parts
//
//   - plan: [New] says whether this is faster than the definition, and in which blocks
//     it is done. It is a pure function of the shape.
//   - [Sliding] and [WeightGrad] carry it out, a block at a time: the maps write where
//     the kernels of package asm read, in memory that stays in the level 2 cache. Only
//     the mapped weights lie in memory as a whole.
//
// # Rounding and order of sums
//
// The maps of two taps have factors 0 and ±1, those of three taps also ½. Sums and
// differences of up to four pixels take the place of pixels, so that rounding errors
// are a few times those of the definition: at most 8·(4+log₂ n)·ε times the sum of the
// absolute values of the n terms of a result, where those of its neighbours count if
// they are larger. An infinite pixel may come out as NaN. Blocks depend on the shape
// only, not on the number of workers: neither do results.
//
// References: Winograd, "Arithmetic Complexity of Computations", 1980; Lavin and Gray,
// "Fast Algorithms for Convolutional Neural Networks", 2016.
package winograd
