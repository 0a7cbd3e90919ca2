package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func convChecks() []check {
	return []check{
		{"conv/windows", (*suite).convWindows},
		{"conv/layouts", (*suite).convLayouts},
		{"conv/epilogue", (*suite).convEpilogue},
		{"conv/blocks", (*suite).convBlocks},
		{"conv/special", (*suite).convSpecial},
		{"conv/fast", (*suite).convFast},
		{"conv/fast special", (*suite).convFastSpecial},
	}
}

// convSize is a convolution with its sizes.
type convSize struct {
	n, c, h, w int // of the images
	o, kh, kw  int // of the weights
	oh, ow     int // windows; 0 means as many as lie in the padded image
	backend.Conv
}

// conv is a square convolution of stride 1 without padding.
func conv(n, c, h, w, o, k int) convSize {
	return convSize{n: n, c: c, h: h, w: w, o: o, kh: k, kw: k, Conv: backend.Conv{Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}, Groups: 1}}
}

func (z convSize) stride(y, x int) convSize   { z.Stride = [2]int{y, x}; return z }
func (z convSize) dilation(y, x int) convSize { z.Dilation = [2]int{y, x}; return z }
func (z convSize) pad(y, x int) convSize      { z.Pad = [2]int{y, x}; return z }
func (z convSize) groups(g int) convSize      { z.Groups = g; return z }
func (z convSize) kernel(y, x int) convSize   { z.kh, z.kw = y, x; return z }
func (z convSize) windows(y, x int) convSize  { z.oh, z.ow = y, x; return z }

// views are the shapes of image, weights and result.
func (z *convSize) views() (x, w, y []int) {
	count := func(axis, size, k, given int) int {
		if given != 0 {
			return given
		}
		return max(0, (size+2*z.Pad[axis]-z.Dilation[axis]*(k-1)-1+z.Stride[axis])/z.Stride[axis])
	}
	return []int{z.n, z.c, z.h, z.w}, []int{z.o, z.c / z.Groups, z.kh, z.kw},
		[]int{z.n, z.o, count(0, z.h, z.kh, z.oh), count(1, z.w, z.kw, z.ow)}
}

// convSizes are the edges of geometry: windows larger than the image, at its borders
// and past them, strides and dilations that skip pixels, groups, empty axes.
func convSizes() []convSize {
	return []convSize{
		conv(1, 1, 1, 1, 1, 1), conv(2, 3, 5, 4, 4, 1), conv(2, 3, 5, 4, 4, 3), conv(3, 5, 9, 10, 7, 3).pad(1, 1),
		conv(2, 3, 8, 8, 5, 4).stride(2, 2).pad(1, 1),    // DCGAN's
		conv(2, 3, 7, 9, 5, 4).stride(2, 2).pad(1, 1),    // rows of the image that no window reaches
		conv(2, 3, 7, 9, 5, 3).stride(2, 2).pad(1, 1),    // odd sizes
		conv(1, 2, 4, 4, 3, 5).pad(2, 2),                 // kernel larger than the image
		conv(1, 2, 2, 1, 3, 4).stride(2, 1).pad(2, 3),    // taps that never meet the image
		conv(2, 3, 11, 9, 2, 3).dilation(2, 3).pad(2, 3), // holes
		conv(2, 3, 12, 11, 4, 3).stride(2, 2).dilation(2, 2).pad(2, 2),
		conv(1, 3, 13, 12, 4, 3).stride(2, 3).dilation(3, 2).pad(3, 1),
		conv(2, 3, 9, 9, 4, 2).stride(3, 4), // strides past the kernel: pixels without a window
		conv(2, 4, 6, 5, 6, 3).groups(2).pad(1, 1),
		conv(2, 6, 6, 7, 9, 3).groups(3).stride(2, 2).pad(1, 1).dilation(1, 2),
		conv(2, 5, 6, 7, 5, 3).groups(5).pad(1, 1),  // depthwise
		conv(2, 4, 7, 6, 12, 3).groups(4).pad(1, 1), // depthwise, several for each channel
		conv(1, 17, 9, 8, 17, 3).groups(17).stride(2, 2).pad(1, 1),
		conv(2, 20, 5, 20, 20, 3).groups(20).dilation(2, 2).pad(2, 2),
		conv(2, 32, 5, 5, 32, 3).groups(2).pad(1, 1),
		conv(2, 3, 5, 6, 4, 3).kernel(1, 4).pad(0, 2), conv(2, 3, 5, 6, 4, 3).kernel(5, 1), conv(2, 3, 5, 6, 4, 3).kernel(2, 3).stride(1, 2),
		conv(2, 3, 5, 5, 4, 3).pad(3, 0),                                                                  // whole windows of zeros
		conv(2, 3, 6, 6, 4, 3).stride(2, 2).windows(2, 3), conv(2, 3, 6, 6, 4, 3).pad(1, 1).windows(9, 4), // fewer, and windows past the image
		conv(0, 3, 5, 5, 4, 3), conv(2, 0, 5, 5, 4, 3), conv(2, 3, 5, 5, 0, 3), conv(2, 3, 0, 5, 4, 3).pad(1, 1).windows(2, 5), conv(1, 2, 2, 2, 3, 4),
		conv(2, 3, 8, 30, 16, 4).stride(2, 2).pad(1, 1), conv(3, 1, 7, 9, 32, 3).pad(1, 1), conv(2, 4, 5, 6, 48, 2).stride(2, 2), // few channels read
		conv(2, 7, 6, 8, 16, 4).stride(2, 2).pad(1, 1), conv(1, 8, 5, 18, 16, 3).pad(1, 1), conv(1, 9, 5, 5, 16, 3),
		conv(1, 2, 9, 8, 16, 3).dilation(2, 1).pad(3, 2), conv(1, 3, 5, 5, 16, 3).kernel(3, 6).stride(1, 3).pad(0, 4).windows(4, 5),
		conv(2, 32, 7, 15, 3, 3).pad(1, 1), conv(2, 40, 6, 5, 1, 5).pad(2, 3), conv(1, 33, 70, 4, 2, 3).dilation(2, 1).pad(2, 0), // few written
		conv(1, 17, 6, 7, 4, 4).kernel(2, 3).pad(3, 3).windows(9, 12),
		conv(2, 3, 9, 8, 32, 4).stride(2, 2).pad(1, 1), conv(1, 2, 8, 7, 33, 3).stride(2, 3), conv(1, 4, 6, 9, 32, 3).stride(1, 2).dilation(2, 1).pad(4, 3), // and their gradients
		conv(3, 5, 2, 3, 7, 2).kernel(2, 3), conv(7, 18, 2, 3, 3, 2).kernel(2, 3), // one window
		conv(3, 16, 4, 4, 33, 3).pad(1, 1), conv(2, 33, 6, 13, 16, 3).pad(1, 1), conv(13, 7, 1, 1, 9, 1), conv(2, 9, 13, 1, 17, 1),
	}
}

// convArgs are the operands of a convolution and its gradients: of x, w and y, one is
// the output.
type convArgs struct {
	convSize
	layouts [3]layout // of x, w and y
	beta    float64   // of the gradient of w
	bias    layout
	act     backend.Activation
	ep      bool // whether there are bias and activation
	fast    bool // the backend may take fewer multiplications
	value   func(int) float64
}

func (s *suite) convCase(z convArgs) {
	s.Helper()
	shapes := [3][]int{}
	shapes[0], shapes[1], shapes[2] = z.views()
	if z.value == nil {
		z.value = s.normals()
	}
	for out := range 3 {
		var v [3]operand
		for i := range v {
			switch l := z.layouts[i]; {
			case i != out:
				v[i] = s.input(l, shapes[i], z.value)
			case i == 1 && z.beta != 0:
				v[i] = s.inout(l.distinct(), shapes[i], s.normals())
			default:
				v[i] = s.output(l.distinct(), shapes[i])
			}
		}
		s.convRun(&z, v, out)
		s.done()
	}
}

// convNames are the operations that compute x, w and y.
var convNames = [...]string{"conv2d input grad", "conv2d weight grad", "conv2d"}

// convOn computes number out of x, w and y from the others.
func convOn(b backend.Backend, out int, x, w, y backend.View, c backend.Conv, beta float64, ep backend.Epilogue) {
	switch out {
	case 0:
		b.Conv2dInputGrad(x, y, w, c, ep)
	case 1:
		b.Conv2dWeightGrad(w, y, x, c, beta)
	case 2:
		b.Conv2d(y, x, w, c, ep)
	}
}

// convRun computes one of x, w and y from the others, here and on the reference.
func (s *suite) convRun(z *convArgs, v [3]operand, out int) {
	s.Helper()
	var bias operand
	var be, ref backend.Epilogue
	inputs := []operand{v[(out+1)%3], v[(out+2)%3]}
	if z.ep && out != 1 {
		bias = s.input(z.bias, []int{v[out].be.Shape[1]}, s.normals())
		inputs = append(inputs, bias)
		be = backend.Epilogue{Bias: bias.be, Act: z.act, Slope: 0.25}
		ref = backend.Epilogue{Bias: bias.ref, Act: z.act, Slope: 0.25}
	}
	run := func(b backend.Backend, x, w, y backend.View, beta float64, ep backend.Epilogue) {
		convOn(b, out, x, w, y, z.Conv, beta, ep)
	}
	tol := s.convTolerance(z, v, bias, out, run)
	run(s.be, v[0].be, v[1].be, v[2].be, z.beta, be)
	run(s.ref, v[0].ref, v[1].ref, v[2].ref, z.beta, ref)
	what := fmt.Sprintf("%s: x %v, w %v, y %v, %+v", convNames[out], v[0].be, v[1].be, v[2].be, z.Conv)
	if z.ep && out != 1 {
		what += fmt.Sprintf(", bias, %v", z.act)
	}
	if out == 1 {
		what += fmt.Sprintf(", beta %g", z.beta)
	}
	s.verify(what, tol, v[out], inputs...)
}

// convTolerance lets the reference compute the sum of the absolute terms.
func (s *suite) convTolerance(z *convArgs, v [3]operand, bias operand, out int,
	run func(b backend.Backend, x, w, y backend.View, beta float64, ep backend.Epilogue)) tolerance {
	tol := tolerance{ulp: 1, flush: true}
	tol.ulp = activationULP(z.act)
	var abs [3]backend.View
	for i := range v {
		abs[i] = s.absolute(v[i])
	}
	var ep backend.Epilogue
	if bias.ref.Buf != nil {
		ep.Bias = s.absolute(bias)
	}
	run(s.ref, abs[0], abs[1], abs[2], math.Abs(z.beta), ep)
	buf := make([]float64, len(v[out].image))
	s.ref.Read64(buf, abs[out].Buf, 0)
	tol.each = pick(buf, v[out].at)
	size := func(i int) int { return v[i].be.Size() }
	terms := 1 // at most
	switch {
	case out == 1:
		terms = size(2)
	case z.o > 0:
		terms = size(1)
	}
	factor := s.eps * sumFactor(terms)
	for i, x := range tol.each {
		if tol.each[i] = x * factor; x-x != 0 {
			tol.each[i] = 0
		}
	}
	if z.fast {
		spread(tol.each, v[out].be.Dims(), out == 1)
		for i := range tol.each {
			tol.each[i] *= fastFactor
		}
	}
	return tol
}

func (s *suite) convWindows() {
	for _, z := range thin(convSizes()) {
		s.convCase(convArgs{convSize: z})
		s.convCase(convArgs{convSize: z, beta: 1, layouts: [3]layout{channelsLast, channelsLast, channelsLast}})
		s.convCase(convArgs{convSize: z, beta: -0.5, layouts: [3]layout{channelsLast, contiguous, channelsLast}})
	}
}

// convLayouts has each layout of each operand.
func (s *suite) convLayouts() {
	for _, z := range thin([]convSize{conv(2, 3, 6, 7, 5, 3).pad(1, 1).stride(2, 1), conv(2, 4, 3, 5, 4, 2).groups(2), conv(2, 4, 5, 6, 4, 3).groups(4).pad(1, 1), conv(3, 5, 4, 3, 6, 1)}) {
		for _, l := range thin(append([]layout{channelsLast}, inputLayouts...)) {
			for i := range 3 {
				layouts := [3]layout{channelsLast, contiguous, channelsLast}
				layouts[i] = l
				s.convCase(convArgs{convSize: z, layouts: layouts})
			}
			s.convCase(convArgs{convSize: z, layouts: [3]layout{l, l, l}, ep: true})
		}
	}
}

func (s *suite) convEpilogue() {
	for _, z := range []convSize{
		conv(2, 3, 6, 7, 5, 4).pad(1, 1).stride(2, 2), conv(1, 20, 5, 4, 18, 3).pad(1, 1), conv(2, 4, 5, 6, 4, 3).groups(4).pad(1, 1),
		conv(2, 6, 4, 4, 4, 3).groups(2), conv(2, 3, 9, 9, 4, 2).stride(3, 4), conv(2, 0, 5, 5, 4, 3), conv(2, 8, 5, 6, 12, 1),
	} {
		for act := range backend.NumActivations {
			l := [...]layout{contiguous, stepped, broadcastAll, flipped}[act%4]
			s.convCase(convArgs{convSize: z, ep: true, act: act, bias: l, layouts: [3]layout{channelsLast, contiguous, channelsLast}})
		}
	}
}

// convBlocks crosses the cache blocks of sums and the parts that work is cut into.
func (s *suite) convBlocks() {
	sizes := []convSize{
		conv(1, 64, 5, 4, 20, 3).pad(1, 1), conv(2, 600, 2, 3, 17, 1), // long sums forwards
		conv(1, 20, 5, 4, 66, 3).pad(1, 1),                                      // and for the input
		conv(20, 2, 16, 15, 3, 3).pad(1, 1), conv(3, 3, 33, 31, 6, 3).pad(1, 1), // and for the weights
		conv(2, 4, 16, 14, 40, 3).pad(1, 1),                                         // many windows
		conv(2, 20, 12, 12, 33, 4).stride(2, 2).pad(1, 1), conv(1, 4, 4, 4, 150, 2), // many channels
		conv(8, 64, 2, 2, 64, 3).pad(1, 1), conv(8, 64, 3, 4, 65, 3).stride(2, 2).pad(1, 1), // many small pictures
		conv(9, 64, 5, 6, 70, 3).stride(2, 3).dilation(2, 1).pad(2, 1), conv(8, 300, 2, 2, 64, 2), conv(8, 64, 2, 3, 300, 2).pad(1, 0), conv(8, 64, 3, 3, 64, 2).stride(3, 3),
		conv(1, 48, 5, 5, 48, 3).groups(3).pad(1, 1), conv(1, 70, 9, 11, 70, 3).groups(70).pad(1, 1),
	}
	for _, z := range thin(sizes) {
		s.convCase(convArgs{convSize: z, layouts: [3]layout{channelsLast, contiguous, channelsLast}, beta: 1, ep: true, act: backend.ActReLU})
	}
	// Terms of one sign, where a poor order of summation shows.
	positive := func(int) float64 { return 0.5 + s.rng.Float64() }
	for _, z := range []convSize{conv(1, 200, 4, 4, 2, 3), conv(2, 2, 30, 40, 2, 2), conv(2, 3, 30, 40, 3, 2).groups(3)} {
		s.convCase(convArgs{convSize: z, value: positive})
	}
}

// convSpecial puts NaN and infinity into one number: they must reach all that
// depends on it, even through zeros, and nothing else.
func (s *suite) convSpecial() {
	for _, z := range thin([]convSize{
		conv(2, 3, 6, 7, 5, 3).pad(1, 1), conv(2, 4, 6, 6, 4, 4).stride(2, 2).pad(1, 1), conv(2, 4, 5, 6, 4, 3).groups(4).pad(1, 1),
		conv(3, 17, 4, 4, 33, 3).pad(1, 1), conv(2, 8, 5, 6, 12, 1), conv(2, 6, 4, 4, 4, 3).groups(2).dilation(2, 1).pad(2, 1),
	}) {
		shapes := [3][]int{}
		shapes[0], shapes[1], shapes[2] = z.views()
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			// Of x, w and y, out is computed, and in has the number: not w, nor the
			// gradient of y for that of w, which may meet the zeros round the image.
			for _, pair := range [][2]int{{2, 0}, {0, 2}, {1, 0}} {
				out, in := pair[0], pair[1]
				var v [3]operand
				for i := range v {
					l := [...]layout{channelsLast, contiguous}[s.rng.IntN(2)]
					value := func(int) float64 { return float64(s.rng.IntN(3) - 1) }
					switch i {
					case out:
						v[i] = s.output(l, shapes[i])
					case in:
						v[i] = s.input(l, shapes[i], placed(s.rng.IntN(sizeOf(shapes[i])), bad, value))
					default:
						v[i] = s.input(l, shapes[i], value)
					}
				}
				s.convRun(&convArgs{convSize: z}, v, out)
				s.done()
			}
		}
	}
	// A weight meets no zeros where there is one tap.
	z := conv(2, 8, 5, 6, 12, 1)
	s.convCase(convArgs{convSize: z, value: placed(5, math.NaN(), s.normals())})
}

func sizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
