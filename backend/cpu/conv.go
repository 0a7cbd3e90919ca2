package cpu

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
)

// Convolutions are products of matrices with patches: where the channels of a pixel
// lie together in memory, a window of an image is a row of a few segments, which the
// packing of package gemm reads in place. Images in other orders go through scratch
// memory.
//
//	conv2d        y [window, o]  = patches of x [window, tap·c] · w [tap·c, o]
//	weight grad   w [o, tap·c]   = gᵀ [o, window] · patches of x [window, tap·c]
//	input grad    x [pixel, c]   = patches of g [pixel, tap·o] · w [tap·o, c]
//
// The last one has the taps turned round. With strides over 1 it is one product for
// each place of a pixel between two windows, since each place meets taps of its own.

// conv is the geometry of a call with its sizes.
type conv struct {
	backend.Conv
	n, h, w int // images
	c, o    int // channels of x and y in one group
	kh, kw  int // taps
	oh, ow  int // windows
}

// newConv checks that the views go together.
//
// Panics if they do not.
func newConv(op string, x, w, y *backend.View, c *backend.Conv) conv {
	g := c.Groups
	if x.Rank != 4 || w.Rank != 4 || y.Rank != 4 || g < 1 || x.Shape[0] != y.Shape[0] || y.Shape[1] != w.Shape[0] ||
		x.Shape[1] != g*w.Shape[1] || w.Shape[0]%g != 0 ||
		min(c.Stride[0], c.Stride[1], c.Dilation[0], c.Dilation[1]) < 1 || min(c.Pad[0], c.Pad[1]) < 0 {
		panic(fmt.Sprintf("%s: %v, %v, %v and %+v do not go together", op, *x, *w, *y, *c))
	}
	return conv{
		Conv: *c, n: x.Shape[0], h: x.Shape[2], w: x.Shape[3], c: w.Shape[1], o: w.Shape[0] / g,
		kh: w.Shape[2], kw: w.Shape[3], oh: y.Shape[2], ow: y.Shape[3],
	}
}

func (z *conv) taps() int    { return z.kh * z.kw }
func (z *conv) windows() int { return z.n * z.oh * z.ow }

// pointwise reports whether windows are pixels.
func (z *conv) pointwise() bool {
	return z.taps() == 1 && z.Stride == [2]int{1, 1} && z.Pad == [2]int{} && z.oh == z.h && z.ow == z.w
}

// Conv2d computes dst = act(convolution of x with w + bias).
//
// Panics if the shapes do not fit.
func (c *cpu) Conv2d(dst, x, w backend.View, geometry backend.Conv, ep backend.Epilogue) {
	z := newConv("conv2d", &x, &w, &dst, &geometry)
	if dst.Size() == 0 {
		return
	}
	in, out := c.read(&x), c.write(&dst)
	var epilogue gemm.Epilogue
	bias := c.epilogue(&epilogue, &ep, dst.Shape[1])
	if !c.winogradForward(&z, &in, &out, &w, epilogue) {
		c.forward(&z, &in, &out, &w, epilogue)
	}
	c.release(bias, in.scratch)
	c.finish(&out, &dst)
}

// forward computes out by the definition.
func (c *cpu) forward(z *conv, in, out *images, w *backend.View, epilogue gemm.Epilogue) {
	weights, scratch := c.byTaps(z, w)
	k := z.taps() * z.c
	c.slide(&sliding{
		Patches: z.patches(in), images: z.n, groups: z.Groups, outs: z.o, pointwise: z.pointwise() && in.even(z.h, z.w),
		weights: weights, perGroup: z.o * k, perOut: k, perTap: z.c, perIn: 1, out: *out, epilogue: epilogue,
	})
	c.release(scratch)
}

// patches are the windows on x.
func (z *conv) patches(x *images) gemm.Patches {
	return gemm.Patches{
		Mem: x.mem, Image: x.image, Line: x.line, Pixel: x.pixel, H: z.h, W: z.w, C: z.c,
		Down: z.oh, Across: z.ow, KH: z.kh, KW: z.kw, StepY: z.Stride[0], StepX: z.Stride[1],
		TapY: z.Dilation[0], TapX: z.Dilation[1], FirstY: -z.Pad[0], FirstX: -z.Pad[1],
	}
}

// Conv2dWeightGrad computes dst = gradient of a convolution's weights + beta·dst.
//
// Panics if the shapes do not fit.
func (c *cpu) Conv2dWeightGrad(dst, g, x backend.View, geometry backend.Conv, beta float64) {
	z := newConv("conv2d weight grad", &x, &dst, &g, &geometry)
	if dst.Size() == 0 {
		return
	}
	in, up := c.read(&x), c.read(&g)
	if up.pixel != g.Shape[1] || !up.even(z.oh, z.ow) {
		c.release(up.scratch)
		up = c.copied(&g)
	}
	k := z.taps() * z.c
	sums := c.pool.alloc(z.Groups * z.o * k)
	if !c.winogradWeights(&z, &in, &up, sums.data) && !c.bandedWeights(&z, &in, &up, sums.data) {
		c.weightProducts(&z, &in, &up, sums.data)
	}
	c.release(in.scratch, up.scratch)
	c.toWeights(&z, &dst, sums.data, float32(beta))
	c.release(sums)
}

// weightProducts sets sums [o, tap, c], group by group.
func (c *cpu) weightProducts(z *conv, in, up *images, sums []float32) {
	k, patches := z.taps()*z.c, z.patches(in)
	for group := range z.Groups {
		c.multiply(&gemm.Product{
			M: z.o, N: k, K: z.windows(), Alpha: 1, C: sums[group*z.o*k:], LdC: k,
			A: gemm.Matrix{Mem: shift(up.mem, group*z.o), Strides: gemm.Strides{Row: 1, Col: up.pixel}},
			B: operand(&patches, group, z.pointwise() && in.even(z.h, z.w)),
		})
	}
}
