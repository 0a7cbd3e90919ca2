package anim

import (
	"fmt"
	"image"
	"io"
	"testing"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
)

// Enlarged faces, as interpolate writes them: crisp without dithering, smooth with.
func BenchmarkGIF(b *testing.B) {
	faces := samples.Faces()
	for _, smooth := range []bool{false, true} {
		var pictures []image.Image
		for i := range 24 {
			pictures = append(pictures, data.GridOf([]image.Image{faces.Image(i)}, data.GridOptions{Columns: 1, Padding: -1, Scale: 16, Smooth: smooth}))
		}
		b.Run(fmt.Sprintf("pictures=24/side=256/smooth=%t", smooth), func(b *testing.B) {
			for b.Loop() {
				if err := WriteGIF(b.Context(), io.Discard, pictures, Options{Delay: time.Second / 10, Dither: smooth}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(24*float64(b.N)/b.Elapsed().Seconds(), "pictures/s")
		})
	}
}
