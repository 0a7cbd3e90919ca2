//go:build !purego

package asm

import (
	"cmp"

	"github.com/klauspost/cpuid/v2"
)

// avx2Features is everything the AVX2 kernels use. cpuid reports them only if
// the operating system saves the registers.
var avx2Features = []cpuid.FeatureID{cpuid.AVX, cpuid.AVX2, cpuid.FMA3}

// avx512Features is what the AVX-512 kernels use in addition.
var avx512Features = []cpuid.FeatureID{cpuid.AVX512F}

var (
	hasAVX2   = cpuid.CPU.Supports(avx2Features...)
	hasAVX512 = hasAVX2 && cpuid.CPU.Supports(avx512Features...)
)

// lastLevelCache counts a level that the processor does not report as empty.
var lastLevelCache = cmp.Or(max(0, cpuid.CPU.Cache.L2, cpuid.CPU.Cache.L3), usualCache)

// useAVX2 and useAVX512 are what dispatch reads. The AVX-512 path runs AVX2
// kernels wherever it has none of its own.
var useAVX2, useAVX512 bool

func machinePaths() (paths []Path) {
	if hasAVX2 {
		paths = append(paths, AVX2)
	}
	if hasAVX512 {
		paths = append(paths, AVX512)
	}
	return paths
}

func enable(p Path) {
	useAVX512 = p == AVX512
	useAVX2 = p == AVX2 || useAVX512
}
