package checkpoint

import (
	"encoding/binary"
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/tensor"
)

// stored is a weight in a form of its own for a file.
func stored(name string, w *tensor.Stored) ([]safetensors.Tensor, error) {
	switch m := w.Matrix().(type) {
	case *backend.Int8Matrix:
		scale := name + scaleSuffix
		if err := safetensors.NonFinite(scale, 0, m.Scale); err != nil {
			return nil, err
		}
		return []safetensors.Tensor{
			{Name: name, Shape: w.Shape(), Values: m.Values},
			{Name: scale, Shape: w.Shape()[:1], Values: m.Scale},
		}, nil
	case *backend.Float16Matrix:
		return half(name, w, safetensors.F16, m.Values)
	case *backend.BFloat16Matrix:
		return half(name, w, safetensors.BF16, m.Values)
	default:
		return nil, fmt.Errorf("weight %q: a %T cannot be written to this format", name, m)
	}
}

// half is a weight of 16-bit numbers for a file, as they are.
func half(name string, w *tensor.Stored, d safetensors.DType, values []uint16) ([]safetensors.Tensor, error) {
	if err := safetensors.NonFinite(name, 0, w.Float32s()); err != nil {
		return nil, err
	}
	raw := make([]byte, 0, 2*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint16(raw, v)
	}
	return []safetensors.Tensor{{Name: name, DType: d, Shape: w.Shape(), Values: raw}}, nil
}

// readStored is a weight in the form that the file has it in.
func (f *File) readStored(name string, info *safetensors.Info, be backend.Backend) (*tensor.Stored, error) {
	rows, cols := info.Shape[0], info.Shape[1]
	if info.DType == safetensors.I8 {
		values, err := f.Int8s(name)
		if err != nil {
			return nil, err
		}
		scale, err := f.Float32s(name + scaleSuffix)
		if err == nil {
			err = safetensors.NonFinite(name+scaleSuffix, 0, scale)
		}
		if err != nil {
			return nil, err
		}
		return tensor.NewStored(be, &backend.Int8Matrix{Rows: rows, Cols: cols, Values: values, Scale: scale}), nil
	}
	raw, err := f.Bytes(name)
	if err != nil {
		return nil, err
	}
	values := make([]uint16, rows*cols)
	for i := range values {
		values[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	var m backend.StoredMatrix = &backend.Float16Matrix{Rows: rows, Cols: cols, Values: values}
	if info.DType == safetensors.BF16 {
		m = &backend.BFloat16Matrix{Rows: rows, Cols: cols, Values: values}
	}
	row := make([]float32, cols)
	for r := range rows {
		m.DecodeRow(row, r)
		if err := safetensors.NonFinite(name, r*cols, row); err != nil {
			return nil, err
		}
	}
	return tensor.NewStored(be, m), nil
}
