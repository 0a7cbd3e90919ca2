package measure

// size is that of a level.
type size struct{ h, w int }

func (s size) area() int { return s.h * s.w }

// half is the size of the next coarser level.
func (s size) half() size { return size{(s.h + 1) / 2, (s.w + 1) / 2} }

// pyramid says how pictures of one size are taken apart.
type pyramid struct {
	channels int
	sizes    []size // of the levels, the finest first
	side     int    // of patches
}

func newPyramid(channels, height, width int) *pyramid {
	p := &pyramid{channels: channels, side: min(patchSide, height, width)}
	for s := (size{height, width}); ; s = s.half() {
		p.sizes = append(p.sizes, s)
		if min(s.h, s.w)/2 < coarsest {
			return p
		}
	}
}

// numbers is how many a patch has.
func (p *pyramid) numbers() int { return p.channels * p.side * p.side }

// pyramidWorker has the memory to take pictures apart, one at a time.
type pyramidWorker struct {
	*pyramid
	planes [][]float32 // of each level
	up     []float32   // a channel enlarged
	narrow []float32   // a channel with one side changed
	line   []float32
}

func (p *pyramid) worker() *pyramidWorker {
	w := &pyramidWorker{pyramid: p}
	for _, s := range p.sizes {
		w.planes = append(w.planes, make([]float32, p.channels*s.area()))
	}
	first := p.sizes[0]
	w.up, w.narrow, w.line = make([]float32, first.area()), make([]float32, first.area()), make([]float32, first.w)
	return w
}

// levels are the first n levels of a picture's pyramid, [channels, height, width]
// each, valid until the next call.
func (w *pyramidWorker) levels(picture []float32, n int) [][]float32 {
	copy(w.planes[0], picture)
	for l := range min(n, len(w.sizes)-1) {
		fine, coarse := w.sizes[l], w.sizes[l+1]
		for c := range w.channels {
			from := w.planes[l][c*fine.area() : (c+1)*fine.area()]
			to := w.planes[l+1][c*coarse.area() : (c+1)*coarse.area()]
			w.shrink(to, from, fine)
			w.enlarge(to, fine)
			for i, v := range w.up[:fine.area()] {
				from[i] -= v
			}
		}
	}
	return w.planes[:n]
}

// shrink filters with [1 4 6 4 1]/16 along both sides and takes every other pixel.
// Beyond the edge is the mirror image, without the edge itself.
func (w *pyramidWorker) shrink(dst, src []float32, s size) {
	half := s.half()
	row := func(y int) []float32 { y = mirror(y, s.h); return src[y*s.w : (y+1)*s.w] }
	for y := range half.h {
		a, b, c, d, e := row(2*y-2), row(2*y-1), row(2*y), row(2*y+1), row(2*y+2)
		line := w.line[:s.w]
		for x := range line {
			line[x] = binomial(a[x], b[x], c[x], d[x], e[x])
		}
		out := dst[y*half.w : (y+1)*half.w]
		for x := range out {
			if i := 2 * x; i >= 2 && i+2 < s.w {
				out[x] = binomial(line[i-2], line[i-1], line[i], line[i+1], line[i+2])
			} else {
				at := func(i int) float32 { return line[mirror(i, s.w)] }
				out[x] = binomial(at(i-2), at(i-1), at(i), at(i+1), at(i+2))
			}
		}
	}
}

func binomial(a, b, c, d, e float32) float32 {
	return (a+e)*(1.0/16) + (b+d)*(4.0/16) + c*(6.0/16)
}

// enlarge writes to up a channel of the next coarser size, with zeros between its
// pixels, filtered with [1 4 6 4 1]/8 along both sides.
func (w *pyramidWorker) enlarge(src []float32, s size) {
	half := s.half()
	for y := range half.h {
		out, in := w.narrow[y*s.w:(y+1)*s.w], src[y*half.w:(y+1)*half.w]
		for x := range out {
			a, b, c := around(x, s.w)
			out[x] = spread(x, in[a], in[b], in[c])
		}
	}
	row := func(y int) []float32 { return w.narrow[y*s.w : (y+1)*s.w] }
	for y := range s.h {
		i, j, k := around(y, s.h)
		a, b, c := row(i), row(j), row(k)
		out := w.up[y*s.w : (y+1)*s.w]
		for x := range out {
			out[x] = spread(y, a[x], b[x], c[x])
		}
	}
}

// around is which pixels of the coarser side lie about pixel i of n: the one
// before, its own and the one after, or its two neighbours where i is odd.
func around(i, n int) (before, at, after int) {
	if i%2 == 1 {
		after = mirror(i+1, n) / 2
		return i / 2, after, after
	}
	return mirror(i-2, n) / 2, i / 2, mirror(i+2, n) / 2
}

func spread(i int, before, at, after float32) float32 {
	if i%2 == 1 {
		return (before + after) * 0.5
	}
	return (before+after)*(1.0/8) + at*(6.0/8)
}

// mirror is the pixel that place i shows, at most n−1 beyond an edge.
func mirror(i, n int) int {
	if i < 0 {
		i = -i
	}
	if i >= n {
		i = 2*(n-1) - i
	}
	return i
}
