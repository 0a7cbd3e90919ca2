package cpu

import (
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
)

// Conv2dInputGrad computes dst = act(gradient of a convolution's input + bias).
//
// Panics if the shapes do not fit.
func (c *cpu) Conv2dInputGrad(dst, g, w backend.View, geometry backend.Conv, ep backend.Epilogue) {
	z := newConv("conv2d input grad", &dst, &w, &g, &geometry)
	if dst.Size() == 0 {
		return
	}
	var epilogue gemm.Epilogue
	bias := c.epilogue(&epilogue, &ep, dst.Shape[1])
	up := c.read(&g)
	switch {
	case z.oneWindow():
		c.spread(&z, &dst, &up, &w, epilogue)
	case c.winogradBack(&z, &dst, &up, &w, epilogue):
	default:
		c.phases(&z, &dst, &up, &w, epilogue)
	}
	c.release(bias, up.scratch)
}

// phases does the pixels between windows, place by place.
func (c *cpu) phases(z *conv, dst *backend.View, up *images, w *backend.View, epilogue gemm.Epilogue) {
	weights, scratch := c.byPhases(z, w)
	taken := 0 // numbers of a group's weights in earlier phases
	for y := range min(z.Stride[0], z.h) {
		down := z.phase(0, y)
		for x := range min(z.Stride[1], z.w) {
			across := z.phase(1, x)
			place := phaseOf(dst, z, y, x)
			out := c.write(&place)
			k := down.taps * across.taps * z.o
			c.slide(&sliding{
				Patches: gemm.Patches{
					Mem: up.mem, Image: up.image, Line: up.line, Pixel: up.pixel, H: z.oh, W: z.ow, C: z.o,
					Down: place.Shape[2], Across: place.Shape[3], KH: down.taps, KW: across.taps, StepY: 1, StepX: 1,
					TapY: down.step, TapX: across.step, FirstY: down.first, FirstX: across.first,
				},
				groups: z.Groups, outs: z.c, pointwise: z.pointwise() && up.even(z.oh, z.ow), images: z.n,
				weights: shift(weights, taken), perGroup: z.taps() * z.o * z.c, perOut: 1, perTap: z.o * z.c, perIn: z.c,
				out: out, epilogue: epilogue,
			})
			taken += k * z.c
			c.finish(&out, &place)
		}
	}
	c.release(scratch)
}

// phaseOf is the view of every pixel of dst at one place between windows.
func phaseOf(dst *backend.View, z *conv, y, x int) backend.View {
	v := *dst
	for i, at := range [...]int{y, x} {
		k, s := 2+i, z.Stride[i]
		v.Offset += at * v.Strides[k]
		v.Shape[k] = ceilDiv(v.Shape[k]-at, s)
		v.Strides[k] *= s
	}
	return v
}

// phase is what the pixels at one place between windows meet along an axis: pixel
// place + i·stride meets, in tap t from the last one back, window first + i + t·step.
type phase struct {
	taps, first, step int
	last, back        int // number of the last tap, and from each to the one before
}

func (z *conv) phase(axis, place int) phase {
	stride, dilation, k := z.Stride[axis], z.Dilation[axis], z.kh
	if axis == 1 {
		k = z.kw
	}
	p := phase{back: stride / gcd(stride, dilation), step: dilation / gcd(stride, dilation)}
	for tap := range k {
		if (place+z.Pad[axis]-tap*dilation)%stride == 0 {
			p.taps++
			p.last = tap
		}
	}
	if p.taps > 0 {
		p.first = (place + z.Pad[axis] - p.last*dilation) / stride
	}
	return p
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// oneWindow reports whether there is one window, which is the image.
func (z *conv) oneWindow() bool {
	return z.Groups == 1 && z.oh == 1 && z.ow == 1 && z.kh == z.h && z.kw == z.w && z.taps() > 1 &&
		z.Pad == [2]int{} && z.Dilation == [2]int{1, 1}
}

// spread is the gradient of one window: a product without patches.
func (c *cpu) spread(z *conv, dst *backend.View, up *images, w *backend.View, epilogue gemm.Epilogue) {
	weights, scratch := c.byTaps(z, w)
	out := c.write(dst)
	n := z.taps() * z.c
	var tiled *buffer
	if epilogue.Bias != nil {
		tiled = c.pool.alloc(n)
		for i := 0; i < n; i += z.c {
			copy(tiled.data[i:], epilogue.Bias)
		}
		epilogue.Bias = tiled.data
	}
	c.multiply(&gemm.Product{
		M: z.n, N: n, K: z.o, Alpha: 1,
		A: gemm.Matrix{Mem: up.mem, Strides: gemm.Strides{Row: up.image, Col: 1}},
		B: gemm.Matrix{Mem: weights, Strides: gemm.Strides{Row: n, Col: 1}},
		C: out.mem, LdC: out.image, Epilogue: epilogue,
	})
	c.release(tiled, scratch)
	c.finish(&out, dst)
}
