package tensor_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// large is a pass of linear layers whose weight's gradient is worth postponing.
type large struct {
	tape *Tape
	rng  *RNG
	w    *Tensor
}

// newLarge is on the backend that wants products.
func newLarge(t testing.TB) *large {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	rng := NewRNGOn(be, 3)
	return &large{NewTape(On(be)), rng, rng.Normal(0, 0.1, 1<<10, 1<<10)}
}

// backward adds the gradient of a pass on inputs of its own and returns what it
// should be, row by row of the weight: column sums of the inputs.
func (l *large) backward() []float64 {
	x := l.tape.Of(l.rng.Normal(0, 1, 3, 1<<10)).MulScalar(1)
	want := x.Sum(0).Float64s()
	l.tape.Backward(Linear(x, l.w, nil).Sum(), l.w)
	return want
}

func requireGrad(t *testing.T, w *Tensor, row []float64) {
	t.Helper()
	require.NotNil(t, w.Grad())
	got := w.Grad().Float64s()
	for _, i := range []int{0, 517, 1023} {
		require.InDeltaSlice(t, row, got[i<<10:(i+1)<<10], 1e-4)
	}
}

func plus(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}

func postponed(w *Tensor) bool {
	_, _, ok := w.GradProduct()
	return ok
}

func TestPostponedGradient(t *testing.T) {
	t.Run("formed when asked for", func(t *testing.T) {
		l := newLarge(t)
		want := l.backward()
		a, b, ok := l.w.GradProduct()
		require.True(t, ok)
		assert.Equal(t, []int{1 << 10, 3}, a.Dims())
		assert.Equal(t, []int{3, 1 << 10}, b.Dims())
		requireGrad(t, l.w, want)
		assert.False(t, postponed(l.w))
		requireGrad(t, l.w, want)
		l.tape.Release()
		requireGrad(t, l.w, want)
	})
	t.Run("outlives the tape", func(t *testing.T) {
		l := newLarge(t)
		want := l.backward()
		l.tape.Release()
		for range 3 { // takes over the memory of what has been freed
			l.tape.Full(7, 3, 1<<10)
			l.tape.Full(7, 1<<10)
		}
		require.True(t, postponed(l.w))
		requireGrad(t, l.w, want)
	})
	t.Run("is of the weights it was computed with", func(t *testing.T) {
		l := newLarge(t)
		want := l.backward()
		l.w.Set(l.w.Clone())
		l.w.SetFloat32s(make([]float32, 1<<20))
		requireGrad(t, l.w, want)
	})
	t.Run("accumulates over passes", func(t *testing.T) {
		l := newLarge(t)
		want := plus(l.backward(), l.backward())
		assert.False(t, postponed(l.w))
		l.tape.Release()
		want = plus(want, l.backward())
		requireGrad(t, l.w, want)
	})
	t.Run("accumulates over uses", func(t *testing.T) {
		l := newLarge(t)
		x := l.tape.Of(l.rng.Normal(0, 1, 3, 1<<10)).MulScalar(1)
		y := l.tape.Of(l.rng.Normal(0, 1, 5, 1<<10)).MulScalar(1)
		want := plus(x.Sum(0).Float64s(), y.Sum(0).Float64s())
		l.tape.Backward(Linear(x, l.w, nil).Sum().Add(Linear(y, l.w, nil).Sum()), l.w)
		requireGrad(t, l.w, want)
	})
	t.Run("accumulates with other operations", func(t *testing.T) {
		l := newLarge(t)
		x := l.tape.Of(l.rng.Normal(0, 1, 3, 1<<10)).MulScalar(1)
		want := x.Sum(0).Float64s()
		for i := range want {
			want[i] += 2
		}
		l.tape.Backward(l.tape.Of(l.w).MulScalar(2).Sum().Add(Linear(x, l.w, nil).Sum()), l.w)
		requireGrad(t, l.w, want)
	})
	t.Run("forgotten", func(t *testing.T) {
		l := newLarge(t)
		l.backward()
		l.w.ZeroGrad()
		assert.Nil(t, l.w.Grad())
		assert.False(t, postponed(l.w))
		requireGrad(t, l.w, l.backward())
	})
	t.Run("released with its weight", func(t *testing.T) {
		l := newLarge(t)
		l.backward()
		l.w.Release()
		assert.False(t, postponed(l.w))
		assert.Nil(t, l.w.Grad())
	})
	t.Run("can be differentiated", func(t *testing.T) {
		l := newLarge(t)
		x := l.tape.Of(l.rng.Normal(0, 1, 3, 1<<10)).MulScalar(1)
		g := l.tape.Grad(Linear(x, l.w, nil).Square().Sum(), []*Tensor{x}, CreateGraph())[0]
		l.tape.Backward(g.Sum(), l.w)
		assert.NotNil(t, l.w.Grad())
		assert.False(t, postponed(l.w))
	})
}

// Values that change between the pass and the update are not held on to.
func TestNotPostponed(t *testing.T) {
	for name, f := range map[string]func(l *large) (y *Tensor){
		"inputs off the tape": func(l *large) *Tensor {
			return Linear(l.rng.Normal(0, 1, 3, 1<<10), l.w, l.tape.Zeros(1<<10))
		},
		"inputs of the caller on the tape": func(l *large) *Tensor {
			return Linear(l.tape.Of(l.rng.Normal(0, 1, 3, 1<<10)), l.w, nil)
		},
		"long sums": func(l *large) *Tensor { return Linear(l.tape.Normal(0, 1, 200, 1<<10), l.w, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLarge(t)
			l.tape.Backward(f(l).Sum(), l.w)
			assert.False(t, postponed(l.w))
			assert.NotNil(t, l.w.Grad())
		})
	}
	t.Run("small weights", func(t *testing.T) {
		l := newLarge(t)
		w := l.rng.Normal(0, 1, 100, 100)
		l.tape.Backward(Linear(l.tape.Normal(0, 1, 3, 100), w, nil).Sum(), w)
		assert.False(t, postponed(w))
	})
	t.Run("backends that do not want to", func(t *testing.T) {
		be := reference(t)
		tape, w := NewTape(On(be)), ZerosOn(be, 1<<10, 1<<10)
		tape.Backward(Linear(tape.Normal(0, 1, 3, 1<<10), w, nil).Sum(), w)
		assert.False(t, postponed(w))
	})
	// The parameter's own gradient may be an operand: it must not be taken for
	// a value of the pass, though its memory was.
	t.Run("gradients", func(t *testing.T) {
		l := newLarge(t)
		x := l.rng.Normal(0, 1, 3, 1<<10)
		l.tape.Backward(l.tape.Full(2, 3, 1<<10).Mul(x).Sum(), x)
		l.tape.Backward(Linear(x.Grad(), l.w, l.tape.Zeros(1<<10)).Sum(), l.w)
		assert.False(t, postponed(l.w))
	})
}

// Steps that leave the gradient postponed hold on to two small matrices, not
// to more with every step.
func TestPostponedGradientsDoNotPileUp(t *testing.T) {
	l := newLarge(t)
	heap := func(steps int) uint64 {
		for range steps {
			l.w.ZeroGrad()
			l.backward()
			l.tape.Release()
		}
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(5)
	require.True(t, postponed(l.w))
	assert.Less(t, heap(50), before+64<<10)
}
