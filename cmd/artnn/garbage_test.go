package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGarbagePercent(t *testing.T) {
	for used, want := range map[uint64]int{
		0: 100, 1 << 20: 100, 256 << 20: 100, 512 << 20: 50, 1 << 30: 25, 3 << 30: 8, 1 << 40: 5,
	} {
		assert.Equal(t, want, garbagePercent(used), "%d bytes", used)
	}
}
