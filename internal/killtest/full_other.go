//go:build unix && !linux

package killtest

import "testing"

// FullDisk needs a small disk, which is made on Linux only.
func FullDisk(t *testing.T, _ int, _ ...Kind) { t.Skip("a small disk is made on Linux only") }
