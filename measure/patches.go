package measure

import (
	"context"
	"math"

	"github.com/org/artnn/tensor"
)

// patches are those of a set of pictures, as many of each at every level.
type patches struct {
	pyramid  *pyramid
	pictures [][]float32
	each     int
	at       placing
	set      int

	mean, scale [][]float64 // of a level's channels
}

// flat is the standard deviation below which a channel is taken for one colour:
// what rounding makes of it would become noise of deviation 1.
const flat = 1e-6

// uploadPictures is how many pictures' patches make one tensor: of 128 patches of
// three channels, 5 MiB.
const uploadPictures = 64

// cut writes the patches of a picture at one level, [each, channels, side, side].
func (p *patches) cut(dst []float32, places []place, picture int, level int, planes []float32) {
	size, side := p.pyramid.sizes[level], p.pyramid.side
	p.at(p.set, level, picture, places)
	for _, pl := range places {
		for c := range p.pyramid.channels {
			for y := range side {
				from := (c*size.h+pl.y+y)*size.w + pl.x
				copy(dst[:side], planes[from:from+side])
				dst = dst[side:]
			}
		}
	}
}

// channelSums are the sums of a channel's numbers and of their squares.
type channelSums struct{ sum, squares float64 }

// measure finds mean and scale of every level and channel.
func (p *patches) measure(ctx context.Context) {
	levels, channels := len(p.pyramid.sizes), p.pyramid.channels
	sums := make([]channelSums, len(p.pictures)*levels*channels) // apart, to add them in one order
	numbers, area := p.pyramid.numbers(), p.pyramid.side*p.pyramid.side
	workers(ctx, len(p.pictures), func() func(int) {
		w := p.pyramid.worker()
		buf, places := make([]float32, p.each*numbers), make([]place, p.each)
		return func(i int) {
			for level, planes := range w.levels(p.pictures[i], levels) {
				p.cut(buf, places, i, level, planes)
				of := sums[(i*levels+level)*channels:]
				for at := range p.each * channels {
					s := &of[at%channels]
					for _, v := range buf[at*area : (at+1)*area] {
						s.sum += float64(v)
						s.squares += float64(v) * float64(v)
					}
				}
			}
		}
	})
	count := float64(len(p.pictures) * p.each * area)
	for level := range levels {
		mean, scale := make([]float64, channels), make([]float64, channels)
		for c := range channels {
			var total channelSums
			for i := range p.pictures {
				s := sums[(i*levels+level)*channels+c]
				total.sum += s.sum
				total.squares += s.squares
			}
			mean[c] = total.sum / count
			if deviation := math.Sqrt(max(0, total.squares/count-mean[c]*mean[c])); deviation >= flat {
				scale[c] = 1 / deviation
			}
		}
		p.mean, p.scale = append(p.mean, mean), append(p.scale, scale)
	}
}

// upload makes tensors [patches, numbers] of all patches at a level, normalised; at least
// one, of which nothing holds if the context has ended.
func (p *patches) upload(ctx context.Context, level int) (out []*tensor.Tensor) {
	numbers, area := p.pyramid.numbers(), p.pyramid.side*p.pyramid.side
	each := p.each * numbers
	block := make([]float32, min(uploadPictures, len(p.pictures))*each)
	for lo := 0; lo < len(p.pictures) && (lo == 0 || ctx.Err() == nil); lo += uploadPictures {
		n := min(uploadPictures, len(p.pictures)-lo)
		workers(ctx, n, func() func(int) {
			w, places := p.pyramid.worker(), make([]place, p.each)
			return func(i int) {
				dst := block[i*each : (i+1)*each]
				p.cut(dst, places, lo+i, level, w.levels(p.pictures[lo+i], level+1)[level])
				for at := range p.each * p.pyramid.channels {
					c := at % p.pyramid.channels
					mean, scale := p.mean[level][c], p.scale[level][c]
					part := dst[at*area : (at+1)*area]
					for j, v := range part {
						part[j] = float32((float64(v) - mean) * scale)
					}
				}
			}
		})
		out = append(out, tensor.FromSlice(block[:n*each], n*p.each, numbers))
	}
	return out
}
