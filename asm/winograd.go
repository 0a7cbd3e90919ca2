package asm

// Winograd is a linear map of a square of values on both axes: Y = X·S·Xᵀ with a small
// matrix X. A convolution by Winograd's method maps images, weights and gradients so,
// multiplies what it gets number by number, and maps back. The comments give the rows
// of X.
type Winograd uint8

// For two windows of two taps along an axis, which together see three pixels:
const (
	Winograd2Data Winograd = iota // pixels:       x0−x1, x1, x2−x1
	Winograd2Out                  // to windows, and to the gradients of taps: x0+x1, x1+x2
	Winograd2In                   // from taps, and from the gradients of windows: x0, x0+x1, x1

	// For two windows of three taps, which together see four pixels:
	Winograd3Data // pixels:       x0−x2, x1+x2, x2−x1, x3−x1
	Winograd3Out  // to windows:   x0+x1+x2, x1−x2+x3
	Winograd3In   // from the gradients of windows: x0, x0+x1, x0−x1, x1
	Winograd3Taps // from taps:    x0, (x0+x1+x2)/2, (x0−x1+x2)/2, x2
	Winograd3Grad // to the gradients of taps: x0+(x1+x2)/2, (x1−x2)/2, (x1+x2)/2+x3
)

// WinogradLanes is how many numbers a kernel maps at a time: slices hold whole groups
// of as many.
const WinogradLanes = 16

// winogradMatrices are X.
var winogradMatrices = [...][][]float32{
	Winograd2Data: {{1, -1, 0}, {0, 1, 0}, {0, -1, 1}},
	Winograd2Out:  {{1, 1, 0}, {0, 1, 1}},
	Winograd2In:   {{1, 0}, {1, 1}, {0, 1}},
	Winograd3Data: {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}},
	Winograd3Out:  {{1, 1, 1, 0}, {0, 1, -1, 1}},
	Winograd3In:   {{1, 0}, {1, 1}, {1, -1}, {0, 1}},
	Winograd3Taps: {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}},
	Winograd3Grad: {{1, .5, .5, 0}, {0, .5, -.5, 0}, {0, .5, .5, 1}},
}

// Squares are the operands of a [Winograd] map: element (i, j) of a square of side n is
// a slice, number i·n+j.
type Squares struct {
	Dst, Src         [16][]float32
	DstStep, SrcStep int // from one group of WinogradLanes numbers to the next
	Groups           int
}

// Map is, for every g < Groups and l < WinogradLanes,
//
//	Dst[i·rows+j][g·DstStep+l] = Σ_b X[j][b]·(Σ_a X[i][a]·Src[a·columns+b][g·SrcStep+l])
//
// with sums in the order of a and b. Slices of Dst do not overlap with others.
//
// Panics if a slice is too short.
func (w Winograd) Map(s *Squares) {
	if s.Groups <= 0 {
		return
	}
	z := &winogradSizes[w]
	checkSquare("Src", s.Src[:z.in], s.Groups, s.SrcStep)
	checkSquare("Dst", s.Dst[:z.out], s.Groups, s.DstStep)
	winograd(w, s)
}

func checkSquare(name string, square [][]float32, groups, step int) {
	least := (groups-1)*step + WinogradLanes
	for i := range square {
		if len(square[i]) < least || step < 0 {
			badSpan("winograd", name, len(square[i]), groups, WinogradLanes, step)
		}
	}
}

// winogradSizes are how many slices each map reads and writes.
var winogradSizes = func() (z [len(winogradMatrices)]struct{ in, out int }) {
	for i, x := range winogradMatrices {
		z[i].in, z[i].out = len(x[0])*len(x[0]), len(x)*len(x)
	}
	return z
}()
