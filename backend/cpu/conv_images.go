package cpu

import (
	"github.com/org/artnn/backend"
)

// images are pictures in memory with the channels of a pixel together.
type images struct {
	mem                []float32
	image, line, pixel int     // numbers from one to the next
	scratch            *buffer // where they were copied to, or nil
}

// channelsLast is v with the axes in the order images, lines, pixels, channels.
func channelsLast(v *backend.View) backend.View {
	w := *v
	for to, from := range [...]int{0, 2, 3, 1} {
		w.Shape[to], w.Strides[to] = v.Shape[from], v.Strides[from]
	}
	return w
}

// read is v as images, copied to scratch memory if it is in another order.
func (c *cpu) read(v *backend.View) images {
	if v.Size() == 0 || (v.Shape[1] == 1 || v.Strides[1] == 1) && !hasNegative(v) {
		return imagesAt(v)
	}
	return c.copied(v)
}

// copied is a copy of v as images.
func (c *cpu) copied(v *backend.View) images {
	x := c.fresh(v)
	if v.Size() > 0 {
		last := channelsLast(v)
		c.Copy(backend.NewView(x.scratch, last.Dims()...), last)
	}
	return x
}

// fresh is scratch memory for images of v's shape.
func (c *cpu) fresh(v *backend.View) images {
	last := channelsLast(v)
	scratch := c.pool.alloc(v.Size())
	dense := backend.NewView(scratch, last.Dims()...)
	return images{scratch.data, dense.Strides[0], dense.Strides[1], dense.Strides[2], scratch}
}

// imagesAt are images where v has them.
func imagesAt(v *backend.View) images {
	x := images{mem: from(v), image: v.Strides[0], line: v.Strides[2], pixel: v.Strides[3]}
	// Strides of axes of size 1 mean nothing: give them those of dense images.
	if v.Shape[3] == 1 {
		x.pixel = v.Shape[1]
		if v.Shape[2] > 1 {
			x.pixel = x.line
		} else if v.Shape[0] > 1 {
			x.pixel = x.image
		}
	}
	if v.Shape[2] == 1 {
		x.line = v.Shape[3] * x.pixel
	}
	if v.Shape[0] == 1 {
		x.image = v.Shape[2] * x.line
	}
	return x
}

// even reports whether the pixels of images of h lines of w lie at equal distances.
func (x *images) even(h, w int) bool { return x.line == w*x.pixel && x.image == h*x.line }

// write is where to compute v: where it is, if its pixels lie one after the other, or
// in scratch memory, for finish to copy.
func (c *cpu) write(v *backend.View) images {
	if x := imagesAt(v); (v.Shape[1] == 1 || v.Strides[1] == 1) && !hasNegative(v) &&
		x.pixel == v.Shape[1] && x.even(v.Shape[2], v.Shape[3]) {
		return x
	}
	return c.fresh(v)
}

// finish copies computed images to v, if they are not there.
func (c *cpu) finish(x *images, v *backend.View) {
	if x.scratch == nil {
		return
	}
	last := channelsLast(v)
	c.Copy(last, backend.NewView(x.scratch, last.Dims()...))
	c.pool.put(x.scratch)
}

// release gives scratch memory back.
func (c *cpu) release(scratch ...*buffer) {
	for _, b := range scratch {
		if b != nil {
			c.pool.put(b)
		}
	}
}

// shift is mem from a number on; empty memory stays so.
func shift(mem []float32, from int) []float32 {
	if len(mem) == 0 {
		return nil
	}
	return mem[from:]
}
