package cpu

import (
	"unsafe"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// int8Grain is how many multiplications by int8 weights make a chunk worth
	// handing out, about 5 µs.
	int8Grain = 64 << 10
	// int8Rows is the most rows of x for which weights are widened again for
	// every few of them. More are worth a copy in float32, made int8Block
	// numbers at a time, which stay in cache until they have been used.
	int8Rows  = 32
	int8Block = 128 << 10
)

// int8Product is y (+)= x·Wᵀ for n rows of x, cut by rows of W. Every row of W
// is read once and serves all rows of x, which are rounded to integers, block by
// block of K, each with a scale: row i's is scales[b*n+i] in block b.
type int8Product struct {
	w          *backend.Int8Matrix
	x          []int16
	scales     []float32
	y          []float32
	ldy        int
	n          int
	bias       []float32 // nil if there is none
	accumulate bool      // then there is no bias
	step       int       // rows of W in a chunk
}

var int8Products team.Recycler[int8Product]

// LinearInt8 computes dst = x·Wᵀ + bias.
//
// Up to int8Rows rows of x are rounded to integers of 14 bits, by a scale for
// each row and each block of K, and multiplied exactly. That halves the time of
// a product with one row, and costs a 64th of what rounding the weights to 8
// bits did.
//
// Every element is a sum of blocks of K in order.
func (c *cpu) LinearInt8(dst, x backend.View, w *backend.Int8Matrix, bias backend.View) bool {
	b, ok := contiguousVector(&bias)
	if !ok || !dst.Contiguous() {
		return false
	}
	if dst.Size() == 0 {
		return true
	}
	if x.Shape[0] > int8Rows {
		c.linearWidened(dst, x, w, bias)
		return true
	}
	in, scratch := c.flatten(&x)
	p := int8Products.Get()
	*p = int8Product{w: w, y: dense(&dst), ldy: w.Rows, n: x.Shape[0], bias: b}
	p.run(c, in, w.Cols)
	*p = int8Product{}
	int8Products.Put(p)
	if scratch != nil {
		c.pool.put(scratch)
	}
	return true
}

// LSTMInt8 runs the recurrence over gates holding the input projections.
func (c *cpu) LSTMInt8(y, cells, gates backend.View, whh *backend.Int8Matrix, h0, c0 backend.View) bool {
	if gates.Size() == 0 || !gates.Contiguous() {
		return false
	}
	if gates.Shape[0] > gemm.RepeatDirect { // as many as pay for packing
		wide := c.widen(whh, 0, whh.Rows)
		ok := c.LSTM(y, cells, gates, backend.NewView(wide, whh.Rows, whh.Cols), h0, c0)
		c.pool.put(wide)
		return ok
	}
	l := lstms.Get()
	l.init(c, &gates, y.Shape[2])
	first, s0 := c.flatten(&h0)
	start, s1 := c.flatten(&c0)
	l.gates, l.y, l.cells, l.c0 = dense(&gates), dense(&y), dense(&cells), start
	l.int8 = int8Product{w: whh, n: l.batch, accumulate: true}
	l.run(first)
	l.release(s0, s1)
	return true
}

// linearWidened computes dst = x·Wᵀ + bias from float32 copies of blocks of
// rows of W.
func (c *cpu) linearWidened(dst, x backend.View, w *backend.Int8Matrix, bias backend.View) {
	rows := max(1, int8Block/max(1, w.Cols))
	for lo := 0; lo < w.Rows; lo += rows {
		n := min(rows, w.Rows-lo)
		wide := c.widen(w, lo, lo+n)
		block := backend.NewView(wide, n, w.Cols)
		block.Shape[0], block.Shape[1] = block.Shape[1], block.Shape[0]
		block.Strides[0], block.Strides[1] = block.Strides[1], block.Strides[0]
		out, shift := dst, bias
		out.Shape[1] = n
		out.Offset += lo
		if bias.Buf != nil {
			shift.Shape[0] = n
			shift.Offset += lo
		}
		c.Gemm(out, x, block, 1, 0, backend.Epilogue{Bias: shift})
		c.pool.put(wide)
	}
}

// widen is rows [lo, hi) of W in float32.
func (c *cpu) widen(w backend.StoredMatrix, lo, hi int) *buffer {
	_, k := w.Dims()
	scratch := c.pool.alloc((hi - lo) * k)
	c.decode(scratch.data, w, lo, hi, k)
	return scratch
}

// run computes the product for n rows of x, ldx numbers apart.
func (p *int8Product) run(c *cpu, x []float32, ldx int) {
	k := p.w.Cols
	blocks := ceilDiv(k, asm.Int8Terms)
	scratch := c.pool.alloc(p.n*blocks + ceilDiv(p.n*k, 2))
	p.scales, p.x = scratch.data[:p.n*blocks], int16s(scratch.data[p.n*blocks:])
	for i := range p.n {
		for b := range blocks {
			lo, hi := b*asm.Int8Terms, min(k, (b+1)*asm.Int8Terms)
			p.scales[b*p.n+i] = asm.RoundInt16(p.x[i*k+lo:i*k+hi], x[i*ldx+lo:i*ldx+hi])
		}
	}
	p.step = roundUp(ceilDiv(int8Grain, max(1, p.n*k)), asm.DotNR)
	c.team.Do(ceilDiv(p.w.Rows, p.step), p)
	c.pool.put(scratch)
}

// int16s is memory for numbers used for twice as many integers.
func int16s(mem []float32) []int16 {
	return unsafe.Slice((*int16)(unsafe.Pointer(unsafe.SliceData(mem))), 2*len(mem))
}

// chunk computes columns [lo, hi) of y.
func (p *int8Product) Chunk(i int) {
	w, k := p.w, p.w.Cols
	lo := i * p.step
	hi := min(w.Rows, lo+p.step)
	if p.n == 1 {
		acc := p.start(lo, hi-lo)
		for b := 0; b == 0 || b*asm.Int8Terms < k; b++ {
			k0, k1 := b*asm.Int8Terms, min(k, (b+1)*asm.Int8Terms)
			scale := float32(0)
			if k > 0 {
				scale = p.scales[b]
			}
			asm.GemvInt8(&asm.Int8Gemv{
				Y: p.y[lo:hi], W: w.Values[lo*k+k0 : hi*k], WRow: k, Scale: w.Scale[lo:hi],
				X: p.x[k0:k1], ScaleX: scale, Accumulate: acc || b > 0,
			})
		}
		return
	}
	rows := gemm.CutRows(p.n, asm.DotMR)
	for j := lo; j < hi; j += asm.DotNR {
		n := min(asm.DotNR, hi-j)
		acc := p.start(j, n)
		for b := 0; b == 0 || b*asm.Int8Terms < k; b++ {
			k0, k1 := b*asm.Int8Terms, min(k, (b+1)*asm.Int8Terms)
			for t := range rows.Tiles {
				i, m := rows.At(t)
				asm.GemmInt8(&asm.Int8Tile{
					K: k1 - k0, M: m, N: n, X: p.x[i*k+k0:], XRow: k, ScaleX: p.scales[b*p.n+i:],
					W: w.Values[j*k+k0:], WRow: k, Scale: w.Scale[j:], Y: p.y[i*p.ldy+j:], YRow: p.ldy, Accumulate: acc || b > 0,
				})
			}
		}
	}
}

// start prepares columns [j, j+n) of y and reports whether to add to them.
func (p *int8Product) start(j, n int) bool {
	if p.accumulate || p.bias == nil {
		return p.accumulate
	}
	for i := range p.n {
		copy(p.y[i*p.ldy+j:][:n], p.bias[j:])
	}
	return true
}
