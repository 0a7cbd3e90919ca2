package tensor_test

import (
	"fmt"
	"testing"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// A forward and backward pass of multilayer perceptrons, from one where only
// overhead counts to one where only arithmetic does.
func BenchmarkPass(b *testing.B) {
	for _, size := range []struct {
		batch int
		sizes []int
	}{{5, []int{3, 2, 1}}, {64, []int{784, 256, 128, 10}}} {
		b.Run(fmt.Sprintf("sizes=%v/batch=%d", size.sizes, size.batch), func(b *testing.B) {
			rng := NewRNG(1)
			var weights, params []*Tensor
			for i, in := range size.sizes[:len(size.sizes)-1] {
				weights = append(weights, rng.FanIn(in, size.sizes[i+1], in))
				params = append(params, weights[i], rng.FanIn(in, size.sizes[i+1]))
			}
			data := make([]float32, size.batch*size.sizes[0])
			tape := NewTape(Train())
			b.ReportAllocs()
			for b.Loop() {
				x := tape.FromSlice(data, size.batch, size.sizes[0])
				for i, w := range weights {
					x = LinearAct(x, w, params[2*i+1], backend.ActSigmoid, 0)
				}
				tape.Backward(x.Square().Mean(), params...)
				for _, p := range params {
					p.ZeroGrad()
				}
				tape.Release()
			}
		})
	}
}
