package models

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A step of both networks at the default width of the recipe.
func BenchmarkConvGANStep(b *testing.B) {
	const size, n = 64, 32
	for _, kind := range ConvGANKinds() {
		b.Run(fmt.Sprintf("size=%d/batch=%d/kind=%s", size, n, kind), func(b *testing.B) {
			m, err := NewConvGAN(kind, ConvGANConfig{Size: size, Width: 32})
			require.NoError(b, err)
			x := somePictures(m, n, 1)
			for b.Loop() {
				m.Step(x)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "pictures/s")
		})
	}
}
