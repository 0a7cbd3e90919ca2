package gemm

// Patches is the matrix of what the windows of a convolution see. It is never formed:
// packing reads the images in place, a block at a time.
//
// Row r is a window; they are counted along lines, then images. Column (a·KW+b)·C + c
// is channel c of the tap (a, b). Taps outside the image are 0.
type Patches struct {
	Mem                []float32 // from the first channel of the first pixel on
	Image, Line, Pixel int       // numbers from one image, line and pixel to the next

	H, W, C        int // lines and pixels of an image, channels of a pixel, which lie together
	Down, Across   int // windows of an image
	KH, KW         int // taps of a window
	StepY, StepX   int // pixels from one window to the next
	TapY, TapX     int // and from one tap to the next
	FirstY, FirstX int // pixel of the first tap of the first window; may lie outside
}

// Matrix is the patches as an operand.
func (p *Patches) Matrix() Matrix { return Matrix{Strides: Strides{0, 1}, Patches: p} }

// origin is where the first tap of a window lies.
type origin struct {
	image int // offset in memory
	y, x  int // pixel
}

func (p *Patches) origin(row int) origin {
	line := row / p.Across
	image := line / p.Down
	return origin{image * p.Image, (line-image*p.Down)*p.StepY + p.FirstY, (row-line*p.Across)*p.StepX + p.FirstX}
}

// segment is as many columns as lie together in memory for every window: channels of one
// tap, or of all taps of a line of them.
type segment struct {
	y, x int // pixel, from the first tap on
	at   int // number of the line, from that pixel on
	n    int // columns
}

// segmentAt is the segment from a column on, of at most n columns.
func (p *Patches) segmentAt(col, n int) segment {
	tap := col / p.C
	a, at := tap/p.KW, col-tap*p.C
	b := tap - a*p.KW
	left := p.C - at
	if p.joined() {
		left = p.KW*p.C - b*p.C - at
	}
	return segment{a * p.TapY, b * p.TapX, at, min(n, left)}
}

// joined reports whether neighbouring taps lie next to each other.
func (p *Patches) joined() bool { return p.TapX == 1 && p.Pixel == p.C }

// inside reports whether all of a segment lies in the image of a window, and where it
// then begins.
func (p *Patches) inside(o origin, r segment) (offset int, ok bool) {
	y, x := o.y+r.y, o.x+r.x
	last := x + (r.at+r.n-1)/p.C // of its pixels
	return o.image + y*p.Line + x*p.Pixel + r.at, uint(y) < uint(p.H) && x >= 0 && last < p.W
}

// read copies a segment of a window, with zeros for what lies outside.
func (p *Patches) read(dst []float32, o origin, r segment) {
	y, x := o.y+r.y, o.x+r.x
	lo := min(max(0, -x*p.C-r.at), r.n)       // what lies on the left of the image
	hi := max(lo, min(r.n, (p.W-x)*p.C-r.at)) // and on its right
	if uint(y) >= uint(p.H) {
		lo, hi = r.n, r.n
	}
	clear(dst[:lo])
	if lo < hi {
		copy(dst[lo:hi], p.Mem[o.image+y*p.Line+x*p.Pixel+r.at+lo:])
	}
	clear(dst[hi:r.n])
}
