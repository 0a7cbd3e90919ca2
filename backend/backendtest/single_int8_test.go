package backendtest

import "github.com/org/artnn/backend"

// DecodeBlock is all.
func (*single) DecodeBlock() int { return 0 }

func (b *single) Decode(dst backend.View, w backend.StoredMatrix, lo int) bool {
	var all []float64
	row := make([]float32, dst.Shape[1])
	for r := range dst.Shape[0] {
		w.DecodeRow(row, lo+r)
		for _, v := range row {
			all = append(all, float64(v))
		}
	}
	b.set(dst, all)
	return true
}

func (b *single) LinearInt8(dst, x backend.View, w *backend.Int8Matrix, bias backend.View) bool {
	in, shift := b.get(x), b.maybe(bias)
	b.change(dst, func(i int, _ float64) float64 {
		sum, row, r := 0.0, i/w.Rows, i%w.Rows
		if shift != nil {
			sum = shift[r]
		}
		for k := range w.Cols {
			sum += in[row*w.Cols+k] * int8Weight(w, r*w.Cols+k)
		}
		return sum
	})
	return true
}

func (b *single) LSTMInt8(y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) bool {
	wide := make([]float64, len(whh.Values))
	for i := range wide {
		wide[i] = int8Weight(whh, i)
	}
	active := b.get(gates)
	ys, cs := lstmTruth(lstmSize{y.Shape[0], y.Shape[1], y.Shape[2]}, active, wide, b.get(h0), b.get(c0))
	b.set(y, ys)
	b.set(cells, cs)
	b.set(gates, active)
	return true
}

func int8Weight(w *backend.Int8Matrix, i int) float64 {
	return float64(w.Scale[i/w.Cols]) * float64(w.Values[i])
}
