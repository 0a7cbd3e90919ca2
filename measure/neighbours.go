package measure

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/org/artnn/tensor"
)

// Overlap is how two sets of features lie in each other. A ball is all that is as
// near to a vector as its k-th nearest neighbour in its own set, or nearer.
type Overlap struct {
	Precision float64 // share of generated vectors in the ball of a real one: are they of the kind?
	Recall    float64 // share of real vectors in the ball of a generated one: is every kind there?
	Density   float64 // mean number of real balls that a generated vector is in, divided by k; may exceed 1
	Coverage  float64 // share of real balls with a generated vector inside
}

// ByNeighbours measures [Overlap] by the k nearest neighbours. For precision and
// recall k = 3 is usual, for density and coverage k = 5. All depend on the counts,
// coverage the least.
//
// Results are those of distances in float64, whatever the backend's precision:
// comparisons that float32 cannot decide are made again in float64. Memory beyond one
// copy of the sets is bounded.
//
// Shape: each [n, d], the n may differ.
//
// Errors: an ended context.
// Panics if k is below 1 or not below the counts, or the d differ.
//
// Reference: Kynkäänniemi et al., "Improved precision and recall metric for
// assessing generative models", 2019; Naeem et al., "Reliable fidelity and
// diversity metrics for generative models", 2020.
func ByNeighbours(ctx context.Context, real, generated [][]float32, k int) (Overlap, error) {
	d := sizeOf("neighbours", 1, real, generated)
	if k < 1 || k >= min(len(real), len(generated)) {
		tensor.Fail("neighbours", "k must be from 1 to one less than either count", "k %d of %d and %d", k, len(real), len(generated))
	}
	if !finite(real, generated) {
		return Overlap{nan, nan, nan, nan}, ctx.Err()
	}
	origin := meanOf(real, d)
	x, y := newPoints(real, origin), newPoints(generated, origin)
	defer x.centred.Release()
	defer y.centred.Release()
	o := overlap(ctx, x, y, x.radii(ctx, k), y.radii(ctx, k), k)
	return o, ctx.Err()
}

// Nearest finds for each vector of a set the nearest among others: its index and
// its distance, exact to float64. Of equally near ones it is the first. A vector is
// not its own neighbour: where both sets hold the very same slice, it is passed over,
// and if nothing else is left, the index is −1 and the distance infinite. Where a
// number is not finite, all indices are −1 and all distances NaN.
//
// Shape: each [n, d], the n may differ.
//
// Panics if a set is empty, or the d differ.
func Nearest(of, among [][]float32) (indices []int, distances []float64) {
	indices, distances, _ = NearestContext(context.Background(), of, among) // which does not end
	return indices, distances
}

// NearestContext is [Nearest] that a context can end: thousands of large pictures take
// a minute.
//
// Errors: an ended context.
func NearestContext(ctx context.Context, of, among [][]float32) (indices []int, distances []float64, err error) {
	d := sizeOf("nearest", 1, of, among)
	return nearest(ctx, of, Vectors(among), max(1, setNumbers/d), func(i, j int) bool { return &of[i][0] == &among[j][0] })
}

// NearestIn is [NearestContext] among a set that need not be in memory: it is read
// once, in blocks of 64 MiB. own, if it is not nil, has for each vector the index in
// the set that is itself and is passed over, −1 for one that is not of the set.
//
// Shape: of [n, d]; own [n].
//
// Errors: an ended context.
// Panics as [Nearest] does.
func NearestIn(ctx context.Context, of [][]float32, own []int, among Set) (indices []int, distances []float64, err error) {
	if among.Len() < 1 || own != nil && len(own) != len(of) {
		tensor.Fail("nearest", "needs a set of at least one vector, and as many own indices as vectors", "%d, %d of %d", among.Len(), len(own), len(of))
	}
	d := sizeOf("nearest", 1, of, of)
	if v, ok := among.(Vectors); ok {
		checkLengths("nearest", v, d)
	}
	return nearest(ctx, of, among, max(1, setNumbers/d), func(i, j int) bool { return own != nil && own[i] == j })
}

const (
	// setNumbers is the most numbers of a set that are read at a time: 64 MiB.
	setNumbers = 16 << 20
	// originVectors are enough to find about where a set lies.
	originVectors = 64
)

// nearest is [Nearest] in one walk over a set, of which some vectors are read together.
// same tells whether a vector is one of the set.
func nearest(ctx context.Context, of [][]float32, among Set, together int, same func(i, j int) bool) (indices []int, distances []float64, err error) {
	n, d := among.Len(), len(of[0])
	indices, distances = make([]int, len(of)), make([]float64, len(of))
	// Squared, the smallest so far: of what the distances may at most be, and of those
	// that were measured exactly.
	bounds, best := make([]float64, len(of)), make([]float64, len(of))
	for i := range of {
		indices[i], bounds[i], best[i] = -1, math.Inf(1), math.Inf(1)
	}
	origin := meanOf(Pick(among, d, Spaced(n, originVectors)), d)
	clean := finite(of)
	x := newPoints(of, origin)
	defer x.centred.Release()
	together = min(n, together)
	block := slices.Collect(slices.Chunk(make([]float32, together*d), d))
	centred := make([]float32, together*d)
	for lo := 0; clean && lo < n && ctx.Err() == nil; lo += together {
		block := block[:min(together, n-lo)]
		parallel(len(block), func(k int) { among.Read(block[k], lo+k) })
		if clean = finite(block); !clean {
			break
		}
		y := pointsIn(centred, block, origin)
		products(ctx, x.centred, y.centred, func(i int, products []float32) {
			for k, product := range products {
				if d, doubt := x.distance(i, y, k, product); d+doubt < bounds[i] && !same(i, lo+k) {
					bounds[i] = d + doubt
				}
			}
			for k, product := range products {
				if d, doubt := x.distance(i, y, k, product); d-doubt <= min(bounds[i], best[i]) && !same(i, lo+k) {
					if exact := squared(of[i], block[k]); exact < best[i] {
						best[i], indices[i] = exact, lo+k
					}
				}
			}
		})
		y.centred.Release()
	}
	for i := range of {
		distances[i] = math.Sqrt(best[i])
		if !clean {
			indices[i], distances[i] = -1, nan
		}
	}
	return indices, distances, ctx.Err()
}

// meanOf is the mean of vectors. About it, distances from products lose fewest
// digits.
func meanOf(set [][]float32, d int) []float64 {
	mean := make([]float64, d)
	for _, x := range set {
		for j, v := range x {
			mean[j] += float64(v)
		}
	}
	for j := range mean {
		mean[j] /= float64(len(set))
	}
	return mean
}

// points are the vectors of a set.
type points struct {
	exact   [][]float32
	centred *tensor.Tensor // [n, d]
	norms   []float64      // squared, of the centred ones
	doubt   float64        // see distance
}

func newPoints(set [][]float32, origin []float64) *points {
	return pointsIn(make([]float32, len(set)*len(origin)), set, origin)
}

// pointsIn is newPoints with memory to use meanwhile.
func pointsIn(flat []float32, set [][]float32, origin []float64) *points {
	d := len(origin)
	flat, norms := flat[:len(set)*d], make([]float64, len(set))
	parallel(len(set), func(i int) {
		row := flat[i*d : (i+1)*d]
		for j, v := range set[i] {
			row[j] = float32(float64(v) - origin[j])
			norms[i] += float64(row[j]) * float64(row[j])
		}
	})
	// A sum of d products is wrong by at most d half gaps of float32 for the sum of
	// their magnitudes; centring and the rest by a few.
	return &points{set, tensor.FromSlice(flat, len(set), d), norms, float64(d+16) * 0x1p-24}
}

// distance is the squared distance of two vectors from their product, and by how
// much it may be wrong.
func (p *points) distance(i int, q *points, j int, product float32) (value, doubt float64) {
	norms := p.norms[i] + q.norms[j]
	return norms - 2*float64(product), norms * p.doubt
}

// radii are the squared distances to the k-th nearest other vector.
func (p *points) radii(ctx context.Context, k int) []float64 {
	out := make([]float64, len(p.exact))
	products(ctx, p.centred, p.centred, func(i int, products []float32) {
		// The k-th smallest of upper bounds is one of the k-th smallest distance;
		// only what may be within it is measured exactly.
		bounds := smallest{limit: k}
		for j, product := range products {
			if j != i {
				d, doubt := p.distance(i, p, j, product)
				bounds.add(d + doubt)
			}
		}
		bound := bounds.last()
		exact := smallest{limit: k}
		for j, product := range products {
			if d, doubt := p.distance(i, p, j, product); j != i && d-doubt <= bound {
				exact.add(squared(p.exact[i], p.exact[j]))
			}
		}
		out[i] = exact.last()
	})
	return out
}

// smallest keeps the smallest of the numbers it is given, in ascending order.
type smallest struct {
	limit int
	kept  []float64
}

func (s *smallest) add(v float64) {
	if len(s.kept) == s.limit {
		if v >= s.kept[s.limit-1] {
			return
		}
		s.kept = s.kept[:s.limit-1]
	}
	at, _ := slices.BinarySearch(s.kept, v)
	s.kept = slices.Insert(s.kept, at, v)
}

func (s *smallest) last() float64 {
	if len(s.kept) < s.limit {
		return math.Inf(1)
	}
	return s.kept[s.limit-1]
}

// overlap counts who is in whose ball.
func overlap(ctx context.Context, x, y *points, xRadii, yRadii []float64, k int) Overlap {
	m, n := len(xRadii), len(yRadii)
	within := make([]int, n) // real balls that each generated vector is in
	covered, recalled := make([]bool, m), make([]bool, m)
	var mu sync.Mutex
	products(ctx, x.centred, y.centred, func(i int, products []float32) {
		var in []int
		for j, product := range products {
			d, doubt := x.distance(i, y, j, product)
			if unclear(d, doubt, xRadii[i]) || unclear(d, doubt, yRadii[j]) {
				d = squared(x.exact[i], y.exact[j])
			}
			if d <= xRadii[i] {
				in = append(in, j)
			}
			recalled[i] = recalled[i] || d <= yRadii[j]
		}
		covered[i] = len(in) > 0
		mu.Lock()
		defer mu.Unlock()
		for _, j := range in {
			within[j]++
		}
	})
	inBalls, inside := 0, 0
	for _, count := range within {
		inBalls += count
		if count > 0 {
			inside++
		}
	}
	return Overlap{
		Precision: float64(inside) / float64(n),
		Recall:    share(recalled),
		Density:   float64(inBalls) / float64(k*n),
		Coverage:  share(covered),
	}
}

func share(yes []bool) float64 {
	n := 0
	for _, y := range yes {
		if y {
			n++
		}
	}
	return float64(n) / float64(len(yes))
}

func unclear(d, doubt, radius float64) bool { return math.Abs(d-radius) <= doubt }
