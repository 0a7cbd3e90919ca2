//go:build !linux

package asm

// guardedMemory gives n numbers; where pages cannot be forbidden, canaries and
// bounds checks have to do.
func guardedMemory(n int) []float32 { return make([]float32, n) }
