package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// tapOrder moves weights [o, c, tap] to where number (o, c, t) lies at
//
//	at[t] + o/per·group + o%per·each + c
//
// or back: the channels of a tap together, as packing wants them.
type tapOrder struct {
	weights, sorted  []float32
	c, taps          int
	at               []int
	per, group, each int
	back             bool
	beta             float32 // back: factor on the old weights
	chunks           team.Division
}

var tapOrders team.Recycler[tapOrder]

// byTaps is the weights in the order [o, tap, c], and the scratch memory they are in
// unless they were so already.
func (c *cpu) byTaps(z *conv, w *backend.View) ([]float32, *buffer) {
	if z.taps() == 1 && w.Contiguous() {
		return dense(w), nil
	}
	t := tapOrders.Get()
	t.at = t.at[:0]
	for tap := range z.taps() {
		t.at = append(t.at, tap*z.c)
	}
	t.per, t.group, t.each = max(1, w.Shape[0]), 0, z.taps()*z.c
	return c.sort(t, z, w)
}

// sortImages moves images [image, c, tap], of one window, to out.
func (c *cpu) sortImages(z *conv, out images, from []float32) {
	t := tapOrders.Get()
	t.at = t.at[:0]
	for tap := range z.taps() {
		t.at = append(t.at, tap*z.c)
	}
	t.per, t.group, t.each = z.n, 0, out.image
	t.weights, t.sorted, t.c, t.taps, t.back = from, out.mem, z.c, z.taps(), false
	c.runOrder(t, z.n)
}

// byPhases is the weights for [cpu.phases]: for each group and phase in the order
// [tap from the last one back, o, c], and in the end taps that no pixel meets.
func (c *cpu) byPhases(z *conv, w *backend.View) ([]float32, *buffer) {
	if z.taps() == 1 && w.Contiguous() {
		return dense(w), nil
	}
	t := tapOrders.Get()
	t.at = t.at[:0]
	for range z.taps() {
		t.at = append(t.at, -1)
	}
	at := 0
	put := func(tap int) {
		t.at[tap] = at
		at += z.o * z.c
	}
	for y := range min(z.Stride[0], z.h) {
		down := z.phase(0, y)
		for x := range min(z.Stride[1], z.w) {
			across := z.phase(1, x)
			for a := range down.taps {
				for b := range across.taps {
					put((down.last-a*down.back)*z.kw + across.last - b*across.back)
				}
			}
		}
	}
	for tap, at := range t.at {
		if at < 0 {
			put(tap)
		}
	}
	t.per, t.group, t.each = max(1, z.o), z.taps()*z.o*z.c, z.c
	return c.sort(t, z, w)
}

// sort fills scratch memory with the weights as t says.
func (c *cpu) sort(t *tapOrder, z *conv, w *backend.View) ([]float32, *buffer) {
	var straight *buffer
	v := *w
	if !w.Contiguous() {
		v, straight = c.straighten(w)
	}
	sorted := c.pool.alloc(w.Size())
	t.weights, t.sorted, t.c, t.taps, t.back = dense(&v), sorted.data, z.c, z.taps(), false
	c.runOrder(t, w.Shape[0])
	c.release(straight)
	return sorted.data, sorted
}

// toWeights is weights = sums + beta·weights with sums in the order of byTaps.
func (c *cpu) toWeights(z *conv, w *backend.View, sums []float32, beta float32) {
	if !w.Contiguous() {
		scratch := c.pool.alloc(w.Size())
		v := backend.NewView(scratch, w.Dims()...)
		if beta != 0 {
			c.Copy(v, *w)
		}
		c.toWeights(z, &v, sums, beta)
		c.Copy(*w, v)
		c.pool.put(scratch)
		return
	}
	t := tapOrders.Get()
	t.at = t.at[:0]
	for tap := range z.taps() {
		t.at = append(t.at, tap*z.c)
	}
	t.per, t.group, t.each = max(1, w.Shape[0]), 0, z.taps()*z.c
	t.weights, t.sorted, t.c, t.taps, t.back, t.beta = dense(w), sums, z.c, z.taps(), true, beta
	c.runOrder(t, w.Shape[0])
}

func (c *cpu) runOrder(t *tapOrder, outs int) {
	if n := t.c * t.taps; n > 0 && outs > 0 {
		t.chunks = team.Divide(outs, ceilDiv(cheapChunk, n), 1)
		c.team.Do(t.chunks.Count, t)
	}
	t.weights, t.sorted = nil, nil
	tapOrders.Put(t)
}

// Chunk moves the weights of some outputs, in squares of NR channels and taps.
func (t *tapOrder) Chunk(i int) {
	o0, o1 := t.chunks.Bounds(i)
	for o := o0; o < o1; o++ {
		from := o * t.c * t.taps
		to := o/t.per*t.group + o%t.per*t.each
		for c := 0; c < t.c; c += asm.NR {
			for tap := 0; tap < t.taps; tap += asm.NR {
				if t.back {
					t.squareBack(from, to, c, tap)
				} else {
					t.square(from, to, c, tap)
				}
			}
		}
	}
}

func (t *tapOrder) square(from, to, c, tap int) {
	var square [asm.NR * asm.NR]float32
	channels, taps := min(asm.NR, t.c-c), min(asm.NR, t.taps-tap)
	asm.PackTranspose(square[:], t.weights[from+c*t.taps+tap:], t.taps, channels, taps, asm.NR)
	for i := range taps {
		copy(t.sorted[t.at[tap+i]+to+c:][:channels], square[i*asm.NR:])
	}
}

func (t *tapOrder) squareBack(from, to, c, tap int) {
	var square [asm.NR * asm.NR]float32
	channels, taps := min(asm.NR, t.c-c), min(asm.NR, t.taps-tap)
	asm.PackTranspose(square[:], t.sorted[t.at[tap]+to+c:], t.c, taps, channels, asm.NR)
	for i := range channels {
		row := t.weights[from+(c+i)*t.taps+tap:][:taps]
		sums := square[i*asm.NR:][:taps]
		switch t.beta {
		case 0:
			copy(row, sums)
		default:
			for j, x := range sums {
				row[j] = t.beta*row[j] + x
			}
		}
	}
}
