package backendtest

import (
	"math"

	"github.com/org/artnn/backend"
)

// operand is one view held twice: by the backend in question and by the
// reference, with equal numbers in the whole of both buffers.
type operand struct {
	be, ref backend.View
	at      []int     // positions of the elements
	image   []float64 // what the buffers were filled with
}

// sentinel fills the gaps and guards of outputs.
const sentinel = -1234.5

// round is x as the backend can hold it.
func (s *suite) round(x float64) float64 {
	if s.single {
		return float64(float32(x))
	}
	return x
}

// input makes an operand from value(i) of each element, with NaN all around it.
func (s *suite) input(l layout, shape []int, value func(i int) float64) operand {
	return s.operand(l, shape, value, math.NaN())
}

// inout makes an operand that an operation updates.
func (s *suite) inout(l layout, shape []int, value func(i int) float64) operand {
	return s.operand(l, shape, value, sentinel)
}

// output makes an operand whose old contents must not matter: NaN.
func (s *suite) output(l layout, shape []int) operand {
	return s.operand(l, shape, func(int) float64 { return math.NaN() }, sentinel)
}

func (s *suite) operand(l layout, shape []int, value func(i int) float64, around float64) operand {
	v, size := l.view(shape, s.rng.IntN(9))
	o := operand{at: positions(v), image: make([]float64, size)}
	for i := range o.image {
		o.image[i] = around
	}
	for i, pos := range o.at {
		o.image[pos] = s.round(value(i))
	}
	o.be, o.ref = v, v
	o.be.Buf, o.ref.Buf = s.be.Alloc(size), s.ref.Alloc(size)
	s.store(o)
	s.live = append(s.live, o)
	return o
}

// store writes the image to both buffers.
func (s *suite) store(o operand) {
	s.be.Write64(o.be.Buf, 0, o.image)
	s.ref.Write64(o.ref.Buf, 0, o.image)
}

// clone is a second operand with the layout and numbers of o.
func (s *suite) clone(o operand) operand {
	o.be.Buf, o.ref.Buf = s.be.Alloc(len(o.image)), s.ref.Alloc(len(o.image))
	s.store(o)
	s.live = append(s.live, o)
	return o
}

// done frees what the case made.
func (s *suite) done() {
	for _, o := range s.live {
		s.be.Free(o.be.Buf)
		s.ref.Free(o.ref.Buf)
	}
	s.live = s.live[:0]
}

// elements are the numbers an operand was made with, in index order.
func (o *operand) elements() []float64 { return pick(o.image, o.at) }

func pick(buf []float64, at []int) []float64 {
	x := make([]float64, len(at))
	for i, pos := range at {
		x[i] = buf[pos]
	}
	return x
}

// got reads the elements that the backend in question holds.
func (s *suite) got(o operand) []float64 { return pick(s.buffer(o), o.at) }

func (s *suite) buffer(o operand) []float64 {
	buf := make([]float64, len(o.image))
	s.be.Read64(buf, o.be.Buf, 0)
	return buf
}

// want reads the elements that the reference holds.
func (s *suite) want(o operand) []float64 {
	buf := make([]float64, len(o.image))
	s.ref.Read64(buf, o.ref.Buf, 0)
	return pick(buf, o.at)
}

// verify compares the output of an operation with the reference's, element by
// element, and that nothing else was written: neither around the output nor
// in an input.
func (s *suite) verify(what string, tol tolerance, out operand, inputs ...operand) {
	s.Helper()
	s.verifyTruth(what, tol, out, s.want(out))
	for _, in := range inputs {
		if in.be.Buf != out.be.Buf {
			s.untouched(what+": input", in)
		}
	}
}

// verifyTruth is verify against numbers from elsewhere.
func (s *suite) verifyTruth(what string, tol tolerance, out operand, want []float64) {
	s.Helper()
	buf := s.buffer(out)
	for i, pos := range out.at {
		if got := buf[pos]; !s.close(got, want[i], tol, i) {
			s.failf("%s: element %d of %v is %v, want %v within %s", what, i, out.be, got, s.round(want[i]), tol.describe(i))
			break
		}
	}
	for _, pos := range out.at {
		buf[pos] = out.image[pos] // leaves only what should not have changed
	}
	s.unchanged(what+": around the output", out, buf)
}

// untouched reports any change to the buffer of an operand.
func (s *suite) untouched(what string, o operand) {
	s.Helper()
	s.unchanged(what, o, s.buffer(o))
}

func (s *suite) unchanged(what string, o operand, buf []float64) {
	s.Helper()
	for i, v := range buf {
		if !same(v, o.image[i]) {
			s.failf("%s: number %d of the buffer of %v was changed from %v to %v", what, i, o.be, o.image[i], v)
			return
		}
	}
}

// same is equality of bits, with all NaNs equal.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}
