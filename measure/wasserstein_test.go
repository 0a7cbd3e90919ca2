package measure

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// discs are n pictures of a disc at a random place, in a random colour, on white.
func discs(n, channels, side int, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	out := make([][]float32, n)
	for i := range out {
		p := make([]float32, channels*side*side)
		cy, cx, radius := r.Float64()*float64(side), r.Float64()*float64(side), float64(side)*(0.1+0.2*r.Float64())
		for c := range channels {
			shade := float32(2*r.Float64() - 1)
			for at := range side * side {
				v := float32(1)
				if math.Hypot(float64(at/side)-cy, float64(at%side)-cx) < radius {
					v = shade
				}
				p[c*side*side+at] = v
			}
		}
		out[i] = p
	}
	return out
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		h, w int
		want []size
		side int
	}{
		{64, 64, []size{{64, 64}, {32, 32}, {16, 16}}, 7},
		{16, 16, []size{{16, 16}}, 7},
		{31, 31, []size{{31, 31}}, 7},
		{33, 100, []size{{33, 100}, {17, 50}}, 7},
		{5, 64, []size{{5, 64}}, 5},
	} {
		p := newPyramid(3, c.h, c.w)
		assert.Equal(t, c.want, p.sizes)
		assert.Equal(t, c.side, p.side)
		assert.Equal(t, 3*c.side*c.side, p.numbers())
	}
}

// A picture is its levels, each enlarged to the next and added.
func TestPyramidAddsUp(t *testing.T) {
	for _, s := range []size{{64, 64}, {37, 70}} {
		picture := noise(1, 2*s.area(), 1)[0]
		w := newPyramid(2, s.h, s.w).worker()
		levels := w.levels(picture, len(w.sizes))
		sum := slices.Clone(levels[len(levels)-1])
		for l := len(levels) - 2; l >= 0; l-- {
			fine, coarse := w.sizes[l], w.sizes[l+1]
			next := slices.Clone(levels[l])
			for c := range 2 {
				w.enlarge(sum[c*coarse.area():(c+1)*coarse.area()], fine)
				for i, v := range w.up[:fine.area()] {
					next[c*fine.area()+i] += v
				}
			}
			sum = next
		}
		assert.InDeltaSlice(t, picture, sum, 1e-5)
	}
}

func TestSort(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	for _, n := range []int{1, 2, 100, 5000} {
		x := make([]float32, n)
		for i := range x {
			switch x[i] = math.Float32frombits(r.Uint32()); {
			case r.IntN(4) == 0:
				x[i] = float32(r.IntN(7) - 3)
			case x[i] != x[i]:
				x[i] = float32(math.Inf(1 - 2*r.IntN(2)))
			}
		}
		want := slices.Sorted(slices.Values(x))
		s := newSorter(n)
		again := slices.Clone(x)
		s.floats(x)
		assert.Equal(t, want, x)
		s.floats(again)
		assert.Equal(t, want, again, "the memory serves twice")
	}
}

func TestSlicedWassersteinOfKnownSets(t *testing.T) {
	const n, side = 100, 32
	real, same := discs(n, 3, side, 1), discs(n, 3, side, 2)
	s := SlicedWasserstein{Channels: 3, Height: side, Width: side, Patches: 48, Directions: 96, Seed: 1}
	base := must(s.Distance(context.Background(), real, same))
	require.Len(t, base.Levels, 2)
	assert.Equal(t, [2]int{32, 16}, [2]int{base.Levels[0].Height, base.Levels[1].Height})
	assert.Equal(t, (base.Levels[0].Distance+base.Levels[1].Distance)/2, base.Mean)
	assert.Equal(t, base, must(s.Distance(context.Background(), real, same)), "the same seed")
	other := s
	other.Seed = 2
	assert.NotEqual(t, base, must(other.Distance(context.Background(), real, same)))

	// Fine grain is seen at the fine level alone.
	grainy := moved(same, 1, 0)
	r := rand.New(rand.NewPCG(9, 0))
	for _, p := range grainy {
		for i := range p {
			p[i] += 0.2 * float32(r.NormFloat64())
		}
	}
	grain := must(s.Distance(context.Background(), real, grainy))
	assert.Greater(t, grain.Levels[0].Distance, 3*base.Levels[0].Distance)
	assert.Less(t, grain.Levels[1].Distance, 2*base.Levels[1].Distance)

	// A flat surface for half of the pictures is wrong at both.
	for _, p := range same[:n/2] {
		for i := range p {
			p[i] = 0
		}
	}
	empty := must(s.Distance(context.Background(), real, same))
	assert.Greater(t, empty.Levels[1].Distance, 2*base.Levels[1].Distance)

	assert.InEpsilon(t, base.Mean, must(s.Distance(context.Background(), moved(real, 0.5, 0.25), discs(n, 3, side, 2))).Mean, 1e-3,
		"each set has mean 0 and deviation 1, so contrast does not count")
}

// What is of one colour is not blown up to noise.
func TestFlatPictures(t *testing.T) {
	x := moved(noise(6, 3*32*32, 1), 0, 0.1)
	d := SlicedWasserstein{Channels: 3, Height: 32, Width: 32, Patches: 8, Directions: 8}
	assert.Equal(t, Distances{[]Level{{32, 32, 0}, {16, 16, 0}}, 0}, must(d.Distance(context.Background(), x, moved(x, 1, -0.3))))
	got := must(d.Distance(context.Background(), x, noise(6, 3*32*32, 2)))
	assert.Greater(t, got.Mean, 100.0)
	assert.False(t, math.IsInf(got.Mean, 0))
}

func TestPlacesReachAllPixels(t *testing.T) {
	s := SlicedWasserstein{Seed: 3}
	p := newPyramid(1, 16, 18)
	seen := map[place]bool{}
	sets := map[int][]place{}
	for set := range 2 {
		for picture := range 200 {
			into := make([]place, 20)
			s.places(p)(set, 0, picture, into)
			for _, at := range into {
				seen[at] = true
			}
			sets[set] = append(sets[set], into...)
		}
	}
	assert.Len(t, seen, 10*12)
	assert.NotEqual(t, sets[0], sets[1])
	for at := range seen {
		assert.True(t, at.y >= 0 && at.y < 10 && at.x >= 0 && at.x < 12)
	}
}
