package measure

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tensor"
)

// moved is a·x + b of every number.
func moved(set [][]float32, a, b float32) [][]float32 {
	out := make([][]float32, len(set))
	for i, x := range set {
		for _, v := range x {
			out[i] = append(out[i], a*v+b)
		}
	}
	return out
}

func TestFrechetOfNormalDistributions(t *testing.T) {
	// Of independent numbers, it is ‖μ − μ'‖² + Σ (σ − σ')².
	x, y := noise(20_000, 4, 1), noise(20_000, 4, 2)
	want := 0.0
	for j := range 4 {
		mean, deviation := 0.5*float32(j), 1+0.4*float32(j)
		for _, v := range y {
			v[j] = mean + deviation*v[j]
		}
		want += float64(mean*mean + (deviation-1)*(deviation-1))
	}
	assert.InEpsilon(t, want, Frechet(x, y), 0.02)
}

func TestFrechetOfMovedSets(t *testing.T) {
	// a·x + b has the covariance a²·C, so that the distance is known exactly.
	for _, shape := range [][2]int{{100, 5}, {10, 30}, {2, 7}, {9, 1}} {
		x := noise(shape[0], shape[1], 3)
		m := momentsOf(x, shape[1])
		const a, b = 1.5, -0.25
		want := 0.0
		for i, mean := range m.mean {
			want += math.Pow((a-1)*mean+b, 2) + math.Pow(a-1, 2)*m.cov[i*shape[1]+i]
		}
		assert.InEpsilon(t, want, Frechet(x, moved(x, a, b)), 1e-5, "%v", shape)
		assert.InEpsilon(t, want, Frechet(moved(x, a, b), x), 1e-5, "%v the other way", shape)
		assert.InDelta(t, 0, Frechet(x, x), 1e-6, "%v to itself", shape)
	}
	constant := [][]float32{{1, 2}, {1, 2}, {1, 2}}
	assert.InDelta(t, 2, Frechet(constant, moved(constant, 1, 1)), 1e-12, "without any covariance")
}

// counting is a set that tells how much of it is in memory at a time.
type counting struct {
	Vectors
	seen map[*float32]bool
	mu   sync.Mutex
	read []int
}

func (c *counting) Read(dst []float32, i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[&dst[0]] = true
	c.read[i]++
	c.Vectors.Read(dst, i)
}

// Among a set that is read in blocks, the same are found as among one in memory: with
// ties over the edges of blocks, and a vector passed over in any of them.
func TestNearestInBlocks(t *testing.T) {
	const d, n, together = 20, 300, 64 // four blocks and a rest
	r := rand.New(rand.NewPCG(9, 0))
	all := make(Vectors, n)
	for i := range all {
		all[i] = make([]float32, d)
		for j := range 7 {
			all[i][2*j] = 100 + float32(r.IntN(4))
		}
	}
	own := []int{0, 63, 64, 130, n - 1}
	of := Pick(all, d, own)
	set := &counting{Vectors: all, seen: map[*float32]bool{}, read: make([]int, n)}
	indices, distances, err := nearest(t.Context(), of, set, together, func(i, j int) bool { return own[i] == j })
	require.NoError(t, err)
	for i, x := range of {
		want, best := -1, math.Inf(1)
		for j, y := range all {
			if s := squared(x, y); j != own[i] && s < best {
				want, best = j, s
			}
		}
		assert.Equal(t, want, indices[i])
		assert.Equal(t, math.Sqrt(best), distances[i])
	}
	assert.LessOrEqual(t, len(set.seen), together+originVectors, "vectors in memory")
	for i, times := range set.read {
		assert.LessOrEqual(t, times, 2, "vector %d is read for the origin, and once more", i)
	}
	same, exact, err := NearestIn(t.Context(), of, own, all)
	require.NoError(t, err)
	assert.Equal(t, same, indices)
	assert.Equal(t, exact, distances)

	all[n-1][5] = float32(math.NaN())
	indices, distances, err = NearestIn(t.Context(), of[:1], nil, set)
	require.NoError(t, err)
	assert.Equal(t, -1, indices[0])
	assert.True(t, math.IsNaN(distances[0]))
	assert.Panics(t, func() { NearestIn(t.Context(), of, own[:1], all) })
	assert.Panics(t, func() { NearestIn(t.Context(), of, nil, Vectors{}) })
	assert.Panics(t, func() { NearestIn(t.Context(), of, nil, Vectors{{1}}) })
}

func TestBias(t *testing.T) {
	// Both sets are of one distribution: the distance is 0.
	x, y := noise(400, 16, 4), noise(400, 16, 5)
	biased := Frechet(x, y)
	assert.Greater(t, biased, 0.1)
	assert.Less(t, math.Abs(must(ExtrapolatedFrechet(context.Background(), x, y, 1))), 0.3*biased)

	// The kernel distance of few vectors is 0 on average, whatever the count.
	const draws = 200
	total, squares := 0.0, 0.0
	for i := range uint64(draws) {
		k := must(Kernel(context.Background(), noise(10, 6, 100+i), noise(12, 6, 500+i)))
		total += k
		squares += k * k
	}
	assert.Less(t, math.Abs(total), 3*math.Sqrt(squares), "three standard errors")
	// Of shifted ones it is that of the means of the kernel:
	// E k(x, x') of independent normal x, x' + b is 1 + 3·(d + d·b²)/d² + …; a large
	// count agrees with small ones.
	few := 0.0
	for i := range uint64(draws) {
		few += must(Kernel(context.Background(), noise(10, 6, 100+i), moved(noise(10, 6, 900+i), 1, 1))) / draws
	}
	assert.InEpsilon(t, must(Kernel(context.Background(), noise(3000, 6, 6), moved(noise(3000, 6, 7), 1, 1))), few, 0.1)
}

// clusters are vectors about some of four far corners.
func clusters(n int, seed uint64, corners ...int) [][]float32 {
	set := noise(n, 4, seed)
	for i, x := range set {
		x[corners[i%len(corners)]] += 50
	}
	return set
}

func TestOverlapOfKnownSets(t *testing.T) {
	const n = 400
	real := clusters(n, 1, 0, 1, 2, 3)
	same := must(ByNeighbours(context.Background(), real, clusters(n, 2, 0, 1, 2, 3), 5))
	assert.Greater(t, same.Precision, 0.8)
	assert.Greater(t, same.Recall, 0.8)
	assert.InDelta(t, 1, same.Density, 0.15)
	assert.Greater(t, same.Coverage, 0.9)

	dropped := must(ByNeighbours(context.Background(), real, clusters(n, 2, 0, 1), 5))
	assert.InDelta(t, same.Precision, dropped.Precision, 0.1, "all are of the kind")
	assert.InDelta(t, 0.5*same.Recall, dropped.Recall, 0.1, "half of the kinds are missing")
	assert.InDelta(t, 0.5, dropped.Coverage, 0.1)

	wrong := must(ByNeighbours(context.Background(), clusters(n, 1, 0, 1), clusters(n, 2, 0, 1, 2, 3), 5))
	assert.InDelta(t, 0.5*same.Precision, wrong.Precision, 0.1, "half are not of the kind")
	assert.InDelta(t, same.Recall, wrong.Recall, 0.1)

	assert.Equal(t, Overlap{1, 1, 1, 1}, func() Overlap {
		o := must(ByNeighbours(context.Background(), real, real, 5))
		o.Density = math.Min(o.Density, 1) // each is in its own ball and those of its neighbours
		return o
	}(), "copies")
	assert.Zero(t, must(ByNeighbours(context.Background(), real, moved(real, 1, 1000), 5)), "nothing in common")
	assert.InDelta(t, 0.25, must(ByNeighbours(context.Background(), real, slices.Repeat(real[:1], n), 5)).Recall, 0.26, "one picture again and again")
}

// Ties, duplicates and vectors far from the origin are decided as by distances
// in float64.
func TestNeighboursEqualBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	for range 60 {
		m, n, d, k := 5+r.IntN(30), 5+r.IntN(30), 1+r.IntN(6), 1+r.IntN(4)
		set := func(n int) [][]float32 {
			levels, offset := 1+r.IntN(5), float32(r.IntN(3))*4096
			out := make([][]float32, n)
			for i := range out {
				for range d {
					out[i] = append(out[i], offset+float32(r.IntN(levels))/4)
				}
			}
			return out
		}
		x, y := set(m), set(n)
		if r.IntN(2) == 0 {
			y = append(y, x...)
		}
		require.Equal(t, bruteForce(x, y, k), must(ByNeighbours(context.Background(), x, y, k)), "%v\n%v\nk = %d", x, y, k)
	}
}

func TestNearestEqualsBruteForce(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 0))
	for range 60 {
		d, offset := 1+r.IntN(9), float32(r.IntN(3))*4096
		set := func() (out [][]float32) {
			for range 1 + r.IntN(20) {
				var x []float32
				for range d {
					x = append(x, offset+float32(r.IntN(4))/4)
				}
				out = append(out, x)
			}
			return out
		}
		of, among := set(), set()
		among = append(among, of[:r.IntN(len(of)+1)]...) // not their own neighbours
		indices, distances := Nearest(of, among)
		for i, x := range of {
			at, best := -1, math.Inf(1)
			for j, y := range among {
				if &x[0] != &y[0] && squared(x, y) < best {
					at, best = j, squared(x, y)
				}
			}
			require.Equal(t, at, indices[i], "%v\n%v", of, among)
			require.Equal(t, math.Sqrt(best), distances[i])
		}
	}
	alone := [][]float32{{1, 2}}
	indices, distances := Nearest(alone, alone)
	assert.Equal(t, []int{-1}, indices)
	assert.Equal(t, []float64{math.Inf(1)}, distances)
}

func bruteForce(x, y [][]float32, k int) Overlap {
	radii := func(set [][]float32) (out []float64) {
		for _, a := range set {
			var all []float64
			for _, b := range set {
				all = append(all, squared(a, b))
			}
			slices.Sort(all)
			out = append(out, all[k]) // the first is its own
		}
		return out
	}
	rx, ry := radii(x), radii(y)
	inside, total := make([]bool, len(y)), 0
	covered, recalled := make([]bool, len(x)), make([]bool, len(x))
	for i, a := range x {
		for j, b := range y {
			d := squared(a, b)
			if d <= rx[i] {
				inside[j], covered[i] = true, true
				total++
			}
			recalled[i] = recalled[i] || d <= ry[j]
		}
	}
	return Overlap{share(inside), share(recalled), float64(total) / float64(k*len(y)), share(covered)}
}

// More products than fit in memory at a time are made in several blocks.
func TestProductsInBlocks(t *testing.T) {
	x, y := noise(3000, 2, 1), noise(1500, 2, 2)
	require.Greater(t, len(x)*len(y), blockNumbers)
	a, b := matrix(x, 2), matrix(y, 2)
	defer a.Release()
	defer b.Release()
	seen := make([]int, len(x))
	right := make([]bool, len(x))
	products(context.Background(), a, b, func(i int, products []float32) {
		seen[i]++
		right[i] = len(products) == len(y)
		for j, p := range products {
			want := x[i][0]*y[j][0] + x[i][1]*y[j][1]
			right[i] = right[i] && math.Abs(float64(p-want)) < 1e-5
		}
	})
	assert.Equal(t, slices.Repeat([]int{1}, len(x)), seen)
	assert.NotContains(t, right, false)
}

func TestFeaturesInBatches(t *testing.T) {
	var batches []int
	f := Features(func(pictures [][]float32) (out [][]float32) {
		batches = append(batches, len(pictures))
		for _, p := range pictures {
			out = append(out, p[:1])
		}
		return out
	})
	pictures := noise(150, 3, 1)
	got := must(f.Of(context.Background(), pictures))
	assert.Equal(t, []int{64, 64, 22}, batches)
	for i := range pictures {
		assert.Equal(t, pictures[i][:1], got[i])
	}
}

func TestHalvesAndCompare(t *testing.T) {
	for _, c := range [][3]int{{10, 3, 3}, {10, 5, 5}, {11, 9, 5}, {2, 7, 1}} {
		a, b := Halves(c[0], c[1], 1)
		both := slices.Concat(a, b)
		slices.Sort(both)
		assert.Len(t, slices.Compact(both), 2*c[2], "disjoint")
		assert.Len(t, a, c[2])
		assert.True(t, both[0] >= 0 && both[len(both)-1] < c[0])
		again, _ := Halves(c[0], c[1], 1)
		assert.Equal(t, a, again)
	}
	// Half of the real ones are fewer than the generated ones, so that many are
	// compared.
	real, generated := noise(11, 2, 1), noise(9, 2, 2)
	var seen [][2][][]float32
	calls, toReal, err := Compare(context.Background(), Vectors(real), generated, 1, func(_ context.Context, a, b [][]float32) (int, error) {
		seen = append(seen, [2][][]float32{a, b})
		return len(seen), nil
	})
	require.NoError(t, err)
	assert.Equal(t, [2]int{1, 2}, [2]int{calls, toReal})
	assert.Equal(t, generated[:5], seen[0][1])
	assert.Equal(t, seen[0][0], seen[1][0])
	assert.Len(t, seen[1][1], 5)
	for _, p := range seen[1][1] {
		assert.Contains(t, real, p)
		assert.NotContains(t, seen[1][0], p)
	}
	failed := errors.New("failed")
	_, _, err = Compare(context.Background(), Vectors(real), generated, 1, func(context.Context, [][]float32, [][]float32) (int, error) { return 0, failed })
	assert.ErrorIs(t, err, failed)
}

func TestNotFiniteIsNaN(t *testing.T) {
	small := SlicedWasserstein{Channels: 1, Height: 4, Width: 4, Patches: 2, Directions: 2}
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))} {
		for which := range 2 {
			x := [][][]float32{noise(20, 16, 1), noise(20, 16, 2)}
			x[which][7][3] = bad
			o := must(ByNeighbours(context.Background(), x[0], x[1], 2))
			d := must(small.Distance(context.Background(), x[0], x[1]))
			indices, distances := Nearest(x[0], x[1])
			assert.Equal(t, slices.Repeat([]int{-1}, 20), indices)
			for i, v := range []float64{Frechet(x[0], x[1]), must(ExtrapolatedFrechet(context.Background(), x[0], x[1], 1)), must(Kernel(context.Background(), x[0], x[1])),
				o.Precision, o.Recall, o.Density, o.Coverage, d.Mean, d.Levels[0].Distance, distances[19]} {
				assert.True(t, math.IsNaN(v), "number %d with %v", i, bad)
			}
		}
	}
}

func TestMisuse(t *testing.T) {
	x, wide := noise(3, 16, 1), noise(3, 17, 1)
	s := SlicedWasserstein{Channels: 1, Height: 4, Width: 4}
	for want, f := range map[string]func(){
		"frechet: needs sets of at least 2 vectors, got 3 and 1":              func() { Frechet(x, x[:1]) },
		"kernel: needs vectors of one length, not 0, got 17 beside 16":        func() { must(Kernel(context.Background(), x, wide)) },
		"extrapolated frechet: needs sets of at least 8 vectors, got 3 and 3": func() { must(ExtrapolatedFrechet(context.Background(), x, x, 1)) },
		"neighbours: k must be from 1 to one less than either count":          func() { must(ByNeighbours(context.Background(), x, x, 3)) },
		"neighbours: needs vectors of one length, not 0, got 0 beside 0":      func() { must(ByNeighbours(context.Background(), [][]float32{{}, {}}, [][]float32{{}, {}}, 1)) },
		"nearest: needs sets of at least 1 vector, got 3 and 0":               func() { Nearest(x, nil) },
		"halves: needs two indices, and one in each half, got 1, 3 in each":   func() { Halves(1, 3, 0) },
		"sliced wasserstein: needs two sets of as many pictures, got 3 and 2": func() { must(s.Distance(context.Background(), x, x[:2])) },
		"sliced wasserstein: needs two sets of as many pictures, got 0 and 0": func() { must(s.Distance(context.Background(), nil, nil)) },
		"sliced wasserstein: pictures of 1×4×4 have 16 numbers, got 17":       func() { must(s.Distance(context.Background(), x, wide)) },
		"sliced wasserstein: needs channels, sizes and counts of 1 or more":   func() { must(SlicedWasserstein{Height: 4, Width: 4}.Distance(context.Background(), x, x)) },
	} {
		err := tensor.Try(f)
		if assert.Error(t, err, want) {
			assert.True(t, strings.HasPrefix(err.Error(), want), "%v, want %s", err, want)
		}
	}
}

// All results are the same bits at any number of threads.
func TestSameBitsAtAnyNumberOfThreads(t *testing.T) {
	all := func() []any {
		x, y := noise(70, 3*40*32, 1), noise(70, 3*40*32, 2)
		return []any{
			must(SlicedWasserstein{Channels: 3, Height: 40, Width: 32, Patches: 20, Directions: 70}.Distance(context.Background(), x, y)),
			Frechet(noise(300, 20, 3), noise(300, 20, 4)),
			must(Kernel(context.Background(), x, y)), must(ByNeighbours(context.Background(), x, y, 3)),
		}
	}
	want := all()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	assert.Equal(t, want, all())
	runtime.GOMAXPROCS(5)
	assert.Equal(t, want, all())
}

// must is a value that no ended context kept from being computed.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
