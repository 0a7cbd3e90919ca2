package recipe

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/org/artnn/internal/picture"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/tensor"
)

// Enlarger is a network that makes pictures larger, such as a [keras.Network].
type Enlarger interface {
	// Size is the channels, 1 or 3, and the height and width, 0, of pictures.
	Size() (channels, height, width int)
	// Enlargement tells how, or that the network does something else.
	Enlargement() (keras.Enlargement, error)
	// Enlarge makes pictures [n, channels, h, w] in [−1, 1] larger.
	Enlarge(x *tensor.Tensor) *tensor.Tensor
}

// UpscaleOptions change how [Upscale] works.
type UpscaleOptions struct {
	// Tile is the height and width of the parts that the picture is made larger in; 0
	// means as large as some hundred megabytes allow, but no smaller than twice what
	// each side needs of its surroundings.
	Tile int
	// Progress, if set, is called after each tile.
	Progress func(done, total int)
}

const (
	// tileNumbers is how many numbers the largest value of a layer may have in a tile,
	// if Tile is not given: 64 MiB of float32. A network has a few such at a time.
	tileNumbers = 1 << 24
	// mostUpscaled bounds the result, in pixels: a gigabyte.
	mostUpscaled = 1 << 28
)

// Upscale makes a picture larger with a network, a tile at a time. A tile is shown to
// the network with as much of its surroundings as its result depends on, so tiles leave
// no seams, and memory is that of a tile beside the picture and the result.
//
// Gray pictures stay gray. Transparency is made larger by the network too, as a gray
// picture of its own; the colour of what is fully transparent does not count.
//
// Errors: a network that does not make pictures larger; one of other than 1 or 3
// channels; a result of more than 268 million pixels; ctx cancelled.
func Upscale(ctx context.Context, net Enlarger, m *image.NRGBA, o UpscaleOptions) (image.Image, error) {
	e, err := net.Enlargement()
	if err != nil {
		return nil, fmt.Errorf("upscale: %w", err)
	}
	channels, _, _ := net.Size()
	if channels != 1 && channels != 3 {
		return nil, fmt.Errorf("upscale: the network takes pictures of %s: it must be 1 or 3", words.Count(channels, "channel"))
	}
	if o.Tile < 0 {
		return nil, fmt.Errorf("upscale: tile %d: must be positive, or 0 for the default", o.Tile)
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if w < 1 || h < 1 || w > mostUpscaled/(e.Scale*e.Scale)/h {
		return nil, fmt.Errorf("upscale: %d×%d by %d: the result must have from 1 to %s; cut the picture into parts", w, h, e.Scale, words.Count(mostUpscaled, "pixel"))
	}
	u := upscaling{net: net, Enlargement: e, channels: channels, planes: planesOf(m), w: w, h: h}
	tile := o.Tile
	if tile == 0 {
		tile = u.tile()
	}
	out := make([][]byte, len(u.planes))
	for i := range out {
		out[i] = make([]byte, w*h*e.Scale*e.Scale)
	}
	across, down := (w+tile-1)/tile, (h+tile-1)/tile
	for i := range down * across {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, y := i%across*tile, i/across*tile
		if err := tensor.Try(func() { u.enlarge(out, image.Rect(x, y, min(x+tile, w), min(y+tile, h))) }); err != nil {
			return nil, fmt.Errorf("upscale: %w", err)
		}
		if o.Progress != nil {
			o.Progress(i+1, down*across)
		}
	}
	return joined(out, w*e.Scale, h*e.Scale), nil
}

// upscaling is a picture on its way through a network.
type upscaling struct {
	keras.Enlargement
	net      Enlarger
	channels int
	planes   [][]byte // gray or three colours, and what is opaque if not all is
	w, h     int
}

// tile is the height and width of tiles that bound memory, and are no smaller than
// twice the surroundings that are computed for each side of them.
func (u *upscaling) tile() int {
	side := int(math.Sqrt(tileNumbers / float64(u.Peak)))
	return max(side-2*u.Reach, 2*u.Reach, 16)
}

// enlarge fills a part of the result. Each three planes that go through the network
// together are a picture: colours as they are, gray and what is opaque three times.
func (u *upscaling) enlarge(out [][]byte, part image.Rectangle) {
	seen := part.Inset(-u.Reach).Intersect(image.Rect(0, 0, u.w, u.h))
	for first := 0; first < len(u.planes); {
		n := 1
		if u.channels == 3 && first == 0 && len(u.planes) >= 3 {
			n = 3
		}
		pixels := make([]float32, 0, u.channels*seen.Dx()*seen.Dy())
		for c := range u.channels {
			plane := u.planes[first+min(c, n-1)]
			for y := seen.Min.Y; y < seen.Max.Y; y++ {
				for _, v := range plane[y*u.w+seen.Min.X : y*u.w+seen.Max.X] {
					pixels = append(pixels, float32(v)/127.5-1)
				}
			}
		}
		x := tensor.FromSlice(pixels, 1, u.channels, seen.Dy(), seen.Dx())
		y := u.net.Enlarge(x)
		u.store(out[first:first+n], y.Float32s(), seen, part)
		x.Release()
		y.Release()
		first += n
	}
}

// store copies a part of what became of the pixels that were seen; one plane is the
// mean of all channels.
func (u *upscaling) store(out [][]byte, pixels []float32, seen, part image.Rectangle) {
	s := u.Scale
	stride, size := s*seen.Dx(), s*s*seen.Dx()*seen.Dy()
	each := u.channels / len(out) // channels for a plane
	for i, plane := range out {
		for y := s * part.Min.Y; y < s*part.Max.Y; y++ {
			for x := s * part.Min.X; x < s*part.Max.X; x++ {
				at := (y-s*seen.Min.Y)*stride + x - s*seen.Min.X
				sum := float32(0)
				for c := i * each; c < (i+1)*each; c++ {
					sum += pixels[c*size+at]
				}
				plane[y*s*u.w+x] = picture.Byte(sum / float32(each))
			}
		}
	}
}

// planesOf are the colours of a picture, one where it is gray, and behind them what is
// opaque, unless all is.
func planesOf(m *image.NRGBA) [][]byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	var planes [4][]byte
	for c := range planes {
		planes[c] = make([]byte, 0, w*h)
	}
	gray := true
	for y := range h {
		line := m.Pix[y*m.Stride:][:4*w]
		for x := range w {
			for c := range planes {
				planes[c] = append(planes[c], line[4*x+c])
			}
		}
	}
	if !m.Opaque() {
		bleed(planes, w)
	}
	for i, r := range planes[0] {
		gray = gray && r == planes[1][i] && r == planes[2][i]
	}
	var out [][]byte
	if out = planes[:3]; gray {
		out = planes[:1]
	}
	if !m.Opaque() {
		out = append(out[:len(out):len(out)], planes[3])
	}
	return out
}

// joined is the picture of planes.
func joined(planes [][]byte, w, h int) image.Image {
	rect := image.Rect(0, 0, w, h)
	if len(planes) == 1 {
		return &image.Gray{Pix: planes[0], Stride: w, Rect: rect}
	}
	m := image.NewNRGBA(rect)
	for i := range w * h {
		p := m.Pix[4*i:][:4]
		p[0], p[1], p[2], p[3] = planes[0][i], planes[0][i], planes[0][i], 255
		if len(planes) > 2 {
			p[1], p[2] = planes[1][i], planes[2][i]
		}
		if len(planes)%2 == 0 {
			p[3] = planes[len(planes)-1][i]
		}
	}
	return m
}

// bleedSteps is how far colours are carried into what is transparent. Beyond, their
// edge is too far from what is seen to change it much.
const bleedSteps = 8

// bleed gives pixels that are fully transparent the colours of those beside them that
// are not: whatever is stored there, often black, would make a fringe.
func bleed(planes [4][]byte, w int) {
	known := make([]bool, len(planes[3]))
	var edge []int // of what is known
	for i, a := range planes[3] {
		if known[i] = a > 0; known[i] {
			edge = append(edge, i)
		}
	}
	beside := func(i int, f func(k int)) {
		if i%w > 0 {
			f(i - 1)
		}
		if i%w < w-1 {
			f(i + 1)
		}
		if i >= w {
			f(i - w)
		}
		if i+w < len(known) {
			f(i + w)
		}
	}
	for range bleedSteps {
		var next []int
		listed := map[int]bool{}
		for _, i := range edge {
			beside(i, func(k int) {
				if !known[k] && !listed[k] {
					listed[k] = true
					next = append(next, k)
				}
			})
		}
		for _, i := range next {
			var sum [3]int
			n := 0
			beside(i, func(k int) {
				if known[k] {
					for c := range sum {
						sum[c] += int(planes[c][k])
					}
					n++
				}
			})
			for c := range sum {
				planes[c][i] = byte(sum[c] / n)
			}
		}
		for _, i := range next {
			known[i] = true
		}
		edge = next
	}
}
