package asm

// usualCache is the assumed size in bytes of a last-level cache that the processor
// does not report.
const usualCache = 8 << 20

// LastLevelCache is the size in bytes of the largest cache of a core, as the
// processor reports it; 8 MiB if it does not. Kernels may keep larger data out of
// that cache. No result depends on it.
func LastLevelCache() int { return lastLevelCache }
