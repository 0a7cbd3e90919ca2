//go:build !race

package backendtest

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/org/artnn/backend"
)

// longer is a buffer that says it is longer than asked for, as a pool with
// size classes might.
type longer struct{ backend.Buffer }

func (b longer) Len() int { return b.Buffer.Len() + 1 }

func memoryFaults() []broken {
	var all []broken
	add := func(name, check string, f func(m *mutant)) {
		all = append(all, broken{name, "memory/" + check, with(f)})
	}
	add("size class for length", "alloc", func(m *mutant) {
		m.alloc = func(n int) backend.Buffer { return longer{m.single.Alloc(n)} }
	})
	add("one buffer given twice", "alloc", func(m *mutant) {
		last := map[int]backend.Buffer{}
		m.alloc = func(n int) backend.Buffer {
			class := n / 2
			if b, ok := last[class]; ok && b.Len() == n {
				return b
			}
			if n > 1000 {
				n = 4096 // 4095, 4096 and 4097 share
			}
			last[class] = m.single.Alloc(n)
			return last[class]
		}
	})
	add("double free goes unnoticed", "free", func(m *mutant) { m.free = func(backend.Buffer) {} })
	add("double free of nothing goes unnoticed", "free", func(m *mutant) {
		m.free = func(b backend.Buffer) {
			if b.Len() > 0 {
				m.single.Free(b)
			}
		}
	})
	add("offset of writing ignored", "host", func(m *mutant) {
		m.write64 = func(dst backend.Buffer, offset int, src []float64) { m.single.Write64(dst, 0, src) }
	})
	add("offset of reading ignored", "host", func(m *mutant) {
		m.read64 = func(dst []float64, src backend.Buffer, offset int) { m.single.Read64(dst, src, 0) }
	})
	add("reads through integers", "host", func(m *mutant) {
		m.read32 = func(dst []float32, src backend.Buffer, offset int) {
			m.single.Read32(dst, src, offset)
			for i, v := range dst {
				if v == float32(math.Inf(1)) {
					dst[i] = math.MaxFloat32
				}
			}
		}
	})
	add("rounds towards 0", "host", func(m *mutant) {
		m.write64 = func(dst backend.Buffer, offset int, src []float64) {
			cut := make([]float64, len(src))
			for i, x := range src {
				if cut[i] = float64(float32(x)); math.Abs(cut[i]) > math.Abs(x) {
					cut[i] = float64(math.Nextafter32(float32(x), 0))
				}
			}
			m.single.Write64(dst, offset, cut)
		}
	})
	add("allocator not for goroutines", "goroutines", func(m *mutant) {
		// One buffer per size is handed out while its owner still holds it.
		var mu sync.Mutex
		live := map[int]backend.Buffer{}
		m.alloc = func(n int) backend.Buffer {
			mu.Lock()
			defer mu.Unlock()
			if live[n] == nil {
				live[n] = m.single.Alloc(n)
			}
			return live[n]
		}
		m.free = func(backend.Buffer) {}
		m.fill = func(dst backend.View, value float64) {
			mu.Lock()
			defer mu.Unlock()
			m.single.Fill(dst, value)
		}
		m.read64 = func(dst []float64, src backend.Buffer, offset int) {
			mu.Lock()
			defer mu.Unlock()
			m.single.Read64(dst, src, offset)
		}
	})
	return all
}

func moveFaults() []broken {
	var all []broken
	add := func(name, check string, f func(m *mutant)) { all = append(all, broken{name, check, with(f)}) }
	add("fills the gaps", "fill", func(m *mutant) {
		m.fill = func(dst backend.View, value float64) {
			if dst.Rank == 2 && dst.Strides[1] == 1 && dst.Strides[0] > dst.Shape[1] {
				dst.Shape[1] = dst.Strides[0]
			}
			m.single.Fill(dst, value)
		}
	})
	add("−0 becomes 0", "fill", func(m *mutant) {
		m.fill = func(dst backend.View, value float64) { m.single.Fill(dst, value+0) }
	})
	add("NaN becomes 0", "fill", func(m *mutant) {
		m.fill = func(dst backend.View, value float64) {
			if value != value {
				value = 0
			}
			m.single.Fill(dst, value)
		}
	})
	copyFault := func(name string, f func(m *mutant, dst, src backend.View)) {
		add(name, "copy", func(m *mutant) { m.copy = func(dst, src backend.View) { f(m, dst, src) } })
	}
	copyFault("memory order", func(m *mutant, dst, src backend.View) {
		if dst.Rank == 2 && dst.Contiguous() && src.Strides[0] == 1 && src.Strides[1] == src.Shape[0] {
			src.Strides = dst.Strides
		}
		m.single.Copy(dst, src)
	})
	copyFault("destination strides ignored", func(m *mutant, dst, src backend.View) {
		if dst.Strides[0] > 0 && dst.Rank > 0 {
			offset := dst.Offset
			dst = backend.NewView(dst.Buf, dst.Dims()...)
			dst.Offset = offset
		}
		m.single.Copy(dst, src)
	})
	copyFault("a block of a large transpose missing", func(m *mutant, dst, src backend.View) {
		old := m.get(dst)
		m.single.Copy(dst, src)
		if dst.Rank == 2 && !src.Contiguous() {
			m.change(dst, func(i int, y float64) float64 {
				if i/dst.Shape[1] >= 256 && i%dst.Shape[1] >= 256 {
					return old[i]
				}
				return y
			})
		}
	})
	copyFault("subnormals flushed", func(m *mutant, dst, src backend.View) {
		m.single.Copy(dst, src)
		m.change(dst, func(_ int, x float64) float64 {
			if math.Abs(x) < 0x1p-126 {
				return 0 * x
			}
			return x
		})
	})
	copyFault("through a sum", func(m *mutant, dst, src backend.View) {
		m.single.Copy(dst, src)
		m.change(dst, func(_ int, x float64) float64 { return x + 0 })
	})
	return all
}

func wholeFaults() []broken {
	var calls, busy atomic.Int64
	split := func(m *mutant, dst backend.View, n int) {
		m.change(dst, func(i int, x float64) float64 {
			if i == 0 {
				return off(x, float64(n))
			}
			return x
		})
	}
	var all []broken
	if runtime.GOARCH != "wasm" { // there GOMAXPROCS is 1 whatever is asked for
		all = append(all, []broken{
			{"split by threads", "determinism/gomaxprocs", with(func(m *mutant) {
				m.gemm = func(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
					m.single.Gemm(dst, a, b, alpha, beta, ep)
					split(m, dst, runtime.GOMAXPROCS(0))
				}
			})},
			{"sums by threads", "determinism/gomaxprocs", with(func(m *mutant) {
				m.reduce = func(op backend.ReduceOp, dst, x backend.View) {
					m.single.Reduce(op, dst, x)
					split(m, dst, runtime.GOMAXPROCS(0))
				}
			})},
		}...)
	}
	return append(all, []broken{
		{"first come, first added", "determinism/calls", with(func(m *mutant) {
			m.scatterAdd = func(dst, src backend.View, index []int32) {
				m.single.ScatterAdd(dst, src, index)
				split(m, dst, int(calls.Add(1)))
			}
		})},
		{"workspace shared by goroutines", "goroutines", with(func(m *mutant) {
			m.binary = func(op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
				busy.Add(1)
				defer busy.Add(-1)
				m.single.Binary(op, dst, a, b, p)
				for range 1000 {
					if runtime.Gosched(); busy.Load() > 1 {
						split(m, dst, 1)
						return
					}
				}
			}
			m.gemm = func(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
				busy.Add(1)
				defer busy.Add(-1)
				m.single.Gemm(dst, a, b, alpha, beta, ep)
				for range 1000 {
					if runtime.Gosched(); busy.Load() > 1 {
						split(m, dst, 1)
						return
					}
				}
			}
		})},
	}...)
}
