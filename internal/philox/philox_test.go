package philox

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
)

// Vectors from kat_vectors of the authors' Random123 library.
func TestKnownAnswers(t *testing.T) {
	type words [4]uint32
	for _, c := range []struct {
		key     [2]uint32
		counter words
		want    words
	}{
		{[2]uint32{0, 0}, words{0, 0, 0, 0},
			words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[2]uint32{0xffffffff, 0xffffffff}, words{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
			words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[2]uint32{0xa4093822, 0x299f31d0}, words{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
			words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		var got words
		got[0], got[1], got[2], got[3] = block(c.key[0], c.key[1], c.counter[0], c.counter[1], c.counter[2], c.counter[3])
		assert.Equal(t, c.want, got)
	}
	x0, _, _, x3 := Block(0, 0)
	assert.Equal(t, uint32(0x6627e8d5), x0)
	assert.Equal(t, uint32(0x9b00dbd8), x3)
}

func TestBlocks(t *testing.T) {
	for n, want := range map[int]uint64{-1: 0, 0: 0, 1: 1, 3: 1, 4: 1, 5: 2, 8: 2, 9: 3, math.MaxInt32: 1 << 29} {
		assert.Equal(t, want, Blocks(n), "n=%d", n)
	}
	assert.Equal(t, backend.Stream{Key: 7, Counter: 13}, Advance(backend.Stream{Key: 7, Counter: 10}, 9))
}

var dists = []struct {
	name string
	dist backend.Distribution
	p    backend.Params
}{
	{"uniform", backend.Uniform, backend.Params{-2, 5}},
	{"normal", backend.Normal, backend.Params{1, 3}},
	{"bernoulli", backend.Bernoulli, backend.Params{0.3}},
}

func TestSplitAnywhere(t *testing.T) {
	s := backend.Stream{Key: 0x123456789abcdef, Counter: math.MaxUint32 - 1} // carries into the high word
	for _, d := range dists {
		t.Run(d.name, func(t *testing.T) {
			whole := make([]float32, 37)
			Fill(whole, d.dist, d.p, s)
			for i := range len(whole) + 1 {
				for j := i; j <= len(whole); j++ {
					part := make([]float32, j-i+1)
					part[j-i] = 99 // a guard behind the piece
					FillAt(part[:j-i], i, d.dist, d.p, s)
					require.Equal(t, whole[i:j], part[:j-i], "numbers %d to %d", i, j)
					require.Equal(t, float32(99), part[j-i])
				}
			}
			// Going on where the first 8 numbers end is the same sequence.
			rest := make([]float32, len(whole)-8)
			Fill(rest, d.dist, d.p, Advance(s, 8))
			assert.Equal(t, whole[8:], rest)
		})
	}
}

func TestPrecisionsDrawTheSame(t *testing.T) {
	s := backend.Stream{Key: 3, Counter: 1 << 40}
	for _, d := range dists {
		single, double := make([]float32, 10_000), make([]float64, 10_000)
		Fill(single, d.dist, d.p, s)
		Fill(double, d.dist, d.p, s)
		for i := range single {
			require.Equal(t, float32(double[i]), single[i], "%s, number %d", d.name, i)
		}
	}
}

func TestStreamsDiffer(t *testing.T) {
	draw := func(key, counter uint64) []float32 {
		x := make([]float32, 64)
		Fill(x, backend.Uniform, backend.Params{0, 1}, backend.Stream{Key: key, Counter: counter})
		return x
	}
	base := draw(1, 0)
	for _, other := range [][2]uint64{{2, 0}, {1 << 32, 0}, {1, 16}, {1, 1 << 32}} {
		same := 0
		for i, v := range draw(other[0], other[1]) {
			if v == base[i] {
				same++
			}
		}
		assert.Zero(t, same, "key %d counter %d repeats numbers", other[0], other[1])
	}
}

// Chosen words reach the edges that draws would seldom hit.
func TestUniformStaysInside(t *testing.T) {
	for _, p := range []backend.Params{
		{0, 1}, {-1, 1}, {16_777_215, 16_777_216}, {1, 1 + 0x1p-23}, {1, 1 + 0x1p-20},
		{0.1, 0.3}, {0.3, 0.7}, {-0.7, -0.1}, {1e-45, 4e-45}, {-1e38, 1e38}, {-5, 0}, {1e30, 2e30},
	} {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			insideAtEdges(t, newUniform[float32](p), p)
			insideAtEdges(t, newUniform[float64](p), p)
		})
	}
	// A float32 exists neither in [1, 1+2⁻³⁰) besides 1 nor in an empty range.
	assert.Equal(t, float32(1), newUniform[float32](backend.Params{1, 1 + 0x1p-30}).one(math.MaxUint32))
	assert.Equal(t, float32(2), newUniform[float32](backend.Params{2, 2}).one(math.MaxUint32))
	assert.Equal(t, 2.0, newUniform[float64](backend.Params{2, 2}).one(0))
}

func insideAtEdges[T Float](t *testing.T, u uniform[T], p backend.Params) {
	t.Helper()
	for _, x := range []uint32{0, 1, 255, 256, 1 << 31, math.MaxUint32 - 256, math.MaxUint32} {
		y := float64(u.one(x))
		assert.True(t, y >= p[0] && y < p[1], "%T of word %#x is %v", u, x, y)
	}
}

func TestUniformIsExactOnTheUnitInterval(t *testing.T) {
	u := newUniform[float32](backend.Params{0, 1})
	assert.Equal(t, float32(0), u.one(255))
	assert.Equal(t, float32(0x1p-24), u.one(256))
	assert.Equal(t, float32(1-0x1p-24), u.one(math.MaxUint32))
}

func TestBoxMullerAgainstMath(t *testing.T) {
	worst := 0.0
	against := func(x0, x1 uint32) {
		r := math.Sqrt(-2 * math.Log((float64(x0)+0.5)*0x1p-32))
		sin, cos := math.Sincos(float64(x1) * (2 * math.Pi * 0x1p-32))
		z0, z1 := boxMuller(x0, x1)
		worst = max(worst, math.Abs(z0/r-cos), math.Abs(z1/r-sin))
	}
	for i := range uint64(50_000) {
		x0, x1, x2, x3 := Block(11, i)
		against(x0, x1)
		against(x0>>(i%32), x2)                            // small u
		against(^(x0 >> (i % 32)), x3)                     // u near 1
		against(x1, uint32(i%8)<<29+uint32(int32(x3)>>28)) // both sides of the eighths
	}
	assert.Less(t, worst, 1e-11)
}

// The bits are those of every machine.
func TestNormalBits(t *testing.T) {
	h := fnv.New64a()
	for i := range uint32(10_000) {
		z0, z1 := boxMuller(i*2654435761, i*2246822519)
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(z0)))
		h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(z1)))
	}
	assert.Equal(t, uint64(0xe4dbeecd2507f1b1), h.Sum64())
}

func TestNormalEdges(t *testing.T) {
	for _, x := range []uint32{0, 1, math.MaxUint32} {
		for _, y := range []uint32{0, 1 << 30, 1 << 31, math.MaxUint32} {
			a, b := boxMuller(x, y)
			r := math.Hypot(float64(a), float64(b))
			assert.InDelta(t, math.Sqrt(-2*math.Log((float64(x)+0.5)*0x1p-32)), r, 1e-6)
		}
	}
	assert.Equal(t, 5.0, normal[float64]{5, 0}.one(7))
}

func TestBernoulliEdges(t *testing.T) {
	for _, c := range []struct {
		p    float64
		word uint32
		want float32
	}{
		{0, 0, 0}, {-1, 0, 0}, {math.NaN(), 0, 0}, {1, math.MaxUint32, 1}, {2, math.MaxUint32, 1},
		{0.5, 1<<31 - 1, 1}, {0.5, 1 << 31, 0}, {1e-12, 0, 1}, {1e-12, 1, 0},
	} {
		assert.Equal(t, c.want, newBernoulli[float32](c.p).one(c.word), "p=%g word %#x", c.p, c.word)
	}
}

func TestMisusePanics(t *testing.T) {
	assert.PanicsWithValue(t, "philox: unknown distribution 9", func() {
		Fill([]float32{0}, backend.Distribution(9), backend.Params{}, backend.Stream{})
	})
	assert.PanicsWithValue(t, "philox: first number expected at least 0, got -1", func() {
		FillAt([]float32{0}, -1, backend.Uniform, backend.Params{}, backend.Stream{})
	})
}

func TestStatistics(t *testing.T) {
	const n = 200_000
	s := backend.Stream{Key: 20260, Counter: 5}
	phi := func(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }
	for _, c := range []struct {
		name           string
		dist           backend.Distribution
		p              backend.Params
		mean, variance float64
		cdf            func(float64) float64
	}{
		{"uniform", backend.Uniform, backend.Params{-2, 4}, 1, 3, func(x float64) float64 { return (x + 2) / 6 }},
		{"normal", backend.Normal, backend.Params{3, 2}, 3, 4, func(x float64) float64 { return phi((x - 3) / 2) }},
		{"bernoulli", backend.Bernoulli, backend.Params{0.2}, 0.2, 0.16, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := make([]float64, n)
			Fill(x, c.dist, c.p, s)
			mean, variance, lag := moments(x)
			sd := math.Sqrt(c.variance)
			assert.InDelta(t, c.mean, mean, 4*sd/math.Sqrt(n))
			assert.InDelta(t, 1, variance/c.variance, 0.02)
			// Neighbours, which share a block or a Box–Muller pair, are uncorrelated.
			assert.InDelta(t, 0, lag/variance, 4/math.Sqrt(n))
			if c.cdf == nil {
				return
			}
			// Kolmogorov–Smirnov at the 0.1 % level.
			slices.Sort(x)
			worst := 0.0
			for i, v := range x {
				worst = max(worst, math.Abs(c.cdf(v)-float64(i)/n), math.Abs(c.cdf(v)-float64(i+1)/n))
			}
			assert.Less(t, worst*math.Sqrt(n), 1.95)
		})
	}
}

func moments(x []float64) (mean, variance, lag float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for i, v := range x {
		variance += (v - mean) * (v - mean)
		if i > 0 {
			lag += (v - mean) * (x[i-1] - mean)
		}
	}
	return mean, variance / float64(len(x)), lag / float64(len(x)-1)
}

func TestFillDoesNotAllocate(t *testing.T) {
	x := make([]float32, 101)
	for _, d := range dists {
		assert.Zero(t, testing.AllocsPerRun(10, func() { FillAt(x, 3, d.dist, d.p, backend.Stream{Key: 1}) }), d.name)
	}
}

func BenchmarkFill(b *testing.B) {
	x := make([]float32, 1<<16)
	for _, d := range dists {
		b.Run(fmt.Sprintf("n=%d/dist=%s", len(x), d.name), func(b *testing.B) {
			b.SetBytes(int64(4 * len(x)))
			for b.Loop() {
				Fill(x, d.dist, d.p, backend.Stream{Key: 1})
			}
			b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mnumbers/s")
		})
	}
}
