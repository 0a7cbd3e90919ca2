package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

func TestMain(m *testing.M) {
	if err := asm.Required(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// forPaths runs a test on every kernel path of the machine. The race detector
// sees what the Go code round the kernels does, so there the fastest will do.
func forPaths(t *testing.T, f func(t *testing.T)) {
	paths := asm.Paths()
	if raceEnabled {
		paths = paths[len(paths)-1:]
	}
	for _, p := range paths {
		t.Run(string(p), func(t *testing.T) {
			defer asm.Use(p)()
			f(t)
		})
	}
}

// random gives a view of the given shape and strides, in axis order, filled
// with small numbers; nil strides mean row-major.
func randomView(c *cpu, rng *rand.Rand, shape, strides []int) backend.View {
	if strides == nil {
		b := c.Alloc(product(shape)).(*buffer)
		fillNormal(rng, b.data)
		return backend.NewView(b, shape...)
	}
	size := 1
	for i, n := range shape {
		size += (n - 1) * strides[i]
	}
	b := c.Alloc(max(size, 0)).(*buffer)
	fillNormal(rng, b.data)
	v := backend.NewView(b, shape...)
	copy(v.Strides[:], strides)
	return v
}

func fillNormal(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
}

func product(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

// values lists the elements of a view in index order.
func values(v backend.View) []float32 {
	out := make([]float32, 0, v.Size())
	mem := data(v.Buf)
	var walk func(axis, at int)
	walk = func(axis, at int) {
		if axis == v.Rank {
			out = append(out, mem[at])
			return
		}
		for i := range v.Shape[axis] {
			walk(axis+1, at+i*v.Strides[axis])
		}
	}
	walk(0, v.Offset)
	return out
}

// same fails unless two lists hold the same bits.
func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, expected %d", what, len(got), len(want))
	}
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d is %v, expected %v", what, i, got[i], want[i])
		}
	}
}

// atProcs runs f with GOMAXPROCS set to each of several values.
func atProcs(t *testing.T, f func(procs int)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 4, 1} {
		runtime.GOMAXPROCS(procs)
		f(procs)
	}
}
