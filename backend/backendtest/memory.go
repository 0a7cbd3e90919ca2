package backendtest

import (
	"sync"

	"github.com/org/artnn/backend"
)

func memoryChecks() []check {
	return []check{
		{"memory/identity", (*suite).identity},
		{"memory/alloc", (*suite).alloc},
		{"memory/free", (*suite).free},
		{"memory/host", (*suite).host},
		{"memory/goroutines", (*suite).allocGoroutines},
	}
}

func (s *suite) identity() {
	if s.be.Name() == "" {
		s.failf("Name is empty")
	}
	if p := s.be.Precision(); p != backend.Float32 && p != backend.Float64 {
		s.failf("Precision is %d, want Float32 or Float64", p)
	}
}

// alloc holds many buffers at once, each full of its own number.
func (s *suite) alloc() {
	for round := range 3 { // later rounds reuse what earlier ones freed
		var bufs []backend.Buffer
		for _, n := range append(lengths(), 4095, 4096, 4097, 1<<16, 1<<20+1) {
			b := s.be.Alloc(n)
			if b.Len() != n {
				s.failf("Alloc(%d) has Len %d", n, b.Len())
			}
			s.be.Fill(backend.NewView(b, n), float64(len(bufs)+1))
			bufs = append(bufs, b)
		}
		for i, b := range bufs {
			x := make([]float64, b.Len())
			s.be.Read64(x, b, 0)
			for j, v := range x {
				if v != float64(i+1) {
					s.failf("round %d: number %d of %d in buffer %d was overwritten through another buffer", round, j, len(x), i)
					break
				}
			}
			s.be.Free(b)
		}
	}
}

func (s *suite) free() {
	for _, n := range []int{0, 1, 100, 1 << 18} {
		b, other := s.be.Alloc(n), s.be.Alloc(n)
		s.be.Free(b)
		if !panics(func() { s.be.Free(b) }) {
			s.failf("freeing a buffer of %d twice does not panic", n)
		}
		// The panic must leave the backend in working order.
		s.be.Write64(other, 0, make([]float64, n))
		s.be.Free(other)
		if next := s.be.Alloc(n); next.Len() != n {
			s.failf("after a double free, Alloc(%d) has Len %d", n, next.Len())
		}
	}
}

// host copies numbers in and out at every offset, in both formats.
func (s *suite) host() {
	const n = 77
	b := s.be.Alloc(n)
	defer s.be.Free(b)
	special := s.special()
	for offset := range n {
		length := s.rng.IntN(n - offset + 1)
		image := make([]float64, n)
		for i := range image {
			image[i] = float64(-i)
		}
		s.be.Write64(b, 0, image)
		in32, in64 := make([]float32, length), make([]float64, length)
		for i := range length {
			v := special[s.rng.IntN(len(special))]
			in32[i], in64[i] = float32(v), v
			image[offset+i] = v
			if offset%2 == 0 {
				image[offset+i] = float64(in32[i])
			}
		}
		if offset%2 == 0 {
			s.be.Write32(b, offset, in32)
		} else {
			s.be.Write64(b, offset, in64)
		}
		out32, out64 := make([]float32, n-offset), make([]float64, n-offset)
		all := make([]float64, n)
		s.be.Read32(out32, b, offset)
		s.be.Read64(out64, b, offset)
		s.be.Read64(all, b, 0)
		for i, want := range image {
			if !same(all[i], want) {
				s.failf("%d numbers written at %d: number %d reads %v, want %v", length, offset, i, all[i], want)
				break
			}
			if i >= offset && (!same(out64[i-offset], want) || !same(float64(out32[i-offset]), float64(float32(want)))) {
				s.failf("reading at %d: number %d is %v and %v, want %v", offset, i, out64[i-offset], out32[i-offset], want)
				break
			}
		}
	}
	// What the format cannot hold is rounded to nearest.
	s.be.Write64(b, 3, []float64{0.1, 1e300, 1 + 0x1p-53})
	got := make([]float64, 3)
	s.be.Read64(got, b, 3)
	for i, x := range []float64{0.1, 1e300, 1 + 0x1p-53} {
		if got[i] != s.round(x) {
			s.failf("Write64 of %v holds %v, want %v", x, got[i], s.round(x))
		}
	}
	s.be.Write64(b, 0, nil)
	s.be.Read32(nil, b, n)
}

// allocGoroutines shares the allocator.
func (s *suite) allocGoroutines() {
	const workers, rounds = 8, 60
	bad := make([]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for r := range rounds {
				n := 1 + (w*31+r*97)%3000
				b, c := s.be.Alloc(n), s.be.Alloc(n)
				s.be.Fill(backend.NewView(b, n), float64(w))
				s.be.Fill(backend.NewView(c, n), float64(-w))
				x := make([]float64, n)
				s.be.Read64(x, b, 0)
				for _, v := range x {
					if v != float64(w) {
						bad[w]++
					}
				}
				s.be.Free(b)
				s.be.Free(c)
			}
		})
	}
	wg.Wait()
	for w, n := range bad {
		if n > 0 {
			s.failf("goroutine %d: %d numbers were overwritten by another goroutine", w, n)
		}
	}
}
