package tensorboard

import (
	"fmt"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

func create(b *testing.B) *Writer {
	w, err := Create(b.TempDir())
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, w.Close()) })
	b.ReportAllocs()
	return w
}

func BenchmarkScalar(b *testing.B) {
	w := create(b)
	step := 0
	for b.Loop() {
		step++
		if err := w.Scalar(step, "discriminator", 0.3); err != nil {
			b.Fatal(err)
		}
	}
}

// What a step costs that is logged: two metrics.
func BenchmarkCallback(b *testing.B) {
	for _, every := range []int{1, 10} {
		b.Run(fmt.Sprint("every=", every), func(b *testing.B) {
			c := Callback(create(b), Options{Every: every})
			e := train.Event{Metrics: train.Metrics{{Name: "discriminator", Value: 0.3}, {Name: "generator", Value: 1.7}}}
			for b.Loop() {
				e.Step++
				if err := c.Step(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHistogram(b *testing.B) {
	w := create(b)
	values := make([]float32, 1<<20)
	for i := range values {
		values[i] = float32(i*7919%10007) - 5000
	}
	b.SetBytes(4 << 20)
	for b.Loop() {
		if err := w.Histogram(1, "weight", values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImage(b *testing.B) {
	w := create(b)
	m := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	for i := range m.Pix {
		m.Pix[i] = uint8(i*i>>8) | 0x80
	}
	for b.Loop() {
		if err := w.Image(1, "faces", m); err != nil {
			b.Fatal(err)
		}
	}
}
