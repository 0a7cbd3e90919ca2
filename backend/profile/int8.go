package profile

import "github.com/org/artnn/backend"

// Decode is counted by what it writes.
func (p *Profiler) Decode(dst backend.View, w backend.StoredMatrix, lo int) bool {
	k, ok := p.inner.(backend.DecodeKernel)
	return ok && p.timeIf("decode", dst, moved(0, dst), func() bool { return k.Decode(dst, w, lo) })
}

// DecodeBlock is that of the backend which is timed.
func (p *Profiler) DecodeBlock() int {
	if k, ok := p.inner.(backend.DecodeKernel); ok {
		return k.DecodeBlock()
	}
	return 0
}

func (p *Profiler) LinearInt8(dst, x backend.View, w *backend.Int8Matrix, bias backend.View) bool {
	k, ok := p.inner.(backend.LinearInt8Kernel)
	return ok && p.timeIf("linear_int8", dst, p.int8Cost(size(x), w, dst, x, bias), func() bool {
		return k.LinearInt8(dst, x, w, bias)
	})
}

func (p *Profiler) LSTMInt8(y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) bool {
	k, ok := p.inner.(backend.LSTMInt8Kernel)
	return ok && p.timeIf("lstm_int8", y, p.int8Cost(size(y), whh, y, cells, gates), func() bool {
		return k.LSTMInt8(y, cells, gates, whh, h0, c0)
	})
}

// int8Cost is a product of n numbers in rows with the weights; these are read
// once, a byte each.
func (p *Profiler) int8Cost(n float64, w *backend.Int8Matrix, others ...backend.View) cost {
	c := moved(0, others...)
	c.flops = 2 * n * float64(w.Rows)
	c.elements += float64(len(w.Values)+4*len(w.Scale)) / p.word
	return c
}
