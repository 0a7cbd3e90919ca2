package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// fastFactor is how many times the error of the definition, of the largest sum of
// absolute terms among neighbours, a convolution may have that the backend computes
// with fewer multiplications; see [backend.Conv].
const fastFactor = 8

// fastSizes are convolutions that have such algorithms: 3×3 taps at stride 1 and 4×4 at
// stride 2, of enough channels and windows to be worth one.
func fastSizes() []convSize {
	return []convSize{
		conv(1, 32, 17, 15, 16, 3).pad(1, 1),
		conv(4, 16, 8, 9, 32, 3).pad(1, 1), conv(2, 32, 13, 14, 16, 3), conv(2, 16, 11, 12, 48, 3).pad(2, 2),
		conv(2, 16, 15, 16, 32, 3).pad(1, 0).windows(13, 11), // fewer
		conv(4, 32, 16, 16, 16, 4).stride(2, 2).pad(1, 1),
		conv(4, 16, 17, 15, 32, 4).stride(2, 2).pad(1, 1), // a row of the image that no window reaches
		conv(4, 32, 15, 16, 16, 4).stride(2, 2).pad(2, 1), conv(2, 16, 20, 22, 32, 4).stride(2, 2).pad(3, 3),
	}
}

// convFast has the sizes in each layout.
func (s *suite) convFast() {
	for i, z := range thin(fastSizes()) {
		c := convArgs{convSize: z, fast: true, layouts: [3]layout{channelsLast, contiguous, channelsLast}}
		if i%2 == 1 {
			l := inputLayouts[i/2%len(inputLayouts)]
			c.layouts, c.beta, c.ep, c.act = [3]layout{l, l, l}, -0.5, true, backend.ActLeakyReLU
		}
		s.convCase(c)
	}
}

// spread gives each absolute error of a channel, of a result [n, c, h, w], the largest
// of the channel; of weights, of each image and channel.
func spread(each []float64, shape []int, weights bool) {
	area, channels := shape[2]*shape[3], shape[1]
	if weights {
		channels = shape[0] * shape[1]
	}
	largest := make([]float64, channels)
	for i, x := range each {
		c := i / area % channels
		largest[c] = max(largest[c], x)
	}
	for i := range each {
		each[i] = largest[i/area%channels]
	}
}

// convFastSpecial puts a number that is not finite into an operand. It must reach all
// that depends on it, as some number that is not finite, and nothing else but other
// taps of the same channels.
func (s *suite) convFastSpecial() {
	for _, z := range thin([]convSize{conv(4, 16, 8, 9, 32, 3).pad(1, 1), conv(4, 16, 16, 17, 32, 4).stride(2, 2).pad(1, 1)}) {
		shapes := [3][]int{}
		shapes[0], shapes[1], shapes[2] = z.views()
		for _, bad := range []float64{math.NaN(), math.Inf(1)} {
			for _, pair := range [][2]int{{2, 0}, {0, 2}, {1, 0}} {
				out, in := pair[0], pair[1]
				var v [3]operand
				for i := range v {
					value := s.normals()
					switch i {
					case out:
						v[i] = s.output(channelsLast, shapes[i])
					case in:
						v[i] = s.input(channelsLast, shapes[i], placed(s.rng.IntN(sizeOf(shapes[i])), bad, value))
					default:
						v[i] = s.input(channelsLast, shapes[i], value)
					}
				}
				s.convSpread(&z, v, out)
				s.done()
			}
		}
	}
}

func (s *suite) convSpread(z *convSize, v [3]operand, out int) {
	s.Helper()
	convOn(s.be, out, v[0].be, v[1].be, v[2].be, z.Conv, 0, backend.Epilogue{})
	convOn(s.ref, out, v[0].ref, v[1].ref, v[2].ref, z.Conv, 0, backend.Epilogue{})
	finite := func(x float64) bool { return x-x == 0 }
	got, want := pick(s.buffer(v[out]), v[out].at), s.want(v[out])
	area := v[out].be.Shape[2] * v[out].be.Shape[3]
	for i := range got {
		may := !finite(want[i])
		for j := i / area * area; out == 1 && j < i/area*area+area; j++ {
			may = may || !finite(want[j])
		}
		if finite(got[i]) != finite(want[i]) && !(may && finite(want[i])) {
			s.failf("%s: element %d is %v, want %v", fmt.Sprintf("%s of %+v", convNames[out], z.Conv), i, got[i], want[i])
			return
		}
	}
}
