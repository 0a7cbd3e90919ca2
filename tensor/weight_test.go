package tensor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/gradcheck"
	. "github.com/org/artnn/tensor"
)

var formats = []Format{Int8, Float16, BFloat16}

func TestQuantizingExtremes(t *testing.T) {
	w := FromSlice([]float32{
		0, 0, 0,
		-1, 1, 0.5,
		math.MaxFloat32, -math.MaxFloat32, 1,
		math.SmallestNonzeroFloat32, 0, 0,
		3, -127, 126.5,
	}, 5, 3)
	q := Quantize(w, Int8).Matrix().(*backend.Int8Matrix)
	assert.Equal(t, []int8{0, 0, 0, -127, 127, 64, 127, -127, 0, 0, 0, 0, 3, -127, 126}, q.Values)
	assert.Equal(t, []float32{0, 1. / 127, math.MaxFloat32 / 127, 0, 1}, q.Scale)

	inf := math.Inf(1)
	assert.Equal(t, []float64{65504, inf, -inf, 0x1p-24, 0, 1}, Quantize(FromSlice([]float64{65519, 65520, -1e9, 0x1p-24, 0x1p-26, 1}, 2, 3), Float16).Float64s())
	assert.Equal(t, []float32{1, 1.0078125, 0x1p-130}, Quantize(FromSlice([]float32{1.003, 1.005, 0x1p-130}, 1, 3), BFloat16).Float32s())
}

func TestQuantizeKeepsWhatIsStoredSo(t *testing.T) {
	w := NewRNG(1).Normal(0, 1, 3, 5)
	for _, f := range formats {
		q := Quantize(w, f)
		assert.Same(t, q, Quantize(q, f))
		assert.Equal(t, q.Float32s(), Quantize(q.Widen(), f).Float32s(), "%v: rounding again changes nothing", f)
		assert.NotSame(t, q, Quantize(q, (f+1)%3))
		assert.Equal(t, w.Shape(), q.Shape())
		assert.Equal(t, []int{3, 5, 15}, []int{q.Dim(0), q.Dim(-1), q.Size()})
	}
	assert.EqualError(t, Try(func() { Quantize(Zeros(3), Int8) }), "quantize: needs a matrix, got [3]")
	assert.EqualError(t, Try(func() { Quantize(w, 9) }), "quantize: needs one of int8, float16 and bfloat16, got format 9")
}

func backends(t testing.TB) []backend.Backend {
	return []backend.Backend{reference(t), backend.Default()}
}

// thirds is a format that knows only how to decode a row.
type thirds struct{ rows, cols int }

func (m thirds) Dims() (rows, cols int) { return m.rows, m.cols }

func (m thirds) DecodeRow(dst []float32, r int) {
	for k := range dst {
		dst[k] = float32((5*r+k)%7-3) / 3
	}
}

// weightsOf is a stored weight of each format, of several blocks of rows.
func weightsOf(be backend.Backend, rows, cols int) map[string]*Stored {
	w := NewRNGOn(be, 3).Normal(0, 1/math.Sqrt(float64(max(1, cols))), rows, cols)
	all := map[string]*Stored{"other": NewStored(be, thirds{rows, cols})}
	for _, f := range formats {
		all[f.String()] = Quantize(w, f)
	}
	return all
}

// Products, rows and gradients of inputs are those of a tensor of the same
// numbers.
func TestStoredEqualsWidened(t *testing.T) {
	for _, be := range backends(t) {
		for _, size := range [][2]int{{1, 1}, {5, 3}, {150, 470}, {2, 66000}, {4, 0}, {0, 4}} {
			for name, w := range weightsOf(be, size[0], size[1]) {
				wide := w.Widen()
				require.Equal(t, w.Float32s(), wide.Float32s())
				tol := 1e-12
				if be.Precision() == backend.Float32 {
					tol = 1e-5
					if name == "int8" { // inputs are rounded to 14 bits
						tol = 3e-4
					}
				}
				near := func(what string, want, got []float64, terms int) {
					require.Len(t, got, len(want))
					allowed := tol * (1 + math.Sqrt(float64(terms))) * 4
					for i, v := range want {
						if d := math.Abs(v - got[i]); !(d <= allowed) {
							t.Fatalf("%s, %s %v on %s: element %d is %v, expected %v ± %g", what, name, size, be.Name(), i, got[i], v, allowed)
						}
					}
				}
				for _, n := range []int{0, 1, 3, 40} {
					if n > 3 && be.Precision() == backend.Float64 {
						continue // slow, and the same path as for 3
					}
					tape := NewTape(On(be))
					rng := tape.RNG()
					x, bias := rng.Normal(0, 1, n, size[1]), rng.Normal(0, 1, size[0])
					g := tape.Of(rng.Normal(0, 1, n, size[0]))
					var results [2][]*Tensor
					for i, w := range []Weight{wide, w} {
						y := LinearAct(tape.Of(x), w, bias, backend.ActTanh, 0)
						results[i] = append([]*Tensor{y, LinearT(g, w)}, tape.Grad(y, []*Tensor{x, bias}, GradOutput(g))...)
					}
					for i, what := range []string{"linear", "linear_t", "gradient of x", "gradient of the bias"} {
						near(what, results[0][i].Float64s(), results[1][i].Float64s(), max(size[0], size[1]))
					}
					tape.Release()
				}
				if size[0] > 0 {
					index := []int32{0, int32(size[0] - 1), 0}
					near("rows", wide.Rows(nil, index).Float64s(), w.Rows(nil, index).Float64s(), 0)
				}
			}
		}
	}
}

// Gradients flow through frozen weights, also twice.
func TestStoredDerivatives(t *testing.T) {
	be := reference(t)
	for name, w := range weightsOf(be, 4, 3) {
		t.Run(name, func(t *testing.T) {
			x, bias := NewRNGOn(be, 1).Normal(0, 1, 2, 5, 3), NewRNGOn(be, 2).Normal(0, 1, 4)
			gradcheck.Run(t, func(_ *Tape, x []*Tensor) *Tensor {
				return LinearAct(x[0], w, x[1], backend.ActSigmoid, 0)
			}, x, bias)
			gradcheck.Run(t, func(_ *Tape, x []*Tensor) *Tensor { return Linear(x[0].Square(), w, nil) }, x)
			gradcheck.Run(t, func(_ *Tape, x []*Tensor) *Tensor { return LinearT(x[0].Square(), w) },
				NewRNGOn(be, 1).Normal(0, 1, 3, 2, 4))
		})
	}
	for name, wih := range weightsOf(be, 8, 3) {
		t.Run("lstm "+name, func(t *testing.T) {
			whh := weightsOf(be, 8, 2)[name]
			rng := NewRNGOn(be, 1)
			x, bias := rng.Normal(0, 1, 2, 3, 3), rng.Normal(0, 1, 8)
			h, c := rng.Normal(0, 1, 2, 2), rng.Normal(0, 1, 2, 2)
			gradcheck.Run(t, func(_ *Tape, x []*Tensor) *Tensor {
				y, hn, cn := LSTM(x[0], wih, whh, x[1], x[2], x[3])
				return Cat(1, y.Flatten(1), hn, cn)
			}, x, bias, h, c)
			gradcheck.Run(t, func(_ *Tape, x []*Tensor) *Tensor {
				y, _, _ := LSTM(x[0], wih, x[1], bias, h, c)
				return y
			}, x, whh.Widen())
		})
	}
}

// An LSTM may have weights of both kinds.
func TestLSTMOfMixedWeights(t *testing.T) {
	for _, be := range backends(t) {
		tape := NewTape(On(be), NoGrad())
		rng := tape.RNG()
		x, bias := rng.Normal(0, 1, 3, 4, 5), rng.Normal(0, 1, 24)
		state := rng.Normal(0, 1, 3, 6)
		for name, wih := range weightsOf(be, 24, 5) {
			whh := weightsOf(be, 24, 6)[name]
			want, _, wantCell := LSTM(tape.Of(x), wih.Widen(), whh.Widen(), bias, state, state)
			for _, w := range [][2]Weight{{wih, whh}, {wih.Widen(), whh}, {wih, whh.Widen()}} {
				got, _, gotCell := LSTM(tape.Of(x), w[0], w[1], bias, state, state)
				require.InDeltaSlice(t, want.Float64s(), got.Float64s(), 3e-3, "%s on %s", name, be.Name())
				require.InDeltaSlice(t, wantCell.Float64s(), gotCell.Float64s(), 3e-3, "%s on %s", name, be.Name())
			}
		}
		tape.Release()
	}
}
