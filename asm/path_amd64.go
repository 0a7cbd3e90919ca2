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

// passing reports that a matrix which no cache holds is prefetched past the caches.
// That is for AMD's processors. On an Intel Xeon of 2023, one core reads 8.7 GB/s that
// way, 14.5 as what caches hold is read, and 15.7 if asked for 2 KiB ahead.
var passing = cpuid.CPU.VendorID == cpuid.AMD || cpuid.CPU.VendorID == cpuid.Hygon

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
