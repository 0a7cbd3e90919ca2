package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// On small images many taps lie outside: of 4×4 windows of 4×4 taps with padding 1, a
// quarter. There the same pixel of all images is one matrix, packed once, and each
// window adds up the products of the pixels that it meets:
//
//	y [image, o] of a window = Σ x [image, c] of its pixels · w [c, o] of their taps

const (
	// smallWindows is the most windows of an image, and smallImages the fewest images,
	// for which this pays: 8×8 windows of 4×4 taps with padding 1 lose an eighth.
	smallWindows = 64
	smallImages  = 8
	// smallC is the fewest channels of images and result, so that a product is worth
	// its calls.
	smallC = 64
	// smallN is how many columns of the result a chunk has: as many of the weights of
	// a tap, 64 KiB, stay in the level 1 and 2 caches. smallChunks is how many chunks
	// there are at least, as far as lines go.
	smallN      = 2 * 2 * asm.NR
	smallChunks = 8
)

func (s *sliding) small() bool {
	return isSmall(s.groups, s.KH*s.KW, s.Down*s.Across, s.images, s.C, s.outs)
}

// isSmall reports whether images are small: windows are those of one, in and out the
// channels.
func isSmall(groups, taps, windows, images, in, out int) bool {
	return groups == 1 && taps > 1 && windows <= smallWindows && images >= smallImages && min(in, out) >= smallC
}

// smallTask is a sliding window on small images.
type smallTask struct {
	sliding
	c      *cpu
	kc     int       // channels of a block
	packed []float32 // [pixel, block of channels]
	tiles  int       // numbers of a packed pixel
	y      []float32 // [window, image, o]

	pixels, columns, lines team.Division
}

var smallTasks team.Recycler[smallTask]

// packPixels is a task that packs pixels.
type packPixels struct{ *smallTask }

var pixelPackers team.Recycler[packPixels]

// slideSmall computes the windows of small images.
func (c *cpu) slideSmall(s *sliding) {
	t := smallTasks.Get()
	*t = smallTask{sliding: *s, c: c, kc: gemm.BlockK(s.C), tiles: gemm.TilesSize(s.images, s.C)}
	x, y := c.pool.alloc(s.H*s.W*t.tiles), c.pool.alloc(s.Down*s.Across*s.images*s.outs)
	t.packed, t.y = x.data, y.data

	t.pixels = team.Divide(s.H*s.W, max(1, cheapChunk/(s.images*s.C)), 1)
	p := pixelPackers.Get()
	p.smallTask = t
	c.team.Do(t.pixels.Count, p)
	p.smallTask = nil
	pixelPackers.Put(p)

	t.columns = team.Divide(s.outs, smallN, 2*asm.NR)
	t.lines = team.Divide(s.Down, ceilDiv(s.Down, ceilDiv(smallChunks, t.columns.Count)), 1)
	c.team.Do(t.columns.Count*t.lines.Count, t)
	c.release(x, y)
	*t = smallTask{}
	smallTasks.Put(t)
}

// Chunk packs some pixels, each for all images.
func (p *packPixels) Chunk(i int) {
	lo, hi := p.pixels.Bounds(i)
	for pixel := lo; pixel < hi; pixel++ {
		at := pixel/p.W*p.Line + pixel%p.W*p.Pixel
		to := p.packed[pixel*p.tiles:]
		for k := 0; k < p.C; k += p.kc {
			n := min(p.kc, p.C-k)
			gemm.PackTiles(to, gemm.Matrix{Mem: p.Mem[at+k:], Strides: gemm.Strides{Row: p.Image, Col: 1}}, p.images, n)
			to = to[gemm.TilesSize(p.images, n):]
		}
	}
}

// Chunk computes some columns of the windows of some lines.
func (t *smallTask) Chunk(i int) {
	j0, j1 := t.columns.Bounds(i / t.lines.Count)
	l0, l1 := t.lines.Bounds(i % t.lines.Count)
	row := t.images * t.outs
	for r := l0 * t.Across * t.images; r < l1*t.Across*t.images; r++ {
		clear(t.y[r*t.outs+j0 : r*t.outs+j1])
	}
	scratch := t.c.pool.alloc(t.kc * roundUp(j1-j0, asm.NR))
	for a := range t.KH {
		for b := range t.KW {
			w := gemm.Matrix{Mem: t.weights[(a*t.KW+b)*t.perTap:], Strides: gemm.Strides{Row: t.perIn, Col: t.perOut}}
			for k := 0; k < t.C; k += t.kc {
				n := min(t.kc, t.C-k)
				gemm.PackColumns(scratch.data, w.From(k, j0), j1-j0, n)
				x := gemm.Block{M: t.images, N: j1 - j0, K: n, B: scratch.data, LdC: t.outs, Accumulate: true}
				t.eachMeeting(a, b, l0, l1, func(window, pixel int) {
					x.A = t.packed[pixel*t.tiles+gemm.TilesSize(t.images, k):]
					x.C = t.y[window*row+j0:]
					x.Multiply()
				})
			}
		}
	}
	t.c.pool.put(scratch)
	t.store(j0, j1, l0, l1)
}

// eachMeeting gives f the windows of lines [l0, l1) that meet a tap inside the image,
// and the pixels they meet.
func (t *smallTask) eachMeeting(a, b, l0, l1 int, f func(window, pixel int)) {
	for l := l0; l < l1; l++ {
		y := l*t.StepY + t.FirstY + a*t.TapY
		if uint(y) >= uint(t.H) {
			continue
		}
		for w := range t.Across {
			if x := w*t.StepX + t.FirstX + b*t.TapX; uint(x) < uint(t.W) {
				f(l*t.Across+w, y*t.W+x)
			}
		}
	}
}

// store finishes columns of the windows of lines and moves them to the images.
func (t *smallTask) store(j0, j1, l0, l1 int) {
	for l := l0; l < l1; l++ {
		for w := range t.Across {
			for n := range t.images {
				row := t.y[((l*t.Across+w)*t.images+n)*t.outs+j0:][:j1-j0]
				t.epilogue.Apply(row, j0)
				copy(t.out.mem[n*t.out.image+l*t.out.line+w*t.out.pixel+j0:], row)
			}
		}
	}
}
