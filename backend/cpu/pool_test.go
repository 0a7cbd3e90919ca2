package cpu

import (
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/reference"
)

func TestPoolClasses(t *testing.T) {
	last := 0
	for class := range classOf(1<<24) + 1 {
		size := classSize(class)
		require.GreaterOrEqual(t, size, last)
		require.Zero(t, size%alignFloats)
		last = size
	}
	for n := range 5000 {
		size := classSize(classOf(n))
		require.GreaterOrEqual(t, size, n)
		require.LessOrEqual(t, size, max(16, n+n/4+16), "n=%d", n)
	}
	for _, n := range []int{1<<20 - 1, 1 << 20, 1<<20 + 1, 5 << 18, 5<<18 + 1, 1<<27 + 12345} {
		size := classSize(classOf(n))
		require.GreaterOrEqual(t, size, n)
		require.LessOrEqual(t, size, n+n/4+16)
	}
}

func TestPoolReusesAlignedMemory(t *testing.T) {
	c := newCPU()
	for _, n := range []int{0, 1, 16, 17, 20, 100, 1000, 12345, 1 << 20, 3 << 20} {
		b := c.Alloc(n).(*buffer)
		require.Equal(t, n, b.Len())
		require.Zero(t, misalignment(b.mem))
		require.Equal(t, n, cap(b.data), "the rest of the block is out of reach")
		first := unsafe.SliceData(b.mem)
		c.Free(b)
		again := c.Alloc(n).(*buffer)
		require.Same(t, first, unsafe.SliceData(again.mem), "a freed block of %d serves the next", n)
		c.Free(again)
	}
}

func TestPoolMisuse(t *testing.T) {
	c := newCPU()
	b := c.Alloc(100)
	c.Free(b)
	require.PanicsWithValue(t, "Free: buffer was freed before", func() { c.Free(b) })
	require.PanicsWithValue(t, "cpu: buffer used after it was freed", func() { c.Fill(backend.NewView(b, 100), 1) })
	require.PanicsWithValue(t, "Alloc: expected a length of at least 0, got -1", func() { c.Alloc(-1) })
	require.PanicsWithValue(t, "Free: expected a buffer of the cpu backend, got <nil>", func() { c.Free(nil) })
	other := reference.New().Alloc(3)
	require.Panics(t, func() { c.Free(other) })
	require.Panics(t, func() { c.Fill(backend.NewView(other, 3), 0) })

	// The header now belongs to whoever got the block: its Free is the first.
	d := c.Alloc(100)
	c.Free(d)
	require.Panics(t, func() { c.Free(d) })
}

func TestHostRanges(t *testing.T) {
	c := newCPU()
	b := c.Alloc(4)
	c.Write64(b, 1, []float64{1, 2, 3})
	got := make([]float32, 2)
	c.Read32(got, b, 2)
	require.Equal(t, []float32{2, 3}, got)
	require.PanicsWithValue(t, "Write32: expected a range inside 4 numbers, got 2 from 3 on",
		func() { c.Write32(b, 3, make([]float32, 2)) })
	require.Panics(t, func() { c.Read64(make([]float64, 1), b, -1) })
	require.Panics(t, func() { c.Read32(make([]float32, 1), b, 4) })
	require.Panics(t, func() { c.Write64(b, 0, make([]float64, 5)) })
}

// Memory of sizes that are no longer asked for goes when others need room.
func TestPoolTrims(t *testing.T) {
	c := newCPU()
	const n = minCached / 8
	hold := func(size, count int) {
		var held []backend.Buffer
		for range count {
			held = append(held, c.Alloc(size))
		}
		for _, b := range held {
			c.Free(b)
		}
	}
	for i := range 40 {
		hold(n+i*n/3, 2) // a new size each time
		require.LessOrEqual(t, c.pool.cached, 3*max(c.pool.peak, minCached))
	}
	require.Zero(t, c.pool.used)
	sum := 0
	for class, list := range c.pool.free {
		sum += len(list) * classSize(class)
	}
	require.Equal(t, sum, c.pool.cached)

	// What is asked for again and again stays, whatever its sum of sizes.
	hold(5000, 3)
	hold(7000, 3)
	before := c.pool.turn
	for range 10 {
		hold(5000, 3)
		hold(7000, 3)
	}
	require.Equal(t, before, c.pool.turn, "a steady state needs no new memory")
}

func TestPoolConcurrent(t *testing.T) {
	c := newCPU()
	var wg sync.WaitGroup
	for id := range 4 {
		wg.Go(func() {
			for i := range 500 {
				b := c.Alloc(10 + i%7*50).(*buffer)
				for j := range b.data {
					b.data[j] = float32(id)
				}
				for _, x := range b.data {
					if x != float32(id) {
						t.Errorf("two owners of one block")
						return
					}
				}
				c.Free(b)
			}
		})
	}
	wg.Wait()
	require.Zero(t, c.pool.used)
}
