package backendtest

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/org/artnn/backend"
)

func wholeChecks() []check {
	return []check{
		{"determinism/calls", func(s *suite) { s.deterministic(false) }},
		{"determinism/gomaxprocs", func(s *suite) { s.deterministic(true) }},
		{"goroutines", (*suite).goroutines},
	}
}

// job is one call that writes dst.
type job struct {
	name string
	dst  operand
	run  func(dst backend.View)
}

// jobs are calls large enough to be split among threads, of every kind that
// sums or could otherwise depend on the split.
func (s *suite) jobs() []job {
	var all []job
	add := func(name string, dst operand, run func(dst backend.View)) { all = append(all, job{name, dst, run}) }

	x := s.input(contiguous, []int{151, 259}, s.normals())
	y := s.input(swapped, []int{151, 259}, s.normals())
	add("exp", s.output(contiguous, []int{151, 259}), func(d backend.View) { s.be.Unary(backend.Exp, d, x.be, backend.Params{}) })
	add("mul", s.output(contiguous, []int{151, 259}), func(d backend.View) { s.be.Binary(backend.Mul, d, x.be, y.be, backend.Params{}) })
	add("copy", s.output(padded, []int{151, 259}), func(d backend.View) { s.be.Copy(d, y.be) })
	for mask := 1; mask < 4; mask++ {
		for _, in := range []operand{x, y} {
			add(fmt.Sprintf("sum over axes %b of %v", mask, in.be), s.output(contiguous, folded([]int{151, 259}, mask)),
				func(d backend.View) { s.be.Reduce(backend.ReduceSum, d, in.be) })
		}
	}
	add("normal", s.output(contiguous, []int{large}), func(d backend.View) {
		s.be.Random(d, backend.Normal, backend.Params{0, 1}, backend.Stream{Key: 5})
	})
	index := s.indices(151, 40)
	add("take_add", s.inout(contiguous, []int{40, 259}, constant(0)), func(d backend.View) { s.be.TakeAdd(d, x.be, index) })
	columns := s.indices(151*259, 40)
	add("scatter_add", s.inout(contiguous, []int{151, 40}, constant(0)), func(d backend.View) { s.be.ScatterAdd(d, x.be, columns) })
	for _, size := range [][3]int{{131, 140, 301}, {1, 900, 700}, {900, 1, 700}, {32, 1000, 300}, {6, 16, 5000}, {1, 1, 9000}} {
		m, n, k := size[0], size[1], size[2]
		a, b := s.input(contiguous, []int{m, k}, s.normals()), s.input(swapped, []int{k, n}, s.normals())
		add(fmt.Sprintf("gemm %v", size), s.inout(contiguous, []int{m, n}, s.normals()),
			func(d backend.View) { s.be.Gemm(d, a.be, b.be, 1, 1, backend.Epilogue{Act: backend.ActTanh}) })
	}
	for _, z := range []convSize{conv(6, 20, 14, 13, 24, 3).pad(1, 1), conv(5, 17, 12, 12, 33, 4).stride(2, 2).pad(1, 1), conv(6, 40, 15, 15, 40, 3).groups(40).pad(1, 1)} {
		sx, sw, sy := z.views()
		x, w, y := s.input(channelsLast, sx, s.normals()), s.input(contiguous, sw, s.normals()), s.input(channelsLast, sy, s.normals())
		name := fmt.Sprintf("conv2d %v %v %+v", sx, sw, z.Conv)
		add(name, s.output(channelsLast, sy), func(d backend.View) { s.be.Conv2d(d, x.be, w.be, z.Conv, backend.Epilogue{Act: backend.ActTanh}) })
		add(name+" input grad", s.output(channelsLast, sx), func(d backend.View) { s.be.Conv2dInputGrad(d, y.be, w.be, z.Conv, backend.Epilogue{}) })
		add(name+" weight grad", s.inout(contiguous, sw, s.normals()), func(d backend.View) { s.be.Conv2dWeightGrad(d, y.be, x.be, z.Conv, 1) })
	}
	if k, ok := s.be.(backend.SoftmaxKernel); ok {
		add("softmax", s.output(contiguous, []int{151, 259}), func(d backend.View) { k.Softmax(d, x.be, false) })
	}
	return all
}

// bits runs a job on its first contents.
func (s *suite) bits(j job) []float64 {
	s.be.Write64(j.dst.be.Buf, 0, j.dst.image)
	j.run(j.dst.be)
	return s.buffer(j.dst)
}

func (s *suite) sameBits(what string, want, got []float64) {
	s.Helper()
	for i := range want {
		if !same(want[i], got[i]) {
			s.failf("%s: number %d is %v, was %v", what, i, got[i], want[i])
			return
		}
	}
}

// deterministic repeats calls, with other numbers of processors if procs.
func (s *suite) deterministic(procs bool) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, j := range s.jobs() {
		runtime.GOMAXPROCS(before)
		want := s.bits(j)
		again := []int{before}
		if procs {
			again = thin([]int{1, 2, 3})
		}
		for _, n := range again {
			runtime.GOMAXPROCS(n)
			s.sameBits(fmt.Sprintf("%s again, on GOMAXPROCS %d", j.name, n), want, s.bits(j))
		}
	}
	s.done()
}

// goroutines share inputs and the backend, not destinations.
func (s *suite) goroutines() {
	jobs := s.jobs()
	want := make([][]float64, len(jobs))
	for i, j := range jobs {
		want[i] = s.bits(j)
	}
	const workers = 4
	got := make([][][]float64, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			got[w] = make([][]float64, len(jobs))
			for i := range jobs {
				i = (i + w*len(jobs)/workers) % len(jobs)
				dst := jobs[i].dst.be
				dst.Buf = s.be.Alloc(len(jobs[i].dst.image))
				s.be.Write64(dst.Buf, 0, jobs[i].dst.image)
				jobs[i].run(dst)
				got[w][i] = make([]float64, len(jobs[i].dst.image))
				s.be.Read64(got[w][i], dst.Buf, 0)
				s.be.Free(dst.Buf)
			}
		})
	}
	wg.Wait()
	for w := range got {
		for i, j := range jobs {
			s.sameBits(fmt.Sprintf("goroutine %d: %s", w, j.name), want[i], got[w][i])
		}
	}
	s.done()
}
