package cpu

import (
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/winograd"
)

// Convolutions of 3×3 taps at stride 1 and of 4×4 at stride 2 have a way that takes
// fewer multiplications: package winograd. Its plan says where it is faster.

// fewTaps is the taps along an axis of each of the Stride² convolutions that z is the
// sum of, or 0 where package winograd does not know it.
func (z *conv) fewTaps() int {
	k, s := z.kh, z.Stride[0]
	if z.Groups != 1 || z.Dilation != [2]int{1, 1} || z.kw != k || z.Stride[1] != s {
		return 0
	}
	switch {
	case k == 3 && s == 1:
		return 3
	case k == 4 && s == 2:
		return 2
	}
	return 0
}

// products is how many products of numbers, for each pair of channels, are computed
// where a plane of the result has so many windows.
func (z *conv) products(windows, in, out int) int {
	if !isSmall(z.Groups, z.taps(), windows, z.n, in, out) {
		return z.windows() * z.taps()
	}
	return z.n * z.meetings(0, z.oh, z.kh, z.h) * z.meetings(1, z.ow, z.kw, z.w)
}

// meetings is how many pairs of a window and a tap lie in the image, along an axis.
func (z *conv) meetings(axis, windows, taps, size int) (n int) {
	for i := range windows {
		for a := range taps {
			if uint(i*z.Stride[axis]+a*z.Dilation[axis]-z.Pad[axis]) < uint(size) {
				n++
			}
		}
	}
	return n
}

// winograd is images with their sizes.
func (x *images) winograd(n, h, w, c int) winograd.Images {
	return winograd.Images{Mem: x.mem, Image: x.image, Line: x.line, Pixel: x.pixel, N: n, H: h, W: w, C: c}
}

func (z *conv) winogradX(x *images) winograd.Images { return x.winograd(z.n, z.h, z.w, z.c) }
func (z *conv) winogradY(y *images) winograd.Images { return y.winograd(z.n, z.oh, z.ow, z.o) }

// winogradPlane is the windows of the convolution.
func (z *conv) winogradPlane() winograd.Plane {
	return winograd.Plane{First: [2]int{-z.Pad[0], -z.Pad[1]}, Count: [2]int{z.oh, z.ow}, ToStep: 1, TapStep: z.Stride[0]}
}

// winogradForward computes out, if this is faster.
func (c *cpu) winogradForward(z *conv, in, out *images, w *backend.View, epilogue gemm.Epilogue) bool {
	taps := z.fewTaps()
	if taps == 0 {
		return false
	}
	plan := winograd.New(winograd.Shape{
		Taps: taps, Step: z.Stride[0], Planes: 1, Images: z.n, Windows: [2]int{z.oh, z.ow}, In: z.c, Out: z.o,
		Products: z.products(z.oh*z.ow, z.c, z.o),
	})
	if !plan.Fewer {
		return false
	}
	dense, scratch := c.denseWeights(w)
	s := winograd.Sliding{
		Taps: taps, Step: z.Stride[0], X: z.winogradX(in), Y: z.winogradY(out), NumPlanes: 1, Epilogue: epilogue, Plan: plan,
		W: winograd.Weights{Mem: dense, In: z.taps(), Out: z.taps() * z.c, Side: z.kh},
	}
	s.Planes[0] = z.winogradPlane()
	s.Run(&c.env)
	c.release(scratch)
	return true
}

// winogradBack computes dst, if this is faster: the pixels at each place between
// windows are a plane.
func (c *cpu) winogradBack(z *conv, dst *backend.View, up *images, w *backend.View, epilogue gemm.Epilogue) bool {
	taps, stride := z.fewTaps(), z.Stride[0]
	if taps == 0 || min(z.h, z.w) < stride {
		return false
	}
	windows := [2]int{ceilDiv(z.h, stride), ceilDiv(z.w, stride)}
	plan := winograd.New(winograd.Shape{
		Taps: taps, Step: 1, Planes: stride * stride, Images: z.n, Windows: windows, In: z.o, Out: z.c,
		Products: z.products(windows[0]*windows[1], z.o, z.c),
	})
	if !plan.Fewer {
		return false
	}
	dense, scratch := c.denseWeights(w)
	out := c.write(dst)
	s := winograd.Sliding{
		Taps: taps, Step: 1, X: z.winogradY(up), Y: z.winogradX(&out), NumPlanes: stride * stride, Epilogue: epilogue, Plan: plan,
		W: winograd.Weights{Mem: dense, In: z.taps() * z.c, Out: z.taps(), Side: z.kh},
	}
	for i := range s.NumPlanes {
		y, x := i/stride, i%stride
		down, across := z.phase(0, y), z.phase(1, x)
		s.Planes[i] = winograd.Plane{
			First: [2]int{down.first, across.first}, Count: [2]int{ceilDiv(z.h-y, stride), ceilDiv(z.w-x, stride)},
			To: [2]int{y, x}, ToStep: stride, Tap: [2]int{down.last, across.last}, TapStep: -stride,
		}
	}
	s.Run(&c.env)
	c.finish(&out, dst)
	c.release(scratch)
	return true
}

// winogradWeights sets sums [o, tap, c], if this is faster.
func (c *cpu) winogradWeights(z *conv, in, up *images, sums []float32) bool {
	taps := z.fewTaps()
	if taps == 0 {
		return false
	}
	plan := winograd.New(winograd.Shape{
		Taps: taps, Step: z.Stride[0], Planes: 1, Images: z.n, Windows: [2]int{z.oh, z.ow}, In: z.c, Out: z.o,
		Products: z.windows() * z.taps(), Weights: true,
	})
	if !plan.Fewer {
		return false
	}
	g := winograd.WeightGrad{
		Taps: taps, Step: z.Stride[0], X: z.winogradX(in), Y: z.winogradY(up), Plane: z.winogradPlane(), Dst: sums, Plan: plan,
	}
	g.Run(&c.env)
	return true
}

// denseWeights is w in row-major order, and the scratch memory it is in unless it was
// so already.
func (c *cpu) denseWeights(w *backend.View) ([]float32, *buffer) {
	if w.Contiguous() {
		return dense(w), nil
	}
	v, scratch := c.straighten(w)
	return dense(&v), scratch
}
