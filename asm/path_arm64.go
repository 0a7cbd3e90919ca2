//go:build !purego

package asm

// useNEON is what dispatch reads. Advanced SIMD with float32 FMA is part of
// every processor that Go's arm64 port runs on, so there is nothing to detect.
var useNEON bool

// useAVX512 is what [Wide] reports.
const useAVX512 = false

const lastLevelCache = usualCache

func machinePaths() []Path { return []Path{NEON} }

func enable(p Path) { useNEON = p == NEON }
