package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// On small images many taps lie outside: of 4×4 windows of 4×4 taps with padding 1, a
// quarter. There the same pixel of all images is one matrix, and each window adds up
// the products of the pixels that it meets:
//
//	y [image, o] of a window = Σ x [image, c] of its pixels · w [c, o] of their taps
//
// Neighbouring windows meet neighbouring pixels, so that those of a line are one
// product for each tap.

const (
	// smallWindows is the most windows of an image, and smallImages the fewest images,
	// for which this pays: 8×8 windows of 4×4 taps with padding 1 lose an eighth.
	smallWindows = 64
	smallImages  = 8
	// smallC is the fewest channels of images and result, so that a product is worth
	// its calls.
	smallC = 64

	// smallPanel is the channels of the result that a kernel computes at a time, and
	// smallK the most terms of a sum: 32 KiB of weights.
	smallPanel = 2 * asm.NR
	smallK     = 256
	// smallChunks is how many chunks there are at least, as far as lines go. More
	// chunks than panels bring the same weights in order several times.
	smallChunks = 4
	// stageIn is how many channels of NR others are brought in order at a time: with 16
	// taps 32 KiB.
	stageIn = 32
)

// isSmall reports whether images are small: windows are those of one, in and out the
// channels.
func isSmall(groups, taps, windows, images, in, out int) bool {
	return groups == 1 && taps > 1 && windows <= smallWindows && images >= smallImages && min(in, out) >= smallC
}

// axis is how the windows of a plane meet the pixels along an axis: window i, in tap t,
// pixel i·step + first + t·apart. That is tap number last − t·back of the weights.
type axis struct{ windows, step, first, taps, apart, last, back int }

// smallPlane is windows all alike: those of a convolution, or, of the gradient of its
// input, the pixels at one place between windows.
type smallPlane struct {
	down, across axis
	out          images // with the first window at 0
}

// smallTask is a convolution of small images, by panels of channels of the result.
type smallTask struct {
	c             *cpu
	x             images
	n, h, w, in   int // images, lines, pixels, channels
	outs          int
	planes        []smallPlane
	weights       []float32 // number (out, in, tap) is at out·perOut + in·perIn + tap
	perOut, perIn int
	kh, kw        int
	epilogue      gemm.Epilogue

	step   int       // pixels from one window to the next, of all planes
	copied []float32 // [line, pixel mod step, pixel / step, image, channel]
	row    int       // numbers of an image there

	pixels, panels, lines team.Division
}

var smallTasks team.Recycler[smallTask]

// smallForward computes out, if images are small.
func (c *cpu) smallForward(z *conv, in, out *images, w *backend.View, epilogue gemm.Epilogue) bool {
	if !isSmall(z.Groups, z.taps(), z.oh*z.ow, z.n, z.c, z.o) {
		return false
	}
	dense, scratch := c.denseWeights(w)
	t := smallTasks.Get()
	t.x, t.n, t.h, t.w, t.in, t.outs = *in, z.n, z.h, z.w, z.c, z.o
	t.weights, t.perOut, t.perIn = dense, z.c*z.taps(), z.taps()
	t.planes = append(t.planes[:0], smallPlane{
		down:   axis{z.oh, z.Stride[0], -z.Pad[0], z.kh, z.Dilation[0], 0, -1},
		across: axis{z.ow, z.Stride[1], -z.Pad[1], z.kw, z.Dilation[1], 0, -1},
		out:    *out,
	})
	t.step = z.Stride[1]
	c.runSmall(t, z, epilogue)
	c.release(scratch)
	return true
}

// smallBack computes dst, if images are small.
func (c *cpu) smallBack(z *conv, dst *backend.View, up *images, w *backend.View, epilogue gemm.Epilogue) bool {
	if !isSmall(z.Groups, z.taps(), ceilDiv(z.h, z.Stride[0])*ceilDiv(z.w, z.Stride[1]), z.n, z.o, z.c) {
		return false
	}
	dense, scratch := c.denseWeights(w)
	out := c.write(dst)
	t := smallTasks.Get()
	t.x, t.n, t.h, t.w, t.in, t.outs = *up, z.n, z.oh, z.ow, z.o, z.c
	t.weights, t.perOut, t.perIn = dense, z.taps(), z.c*z.taps()
	t.planes = t.planes[:0]
	for y := range min(z.Stride[0], z.h) {
		for x := range min(z.Stride[1], z.w) {
			t.planes = append(t.planes, smallPlane{
				down: z.phase(0, y).axis(ceilDiv(z.h-y, z.Stride[0])), across: z.phase(1, x).axis(ceilDiv(z.w-x, z.Stride[1])),
				out: images{out.mem[y*out.line+x*out.pixel:], out.image, z.Stride[0] * out.line, z.Stride[1] * out.pixel, nil},
			})
		}
	}
	t.step = 1
	c.runSmall(t, z, epilogue)
	c.finish(&out, dst)
	c.release(scratch)
	return true
}

func (p phase) axis(windows int) axis {
	return axis{windows, 1, p.first, p.taps, p.step, p.last, p.back}
}

// copyPixels is a task that copies pixels, each of all images.
type copyPixels struct{ *smallTask }

var pixelCopiers team.Recycler[copyPixels]

// runSmall computes the planes of t and gives it back.
func (c *cpu) runSmall(t *smallTask, z *conv, epilogue gemm.Epilogue) {
	t.c, t.kh, t.kw, t.epilogue = c, z.kh, z.kw, epilogue
	t.row = t.in + asm.NR // not a power of two: images would meet in the cache
	scratch := c.pool.alloc(t.h * t.step * ceilDiv(t.w, t.step) * t.n * t.row)
	t.copied = scratch.data
	t.pixels = team.Divide(t.h*t.w, max(1, cheapChunk/(t.n*t.in)), 1)
	p := pixelCopiers.Get()
	p.smallTask = t
	c.team.Do(t.pixels.Count, p)
	p.smallTask = nil
	pixelCopiers.Put(p)

	lines := 0
	for i := range t.planes {
		lines += t.planes[i].down.windows
	}
	t.panels = team.Divide(t.outs, smallPanel, smallPanel)
	t.lines = team.Divide(lines, ceilDiv(lines, ceilDiv(smallChunks, t.panels.Count)), 1)
	c.team.Do(t.panels.Count*t.lines.Count, t)
	c.release(scratch)
	*t = smallTask{planes: t.planes}
	clear(t.planes)
	smallTasks.Put(t)
}

// at is where the copies of a pixel begin.
func (t *smallTask) at(y, x int) int {
	return ((y*t.step+x%t.step)*ceilDiv(t.w, t.step) + x/t.step) * t.n * t.row
}

// Chunk copies some pixels.
func (p *copyPixels) Chunk(i int) {
	lo, hi := p.pixels.Bounds(i)
	for pixel := lo; pixel < hi; pixel++ {
		y, x := pixel/p.w, pixel%p.w
		to := p.copied[p.at(y, x):]
		for image := range p.n {
			copy(to[image*p.row:][:p.in], p.x.mem[image*p.x.image+y*p.x.line+x*p.x.pixel:])
		}
	}
}

// Chunk computes some channels of the windows of some lines.
func (t *smallTask) Chunk(i int) {
	o0, o1 := t.panels.Bounds(i / t.lines.Count)
	l0, l1 := t.lines.Bounds(i % t.lines.Count)
	width := roundUp(o1-o0, asm.NR)
	most := 0
	for i := range t.planes {
		most = max(most, t.planes[i].across.windows)
	}
	taps := t.kh * t.kw
	scratch := t.c.pool.alloc(taps*t.in*width + max(stageIn*taps*asm.NR, most*t.n*width))
	w, rest := scratch.data[:taps*t.in*width], scratch.data[taps*t.in*width:]
	t.sort(w, rest, o0, o1)
	for i := range t.planes {
		p := &t.planes[i]
		for l := max(0, l0); l < min(l1, p.down.windows); l++ {
			sums := rest[:p.across.windows*t.n*width]
			clear(sums)
			t.line(p, l, w, sums, width)
			t.store(p, l, sums, width, o0, o1)
		}
		l0, l1 = l0-p.down.windows, l1-p.down.windows
	}
	t.c.pool.put(scratch)
}

// sort brings the weights of channels [o0, o1) into the order [tap, in, out].
func (t *smallTask) sort(w, stage []float32, o0, o1 int) {
	taps, width := t.kh*t.kw, roundUp(o1-o0, asm.NR)
	for o := o0; o < o1; o += asm.NR {
		outs := min(asm.NR, o1-o)
		for c := 0; c < t.in; c += stageIn {
			n, from := min(stageIn, t.in-c), t.weights[o*t.perOut+c*t.perIn:]
			if t.perIn == taps {
				asm.PackTranspose(stage, from, t.perOut, outs, n*taps, asm.NR)
			} else {
				for i := range n {
					asm.PackTranspose(stage[i*taps*asm.NR:], from[i*t.perIn:], t.perOut, outs, taps, asm.NR)
				}
			}
			for tap := range taps {
				to := w[(tap*t.in+c)*width+o-o0:]
				for i := range n {
					*(*[asm.NR]float32)(to[i*width:]) = *(*[asm.NR]float32)(stage[(i*taps+tap)*asm.NR:])
				}
			}
		}
	}
}

// line adds the products of a line of windows to sums [window, image, out].
func (t *smallTask) line(p *smallPlane, l int, w, sums []float32, width int) {
	x := asm.InPlaceTiles{N: width, ARow: t.row, ACol: 1, BRow: width, CRow: width, Accumulate: true}
	for a := range p.down.taps {
		y := l*p.down.step + p.down.first + a*p.down.apart
		if uint(y) >= uint(t.h) {
			continue
		}
		for b := range p.across.taps {
			lo, hi := p.across.inside(b, t.w)
			if lo >= hi {
				continue
			}
			tap := (p.down.last-a*p.down.back)*t.kw + p.across.last - b*p.across.back
			pixels := t.copied[t.at(y, lo*p.across.step+p.across.first+b*p.across.apart):]
			for k := 0; k < t.in; k += smallK {
				x.K, x.A, x.B, x.C = min(smallK, t.in-k), pixels[k:], w[(tap*t.in+k)*width:], sums[lo*t.n*width:]
				gemm.MultiplyInPlace(x, (hi-lo)*t.n, 2*asm.MR)
			}
		}
	}
}

// inside is the windows [lo, hi) whose tap meets one of so many pixels.
func (a *axis) inside(tap, pixels int) (lo, hi int) {
	at := a.first + tap*a.apart // pixel of window 0
	if at < 0 {
		lo = ceilDiv(-at, a.step)
	}
	if at < pixels {
		hi = min(a.windows, ceilDiv(pixels-at, a.step))
	}
	return lo, hi
}

// store finishes a line of windows and moves it to the images.
func (t *smallTask) store(p *smallPlane, l int, sums []float32, width, o0, o1 int) {
	for w := range p.across.windows {
		for n := range t.n {
			row := sums[(w*t.n+n)*width:][:o1-o0]
			t.epilogue.Apply(row, o0)
			copy(p.out.mem[n*p.out.image+l*p.out.line+w*p.out.pixel+o0:], row)
		}
	}
}
