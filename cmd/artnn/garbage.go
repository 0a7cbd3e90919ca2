package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The collector usually lets a heap grow to twice of what is in use, which is cheap
// where that is little. Pictures and networks of gigabytes would double; but they hold
// no pointers, so that it costs next to nothing to collect sooner.
const (
	mostGarbage  = 256 << 20 // bytes that may lie about where more is in use
	leastPercent = 5         // of what is in use, so that a heap of any size is collected seldom enough
	usualPercent = 100
)

// garbagePercent is how many percent of the bytes in use may be garbage.
func garbagePercent(used uint64) int {
	if used <= mostGarbage {
		return usualPercent
	}
	return max(leastPercent, int(usualPercent*mostGarbage/used))
}

// boundGarbage keeps the garbage of the program within bounds for as long as it runs,
// unless GOGC or GOMEMLIMIT say what is wanted. Only a program may do that: a library
// has a heap in common with others.
func boundGarbage() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	afterCollection(&collected{}, usualPercent)
}

// collected is nothing that is in use, so that each collection finds it.
type collected struct{ _ [64]byte }

// afterCollection sets the percentage by what a collection has left, after each.
func afterCollection(c *collected, percent int) {
	runtime.SetFinalizer(c, func(c *collected) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		now := percent
		if live[0].Value.Kind() == metrics.KindUint64 {
			now = garbagePercent(live[0].Value.Uint64())
		}
		if now != percent { // setting it stops the program for a moment
			debug.SetGCPercent(now)
		}
		afterCollection(c, now)
	})
}
