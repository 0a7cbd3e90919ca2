package backend

import "github.com/org/artnn/internal/half"

// StoredMatrix is a matrix of weights in host memory, stored in fewer bits than
// a backend computes with. A format needs no more than this: products decode it
// a few rows at a time. For a format that is worth a kernel of its own there is
// an optional interface, such as [LinearInt8Kernel].
type StoredMatrix interface {
	// Dims is the number of rows and columns.
	Dims() (rows, cols int)
	// DecodeRow writes the numbers of row r, as many as there are columns.
	DecodeRow(dst []float32, r int)
}

// Float64Decoder is a [StoredMatrix] whose numbers do not all fit float32.
type Float64Decoder interface {
	// DecodeRow64 is DecodeRow without rounding.
	DecodeRow64(dst []float64, r int)
}

// Int8Matrix is a matrix of int8 weights with a scale for each row: row r stands
// for
//
//	Scale[r] · Values[r*Cols : (r+1)*Cols]
type Int8Matrix struct {
	Rows, Cols int
	Values     []int8    // Rows·Cols, row after row
	Scale      []float32 // Rows
}

// Dims is Rows and Cols.
func (m *Int8Matrix) Dims() (rows, cols int) { return m.Rows, m.Cols }

// DecodeRow writes Scale[r]·Values[r, :].
func (m *Int8Matrix) DecodeRow(dst []float32, r int) {
	scale := m.Scale[r]
	for k, v := range m.Values[r*m.Cols:][:len(dst)] {
		dst[k] = scale * float32(v)
	}
}

// DecodeRow64 writes Scale[r]·Values[r, :].
func (m *Int8Matrix) DecodeRow64(dst []float64, r int) {
	scale := float64(m.Scale[r])
	for k, v := range m.Values[r*m.Cols:][:len(dst)] {
		dst[k] = scale * float64(v)
	}
}

// Float16Matrix is a matrix of numbers in half precision (IEEE binary16).
type Float16Matrix struct {
	Rows, Cols int
	Values     []uint16 // Rows·Cols bit patterns, row after row
}

// Dims is Rows and Cols.
func (m *Float16Matrix) Dims() (rows, cols int) { return m.Rows, m.Cols }

// DecodeRow writes row r.
func (m *Float16Matrix) DecodeRow(dst []float32, r int) {
	table := half.Float16Table()
	for k, v := range m.Values[r*m.Cols:][:len(dst)] {
		dst[k] = table[v]
	}
}

// BFloat16Matrix is a matrix of numbers in bfloat16: the upper halves of
// float32.
type BFloat16Matrix struct {
	Rows, Cols int
	Values     []uint16 // Rows·Cols bit patterns, row after row
}

// Dims is Rows and Cols.
func (m *BFloat16Matrix) Dims() (rows, cols int) { return m.Rows, m.Cols }

// DecodeRow writes row r.
func (m *BFloat16Matrix) DecodeRow(dst []float32, r int) {
	for k, v := range m.Values[r*m.Cols:][:len(dst)] {
		dst[k] = half.FromBFloat16(v)
	}
}
