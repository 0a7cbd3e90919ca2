package tensor

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/half"
)

// Format is a form in which [Quantize] stores a matrix.
type Format uint8

const (
	Int8     Format = iota // 8 bits, and a float32 scale for each row
	Float16                // IEEE half precision: 3 digits, up to 65504
	BFloat16               // the range of float32 with 2 digits
)

var formatNames = [...]string{"int8", "float16", "bfloat16"}

func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("format %d", uint8(f))
}

// Quantize rounds a matrix to a format, for products on the same backend. A weight
// already in that format is returned unchanged.
//
// The numbers must be finite. To int8 each row is rounded by a scale of its own,
//
//	s[r] = max|w[r,:]| / 127,  q[r,k] = round(w[r,k] / s[r])
//
// so that s·q is within s/2 of w; a row of zeros has scale 0. To float16, what
// is past the largest number becomes infinite.
//
// Panics unless w has two axes, or if the format is unknown.
func Quantize(w Weight, f Format) *Stored {
	rows, cols, ok := w.dims()
	if !ok {
		Fail("quantize", "needs a matrix", "%v", w.Shape())
	}
	stored, _ := w.(*Stored)
	var m backend.StoredMatrix
	var same bool
	switch f {
	case Int8:
		if same = isStoredAs[*backend.Int8Matrix](stored); !same {
			m = quantizeInt8(rows, cols, w.Float64s())
		}
	case Float16:
		if same = isStoredAs[*backend.Float16Matrix](stored); !same {
			m = &backend.Float16Matrix{Rows: rows, Cols: cols, Values: narrowed(half.Float16, w.Float64s())}
		}
	case BFloat16:
		if same = isStoredAs[*backend.BFloat16Matrix](stored); !same {
			m = &backend.BFloat16Matrix{Rows: rows, Cols: cols, Values: narrowed(half.BFloat16, w.Float64s())}
		}
	default:
		Fail("quantize", "needs one of int8, float16 and bfloat16", "%v", f)
	}
	if same {
		return stored
	}
	return NewStored(w.Backend(), m)
}

func isStoredAs[M backend.StoredMatrix](w *Stored) bool {
	if w == nil {
		return false
	}
	_, ok := w.matrix.(M)
	return ok
}

func quantizeInt8(rows, cols int, values []float64) *backend.Int8Matrix {
	q := &backend.Int8Matrix{Rows: rows, Cols: cols, Values: make([]int8, rows*cols), Scale: make([]float32, rows)}
	for r := range rows {
		row, largest := values[r*cols:][:cols], 0.0
		for _, v := range row {
			largest = max(largest, math.Abs(v))
		}
		scale := float32(largest / 127)
		if scale == 0 { // nothing, or too little to tell from it
			continue
		}
		q.Scale[r] = scale
		for k, v := range row {
			q.Values[r*cols+k] = int8(max(-127, min(127, math.RoundToEven(v/float64(scale)))))
		}
	}
	return q
}

func narrowed(l half.Layout, values []float64) []uint16 {
	out := make([]uint16, len(values))
	for i, v := range values {
		out[i] = l.Narrow(v)
	}
	return out
}
