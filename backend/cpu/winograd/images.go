package winograd

import "github.com/org/artnn/asm"

// Images are pictures in memory with the channels of a pixel together.
type Images struct {
	Mem                []float32
	Image, Line, Pixel int // numbers from one to the next
	N, H, W, C         int // images, lines, pixels of a line, channels
}

// at is pixel (y, x) of an image from a channel on, or outside if there is none.
func (m *Images) at(image, y, x, channel int, outside []float32) []float32 {
	if uint(y) >= uint(m.H) || uint(x) >= uint(m.W) {
		return outside
	}
	return m.Mem[image*m.Image+y*m.Line+x*m.Pixel+channel:]
}

// Plane is windows whose taps, and who themselves, lie some pixels apart. If more than
// one, the window sees the pixels between as well: those belong to convolutions of
// their own, whose sums are added.
type Plane struct {
	First  [2]int // pixel of the first tap of the first window; may lie outside
	Count  [2]int // windows down and across
	To     [2]int // pixel of the result of the first window
	ToStep int    // and pixels from there to the next

	// Tap t of the convolution that begins p pixels after First is number
	// Tap + t·TapStep + p of the weights, along each axis.
	Tap     [2]int
	TapStep int
}

// span is numbers [lo, hi).
type span struct{ lo, hi int }

func (s span) n() int { return s.hi - s.lo }

// grid is the tiles of a plane: of each image, some down and across.
type grid struct{ images, down, across int }

func (p *Plane) grid(images int) grid {
	return grid{images, ceilDiv(p.Count[0], tile), ceilDiv(p.Count[1], tile)}
}

func (g *grid) tiles() int { return g.images * g.down * g.across }

// place is where a tile lies: its image, line and column of tiles.
func (g *grid) place(i int) (image, y, x int) {
	line := i / g.across
	image = line / g.down
	return image, line - image*g.down, i - line*g.across
}

// reader maps the pixels that the tiles of a plane see.
type reader struct {
	*method
	images *Images
	plane  *Plane
	grid   *grid
	step   int // pixels between windows
}

// read maps channels of some tiles: v is [point, tile, sub, channel], with ld numbers
// for a tile. zeros, of which there are as many as channels, lie outside the images.
func (r *reader) read(v []float32, ld int, tiles, channels span, zeros []float32) {
	n, k := tiles.n(), channels.n()
	s := asm.Squares{DstStep: lanes, SrcStep: lanes, Groups: k / lanes}
	for i := range n {
		image, y, x := r.grid.place(tiles.lo + i)
		y, x = r.plane.First[0]+tile*y*r.step, r.plane.First[1]+tile*x*r.step
		for sub := range r.step * r.step {
			y, x := y+sub/r.step, x+sub%r.step
			for a := range r.points {
				for b := range r.points {
					s.Src[a*r.points+b] = r.images.at(image, y+a*r.step, x+b*r.step, channels.lo, zeros)
				}
			}
			to := v[i*ld+sub*k:]
			for j := range r.points * r.points {
				s.Dst[j] = to[j*n*ld:]
			}
			r.data.Map(&s)
		}
	}
}
