package tensor_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	. "github.com/org/artnn/tensor"
)

// initialisers are all of them, with the mean and the deviation that they should
// give a weight [50, 30, 3, 3] and the bounds that they keep, if they have any.
var initialisers = map[string]struct {
	init            Init
	mean, deviation float64
	lo, hi          float64
}{
	"uniform":  {InitUniform(-1, 3), 1, 4 / math.Sqrt(12), -1, 3},
	"normal":   {InitNormal(1, 0.02), 1, 0.02, 0, 0},
	"constant": {InitConstant(0.5), 0.5, 0, 0.5, 0.5},
	// Var = σ²·(1 − 2·2·φ(2)/(Φ(2) − Φ(−2))) for bounds at two deviations.
	"truncated":              {InitTruncatedNormal(3, 0.5, 2, 4), 3, 0.5 * 0.87962566, 2, 4},
	"truncated on one side":  {InitTruncatedNormal(0, 1, 0, 50), math.Sqrt(2 / math.Pi), math.Sqrt(1 - 2/math.Pi), 0, 50},
	"xavier uniform":         {InitXavierUniform(2), 0, 2 * math.Sqrt(2.0/(270+450)), -2 * math.Sqrt(6.0/720), 2 * math.Sqrt(6.0/720)},
	"xavier normal":          {InitXavierNormal(2), 0, 2 * math.Sqrt(2.0/(270+450)), 0, 0},
	"kaiming uniform":        {InitKaimingUniform(Gain(backend.ActReLU, 0), FanIn), 0, math.Sqrt(2.0 / 270), -math.Sqrt(6.0 / 270), math.Sqrt(6.0 / 270)},
	"kaiming uniform, out":   {InitKaimingUniform(1, FanOut), 0, math.Sqrt(1.0 / 450), -math.Sqrt(3.0 / 450), math.Sqrt(3.0 / 450)},
	"kaiming normal":         {InitKaimingNormal(Gain(backend.ActLeakyReLU, 0.2), FanIn), 0, math.Sqrt(2 / 1.04 / 270), 0, 0},
	"kaiming normal, out":    {InitKaimingNormal(Gain(backend.ActTanh, 0), FanOut), 0, 5.0 / 3 / math.Sqrt(450), 0, 0},
	"orthogonal":             {InitOrthogonal(2), 0, 2 / math.Sqrt(270), -2, 2},
	"kaiming uniform, plain": {InitKaimingUniform(Gain(backend.ActNone, 0), FanIn), 0, math.Sqrt(1.0 / 270), -math.Sqrt(3.0 / 270), math.Sqrt(3.0 / 270)},
}

func TestInit(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for what, c := range initialisers {
			rng := NewRNGOn(be, 5)
			p := ZerosOn(be, 50, 30, 3, 3)
			c.init(rng, p)
			mean, deviation := p.Mean().Item(), math.Sqrt(p.Var(1).Item())
			n := math.Sqrt(float64(p.Size()))
			assert.InDelta(t, c.mean, mean, 5*c.deviation/n+1e-6, "%s, %s", name, what)
			assert.InDelta(t, c.deviation, deviation, 5*c.deviation/n, "%s, %s", name, what)
			if c.lo != 0 || c.hi != 0 {
				assert.GreaterOrEqual(t, p.Min().Item(), c.lo-1e-6, "%s, %s", name, what)
				assert.LessOrEqual(t, p.Max().Item(), c.hi+1e-6, "%s, %s", name, what)
			}
			// A strided view is filled as the whole is, and the stream goes as far.
			again, transposed := NewRNGOn(be, 5), ZerosOn(be, 30, 50, 3, 3)
			c.init(again, transposed.Transpose(0, 1))
			assert.Equal(t, p.Float64s(), transposed.Transpose(0, 1).Float64s(), "%s, %s", name, what)
			assert.Equal(t, rng.State(), again.State(), "%s, %s", name, what)
		}
	}
}

// Filling draws what drawing a new tensor does.
func TestInitEqualsDrawing(t *testing.T) {
	for name, c := range map[string]struct {
		init Init
		draw func(r *RNG, shape ...int) *Tensor
	}{
		"uniform":        {InitUniform(-2, 1), func(r *RNG, shape ...int) *Tensor { return r.Uniform(-2, 1, shape...) }},
		"normal":         {InitNormal(1, 2), func(r *RNG, shape ...int) *Tensor { return r.Normal(1, 2, shape...) }},
		"xavier uniform": {InitXavierUniform(2), func(r *RNG, shape ...int) *Tensor { return r.XavierUniform(2, shape...) }},
		"xavier normal":  {InitXavierNormal(2), func(r *RNG, shape ...int) *Tensor { return r.XavierNormal(2, shape...) }},
		"orthogonal":     {InitOrthogonal(2), func(r *RNG, shape ...int) *Tensor { return r.Orthogonal(2, shape...) }},
	} {
		a, b := NewRNG(3), NewRNG(3)
		a.Normal(0, 1, 5)
		b.Normal(0, 1, 5)
		p := Full(7, 13, 9)
		c.init(a, p)
		assert.Equal(t, c.draw(b, 13, 9).Float64s(), p.Float64s(), name)
		assert.Equal(t, b.State(), a.State(), name)
	}
	in, of := Zeros(13, 9), NewRNG(3).KaimingUniform(0.1, 13, 9)
	InitKaimingUniform(Gain(backend.ActLeakyReLU, 0.1), FanIn)(NewRNG(3), in)
	assert.InDeltaSlice(t, of.Float64s(), in.Float64s(), 1e-6)
}

// Nothing is drawn, and no memory taken, on a backend without numbers; the stream
// goes as far as elsewhere.
func TestInitOfShapes(t *testing.T) {
	const rows, cols = 1 << 14, 1 << 14 // 1 GiB of float32
	for name, c := range initialisers {
		be := shape.New(rows * cols)
		rng := NewRNGOn(be, 5)
		p := ZerosOn(be, rows, cols)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c.init(rng, p)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<10), name)
		if name != "constant" {
			assert.Equal(t, uint64(rows*cols/4), rng.State().Counter, name)
		}
	}
}

func TestInitMisuse(t *testing.T) {
	tape := NewTape()
	defer tape.Release()
	for want, use := range map[string]func(){
		"init: the value is on a tape, where its old contents may still be needed":                            func() { InitNormal(0, 1)(NewRNG(1), tape.Zeros(3)) },
		`init: the parameter is on backend "shape", the random numbers on "` + backend.Default().Name() + `"`: func() { InitOrthogonal(1)(NewRNG(1), ZerosOn(shape.New(99), 3, 3)) },
		"kaiming: needs a weight of at least two axes, got shape [3]":                                         func() { InitKaimingNormal(1, FanIn)(NewRNG(1), Zeros(3)) },
		"xavier: needs a weight of at least two axes, got shape []":                                           func() { InitXavierNormal(1)(NewRNG(1), Zeros()) },
	} {
		if got := Try(use); got == nil || got.Error() != want {
			t.Errorf("want %q\n got %v", want, got)
		}
	}
	assert.Panics(t, func() { InitTruncatedNormal(0, 1, 2, 2) })
	assert.Panics(t, func() { InitTruncatedNormal(0, 0, 1, 2) })
	assert.Panics(t, func() { InitNormal(0, -1)(NewRNG(1), Zeros(2)) })
}
