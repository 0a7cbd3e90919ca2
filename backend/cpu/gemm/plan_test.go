package gemm

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// layouts of A and B: rows or columns are contiguous.
func problem(m, n, k int, aT, bT bool) Problem {
	p := Problem{Batch: 1, M: m, N: n, K: k, A: Strides{k, 1}, B: Strides{n, 1}}
	if aT {
		p.A = Strides{1, m}
	}
	if bT {
		p.B = Strides{1, k}
	}
	return p
}

var (
	narrow = Machine{LastLevel: 32 << 20, Workers: 2}
	wide   = Machine{LastLevel: 32 << 20, Workers: 2, Wide: true}
)

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		problem Problem
		on      Machine
		want    string
	}{
		{problem(3, 4, 0, false, false), narrow, "3×4×0 serial: empty"},
		{problem(5, 2, 3, false, false), narrow, "5×2×3 serial: tiles, blocks 512×2"},
		{problem(5, 2, 3, false, true), narrow, "5×2×3 serial: dots, blocks 2048×4"},
		{problem(32, 32, 32, false, false), narrow, "32×32×32 serial: in place, blocks 512×32"},
		{problem(48, 48, 48, false, false), narrow, "48×48×48 rows by 30, one worker: in place, blocks 512×48"},
		{problem(64, 64, 64, false, false), narrow, "64×64×64 rows by 18: in place, blocks 512×64"},
		{problem(64, 64, 64, true, false), narrow, "64×64×64 rows by 18: in place, blocks 512×64"},
		{problem(64, 64, 64, false, true), narrow, "64×64×64 pack A by 32, panels 64×64 packed by 22: packed, blocks 64×32"},
		{problem(64, 64, 64, false, false), wide, "64×64×64 rows by 18: in place, blocks 512×64, wide"},
		{problem(96, 96, 96, false, false), wide, "96×96×96 rows by 12: in place, blocks 512×96, wide"},
		{problem(128, 128, 128, false, false), narrow, "128×128×128 rows by 6: in place, blocks 512×128"},
		{problem(129, 128, 128, false, false), narrow, "129×128×128 pack A by 32, panels 128×128 packed by 11: packed, blocks 128×32"},
		{problem(256, 256, 256, false, false), narrow, "256×256×256 pack A by 32, panels 256×256 packed by 6: packed, blocks 256×32, 512 lines prefetched"},
		{problem(256, 256, 256, false, false), wide, "256×256×256 pack A by 32, panels 256×256 packed by 6: packed, blocks 256×32"},
		{problem(1024, 1024, 1024, false, false), narrow, "1024×1024×1024 pack B by 96, panels 512×512 packed by 128: packed, blocks 512×512, 256 lines prefetched"},
		{problem(1024, 1024, 1024, false, false), wide, "1024×1024×1024 pack B by 96, panels 512×512 packed by 128: packed, blocks 256×512"},
		{problem(1024, 256, 1024, true, false), narrow, "1024×256×1024 pack B by 96, panels 512×256 packed by 128: packed, blocks 512×256"},
		{problem(256, 256, 1024, true, false), narrow, "256×256×1024 pack A by 32, panels 1024×256 packed by 8: packed, blocks 512×32, 1024 lines prefetched"},
		{problem(1, 2048, 512, false, false), narrow, "1×2048×512 columns by 512: vector, blocks 512×512"},
		{problem(1, 2048, 512, false, true), narrow, "1×2048×512 columns by 128: dots, blocks 2048×4"},
		{problem(1, 10000, 5000, false, true), narrow, "1×10000×5000 columns by 16: dots, blocks 2048×4, past the cache"},
		{problem(11, 2048, 512, false, true), narrow, "11×2048×512 columns by 16: dots, blocks 2048×4"},
		{problem(16, 196608, 256, false, true), narrow, "16×196608×256 columns by 3072: transposed, blocks 256×384, 128 lines prefetched"},
		{problem(16, 196608, 256, false, true), wide, "16×196608×256 pack A by 12288, panels 256×196608 packed by 6: packed, blocks 256×64"},
		{problem(64, 784, 256, false, false), narrow, "64×784×256 columns by 64: tiles, blocks 256×64"},
		{problem(64, 800, 256, false, false), narrow, "64×800×256 columns by 64: tiles, blocks 128×64"},
		{problem(64, 800, 256, false, false), wide, "64×800×256 pack A by 64, panels 256×800 packed by 6: packed, blocks 256×64"},
		{problem(6, 1000, 100, false, false), narrow, "6×1000×100 columns by 112: tiles, blocks 512×1000"},
		{problem(32, 196608, 256, false, false), narrow, "32×196608×256 pack A by 12288, panels 256×196608 packed by 6: packed, blocks 128×256, 256 lines prefetched"},
		{problem(32, 256, 196608, false, false), narrow, "32×256×196608 split K by 1, 32 pieces of 6144: packed, blocks 128×256, 256 lines prefetched"},
		{problem(32, 256, 196608, false, true), narrow, "32×256×196608 split K by 1, 32 pieces of 6144: transposed, blocks 512×384, 512 lines prefetched"},
		{problem(10, 10, 4100, false, false), narrow, "10×10×4100 split K by 1, 3 pieces of 2048: in place, blocks 512×10"},
		{problem(400, 70, 65, true, false), narrow, "400×70×65 rows by 18: in place, blocks 512×70"},
	} {
		assert.Equal(t, c.want, New(c.problem, c.on).String())
	}
}

func TestKeptRows(t *testing.T) {
	for stride := tilesColumns; stride < 3000; stride++ {
		var lines [64]int
		n := keptRows(stride)
		for p := range n {
			first, last := p*stride/16, (p*stride+15)/16
			lines[first%64]++
			if last != first {
				lines[last%64]++
			}
		}
		if most := slices.Max(lines[:]); most > 8 || n > 8 && most < 3 {
			t.Fatalf("%d rows %d numbers apart have %d lines in a set", n, stride, most)
		}
	}
}
