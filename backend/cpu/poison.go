//go:build !artnn_debug

package cpu

// poison does nothing in ordinary builds; the build tag artnn_debug makes it
// overwrite freed memory, so that a use after free shows as NaN.
func poison([]float32) {}
