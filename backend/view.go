package backend

import (
	"fmt"
	"slices"
	"strings"
)

// MaxRank is the largest number of axes a view can have. It is fixed so that
// views are plain values: making one costs no allocation.
const MaxRank = 6

// View is a strided window on a buffer. Element (i₀, i₁, …) lies at
// Offset + Σ iₖ·Strides[k]. Entries past Rank are unused.
type View struct {
	Buf     Buffer
	Offset  int
	Rank    int
	Shape   [MaxRank]int
	Strides [MaxRank]int
}

// NewView is the row-major view of a whole buffer.
//
// Panics if shape has more than MaxRank axes or a negative size.
func NewView(buf Buffer, shape ...int) View {
	v := View{Buf: buf, Rank: len(shape)}
	if len(shape) > MaxRank {
		panic(fmt.Sprintf("backend: shape %v has %d axes, at most %d are supported", slices.Clone(shape), len(shape), MaxRank)) // Clone: shape stays on the stack
	}
	stride := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] < 0 {
			panic(fmt.Sprintf("backend: negative size in shape %v", slices.Clone(shape)))
		}
		v.Shape[i], v.Strides[i] = shape[i], stride
		stride *= shape[i]
	}
	return v
}

// Size is the number of elements.
func (v *View) Size() int {
	n := 1
	for i := range v.Rank {
		n *= v.Shape[i]
	}
	return n
}

// Contiguous reports whether the elements lie in row-major order without gaps.
// Strides of axes of size 1 do not matter.
func (v *View) Contiguous() bool {
	stride := 1
	for i := v.Rank - 1; i >= 0; i-- {
		if v.Shape[i] != 1 && v.Strides[i] != stride {
			return v.Size() == 0
		}
		stride *= v.Shape[i]
	}
	return true
}

// SameShape reports whether two views have equal shapes.
func (v *View) SameShape(w *View) bool {
	if v.Rank != w.Rank {
		return false
	}
	for i := range v.Rank {
		if v.Shape[i] != w.Shape[i] {
			return false
		}
	}
	return true
}

// SameElements reports whether two views name the same elements in the same
// order: the one kind of overlap that maps allow.
func (v *View) SameElements(w *View) bool {
	if v.Buf != w.Buf || v.Offset != w.Offset || !v.SameShape(w) {
		return false
	}
	for i := range v.Rank {
		if v.Shape[i] != 1 && v.Strides[i] != w.Strides[i] {
			return false
		}
	}
	return true
}

// Dims is the shape as a slice of the view's own array.
func (v *View) Dims() []int { return v.Shape[:v.Rank] }

func (v View) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "view%v", v.Shape[:v.Rank])
	if !v.Contiguous() {
		fmt.Fprintf(&b, " strides %v", v.Strides[:v.Rank])
	}
	return b.String()
}
