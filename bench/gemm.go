package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/cpu"
)

// product is a matrix product c = a·b with a [m, k] and b [k, n]. Each of the two
// may be stored transposed.
type product struct {
	m, n, k        int
	transA, transB bool
}

// products are square ones and those of training and generating: y = x·Wᵀ
// forward, dx = dy·W and dW = dyᵀ·x backward.
func products() []product {
	var all []product
	for _, n := range []int{32, 48, 64, 96, 128, 256, 512, 1024, 2048} {
		all = append(all, product{m: n, n: n, k: n})
	}
	return append(all,
		product{m: 32, n: 196608, k: 256},
		product{m: 32, n: 256, k: 196608},
		product{m: 32, n: 2048, k: 512},
		product{m: 1, n: 2048, k: 512},
		product{m: 1024, n: 10000, k: 512},
		product{m: 64, n: 784, k: 256},
		product{m: 32, n: 196608, k: 256, transB: true},
		product{m: 32, n: 256, k: 196608, transB: true},
		product{m: 196608, n: 256, k: 32, transA: true},
		product{m: 32, n: 2048, k: 512, transB: true},
		product{m: 1, n: 2048, k: 512, transB: true},
		product{m: 1024, n: 10000, k: 512, transB: true},
		product{m: 10000, n: 512, k: 1024, transA: true},
	)
}

func (p product) flops() float64 { return 2 * float64(p.m) * float64(p.n) * float64(p.k) }

// String is the shape, with a mark on each operand that is stored transposed.
func (p product) String() string {
	s := fmt.Sprintf("%d×%d×%d", p.m, p.n, p.k)
	if p.transA {
		s += " aᵀ"
	}
	if p.transB {
		s += " bᵀ"
	}
	return s
}

// reps is the number of calls in one step, large enough for a clock to measure.
func (p product) reps() int { return int(max(1, 2e7/p.flops())) }

func (p product) setup(threads int) request {
	r := request{Do: "setup", Threads: threads, M: p.m, N: p.n, K: p.k}
	if p.transA {
		r.TransA = 1
	}
	if p.transB {
		r.TransB = 1
	}
	return r
}

// operand is a matrix of constant elements, stored transposed if asked for.
func operand(be backend.Backend, rows, cols int, transposed bool) backend.View {
	if !transposed {
		v := backend.NewView(be.Alloc(rows*cols), rows, cols)
		be.Fill(v, 0.5)
		return v
	}
	v := backend.NewView(be.Alloc(rows*cols), cols, rows)
	be.Fill(v, 0.5)
	v.Shape[0], v.Shape[1] = rows, cols
	v.Strides[0], v.Strides[1] = 1, rows
	return v
}

// newProduct is a product as a workload of ours, and a function that frees its
// memory.
func newProduct(be backend.Backend, p product) (workload, func()) {
	a := operand(be, p.m, p.k, p.transA)
	b := operand(be, p.k, p.n, p.transB)
	c := operand(be, p.m, p.n, false)
	reps := p.reps()
	work := steps(func() {
		for range reps {
			be.Gemm(c, a, b, 1, 0, backend.Epilogue{})
		}
	})
	return work, func() {
		for _, v := range []backend.View{a, b, c} {
			be.Free(v.Buf)
		}
	}
}

// perCall divides the times of our steps into those of single calls.
type perCall struct {
	contestant
	reps int
}

func (c perCall) run(n int) ([]float64, error) {
	ms, err := c.contestant.run(n)
	for i := range ms {
		ms[i] /= float64(c.reps)
	}
	return ms, err
}

// repeated is a BLAS library that makes as many calls in a step.
type repeated struct {
	*process
	reps int
}

func (c repeated) run(n int) ([]float64, error) { return c.steps(n, c.reps) }

// gemm measures products on one thread and on all, alternately with the installed
// BLAS libraries. It returns the table and notes on the libraries.
func (b *bench) gemm() (*table, []string, error) {
	be, err := backend.Get("cpu")
	if err != nil {
		return nil, nil, err
	}
	libs, notes, stop, err := startBLAS(b.peer)
	if err != nil {
		return nil, nil, err
	}
	defer stop()
	all := []int{1}
	if b.peer.threads > 1 {
		all = append(all, b.peer.threads)
	}
	t := &table{head: []string{"M×N×K"}}
	for _, n := range all {
		t.head = append(t.head, fmt.Sprintf("ours %dT", n))
		for _, l := range libs {
			t.head = append(t.head, fmt.Sprintf("%s %dT", l.name, n))
		}
		t.head = append(t.head, fmt.Sprintf("ratio %dT", n))
	}
	if len(all) > 1 {
		t.head = append(t.head, fmt.Sprintf("ours %dT/1T", all[1]))
	}
	for _, p := range products() {
		fmt.Fprintln(os.Stderr, "measuring sgemm", p)
		cells := []string{p.String()}
		var rates []float64
		for _, n := range all {
			speeds, err := b.gemmOf(be, p, n, libs)
			if err != nil {
				return nil, nil, fmt.Errorf("sgemm %v: %w", p, err)
			}
			for _, s := range speeds {
				cells = append(cells, number(s))
			}
			ratio := missing
			if len(speeds) > 1 {
				ratio = fmt.Sprintf("%.2f", speeds[0]/slices.Max(speeds[1:]))
			}
			cells = append(cells, ratio)
			rates = append(rates, speeds[0])
		}
		if len(rates) > 1 {
			cells = append(cells, fmt.Sprintf("%.2f", rates[1]/rates[0]))
		}
		t.add(cells...)
	}
	return t, notes, nil
}

// gemmOf is the GF/s of one product: ours first, then those of the libraries.
func (b *bench) gemmOf(be backend.Backend, p product, threads int, libs []blasLibrary) ([]float64, error) {
	work, free := newProduct(be, p)
	defer free()
	sides := []contestant{perCall{ours{work, threads}, p.reps()}}
	for _, l := range libs {
		if _, err := l.call(p.setup(threads)); err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		sides = append(sides, repeated{l.process, p.reps()})
	}
	short := b.plan
	short.block = min(short.block, 100*time.Millisecond)
	samples, err := alternate(short, sides...)
	if err != nil {
		return nil, err
	}
	speeds := make([]float64, len(samples))
	for i, s := range samples {
		speeds[i] = p.flops() / median(s) * 1e-6
	}
	runtime.GC()
	return speeds, nil
}

// peakNotes is the speed of a loop of nothing but multiply-adds.
func peakNotes(p *process) (string, error) {
	a, err := p.call(request{Do: "fma"})
	if err != nil || len(a.GFLOPS) == 0 {
		return "", err
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(a.GFLOPS)) {
		parts = append(parts, fmt.Sprintf("%.0f GF/s with %s", a.GFLOPS[name], name))
	}
	return "FMA peak of one core from registers: " + strings.Join(parts, ", "), nil
}

var errNoCompiler = errors.New("no C compiler was found")
