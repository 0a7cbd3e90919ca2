package asm

import (
	"fmt"
	"math"
	"testing"
)

// TestPhiloxBlock has the vector of kat_vectors in the authors' Random123 library whose
// counter has 64 bits. Others are compared with internal/philox by the tests of backends.
func TestPhiloxBlock(t *testing.T) {
	keys := philoxKeys(0)
	x0, x1, x2, x3 := philoxBlock(&keys, 0)
	if got, want := [4]uint32{x0, x1, x2, x3}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}; got != want {
		t.Errorf("got %#x, want %#x", got, want)
	}
}

// TestPhiloxMask compares every path with the Go version, to the bit: every length, at
// the ends of pages, and counters that carry into the high word.
func TestPhiloxMask(t *testing.T) {
	var dst arena
	eachPath(t, func(t *testing.T) {
		for _, n := range lengths() {
			if n%philoxWords != 0 {
				continue
			}
			for _, c := range []struct {
				key, counter uint64
				below        uint32
				scale        float32
			}{
				{0, 0, 1 << 31, 1}, {0x123456789abcdef0, math.MaxUint32 - 3, 0xE6666666, 1.1}, {7, math.MaxUint64 - 5, 3 << 28, -2},
				{1, 5, 0, 1}, {1 << 63, 1 << 40, math.MaxUint32, 0.5}, {9, 9, 1, 1},
			} {
				want := make([]float32, n)
				philoxMaskGeneric(want, c.key, c.counter, c.below, c.scale)
				for _, where := range placements {
					what := fmt.Sprintf("n=%d, %+v, %v", n, c, where)
					got := dst.take(n, where, nil)
					PhiloxMask(got, c.key, c.counter, c.below, c.scale)
					wantSame(t, what, got, want)
					dst.check(t, what)
				}
			}
		}
	})
}

func TestPhiloxMaskMisuse(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a part of a block is drawn")
		}
	}()
	PhiloxMask(make([]float32, 7), 0, 0, 0, 1)
}

func BenchmarkPhiloxMask(b *testing.B) {
	for _, n := range []int{160, 4096} {
		for _, p := range Paths() {
			b.Run(fmt.Sprintf("n=%d/impl=%s", n, p), func(b *testing.B) {
				defer Use(p)()
				x := make([]float32, n)
				for b.Loop() {
					PhiloxMask(x, 1, 2, 3<<30, 1)
				}
				b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gnumbers/s")
			})
		}
	}
}
