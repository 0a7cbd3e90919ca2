package data

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// The explicit float conversions in this file keep compilers from fusing a
// multiply with an add, so that every machine makes the same bytes.

// taps are the weights with which one output pixel reads a run of input pixels.
type taps struct {
	first   int // input index of weights[0]
	weights []float32
}

// filterTaps computes the taps of each of n output pixels that show the input
// interval [lo, hi) of a line of size pixels. The line ends where it ends: the
// weights inside are scaled to sum to 1.
//
// A reduction widens the filter by its factor, which removes what the smaller
// picture cannot hold.
func filterTaps(f Filter, n int, lo, hi float64, size int) []taps {
	out := make([]taps, n)
	scale := (hi - lo) / float64(n)
	for i := range out {
		centre := lo + float64((float64(i)+0.5)*scale)
		if f == Nearest {
			out[i] = taps{first: min(max(int(centre), 0), size-1), weights: []float32{1}}
			continue
		}
		kernel, support := catmullRom, 2.0
		if f == Lanczos {
			kernel, support = lanczos, 3.0
		}
		width := max(scale, 1)
		reach := float64(support * width)
		first := max(int(math.Floor(centre-reach+0.5)), 0)
		last := min(int(math.Floor(centre+reach+0.5)), size)
		if first >= last { // cannot be for a centre inside the line; keep one pixel
			first = min(first, size-1)
			last = first + 1
		}
		w := make([]float64, last-first)
		sum := 0.0
		for j := range w {
			w[j] = kernel((float64(first+j) + 0.5 - centre) / width)
			sum += w[j]
		}
		weights := make([]float32, len(w))
		for j := range w {
			weights[j] = float32(w[j] / sum)
		}
		out[i] = taps{first, weights}
	}
	return out
}

// catmullRom is the cubic that passes through its points (Keys, a = −½).
// Reference: Keys, "Cubic convolution interpolation for digital image
// processing", IEEE TASSP 29(6), 1981.
func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64(x*x*(float64(1.5*x)-2.5)) + 1
	case x < 2:
		return 2 - float64(x*(4-float64(x*(2.5-float64(0.5*x)))))
	}
	return 0
}

// lanczos is sinc(x)·sinc(x/3) for |x| < 3, where sinc(x) is sin(πx)/(πx). Of sin,
// machines may differ in the last bit.
// Reference: Duchon, "Lanczos filtering in one and two dimensions", Journal of
// Applied Meteorology 18(8), 1979.
func lanczos(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x == 0:
		return 1
	case x < 3:
		return sinc(x) * sinc(x/3)
	}
	return 0
}

func sinc(x float64) float64 { return math.Sin(math.Pi*x) / (math.Pi * x) }

// resize draws canvas of src, over the background, into a w×h picture of
// opaque RGB bytes.
//
// canvas may be larger than src's bounds (a GIF's first frame need not fill
// it). Both passes run row by row, so memory is that of the result whatever the
// size of the source.
func resize(src image.Image, canvas image.Rectangle, w, h int, o ImageOptions) []byte {
	// frame is where in the result the picture goes, [x0,x1)×[y0,y1) which part
	// of the canvas it shows.
	frame := image.Rect(0, 0, w, h)
	cw, ch := float64(canvas.Dx()), float64(canvas.Dy())
	x0, x1, y0, y1 := 0.0, cw, 0.0, ch
	switch wide := float64(cw*float64(h)) - float64(ch*float64(w)); {
	case o.Fit == Cover && wide > 0:
		part := ch * float64(w) / float64(h)
		x0, x1 = (cw-part)/2, (cw+part)/2
	case o.Fit == Cover && wide < 0:
		part := cw * float64(h) / float64(w)
		y0, y1 = (ch-part)/2, (ch+part)/2
	case o.Fit == Contain && wide > 0:
		fh := max(1, int(math.Round(ch*float64(w)/cw)))
		frame = image.Rect(0, (h-fh)/2, w, (h-fh)/2+fh)
	case o.Fit == Contain && wide < 0:
		fw := max(1, int(math.Round(cw*float64(h)/ch)))
		frame = image.Rect((w-fw)/2, 0, (w-fw)/2+fw, h)
	}

	background := opaque(o.Background)
	out := make([]byte, 3*w*h)
	for i := 0; i < len(out); i += 3 {
		out[i], out[i+1], out[i+2] = background.R, background.G, background.B
	}

	across := filterTaps(o.Filter, frame.Dx(), x0, x1, canvas.Dx())
	down := filterTaps(o.Filter, frame.Dy(), y0, y1, canvas.Dy())
	left, right := span(across)
	top, bottom := span(down)

	line := image.NewRGBA(image.Rect(left, 0, right, 1)) // one source row over the background
	row := make([]float32, 3*len(across))                // the same, resized across
	sums := make([]float32, len(down)*len(row))          // output rows under way
	fill := image.NewUniform(background)
	live := 0 // the first output row that still reads
	for y := top; y < bottom; y++ {
		draw.Draw(line, line.Rect, fill, image.Point{}, draw.Src)
		draw.Draw(line, line.Rect, src, canvas.Min.Add(image.Pt(left, y)), draw.Over)
		resizeRow(row, line.Pix, left, across)
		for live < len(down) && down[live].first+len(down[live].weights) <= y {
			live++
		}
		for d := live; d < len(down) && down[d].first <= y; d++ {
			weight := down[d].weights[y-down[d].first]
			sum := sums[d*len(row):][:len(row)]
			for i, v := range row {
				sum[i] += float32(weight * v)
			}
		}
	}
	for d := range down {
		to := out[3*(w*(frame.Min.Y+d)+frame.Min.X):]
		for i, v := range sums[d*len(row):][:len(row)] {
			to[i] = byte(min(max(v, 0), 255) + 0.5)
		}
	}
	return out
}

// resizeRow sets row to the taps' sums over the RGBA pixels of pix, whose first
// is input pixel left.
func resizeRow(row []float32, pix []byte, left int, across []taps) {
	for x, t := range across {
		var r, g, b float32
		p := pix[4*(t.first-left):]
		for j, weight := range t.weights {
			q := p[4*j : 4*j+3 : 4*j+3]
			r += float32(weight * float32(q[0]))
			g += float32(weight * float32(q[1]))
			b += float32(weight * float32(q[2]))
		}
		row[3*x], row[3*x+1], row[3*x+2] = r, g, b
	}
}

// span is the range of input pixels that any of the taps reads.
func span(all []taps) (lo, hi int) {
	lo, hi = all[0].first, 0
	for _, t := range all {
		lo, hi = min(lo, t.first), max(hi, t.first+len(t.weights))
	}
	return lo, hi
}

// opaque is c laid over white.
func opaque(c color.Color) color.RGBA {
	r, g, b, a := c.RGBA()
	rest := 0xffff - a
	return color.RGBA{uint8((r + rest) >> 8), uint8((g + rest) >> 8), uint8((b + rest) >> 8), 255}
}

// toGray reduces RGB bytes to ITU-R BT.601 luma: 0.299 R + 0.587 G + 0.114 B.
func toGray(rgb []byte) []byte {
	out := make([]byte, len(rgb)/3)
	for i := range out {
		r, g, b := uint32(rgb[3*i]), uint32(rgb[3*i+1]), uint32(rgb[3*i+2])
		out[i] = byte((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
	}
	return out
}
