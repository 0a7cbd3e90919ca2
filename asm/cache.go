package asm

// usualCache is the size in bytes assumed of a last-level cache that cannot be
// asked for it.
const usualCache = 8 << 20

// LastLevelCache is the size in bytes of the largest cache that a core reads
// through, as the processor tells it; 8 MiB if it does not. Where data does not
// fit, kernels may read it past that cache. No result depends on it.
func LastLevelCache() int { return lastLevelCache }
