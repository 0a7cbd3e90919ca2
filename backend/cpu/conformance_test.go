package cpu

import (
	"testing"

	"github.com/org/artnn/backend/backendtest"
)

func TestConformance(t *testing.T) {
	forPaths(t, func(t *testing.T) { backendtest.Run(t, newCPU()) })
}
