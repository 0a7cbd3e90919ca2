package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// SlicedWasserstein configures the sliced Wasserstein distance of two sets of
// pictures: of each level of their Laplacian pyramids, patches of 7×7 pixels at
// random places are compared as distributions. Only the size of the pictures must
// be given.
type SlicedWasserstein struct {
	Channels, Height, Width int

	Patches    int    // of each picture and level; default 128
	Directions int    // on which patches are projected; default 512
	Seed       uint64 // of places and directions
}

// Distances are sliced Wasserstein distances times 1000.
type Distances struct {
	Levels []Level // the finest first
	Mean   float64 // of the levels
}

// Level is the distance at one level of the pyramids.
type Level struct {
	Height, Width int
	Distance      float64
}

// What was published.
const (
	patchSide   = 7   // pixels
	coarsest    = 16  // pixels of the shorter side, which the last level has at least
	setPatches  = 128 // of each picture
	directions  = 512 // four times 128
	thousandths = 1e3 // of which distances are counted
)

// projections is the most numbers that patches are projected to at a time: of each
// set 64 MiB, and at least 8 directions, so that products stay fast.
const (
	projections    = 16 << 20
	fewestTogether = 8
	mostTogether   = 64
)

// Distance compares two sets of as many pictures. Its steps are
//
//  1. the Laplacian pyramid of every picture: a level is what the next coarser
//     one, of half the size, cannot show, and the last is a small picture. Levels go on
//     while the shorter side has 16 pixels or more, so pictures below 32 have one
//     level, themselves;
//
//  2. patches of 7×7 pixels, or of the shorter side where it is less, at random
//     places of every level;
//
//  3. of each set, level and channel, mean 0 and standard deviation 1; channels
//     whose deviation is below 10⁻⁶ become 0;
//
//  4. projections of all patches on random directions u, of length 1, and on each the
//     Wasserstein distance of the sorted projections:
//
//     mean over u and i of |sort(A·u)ᵢ − sort(B·u)ᵢ|·1000
//
// It takes memory for the patches of one level, 75 KB a picture of three channels
// in either set, and at most 200 MiB beside.
//
// Shape: each [n, channels·height·width], channel first, usually in [−1, 1].
//
// Errors: an ended context.
// Panics if sizes or counts are below 1 or counts differ.
//
// Reference: Karras et al., "Progressive growing of GANs for improved quality,
// stability, and variation", 2018. Filters are those published with it; sides need
// not be powers of two.
func (s SlicedWasserstein) Distance(ctx context.Context, real, generated [][]float32) (Distances, error) {
	s.check(real, generated)
	s.Patches, s.Directions = cmp.Or(s.Patches, setPatches), cmp.Or(s.Directions, directions)
	p := newPyramid(s.Channels, s.Height, s.Width)
	return s.distances(ctx, p, real, generated, s.places(p), s.directions)
}

func (s SlicedWasserstein) check(real, generated [][]float32) {
	const op = "sliced wasserstein"
	if min(s.Channels, s.Height, s.Width) < 1 || min(s.Patches, s.Directions) < 0 {
		tensor.Fail(op, "needs channels, sizes and counts of 1 or more", "%+v", s)
	}
	if len(real) != len(generated) || len(real) == 0 {
		tensor.Fail(op, "needs two sets of as many pictures", "%d and %d", len(real), len(generated))
	}
	size := s.Channels * s.Height * s.Width
	for _, set := range [][][]float32{real, generated} {
		for i, x := range set {
			if len(x) != size {
				tensor.Fail(op, fmt.Sprintf("pictures of %d×%d×%d have %s", s.Channels, s.Height, s.Width, words.Count(size, "number")), "%d at position %d", len(x), i)
			}
		}
	}
}

// place says where a patch begins.
type place struct{ y, x int }

// placing gives the places of the patches of one picture of a set, at a level.
type placing func(set, level, picture int, into []place)

// directing gives directions of any length, [n, d], for patches of d numbers.
type directing func(d int) []float32

// Counters of random numbers: the set is in the highest bits, then level, picture
// and patch. Directions are a third set.
const (
	setBits       = 62
	levelBits     = 56
	pictureBits   = 24
	directionsSet = 2
)

func (s SlicedWasserstein) places(p *pyramid) placing {
	return func(set, level, picture int, into []place) {
		at := uint64(set)<<setBits | uint64(level)<<levelBits | uint64(picture)<<pictureBits
		size := p.sizes[level]
		for i := range into {
			y, x, _, _ := philox.Block(s.Seed, at+uint64(i))
			into[i] = place{below(y, size.h-p.side+1), below(x, size.w-p.side+1)}
		}
	}
}

// below maps 32 random bits to [0, n).
func below(bits uint32, n int) int { return int(uint64(bits) * uint64(n) >> 32) }

func (s SlicedWasserstein) directions(d int) []float32 {
	out := make([]float32, s.Directions*d)
	philox.Fill(out, backend.Normal, backend.Params{0, 1}, backend.Stream{Key: s.Seed, Counter: directionsSet << setBits})
	return out
}

// distances compares the sets for given places and directions.
func (s SlicedWasserstein) distances(ctx context.Context, p *pyramid, real, generated [][]float32, at placing, along directing) (Distances, error) {
	var out Distances
	a := &patches{pyramid: p, pictures: real, each: s.Patches, at: at}
	b := &patches{pyramid: p, pictures: generated, each: s.Patches, at: at, set: 1}
	ok := finite(real, generated)
	if ok {
		a.measure(ctx)
		b.measure(ctx)
	}
	u := unit(along(p.numbers()), p.numbers())
	n, count := len(real)*s.Patches, len(u)/p.numbers()
	together := min(count, max(fewestTogether, min(mostTogether, projections/n)))
	room := projected{n, make([]float32, together*n), make([]float32, together*n)}
	for level, size := range p.sizes {
		if ctx.Err() != nil {
			return Distances{}, ctx.Err()
		}
		d := nan
		if ok {
			d = sliced(ctx, a.upload(ctx, level), b.upload(ctx, level), u, room)
		}
		out.Levels = append(out.Levels, Level{size.h, size.w, d})
		out.Mean += d / float64(len(p.sizes))
	}
	return out, ctx.Err()
}

// unit brings directions to length 1.
func unit(u []float32, d int) []float32 {
	for lo := 0; lo < len(u); lo += d {
		row, norm := u[lo:lo+d], 0.0
		for _, v := range row {
			norm += float64(v) * float64(v)
		}
		for i := range row {
			row[i] = float32(float64(row[i]) / math.Sqrt(norm))
		}
	}
	return u
}

// projected has room for the projections of n patches of either set, on as many
// directions as are done together.
type projected struct {
	n    int
	x, y []float32
}

// sliced is the mean over directions u, of length 1, of the distance of the patches of
// two sets, which it releases.
func sliced(ctx context.Context, a, b []*tensor.Tensor, u []float32, room projected) float64 {
	defer release(a)
	defer release(b)
	n, x, y := room.n, room.x, room.y
	d, together := a[0].Dim(1), len(x)/n
	distances := make([]float64, len(u)/d)
	for lo := 0; lo < len(distances) && ctx.Err() == nil; lo += together {
		part := min(together, len(distances)-lo)
		directions := tensor.FromSlice(u[lo*d:(lo+part)*d], part, d)
		project(x, n, directions, a)
		project(y, n, directions, b)
		directions.Release()
		workers(ctx, part, func() func(int) {
			sort := newSorter(n)
			return func(i int) {
				px, py := x[i*n:(i+1)*n], y[i*n:(i+1)*n]
				sort.floats(px)
				sort.floats(py)
				distances[lo+i] = apart(px, py)
			}
		})
	}
	return sum(distances) / float64(len(distances)) * thousandths
}

// project writes the projections of patches on each direction to a row of dst of
// length n.
func project(dst []float32, n int, directions *tensor.Tensor, patches []*tensor.Tensor) {
	at, rows := 0, directions.Dim(0)
	var out []float32
	for _, p := range patches {
		m := p.Dim(0)
		t := p.T()
		y := directions.MatMul(t)
		if out == nil {
			out = make([]float32, rows*m) // the first is the largest
		}
		y.ReadFloat32s(out[:rows*m])
		y.Release()
		t.Release()
		for i := range rows {
			copy(dst[i*n+at:], out[i*m:(i+1)*m])
		}
		at += m
	}
}

// apart is the mean distance of numbers at the same place.
func apart(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += math.Abs(float64(v) - float64(b[i]))
	}
	return sum / float64(len(a))
}

func release(list []*tensor.Tensor) {
	for _, t := range list {
		t.Release()
	}
}
