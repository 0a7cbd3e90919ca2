package cpu

import (
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// On small images many taps lie outside: of 4×4 windows of 4×4 taps with padding 1, a
// quarter. There the same pixel of all images is put together. Then the windows of a
// line that meet a tap are the rows of a matrix, and only what lies inside is
// multiplied:
//
//	y [windows·image, o] += x [pixels·image, c] · w [c, o],  for each tap and line

const (
	// smallWindows is the most windows of an image, and smallImages the fewest images,
	// for which this pays: 8×8 windows of 4×4 taps with padding 1 lose an eighth.
	smallWindows = 64
	smallImages  = 8
	// smallK is the fewest channels: a product must be worth two loops of the team.
	smallK = 64
)

func (s *sliding) small() bool {
	return s.groups == 1 && s.KH*s.KW > 1 && s.Down*s.Across <= smallWindows && s.images >= smallImages && s.C >= smallK && s.outs >= smallK
}

// slideSmall computes the windows of small images.
func (c *cpu) slideSmall(s *sliding) {
	// Pixels that neighbouring windows meet lie together: [line, place between windows,
	// window, image, channel].
	across := ceilDiv(s.W, s.StepX)
	row := s.images * s.C
	x, y := c.pool.alloc(s.H*s.StepX*across*row), c.pool.alloc(s.Down*s.Across*s.images*s.outs)
	c.move(&pixelMove{
		from: s.Mem, to: x.data, fromImage: s.Image, fromLine: s.Line, fromPixel: s.Pixel, toImage: s.C, toLine: s.StepX * across * row, toPixel: row,
		images: s.images, h: s.H, w: s.W, c: s.C, places: s.StepX, across: across,
	})
	clear(y.data)
	for a := range s.KH {
		for b := range s.KW {
			c.smallTap(s, x.data, y.data, a, b)
		}
	}
	p := gemm.Product{M: s.Down * s.Across * s.images, N: s.outs, C: y.data, LdC: s.outs, Alpha: 1, Beta: 1, Epilogue: s.epilogue}
	if !s.epilogue.Empty() {
		gemm.Multiply(&c.env, &p)
	}
	c.move(&pixelMove{
		from: y.data, to: s.out.mem, fromImage: s.outs, fromLine: s.Across * s.images * s.outs, fromPixel: s.images * s.outs,
		toImage: s.out.image, toLine: s.out.line, toPixel: s.out.pixel, images: s.images, h: s.Down, w: s.Across, c: s.outs, places: 1, across: s.Across,
	})
	c.release(x, y)
}

// smallTap adds what the windows that meet a tap inside the image get from it.
func (c *cpu) smallTap(s *sliding, x, y []float32, a, b int) {
	l0, l1 := inside(s.FirstY+a*s.TapY, s.StepY, s.Down, s.H)
	w0, w1 := inside(s.FirstX+b*s.TapX, s.StepX, s.Across, s.W)
	if l0 >= l1 || w0 >= w1 {
		return
	}
	across := ceilDiv(s.W, s.StepX)
	first := s.FirstX + b*s.TapX + w0*s.StepX // the pixel of window w0
	rows := (w1 - w0) * s.images
	w := gemm.Matrix{Mem: s.weights[(a*s.KW+b)*s.perTap:], Strides: gemm.Strides{Row: s.perIn, Col: s.perOut}}
	var product gemm.Repeat
	product.Init(&c.env, w, rows, s.outs, s.C, l1-l0)
	for l := l0; l < l1; l++ {
		line := s.FirstY + a*s.TapY + l*s.StepY
		from := ((line*s.StepX+first%s.StepX)*across + first/s.StepX) * s.images * s.C
		product.Multiply(y[(l*s.Across+w0)*s.images*s.outs:], s.outs, gemm.Matrix{Mem: x[from:], Strides: gemm.Strides{Row: s.C, Col: 1}}, 1)
	}
	product.Free()
}

// inside is the range of windows i < n with first + i·step in [0, size).
func inside(first, step, n, size int) (lo, hi int) {
	if first < 0 {
		lo = ceilDiv(-first, step)
	}
	if first < size {
		hi = min(n, ceilDiv(size-first, step))
	}
	return lo, hi
}

// pixelMove moves the pixels of images to another order. Those of a line that lie
// places apart become neighbours: pixel x of a line goes to place (x % places)·across +
// x / places of it.
type pixelMove struct {
	from, to                       []float32
	fromImage, fromLine, fromPixel int // numbers from one to the next
	toImage, toLine, toPixel       int
	images, h, w, c                int
	places, across                 int
	lines                          team.Division
}

var pixelMoves team.Recycler[pixelMove]

func (c *cpu) move(m *pixelMove) {
	t := pixelMoves.Get()
	*t = *m
	t.lines = team.Divide(m.h, max(1, cheapChunk/max(1, m.images*m.w*m.c)), 1)
	c.team.Do(t.lines.Count, t)
	*t = pixelMove{}
	pixelMoves.Put(t)
}

// Chunk moves some lines.
func (m *pixelMove) Chunk(i int) {
	lo, hi := m.lines.Bounds(i)
	for y := lo; y < hi; y++ {
		for x := range m.w {
			to := m.to[y*m.toLine+(x%m.places*m.across+x/m.places)*m.toPixel:]
			from := m.from[y*m.fromLine+x*m.fromPixel:]
			for n := range m.images {
				copy(to[n*m.toImage:][:m.c], from[n*m.fromImage:])
			}
		}
	}
}
