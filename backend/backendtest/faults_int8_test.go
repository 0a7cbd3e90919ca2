//go:build !race

package backendtest

import (
	"slices"

	"github.com/org/artnn/backend"
)

type (
	badLinearInt8 struct {
		single
		f func(b *single, dst, x backend.View, w *backend.Int8Matrix, bias backend.View)
	}
	badLSTMInt8 struct {
		single
		f func(b *single, y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View)
	}
)

func (b *badLinearInt8) LinearInt8(dst, x backend.View, w *backend.Int8Matrix, bias backend.View) bool {
	b.f(&b.single, dst, x, w, bias)
	return true
}

func (b *badLSTMInt8) LSTMInt8(y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) bool {
	b.f(&b.single, y, cells, gates, whh, h0, c0)
	return true
}

// oneScale is the matrix with the scale of the first row for all.
func oneScale(w *backend.Int8Matrix) *backend.Int8Matrix {
	v := *w
	v.Scale = slices.Clone(w.Scale)
	for i := range v.Scale {
		v.Scale[i] = v.Scale[0]
	}
	return &v
}

// narrower is the matrix without its smallest weight.
func narrower(w *backend.Int8Matrix) *backend.Int8Matrix {
	v := *w
	v.Values = slices.Clone(w.Values)
	for i, x := range v.Values {
		v.Values[i] = max(x, -127)
	}
	return &v
}

func int8Faults() []broken {
	linear := func(fault string, f func(b *single, dst, x backend.View, w *backend.Int8Matrix, bias backend.View)) broken {
		return broken{fault, "optional/linear_int8", &badLinearInt8{f: f}}
	}
	lstm := func(fault string, f func(b *single, y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View)) broken {
		return broken{fault, "optional/lstm_int8", &badLSTMInt8{f: f}}
	}
	return []broken{
		linear("bias forgotten", func(b *single, dst, x backend.View, w *backend.Int8Matrix, _ backend.View) {
			b.LinearInt8(dst, x, w, backend.View{})
		}),
		linear("one scale for all rows", func(b *single, dst, x backend.View, w *backend.Int8Matrix, bias backend.View) {
			b.LinearInt8(dst, x, oneScale(w), bias)
		}),
		linear("-128 taken as -127", func(b *single, dst, x backend.View, w *backend.Int8Matrix, bias backend.View) {
			b.LinearInt8(dst, x, narrower(w), bias)
		}),
		linear("input rounded to 8 bits", func(b *single, dst, x backend.View, w *backend.Int8Matrix, bias backend.View) {
			in := b.get(x)
			b.change(x, func(_ int, v float64) float64 { return float64(int(v*32)) / 32 })
			b.LinearInt8(dst, x, w, bias)
			b.set(x, in)
		}),
		linear("input spoilt", func(b *single, dst, x backend.View, w *backend.Int8Matrix, bias backend.View) {
			b.LinearInt8(dst, x, w, bias)
			b.change(x, func(_ int, v float64) float64 { return v + 1 })
		}),
		lstm("first hidden state ignored", func(b *single, y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) {
			zero := h0
			zero.Buf = b.Alloc(h0.Buf.Len())
			b.Fill(zero, 0)
			b.LSTMInt8(y, cells, gates, whh, zero, c0)
		}),
		lstm("one scale for all rows", func(b *single, y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) {
			b.LSTMInt8(y, cells, gates, oneScale(whh), h0, c0)
		}),
		lstm("gates left inactive", func(b *single, y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) {
			old := b.get(gates)
			b.LSTMInt8(y, cells, gates, whh, h0, c0)
			b.set(gates, old)
		}),
	}
}
