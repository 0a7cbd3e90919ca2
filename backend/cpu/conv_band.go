package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

// Where a window has few products for each number that packing would move, because
// groups or the result have few channels, nothing is packed. A band of lines is copied
// with zeros round it, so that all windows are alike, and kernels read it in place.

const (
	// narrowOuts is the most channels of a result computed by dot products along the
	// channels of the images, or as scattered parts; narrowC the fewest of those.
	narrowOuts = asm.DotNR
	narrowC    = 16
	// bandSize is how many numbers a band has that is half of the level 2 cache, or
	// fewer of it: 256 KiB.
	bandSize = 64 << 10
	// tiledWeights is how many numbers a row of weights or biases is repeated to, for
	// the rows of a band to be done in long runs.
	tiledWeights = 512
)

// bandKernel is how windows of a band are computed.
type bandKernel uint8

const (
	noBand    bandKernel = iota
	bandRows             // each channel by itself: rows of pixels times a row of weights
	bandDots             // dot products along channels
	bandTiles            // tiles of pixels × channels
	bandCells            // windows of few channels, of whole cells
)

func (s *sliding) banded() bool { return s.bandKernel() != noBand }

func (s *sliding) bandKernel() bandKernel {
	switch {
	case s.KH*s.KW == 0 || s.C == 0:
	case s.groups > 1 && s.C == 1 && s.outs == 1:
		return bandRows
	case s.celled():
		return bandCells
	case s.groups == 1 && s.outs <= narrowOuts && s.C >= narrowC && !s.pointwise:
		return bandDots
	case s.groups > 1 && s.outs <= 2*asm.NR:
		return bandTiles
	}
	return noBand
}

// bandTask computes lines of windows, some to a chunk.
type bandTask struct {
	sliding
	c      *cpu
	kernel bandKernel
	packed []float32 // weights, as the kernel wants them
	bias   []float32 // repeated over some pixels, or nil
	chunks team.Division
}

var bandTasks team.Recycler[bandTask]

// bands computes a sliding window without packing images.
func (c *cpu) bands(s *sliding) {
	t := bandTasks.Get()
	*t = bandTask{sliding: *s, c: c, kernel: s.bandKernel()}
	out := s.groups * s.outs
	packed := c.pool.alloc(t.packedSize())
	t.packed = packed.data
	t.pack()
	var bias *buffer
	if b := s.epilogue.Bias; b != nil {
		n := repeats(out)
		bias = c.pool.alloc(n * out)
		for i := range n {
			copy(bias.data[i*out:], b)
		}
		t.bias = bias.data
	}
	t.chunks = t.lineChunks()
	c.team.Do(t.chunks.Count, t)
	c.release(packed, bias)
	*t = bandTask{}
	bandTasks.Put(t)
}

// repeats is how often a row of n numbers is repeated.
func repeats(n int) int { return max(1, tiledWeights/n) }

// width is how many pixels a line of a band has.
func (t *bandTask) width() int { return (t.Across-1)*t.StepX + (t.KW-1)*t.TapX + 1 }

// lineChunks divides the lines of windows, so that a band stays in the cache.
func (t *bandTask) lineChunks() team.Division {
	numbers := t.width() * t.groups * t.C * t.StepY // of a band, for each line of windows
	return team.Divide(t.images*t.Down, max(1, bandSize/max(1, numbers)), 1)
}

// Chunk computes some lines of windows.
func (t *bandTask) Chunk(i int) {
	out := t.Across * t.groups * t.outs
	var cells []float32
	if t.kernel == bandCells {
		scratch := t.c.pool.alloc(t.cellsSize())
		defer t.c.pool.put(scratch)
		cells = scratch.data
	}
	t.eachLine(i, func(line int, band []float32) {
		to := t.out.mem[line*out:][:out]
		if t.bias != nil {
			for j := 0; j < out; j += len(t.bias) {
				copy(to[j:], t.bias)
			}
		}
		switch t.kernel {
		case bandRows:
			t.rows(to, band)
		case bandDots:
			t.dots(to, band)
		case bandTiles:
			t.tiles(to, band)
		case bandCells:
			t.cells(cells, band)
			t.cellProducts(to, cells)
		}
		t.epilogue.Activate(to)
	})
}

// eachLine copies what the lines of a chunk see, image by image, and gives f each line
// with the band from its first line on.
func (t *bandTask) eachLine(chunk int, f func(line int, band []float32)) {
	lo, hi := t.chunks.Bounds(chunk)
	size := t.width() * t.groups * t.C // of a line of a band
	for lo < hi {
		image, line := lo/t.Down, lo%t.Down
		n := min(hi-lo, t.Down-line)
		height := (n-1)*t.StepY + (t.KH-1)*t.TapY + 1
		scratch := t.c.pool.alloc(height * size)
		for i := range height {
			t.copyLine(scratch.data[i*size:][:size], image, line*t.StepY+t.FirstY+i)
		}
		for i := range n {
			f(lo+i, scratch.data[i*t.StepY*size:])
		}
		t.c.pool.put(scratch)
		lo += n
	}
}

// copyLine copies the pixels of a line of an image that a band has, with zeros for
// what lies outside.
func (t *bandTask) copyLine(dst []float32, image, y int) {
	if uint(y) >= uint(t.H) {
		clear(dst)
		return
	}
	width := t.width()
	lo := min(max(0, -t.FirstX), width)
	hi := max(lo, min(width, t.W-t.FirstX))
	var src []float32
	if lo < hi {
		src = t.Mem[image*t.Image+y*t.Line+(lo+t.FirstX)*t.Pixel:]
	}
	if !t.byGroups() {
		t.copyPixels(dst, src, t.groups*t.C, lo, hi)
		return
	}
	for g := range t.groups {
		t.copyPixels(dst[g*width*t.C:][:width*t.C], shift(src, g*t.C), t.C, lo, hi)
	}
}

// copyPixels copies pixels [lo, hi) of a line of a band, of so many channels, and
// clears the others.
func (t *bandTask) copyPixels(dst, src []float32, channels, lo, hi int) {
	clear(dst[:lo*channels])
	if t.Pixel == channels && lo < hi {
		copy(dst[lo*channels:hi*channels], src)
	} else {
		for x := lo; x < hi; x++ {
			copy(dst[x*channels:][:channels], src[(x-lo)*t.Pixel:])
		}
	}
	clear(dst[hi*channels:])
}

// tap is the band from the pixel on that a tap of the first window of a line sees, and
// from a group's channels of it.
func (t *bandTask) tap(band []float32, group, a, b int) []float32 {
	line := a * t.TapY * t.width() * t.groups * t.C
	if t.byGroups() {
		return band[line+(group*t.width()+b*t.TapX)*t.C:]
	}
	return band[line+b*t.TapX*t.groups*t.C+group*t.C:]
}

// byGroups reports whether lines of a band hold one group after the other, so that
// neighbouring taps of a group lie together.
func (t *bandTask) byGroups() bool { return t.kernel == bandTiles }

// rows multiplies channels by their weights, for as many pixels at once as lie
// together.
func (t *bandTask) rows(to, band []float32) {
	n := t.groups
	piece := n * repeats(n)
	if t.StepX > 1 {
		piece = n
	}
	started := t.bias != nil
	for a := range t.KH {
		for b := range t.KW {
			from, w := t.tap(band, 0, a, b), t.packed[(a*t.KW+b)*n*repeats(n):]
			for j := 0; j < len(to); j += piece {
				y := to[j:min(len(to), j+piece)]
				x := from[j*t.StepX:][:len(y)]
				if started {
					asm.MulAdd(y, x, w[:len(y)], y)
				} else {
					asm.Mul(y, x, w[:len(y)])
				}
			}
			started = true
		}
	}
}

// runs is how many segments of a line of taps lie together, and their length.
func (t *bandTask) runs() (n, length int) {
	if (t.groups == 1 || t.byGroups()) && t.TapX == 1 {
		return 1, t.KW * t.C
	}
	return t.KW, t.C
}

// dots computes dot products of a few pixels with the weights of a few channels.
func (t *bandTask) dots(to, band []float32) {
	n, length := t.runs()
	k := t.KH * t.KW * t.C
	accumulate := t.bias != nil
	for a := range t.KH {
		for b := range n {
			from, w := t.tap(band, 0, a, b), t.packed[(a*n+b)*length:]
			for x := 0; x < t.Across; x += asm.DotMR {
				asm.GemmDot(&asm.DotTile{
					K: length, M: min(asm.DotMR, t.Across-x), N: t.outs, A: from[x*t.StepX*t.C:], ARow: t.StepX * t.C,
					B: w, BRow: k, C: to[x*t.outs:], CRow: t.outs, Accumulate: accumulate,
				})
			}
			accumulate = true
		}
	}
}

// tiles multiplies pixels in place by packed weights, group by group.
func (t *bandTask) tiles(to, band []float32) {
	n, length := t.runs()
	across, pixel, outs := t.Across, t.StepX*t.C, t.groups*t.outs
	for g := range t.groups {
		for j := 0; j < t.outs; j += asm.NR {
			w := t.packed[g*t.panels()*t.panel()+j/asm.NR*t.panel():]
			accumulate := t.bias != nil
			for a := range t.KH {
				for b := range n {
					x := asm.Tiles{
						Count: across / asm.MR, K: length, M: asm.MR, N: min(asm.NR, t.outs-j),
						A: t.tap(band, g, a, b), ATile: asm.MR * pixel, ARow: pixel, ACol: 1,
						B: w[(a*n+b)*length*asm.NR:], BRow: asm.NR, C: to[g*t.outs+j:], CTile: asm.MR * outs, CRow: outs,
						Accumulate: accumulate,
					}
					asm.GemmTiles(&x)
					if rest := across % asm.MR; rest > 0 {
						x.A, x.C = x.A[x.Count*x.ATile:], x.C[x.Count*x.CTile:]
						x.Count, x.M = 1, rest
						asm.GemmTiles(&x)
					}
					accumulate = true
				}
			}
		}
	}
}

// panel is the size of packed weights of NR channels, panels how many a group has.
func (t *bandTask) panel() int  { return t.KH * t.KW * t.C * asm.NR }
func (t *bandTask) panels() int { return ceilDiv(t.outs, asm.NR) }

func (t *bandTask) packedSize() int {
	switch t.kernel {
	case bandRows:
		return t.KH * t.KW * t.groups * repeats(t.groups)
	case bandDots:
		return t.outs * t.KH * t.KW * t.C
	case bandCells:
		return t.window() * t.outs
	}
	return t.groups * t.panels() * t.panel()
}

// pack brings the weights in the order of the kernel.
func (t *bandTask) pack() {
	taps := t.KH * t.KW
	for g := range t.groups {
		for o := range t.outs {
			for tap := range taps {
				from := t.weights[g*t.perGroup+o*t.perOut+tap*t.perTap:]
				for c := range t.C {
					w := from[c*t.perIn]
					switch t.kernel {
					case bandRows:
						n := repeats(t.groups)
						for i := range n {
							t.packed[(tap*n+i)*t.groups+g] = w
						}
					case bandDots:
						t.packed[(o*taps+tap)*t.C+c] = w
					case bandCells:
						t.packed[(t.cellTap(tap/t.KW, tap%t.KW)+c)*t.outs+o] = w
					case bandTiles:
						t.packed[(g*t.panels()+o/asm.NR)*t.panel()+(tap*t.C+c)*asm.NR+o%asm.NR] = w
					}
				}
			}
		}
	}
}
