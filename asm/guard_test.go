package asm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// canary fills memory that kernels must not touch: a NaN that no kernel makes.
const canaryBits = 0x7fdeadbe

var canary = math.Float32frombits(canaryBits)

// An arena is memory in which slices are laid out to catch stray accesses: as
// close as can be to its ends, which on Linux lie at forbidden pages, and
// surrounded by canaries.
type arena struct {
	all        []float32
	start, end int // of the slice given out
}

const (
	arenaLen = 1 << 13 // how many numbers an arena holds
	patrol   = 128     // how many canaries are looked at on either side
)

// placement says where in an arena slices go.
type placement int

const (
	atEnd   placement = -1
	atStart placement = 0
	// positive placements start that many numbers into the arena
)

var placements = []placement{atEnd, atStart, 1, 3, 6}

func (p placement) String() string {
	switch p {
	case atEnd:
		return "end of page"
	case atStart:
		return "start of page"
	}
	return fmt.Sprintf("offset %d", int(p))
}

// take gives n numbers, filled from src (which may be shorter) and else with
// canaries, in place of what it gave before.
func (a *arena) take(n int, where placement, src []float32) []float32 {
	if a.all == nil {
		a.all = guardedMemory(arenaLen)
		a.start, a.end = 0, arenaLen
	}
	for i := a.start; i < a.end; i++ {
		a.all[i] = canary
	}
	a.start = int(where)
	if where == atEnd {
		a.start = len(a.all) - n
	}
	a.end = a.start + n
	used := a.all[a.start:a.end:a.end]
	copy(used, src)
	return used
}

// check fails if a number around the slice has changed.
func (a *arena) check(t *testing.T, what string) {
	t.Helper()
	for _, side := range [][]float32{
		a.all[max(0, a.start-patrol):a.start], a.all[a.end:min(a.end+patrol, len(a.all))],
	} {
		for _, v := range side {
			if math.Float32bits(v) != canaryBits {
				t.Fatalf("%s: wrote %g outside its destination", what, v)
			}
		}
	}
}

// lengths are all lengths round the edges of lanes, unrolled loops and blocks;
// in short runs, such as under emulation, only the more telling ones.
func lengths() []int {
	if testing.Short() {
		return []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 39, 40, 41, 63, 64, 65, 71, 2049}
	}
	var n []int
	for i := range 71 {
		n = append(n, i)
	}
	return append(n, 95, 96, 97, 127, 128, 129, 255, 256, 257, 1000, 2047, 2048, 2049, 4095, 4096, 4100)
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// tame gives n numbers of ordinary size.
func tame(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// special lists the numbers at the borders of the format and of the maps.
var special = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 2, -2, 3, -3,
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-127, -0x1p-127, 0x1p-126, -0x1p-126,
	math.MaxFloat32, -math.MaxFloat32, float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	88.72283, 88.72284, 89, -87.33655, -87.4, -103.97, -104, -104.1, 0.55, -0.55, 0.549999, 10, -10,
	0.927734375, 0.92773443, 4, -4, 5.6568, 1.0 / 3, 0.6666666, 0.6666667, 1.333333, 16777216,
}

// wild gives n numbers of all sizes, with special ones among them.
func wild(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		switch r.IntN(4) {
		case 0:
			x[i] = special[r.IntN(len(special))]
		case 1:
			x[i] = math.Float32frombits(r.Uint32())
		case 2:
			x[i] = float32(r.NormFloat64() * 30)
		default:
			x[i] = float32(r.NormFloat64())
		}
	}
	return x
}

// sameBits reports whether two numbers are one and the same, or both NaN.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// wantSame fails unless got has the bits of want.
func wantSame(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if !sameBits(got[i], want[i]) {
			t.Fatalf("%s: [%d of %d] = %g (%#x), want %g (%#x)", what, i, len(want),
				got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
	}
}

// within fails unless |got − want| ≤ bound.
func within(t *testing.T, what string, got float32, want, bound float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= bound) {
		t.Fatalf("%s = %g, want %g ± %g", what, got, want, bound)
	}
}

const eps = 0x1p-24 // half a unit in the last place of 1
