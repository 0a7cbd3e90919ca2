package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func scaleShiftChecks() []check {
	return []check{optional("optional/scale_shift", (*suite).scaleShift)}
}

// scaleShiftTruth is act(x·scale + shift), column by column.
func scaleShiftTruth(x, scale, shift []float64, act backend.Activation, slope float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		v = v*scale[i%len(scale)] + shift[i%len(scale)]
		if act == backend.ActLeakyReLU {
			if v < 0 {
				v *= slope
			}
		} else {
			v, _ = gateTruth(act, v)
		}
		y[i] = v
	}
	return y
}

func (s *suite) scaleShift(k backend.ScaleShiftKernel) {
	for _, size := range thin([][2]int{{2, 1}, {1, 3}, {3, 7}, {40, 33}, {7, 257}, {2, 900}, {3000, 3}, {300, 64}}) {
		for act := range backend.NumActivations {
			s.scaleShiftCase(k, size[0], size[1], act)
		}
	}
}

func (s *suite) scaleShiftCase(k backend.ScaleShiftKernel, rows, d int, act backend.Activation) {
	defer s.done()
	const slope = 0.3
	x := s.input(contiguous, []int{rows, d}, s.normals())
	scale, shift := s.input(contiguous, []int{d}, s.normals()), s.input(contiguous, []int{d}, s.normals())
	y := s.output(contiguous, []int{rows, d})
	what := fmt.Sprintf("%v of scaled and shifted %v", act, x.be)
	args := backend.ScaleShiftArgs{Y: y.be, X: x.be, Scale: scale.be, Shift: shift.be, Act: act, Slope: slope}
	if !s.took(what, k.ScaleShift(args), y) {
		return
	}
	xs, scales, shifts := x.elements(), scale.elements(), shift.elements()
	slack := make([]float64, len(xs)) // activations are off by 4 ε, and slopes at most 1.2
	for i, v := range xs {
		slack[i] = 4 + 8*(math.Abs(v*scales[i%d])+math.Abs(shifts[i%d]))
	}
	s.verifyTruth(what, s.scaled(slack), y, scaleShiftTruth(xs, scales, shifts, act, slope))
	s.intact(what, x, scale, shift)
}
