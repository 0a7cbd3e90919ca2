package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// Where the result has few channels, a product of pixels with the weights of all taps
// has enough columns for the kernels:
//
//	part [pixel, tap, o] = x [pixel, c] · w [c, tap, o]
//
// Each pixel adds its parts to the windows that meet it. Those of a line of taps lie
// together in the result.

const (
	// scatterO is the most channels of the result, and scatterC the fewest read. From
	// 16 channels to 3, 4×4 at stride 2, this is three times as fast as dot products, as
	// it is from 64 (BenchmarkConv).
	scatterO, scatterC = narrowOuts, narrowC
	// scatterN is the most columns of the product: 512 B of each pixel.
	scatterN = 128
	// scatterLines is the most lines of the result in a chunk: lines of the image
	// between two chunks are multiplied in both.
	scatterLines = 32
)

// scatterTask adds the parts of pixels. Pixel p, in tap t, meets window
// p·step + first + t·apart of the result, along each axis.
type scatterTask struct {
	c                      *cpu
	x                      images
	n, h, w, in            int // images, lines, pixels, channels
	out                    images
	oh, ow, outs           int
	kh, kw                 int
	stepY, stepX           int
	firstY, firstX, apartY int // taps across lie 1 apart
	weights                []float32
	perOut, perIn          int  // numbers from channel to channel
	turned                 bool // the last tap across comes first
	epilogue               gemm.Epilogue
	columns                int // of the product, whole tiles
	packed                 []float32
	bias                   []float32 // of a line of the result, or nil
	lines                  team.Division
	left, width            int // pixels before a line of sums, and of it
}

var scatterTasks team.Recycler[scatterTask]

// isScatter reports whether parts are few enough and worth it.
func isScatter(z *conv, in, out int) bool {
	return z.Groups == 1 && z.taps() > 1 && out <= scatterO && in >= scatterC && z.taps()*out <= scatterN && z.Dilation[1] == 1 &&
		min(z.h, z.w, z.windows()) > 0
}

// scatterForward computes out, if it has few channels.
func (c *cpu) scatterForward(z *conv, in, out *images, w *backend.View, epilogue gemm.Epilogue) bool {
	if !isScatter(z, z.c, z.o) || z.Stride != [2]int{1, 1} {
		return false
	}
	dense, scratch := c.denseWeights(w)
	t := scatterTasks.Get()
	*t = scatterTask{
		x: *in, n: z.n, h: z.h, w: z.w, in: z.c, out: *out, oh: z.oh, ow: z.ow, outs: z.o, kh: z.kh, kw: z.kw, stepY: 1, stepX: 1,
		firstY: z.Pad[0], firstX: z.Pad[1] - (z.kw - 1), apartY: -z.Dilation[0],
		weights: dense, perOut: z.c * z.taps(), perIn: z.taps(), turned: true, epilogue: epilogue,
	}
	c.scatter(t)
	c.release(scratch)
	return true
}

// scatterBack computes dst, if it has few channels.
func (c *cpu) scatterBack(z *conv, dst *backend.View, up *images, w *backend.View, epilogue gemm.Epilogue) bool {
	if !isScatter(z, z.o, z.c) {
		return false
	}
	dense, scratch := c.denseWeights(w)
	out := c.write(dst)
	t := scatterTasks.Get()
	*t = scatterTask{
		x: *up, n: z.n, h: z.oh, w: z.ow, in: z.o, out: out, oh: z.h, ow: z.w, outs: z.c, kh: z.kh, kw: z.kw,
		stepY: z.Stride[0], stepX: z.Stride[1], firstY: -z.Pad[0], firstX: -z.Pad[1], apartY: z.Dilation[0],
		weights: dense, perOut: z.taps(), perIn: z.c * z.taps(), epilogue: epilogue,
	}
	c.scatter(t)
	c.finish(&out, dst)
	c.release(scratch)
	return true
}

// scatter computes what t says and gives it back.
func (c *cpu) scatter(t *scatterTask) {
	t.c = c
	t.columns = roundUp(t.kh*t.kw*t.outs, asm.NR)
	t.left = max(0, -t.firstX)
	t.width = t.left + max(t.ow, (t.w-1)*t.stepX+t.firstX+t.kw)
	scratch := c.pool.alloc(t.in*t.columns + t.ow*t.outs)
	t.packed = scratch.data[:t.in*t.columns]
	t.pack()
	if b := t.epilogue.Bias; b != nil {
		t.bias = scratch.data[t.in*t.columns:]
		for i := 0; i < len(t.bias); i += t.outs {
			copy(t.bias[i:], b)
		}
	}
	t.lines = team.Divide(t.oh, scatterLines, 1)
	c.team.Do(t.n*t.lines.Count, t)
	c.release(scratch)
	*t = scatterTask{}
	scatterTasks.Put(t)
}

// pack brings the weights in the order [in, tap, out].
func (t *scatterTask) pack() {
	for c := range t.in {
		row := t.packed[c*t.columns:][:t.columns]
		clear(row)
		for a := range t.kh {
			for b := range t.kw {
				tap := a*t.kw + b
				if t.turned {
					tap = a*t.kw + t.kw - 1 - b
				}
				for o := range t.outs {
					row[(a*t.kw+b)*t.outs+o] = t.weights[o*t.perOut+c*t.perIn+tap]
				}
			}
		}
	}
}

// Chunk computes some lines of the result in an image.
func (t *scatterTask) Chunk(i int) {
	image := i / t.lines.Count
	lo, hi := t.lines.Bounds(i % t.lines.Count)
	line := t.width * t.outs
	scratch := t.c.pool.alloc((hi-lo)*line + t.w*t.columns)
	sums, parts := scratch.data[:(hi-lo)*line], scratch.data[(hi-lo)*line:]
	clear(sums)
	if t.bias != nil {
		for l := range hi - lo {
			copy(sums[l*line+t.left*t.outs:], t.bias)
		}
	}
	for y := range t.h {
		multiplied := false
		for a := range t.kh {
			to := y*t.stepY + t.firstY + a*t.apartY
			if to < lo || to >= hi {
				continue
			}
			if !multiplied {
				t.multiply(parts, image, y)
				multiplied = true
			}
			at := (to-lo)*line + (t.left+t.firstX)*t.outs
			addPieces(sums[at:], parts[a*t.kw*t.outs:], t.w, t.kw*t.outs, t.stepX*t.outs, t.columns)
		}
	}
	for l := lo; l < hi; l++ {
		row := t.out.mem[image*t.out.image+l*t.out.line:][:t.ow*t.outs]
		copy(row, sums[(l-lo)*line+t.left*t.outs:])
		t.epilogue.Activate(row)
	}
	t.c.pool.put(scratch)
}

// multiply computes the parts of a line of pixels.
func (t *scatterTask) multiply(parts []float32, image, y int) {
	x := asm.InPlaceTiles{K: t.in, ARow: t.x.pixel, ACol: 1, BRow: t.columns, CRow: t.columns}
	most := 2 * asm.MR
	panel := 2 * asm.NR
	if t.columns%(3*asm.NR) == 0 {
		panel, most = 3*asm.NR, asm.InPlaceRows48
	}
	x.A = t.x.mem[image*t.x.image+y*t.x.line:]
	for j := 0; j < t.columns; j += panel {
		x.N, x.B, x.C = min(panel, t.columns-j), t.packed[j:], parts[j:]
		gemm.MultiplyInPlace(x, t.w, most)
	}
}

// addPieces adds n pieces of size numbers, from numbers apart, to sums that begin to
// numbers apart and may overlap.
func addPieces(sums, pieces []float32, n, size, to, from int) {
	for i := range n {
		d, s := sums[i*to:][:size], pieces[i*from:][:size]
		for len(d) >= 4 && len(s) >= 4 {
			d4, s4 := (*[4]float32)(d), (*[4]float32)(s)
			d4[0] += s4[0]
			d4[1] += s4[1]
			d4[2] += s4[2]
			d4[3] += s4[3]
			d, s = d[4:], s[4:]
		}
		for j, v := range s {
			d[j] += v
		}
	}
}
