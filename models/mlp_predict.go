package models

import (
	"math"
	"slices"
)

// predictRows is how many rows Predict takes at a time, to bound its memory.
const predictRows = 1024

// Predict computes the outputs of any number of rows.
//
// Shape: [n, inputs] → [n, outputs].
//
// Panics if the length is not that of one or more rows.
func (m *MLP) Predict(x []float32) []float32 {
	in, out := m.inputs(), m.outputs()
	y := make([]float32, 0, rowsOf("mlp predict", x, in)*out)
	tape := inferenceTape(m.cfg.Backend)
	for part := range slices.Chunk(x, predictRows*in) {
		rows := len(part) / in
		y = y[:len(y)+rows*out]
		m.net.Forward(tape.FromSlice(part, rows, in)).ReadFloat32s(y[len(y)-rows*out:])
		tape.Release()
	}
	return y
}

func (m *MLP) inputs() int  { return m.cfg.Sizes[0] }
func (m *MLP) outputs() int { return m.cfg.Sizes[len(m.cfg.Sizes)-1] }

// Classify is the place of the largest output of each row.
//
// Shape: [n, inputs] → [n].
//
// Panics as Predict does.
func (m *MLP) Classify(x []float32) []int32 {
	return largestOf(m.Predict(x), m.outputs())
}

// largestOf is the place of the largest number of each row.
func largestOf(rows []float32, width int) []int32 {
	classes := make([]int32, 0, len(rows)/width)
	for row := range slices.Chunk(rows, width) {
		best, at := math.Inf(-1), 0
		for i, v := range row {
			if float64(v) > best {
				best, at = float64(v), i
			}
		}
		classes = append(classes, int32(at))
	}
	return classes
}
