package main

import (
	"errors"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	require.Zero(t, median(nil))
	require.Equal(t, 3.0, median([]float64{3}))
	require.Equal(t, 2.0, median([]float64{9, 1, 2}))
	x := []float64{4, 1, 3, 2}
	require.Equal(t, 2.5, median(x))
	require.Equal(t, []float64{4, 1, 3, 2}, x, "the argument stays as it is")
}

func TestSlope(t *testing.T) {
	x := []float64{1, 2, 4, 8}
	for _, power := range []float64{0, 1, 1.5, -2} {
		y := make([]float64, len(x))
		for i := range x {
			y[i] = 3 * math.Pow(x[i], power)
		}
		require.InDelta(t, power, slope(x, y), 1e-12)
	}
}

// fixed takes a fixed time for a step and notes when it was asked.
type fixed struct {
	name string
	ms   float64
	log  *[]string
	fail int // fails from this call on, if not 0
	call int
}

var errFixed = errors.New("broken")

func (f *fixed) run(n int) ([]float64, error) {
	f.call++
	if f.fail > 0 && f.call >= f.fail {
		return nil, errFixed
	}
	*f.log = append(*f.log, f.name)
	time.Sleep(time.Duration(float64(n) * f.ms * float64(time.Millisecond)))
	ms := make([]float64, n)
	for i := range ms {
		ms[i] = f.ms
	}
	ms[0] = 1000 // the first step of a turn finds a cold cache
	return ms, nil
}

// The clock of these tests is that of a synctest bubble.
func TestAlternate(t *testing.T) { synctest.Test(t, testAlternate) }

func testAlternate(t *testing.T) {
	var log []string
	a, b := &fixed{name: "a", ms: 1, log: &log}, &fixed{name: "b", ms: 5, log: &log}
	samples, err := alternate(plan{rounds: 3, block: 60 * time.Millisecond}, a, b)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "a", "b", "a", "b"}, log[len(log)-6:])
	require.Len(t, samples[0], 3*60)
	require.Len(t, samples[1], 3*12)
	require.Equal(t, 1.0, median(samples[0]))
	require.NotContains(t, samples[0], 1000.0)
	require.NotContains(t, samples[1], 1000.0)

	for fail := 1; fail <= 5; fail++ {
		broken := &fixed{name: "c", ms: 5, log: &log, fail: fail}
		_, err = alternate(plan{rounds: 5, block: 60 * time.Millisecond}, a, broken)
		require.ErrorIs(t, err, errFixed)
	}
}

func TestCalibrateBounds(t *testing.T) { synctest.Test(t, testCalibrateBounds) }

func testCalibrateBounds(t *testing.T) {
	var log []string
	slow := &fixed{ms: 500, log: &log}
	n, err := calibrate(time.Millisecond, slow)
	require.NoError(t, err)
	require.Equal(t, minSteps, n)
	require.Equal(t, 1, slow.call, "one step told enough")
	n, err = calibrate(51*time.Second, &fixed{ms: 1e-7, log: &log})
	require.NoError(t, err)
	require.Equal(t, maxSteps, n)
	n, err = calibrate(time.Second, &fixed{ms: 20, log: &log})
	require.NoError(t, err)
	require.Equal(t, 50, n)
}

var sink []*int

func TestAllocations(t *testing.T) {
	n, err := allocations(allocating{})
	require.NoError(t, err)
	require.InDelta(t, 3, n, 0.5)
}

// allocating allocates 100 objects a run and 3 a step.
type allocating struct{}

func (allocating) run(times []time.Duration) error {
	sink = make([]*int, 0, 1000)
	for range 100 + 3*len(times) {
		sink = append(sink, new(int))
	}
	return nil
}

func TestOursRunsOnTheThreadsAskedFor(t *testing.T) {
	before, seen := runtime.GOMAXPROCS(0), 0
	ms, err := ours{steps(func() { seen = runtime.GOMAXPROCS(0) }), before + 1}.run(3)
	require.NoError(t, err)
	require.Len(t, ms, 3)
	require.Equal(t, before+1, seen)
	require.Equal(t, before, runtime.GOMAXPROCS(0))
}

func TestPeakLoop(t *testing.T) {
	done := together(2, 2, func(int) func() float64 {
		return func() float64 { time.Sleep(10 * time.Millisecond); return 1 }
	})
	require.Greater(t, done, 20.0) // 2 in little more than 10 ms
	require.LessOrEqual(t, done, 200.0)
}

func TestVectors(t *testing.T) {
	require.Equal(t, "fma avx2", vectors("fpu fma sse avx2 bmi1"))
	require.Equal(t, "unknown", vectors(""))
}

// A block of steps of many calls each is as long as one of single calls.
func TestCalibrateCountsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		const reps = 305
		n, err := calibrate(100*time.Millisecond, perCall{&fixed{ms: 5, log: &log}, reps})
		require.NoError(t, err)
		assert.Equal(t, 20, n)
	})
}
