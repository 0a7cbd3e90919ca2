package reference_test

import (
	"testing"

	"github.com/org/artnn/backend/backendtest"
	"github.com/org/artnn/backend/reference"
)

func TestConformance(t *testing.T) { backendtest.Run(t, reference.New()) }

func BenchmarkReference(b *testing.B) { backendtest.RunBenchmarks(b, reference.New()) }
