package cpu

import (
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
)

const (
	// alignment in bytes of every buffer: a cache line, and two AVX2 vectors.
	alignment   = 64
	alignFloats = alignment / 4

	// Sizes are rounded up to one of four steps per power of two, so that at
	// most a quarter of a block is waste.
	minClassLog = 4 // the smallest block has 2⁴ numbers
	numClasses  = 4 * (bits.UintSize - minClassLog)

	// minCached is how much free memory, in numbers, is always worth keeping.
	minCached = 16 << 20
)

const (
	live uint32 = iota
	freed
)

// buffer is a pooled block. The header is recycled together with its memory.
type buffer struct {
	data  []float32 // the numbers the owner asked for; nil while free
	mem   []float32 // the whole block
	class int
	state atomic.Uint32
}

func (b *buffer) Len() int { return len(b.data) }

// Floats is the memory as package gemm uses it.
func (b *buffer) Floats() []float32 { return b.data }

// pool keeps freed blocks by size. A buffer that is dropped without Free is
// ordinary garbage: the pool holds no reference to what it has given out.
type pool struct {
	mu     sync.Mutex
	free   [numClasses][]*buffer
	cached int                // numbers in free blocks
	used   int                // numbers in blocks given out and not freed
	peak   int                // the largest value of used so far
	turn   uint64             // counts allocations that found no free block
	recent [numClasses]uint64 // turn of the last use of each class
}

// classOf is the smallest class whose blocks hold n numbers.
func classOf(n int) int {
	if n <= 1<<minClassLog {
		return 0
	}
	k := bits.Len(uint(n-1)) - 1 // 2ᵏ < n ≤ 2ᵏ⁺¹
	step := (n - 1) >> (k - 2)   // 4 … 7: the quarter that n−1 lies in
	return 4*(k-minClassLog) + step - 4 + 1
}

// classSize is the number of numbers in a block of a class.
func classSize(class int) int {
	k, step := class/4+minClassLog, class%4
	n := (4 + step) << (k - 2)
	return (n + alignFloats - 1) &^ (alignFloats - 1)
}

// Alloc returns a buffer of n numbers with unspecified contents.
//
// Panics if n is negative.
func (c *cpu) Alloc(n int) backend.Buffer { return c.pool.alloc(n) }

// Free returns a buffer to the pool.
//
// Panics if b was freed before or is not of this backend.
func (c *cpu) Free(b backend.Buffer) {
	buf, ok := b.(*buffer)
	if !ok {
		panic(fmt.Sprintf("Free: expected a buffer of the cpu backend, got %T", b))
	}
	c.pool.put(buf)
}

func (p *pool) alloc(n int) *buffer {
	if n < 0 {
		panic(fmt.Sprintf("Alloc: expected a length of at least 0, got %d", n))
	}
	class := classOf(n)
	size := classSize(class)
	p.mu.Lock()
	p.used += size
	p.peak = max(p.peak, p.used)
	var b *buffer
	if list := p.free[class]; len(list) > 0 {
		last := len(list) - 1
		b, list[last] = list[last], nil
		p.free[class] = list[:last]
		p.cached -= size
	} else {
		p.turn++
		p.trim(class)
	}
	p.recent[class] = p.turn
	p.mu.Unlock()
	if b == nil {
		b = &buffer{mem: alignedBlock(size), class: class}
	}
	b.data = b.mem[:n:n]
	b.state.Store(live)
	return b
}

func (p *pool) put(b *buffer) {
	if !b.state.CompareAndSwap(live, freed) {
		panic("Free: buffer was freed before")
	}
	poison(b.data)
	b.data = nil
	size := len(b.mem)
	p.mu.Lock()
	p.used -= size
	p.cached += size
	p.free[b.class] = append(p.free[b.class], b)
	p.mu.Unlock()
}

// Get and Put make the pool the scratch memory of package gemm.
func (p *pool) Get(n int) gemm.Scratch { return p.alloc(n) }

func (p *pool) Put(s gemm.Scratch) { p.put(s.(*buffer)) }

// trim drops free blocks of the classes that have gone unused for longest,
// until no more is cached than was ever in use at one time. It runs only when
// a new block is needed, so a steady state, which needs none, keeps all it has.
func (p *pool) trim(needed int) {
	for p.cached > max(p.peak, minCached) {
		oldest := -1
		for class := range p.free {
			if class == needed || len(p.free[class]) == 0 {
				continue
			}
			if oldest < 0 || p.recent[class] < p.recent[oldest] {
				oldest = class
			}
		}
		if oldest < 0 {
			return
		}
		list := p.free[oldest]
		last := len(list) - 1
		p.cached -= len(list[last].mem)
		list[last] = nil
		p.free[oldest] = list[:last]
	}
}

// alignedBlock is fresh memory that starts on a cache line.
func alignedBlock(n int) []float32 {
	mem := make([]float32, n)
	if misalignment(mem) != 0 {
		mem = make([]float32, n+alignFloats-1)
		if r := misalignment(mem); r != 0 {
			mem = mem[(alignment-r)/4:]
		}
		mem = mem[:n:n]
	}
	adviseHuge(mem)
	return mem
}

func misalignment(mem []float32) int {
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(mem))) % alignment)
}
