package data

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"
)

// noisy is a picture that does not compress to nothing.
func noisy(w, h int) image.Image {
	r := rand.New(rand.NewPCG(1, 2))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(100 + i/4%w*100/w + r.IntN(30))
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return m
}

func BenchmarkResize(b *testing.B) {
	for _, size := range []int{64, 256} {
		b.Run(fmt.Sprintf("from=2000x1500/to=%d", size), func(b *testing.B) {
			m := noisy(2000, 1500)
			o, _ := ImageOptions{Size: size}.normalised()
			for b.Loop() {
				resize(m, m.Bounds(), size, size, o)
			}
			b.ReportMetric(float64(b.N)*3/b.Elapsed().Seconds(), "Mpixel/s")
		})
	}
}

func BenchmarkDecodeImage(b *testing.B) {
	for _, format := range []string{"jpeg", "png"} {
		b.Run("2000x1500/to=64/"+format, func(b *testing.B) {
			file := encode(b, format, noisy(2000, 1500))
			for b.Loop() {
				if _, err := DecodeImage(bytes.NewReader(file), ImageOptions{Size: 64}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*3/b.Elapsed().Seconds(), "Mpixel/s")
		})
	}
}

func BenchmarkLoader(b *testing.B) {
	m, err := NewImages(make([]byte, 4096*16*16*3), 16, 16, 3)
	if err != nil {
		b.Fatal(err)
	}
	for name, prefetch := range map[string]int{"none": -1, "2": 2} {
		b.Run("16x16x3/batch=64/prefetch="+name, func(b *testing.B) {
			l, err := m.Loader(LoaderOptions{BatchSize: 64, Shuffle: true, Prefetch: prefetch})
			if err != nil {
				b.Fatal(err)
			}
			left := b.N
			for range l.Steps(context.Background()) {
				if left--; left <= 0 {
					break
				}
			}
			b.ReportMetric(float64(b.N)*64/b.Elapsed().Seconds(), "pictures/s")
		})
	}
}
