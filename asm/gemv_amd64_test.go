//go:build !purego

package asm

import "testing"

// TestGemvPassing is TestGemv of the kernel for matrices in memory that processors of
// other makers run.
func TestGemvPassing(t *testing.T) {
	defer func(was bool) { passing = was }(passing)
	passing = !passing
	TestGemv(t)
}
