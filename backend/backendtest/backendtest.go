// Package backendtest is the conformance suite of package backend. A backend
// is tested by one line and measured by another:
//
//	func TestBackend(t *testing.T)      { backendtest.Run(t, mine.New()) }
//	func BenchmarkBackend(b *testing.B) { backendtest.RunBenchmarks(b, mine.New()) }
//
// Every operation is run beside backend/reference, which computes the same in
// float64 from the same numbers, on every layout, at the edges of lanes and
// tiles, on empty and size-1 axes and on special values, with guard bands
// round every buffer. Inputs must come out unchanged.
//
// # Tolerances
//
// An element may differ from the float64 result, in units in the last place of
// the backend's precision, by
//
//   - 0 for movement, comparison, +, −, ×, ÷, √ and what is one of them;
//   - 2 for 1/√x, which rounds twice;
//   - 4 for exp, log, tanh, sigmoid, erf, softplus, pow, and for sin and cos
//     up to |x| = 10⁴ (with ε of absolute slack, for their zeros);
//   - 8 of the sum of absolute terms for products with cancellation (GELU,
//     SiLU and the gradient maps);
//   - (4 + log₂n)·Σ|terms| for sums of n random terms, and (4 + √n)·Σ|terms|
//     for equal ones: a sum of many numbers in one accumulator does not pass;
//   - k/2·Σ|terms| for a place that ScatterAdd adds to k times; TakeAdd adds in
//     order and is exact.
//
// Results of transcendental functions and the moments of optimisers, where
// below the smallest normal number, may be flushed to zero; no others may, and
// subnormal arguments count as they are.
// The sign of a zero matters only to movement, neg and abs. NaN is one value,
// whatever its bits.
package backendtest

import (
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/reference"
)

// Run holds a backend to the contract of package backend. Optional kernels are
// tested where the backend has them. Checks run side by side on as many
// processors as there are, except those of memory and of the number of threads.
func Run(t *testing.T, b backend.Backend) {
	t.Helper()
	run := func(c check) { t.Run(c.name, func(t *testing.T) { c.against(t, b) }) }
	for _, c := range append(memoryChecks(), wholeChecks()...) {
		run(c)
	}
	queue := make(chan check)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for c := range queue {
				run(c)
			}
		})
	}
	for _, c := range operationChecks() {
		queue <- c
	}
	close(queue)
	workers.Wait()
}

// check is one named part of the suite.
type check struct {
	name string
	run  func(*suite)
}

// against runs the check on a backend; a panic is one more failure.
func (c check) against(r reporter, b backend.Backend) {
	defer func() {
		if p := recover(); p != nil {
			r.Errorf("%s: panic: %v\n%s", c.name, p, debug.Stack())
		}
	}()
	c.run(newSuite(r, b, c.name))
}

// checks are all of them.
func checks() []check { return slices.Concat(memoryChecks(), operationChecks(), wholeChecks()) }

// operationChecks are those that need nothing to themselves.
func operationChecks() []check {
	return slices.Concat(
		moveChecks(), mapChecks(), reduceChecks(), indexChecks(), gemmChecks(), convChecks(), randomChecks(),
		softmaxChecks(), crossEntropyChecks(), layerNormChecks(), rmsNormChecks(), gatedChecks(), batchNormChecks(), scaleShiftChecks(), lstmChecks(), gruChecks(), attentionChecks(), decodeChecks(), int8Checks(), optimizerChecks(), productChecks())
}

// reporter is the part of *testing.T that checks use, so that the suite's own
// tests can record what it reports on broken backends.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

// suite is one run of a check: the backend in question beside the reference.
type suite struct {
	reporter
	be       backend.Backend
	ref      *reference.Backend
	rng      *rand.Rand // seeded by the check's name: every run sees the same numbers
	single   bool       // the backend's precision is float32
	eps      float64
	live     []operand
	failures int
}

func newSuite(r reporter, be backend.Backend, name string) *suite {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &suite{
		reporter: r,
		be:       be,
		ref:      reference.New(),
		rng:      rand.New(rand.NewPCG(h.Sum64(), 1)),
		single:   be.Precision() == backend.Float32,
		eps:      be.Precision().Epsilon(),
	}
}

// failf reports, and gives up on the check once the pattern is clear.
func (s *suite) failf(format string, args ...any) {
	s.Helper()
	s.Errorf(format, args...)
	if s.failures++; s.failures >= 5 {
		s.FailNow()
	}
}

// panics reports whether f panics.
func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}
