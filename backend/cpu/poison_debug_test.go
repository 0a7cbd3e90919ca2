//go:build artnn_debug

package cpu

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPoison(t *testing.T) {
	c := newCPU()
	b := c.Alloc(50).(*buffer)
	mem := b.data
	clear(mem)
	c.Free(b)
	for _, x := range mem {
		require.True(t, x != x, "freed memory holds NaN")
	}
}
