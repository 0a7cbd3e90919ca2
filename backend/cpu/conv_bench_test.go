package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/org/artnn/backend"
)

// convShapes are the layers of DCGAN at 64×64 in batches of 32, and others of
// residual networks: channels, side, outputs, kernel, stride, padding, groups.
var convShapes = [][7]int{
	{3, 64, 64, 4, 2, 1, 1}, {8, 64, 64, 3, 1, 1, 1}, {3, 64, 16, 4, 2, 1, 1}, {64, 32, 128, 4, 2, 1, 1}, {128, 16, 256, 4, 2, 1, 1}, {256, 8, 512, 4, 2, 1, 1}, {512, 4, 1, 4, 1, 0, 1}, {512, 4, 100, 4, 1, 0, 1},
	{64, 32, 64, 3, 1, 1, 1}, {256, 8, 256, 3, 1, 1, 1}, {64, 64, 64, 3, 1, 1, 1}, {256, 16, 256, 1, 1, 0, 1},
	{64, 32, 64, 3, 1, 1, 64}, {128, 16, 128, 3, 1, 1, 8},
}

func BenchmarkConv(b *testing.B) {
	const batch = 32
	c, rng := newCPU(), rand.New(rand.NewPCG(1, 1))
	for _, s := range convShapes {
		conv := backend.Conv{Stride: [2]int{s[4], s[4]}, Dilation: [2]int{1, 1}, Pad: [2]int{s[5], s[5]}, Groups: s[6]}
		side := (s[1]+2*s[5]-s[3])/s[4] + 1
		x := channelsFirst(randomView(c, rng, []int{batch, s[1], s[1], s[0]}, nil))
		y := channelsFirst(randomView(c, rng, []int{batch, side, side, s[2]}, nil))
		w := randomView(c, rng, []int{s[2], s[0] / s[6], s[3], s[3]}, nil)
		name := fmt.Sprintf("%dx%d_to_%d_k%d_s%d_g%d", s[0], s[1], s[2], s[3], s[4], s[6])
		for _, op := range []struct {
			name string
			run  func()
		}{
			{"forward", func() { c.Conv2d(y, x, w, conv, backend.Epilogue{}) }},
			{"input", func() { c.Conv2dInputGrad(x, y, w, conv, backend.Epilogue{}) }},
			{"weight", func() { c.Conv2dWeightGrad(w, y, x, conv, 0) }},
		} {
			b.Run(name+"/"+op.name, func(b *testing.B) {
				for b.Loop() {
					op.run()
				}
				flop := 2 * float64(y.Size()) * float64(w.Size()) / float64(s[2])
				b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
