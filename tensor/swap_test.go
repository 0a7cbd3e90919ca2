package tensor_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

func TestSwap(t *testing.T) {
	w, average := FromSlice([]float64{1, 2, 3, 4}, 2, 2), FromSlice([]float64{5, 6, 7, 8}, 2, 2)
	tape := NewTape()
	defer tape.Release()
	tape.Backward(tape.Of(w).Square().Sum(), w)
	view := w.T()
	w.Swap(average)
	assert.Equal(t, []float64{5, 6, 7, 8}, w.Float64s())
	assert.Equal(t, []float64{1, 2, 3, 4}, average.Float64s())
	assert.Equal(t, []float64{2, 4, 6, 8}, w.Grad().Float64s(), "gradients stay")
	assert.Nil(t, average.Grad())
	assert.Equal(t, []float64{1, 3, 2, 4}, view.Float64s(), "views keep their memory")
	w.Swap(w)
	assert.Equal(t, []float64{5, 6, 7, 8}, w.Float64s())

	// A part of a larger tensor is exchanged in place of it, offset and all.
	rows := Arange(0, 1, 6).Reshape(3, 2)
	row, other := rows.Select(0, 1), Full(9, 2)
	row.Swap(other)
	assert.Equal(t, []float64{9, 9}, row.Float64s())
	assert.Equal(t, []float64{2, 3}, other.Float64s())

	w.Swap(average)
	w.Release()
	assert.Equal(t, []float64{5, 6, 7, 8}, average.Float64s(), "each owns what it holds")
	average.Release()
}

func TestSwapMisuse(t *testing.T) {
	tape := NewTape()
	defer tape.Release()
	x := Zeros(2, 2)
	ref, err := backend.Get("reference")
	if err != nil {
		t.Fatal(err)
	}
	cpu, err := backend.Get("cpu")
	if err != nil {
		t.Fatal(err)
	}
	gone := Zeros(2, 2)
	gone.Release()
	for want, use := range map[string]func(){
		"swap: the value is on a tape, where its old contents may still be needed":          func() { x.Swap(tape.Zeros(2, 2)) },
		"swap: the other tensor must have shape [2 2], got [4]":                             func() { x.Swap(Zeros(4)) },
		"swap: a tensor is a strided view: swap the tensors that own the memory":            func() { x.Swap(Zeros(2, 2).T()) },
		`swap: operands on backends "cpu" and "reference"`:                                  func() { ZerosOn(cpu, 2).Swap(ZerosOn(ref, 2)) },
		"swap: value of shape [2 2] was released (by Release, or by Backward without Keep)": func() { x.Swap(gone) },
	} {
		if got := Try(use); got == nil || got.Error() != want {
			t.Errorf("want %q\n got %v", want, got)
		}
	}
}
