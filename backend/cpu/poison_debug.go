//go:build artnn_debug

package cpu

import "math"

// poison overwrites freed memory, so that a use after free shows as NaN.
func poison(mem []float32) {
	nan := float32(math.NaN())
	for i := range mem {
		mem[i] = nan
	}
}
