package checkpoint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Check compares the arrays of a file with the state of a module, which may be
// built on a backend that allocates nothing.
//
// Errors: arrays that are missing, unexpected, misshapen or of a type that the
// module cannot take: all of them at once.
func (f *File) Check(m layers.Module) error {
	var differ []string
	note := func(format string, args ...any) { differ = append(differ, fmt.Sprintf(format, args...)) }
	known := map[string]bool{}
	for name, e := range unique(m) {
		known[name] = true
		what := "tensor"
		if e.Buffer {
			what = "buffer"
		}
		info, err := f.Info(name)
		if err != nil {
			note("no %s %q", what, name)
			continue
		}
		if shape := e.Value.Shape(); !slices.Equal(info.Shape, shape) {
			note("%s %q: expected shape %v, got %v", what, name, shape, info.Shape)
			continue
		}
		switch {
		case info.DType.IsFloat():
		case info.DType == safetensors.I8 && storable(e):
			scale := name + scaleSuffix
			known[scale] = true
			info, err := f.Info(scale)
			switch rows := e.Value.Shape()[:1]; {
			case err != nil:
				note("no tensor %q, the scales of int8 weights", scale)
			case !slices.Equal(info.Shape, rows):
				note("tensor %q: expected shape %v, got %v", scale, rows, info.Shape)
			case !info.DType.IsFloat():
				note("tensor %q: %s", scale, notFloats(info.DType))
			}
		default:
			note("%s %q: %s", what, name, notFloats(info.DType))
		}
	}
	for _, name := range f.Names() {
		if !known[name] && !f.ofTraining(name) {
			note("tensor %q: the model has none of that name", name)
		}
	}
	return differences(differ)
}

// notFloats says what is wrong with an array of a type that is not IsFloat.
func notFloats(d safetensors.DType) string {
	if !d.Readable() {
		return fmt.Sprintf("%v cannot be loaded: convert it to F16, BF16 or F32 first", d)
	}
	return fmt.Sprintf("expected floating-point numbers, got %v", d)
}

// storable reports whether an entry takes a matrix in stored form.
func storable(e layers.Entry) bool { return e.Replaceable() && len(e.Value.Shape()) == 2 }

// mostDifferences bounds the length of an error.
const mostDifferences = 40

func differences(list []string) error {
	switch n := len(list); {
	case n == 0:
		return nil
	case n == 1:
		return fmt.Errorf("the file does not fit the model: %s", list[0])
	case n > mostDifferences:
		list = append(list[:mostDifferences:mostDifferences], fmt.Sprintf("… and %d more", n-mostDifferences))
	}
	return fmt.Errorf("the file does not fit the model:\n\t%s", strings.Join(list, "\n\t"))
}

// Fill overwrites a module's state with that of a file, which [File.Check] has
// found to fit. Stored int8 weights take the place of the module's; half keeps
// weights that the file stores as float16 or bfloat16 in that form in memory,
// where they cannot be trained.
//
// Errors: numbers that are not finite; those of reading. After an error the
// module must not be used.
func (f *File) Fill(m layers.Module, half bool) error {
	filled := map[tensor.Weight]tensor.Weight{} // tied ones stay tied
	for name, e := range m.State() {
		w, ok := filled[e.Value]
		if !ok {
			var err error
			if w, err = f.weight(name, e, half); err != nil {
				return err
			}
			filled[e.Value] = w
		}
		if w != e.Value {
			e.Replace(w)
		}
	}
	return nil
}

// weight is an entry's value with the numbers of the file: the same tensor where
// it can hold them.
func (f *File) weight(name string, e layers.Entry, half bool) (tensor.Weight, error) {
	info, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	switch d := info.DType; {
	case d == safetensors.I8, half && storable(e) && (d == safetensors.F16 || d == safetensors.BF16):
		w, err := f.readStored(name, info, e.Value.Backend())
		if err != nil {
			return nil, err
		}
		return w, nil
	}
	t, ok := e.Tensor()
	if !ok { // the module's is stored smaller, the file's is not
		t = e.Value.(*tensor.Stored).Widen()
	}
	return t, f.read(name, t)
}

// read overwrites a tensor with an array.
func (f *File) read(name string, t *tensor.Tensor) error {
	if t.Backend().Precision() == backend.Float64 {
		values, err := f.Float64s(name)
		if err == nil {
			err = safetensors.NonFinite(name, 0, values)
		}
		if err != nil {
			return err
		}
		t.SetFloat64s(values)
		return nil
	}
	values, err := f.Float32s(name)
	if err == nil { // after rounding, which may overflow
		err = safetensors.NonFinite(name, 0, values)
	}
	if err != nil {
		return err
	}
	t.SetFloat32s(values)
	return nil
}
