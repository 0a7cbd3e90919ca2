package optim_test

import (
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// pair is a matrix and a vector to train.
func pair(be backend.Backend) params {
	rng := tensor.NewRNGOn(be, 5)
	return params{{"w", rng.Normal(0, 1, 5, 7)}, {"b", rng.Normal(0, 1, 7)}}
}

// walk takes steps with gradients drawn from a stream.
func walk(o optim.Optimizer, ps params, rng *tensor.RNG, steps int) {
	for range steps {
		for _, p := range ps {
			give(p.Tensor, rng.Normal(0, 1, p.Shape()...))
		}
		o.Step()
	}
}

// A run that is saved and resumed ends in the same bits as one that is not.
func TestResume(t *testing.T) {
	for _, p := range places(t) {
		for _, m := range makers() {
			t.Run(p.be.Name()+"/"+m.name, func(t *testing.T) {
				rng := tensor.NewRNGOn(p.be, 9)
				whole := pair(p.be)
				o := m.make(whole.all(), 0.1)
				walk(o, whole, rng, 5)
				o.SetLR(0.03)

				saved := o.State()
				moments := map[string]*tensor.Tensor{}
				for name, v := range saved.Tensors {
					moments[name] = v.Clone()
				}
				var part params
				for _, q := range whole {
					part = append(part, param{q.name, q.Clone()})
				}
				place := rng.State()
				walk(o, whole, rng, 5)

				resumed := m.make(part.all(), 0.5)
				require.NoError(t, resumed.SetState(optim.State{LR: saved.LR, Steps: saved.Steps, Tensors: maps.All(moments)}))
				require.Equal(t, 0.03, resumed.LR())
				rng.SetState(place)
				walk(resumed, part, rng, 5)
				for i := range whole {
					require.Equal(t, whole[i].Float64s(), part[i].Float64s())
				}
				require.Equal(t, o.State().Steps, resumed.State().Steps)
			})
		}
	}
}

func TestSetStateErrors(t *testing.T) {
	be := backend.Default()
	ps := pair(be)
	good := func() (optim.State, map[string]*tensor.Tensor) {
		s := optim.NewAdam(ps.all(), optim.AdamConfig{}).State()
		list := maps.Collect(s.Tensors)
		s.Tensors = maps.All(list)
		return s, list
	}
	for _, c := range []struct {
		want  string
		spoil func(s *optim.State, list map[string]*tensor.Tensor)
	}{
		{`adam state: "exp_avg.b" is missing: was it saved by another optimiser or model?`,
			func(_ *optim.State, l map[string]*tensor.Tensor) { delete(l, "exp_avg.b") }},
		{`adam state: "exp_avg_sq.w" has shape [7 5], the parameter has [5 7]`,
			func(_ *optim.State, l map[string]*tensor.Tensor) { l["exp_avg_sq.w"] = tensor.Zeros(7, 5) }},
		{`adam state: has 5 tensors, this optimiser needs 4: was it saved by another?`,
			func(_ *optim.State, l map[string]*tensor.Tensor) { l["momentum_buffer.w"] = tensor.Zeros(5, 7) }},
		{`adam state: the step count of "b" is missing or negative`,
			func(s *optim.State, _ map[string]*tensor.Tensor) { delete(s.Steps, "b") }},
		{`adam state: the step count of "w" is missing or negative`,
			func(s *optim.State, _ map[string]*tensor.Tensor) { s.Steps["w"] = -1 }},
		{`adam state: has step counts of 3 parameters, this optimiser has 2`,
			func(s *optim.State, _ map[string]*tensor.Tensor) { s.Steps["c"] = 1 }},
		{`adam state: learning rate NaN is not a finite number of at least 0`,
			func(s *optim.State, _ map[string]*tensor.Tensor) { s.LR = math.NaN() }},
		{`adam state: "exp_avg.w" is missing: was it saved by another optimiser or model?`,
			func(s *optim.State, _ map[string]*tensor.Tensor) { s.Tensors = nil }},
	} {
		o := optim.NewAdam(ps.all(), optim.AdamConfig{LR: 0.7})
		s, list := good()
		c.spoil(&s, list)
		require.EqualError(t, o.SetState(s), c.want)
		require.Equal(t, 0.7, o.LR(), "nothing has changed")
	}
	other, err := backend.Get("reference")
	require.NoError(t, err)
	if be != other {
		s, list := good()
		list["exp_avg.w"] = tensor.ZerosOn(other, 5, 7)
		require.EqualError(t, optim.NewAdam(ps.all(), optim.AdamConfig{}).SetState(s),
			`adam state: "exp_avg.w" is on backend "reference", the parameters on "`+be.Name()+`"`)
	}
}

// Parameters without a gradient keep their values, moments and step counts.
func TestStepSkipsParametersWithoutGradient(t *testing.T) {
	for _, m := range makers() {
		ps := params{{"a", tensor.Full(1, 3)}, {"b", tensor.Full(1, 3)}}
		o := m.make(ps.all(), 0.1)
		give(ps[0].Tensor, tensor.Full(1, 3))
		o.Step()
		require.NotEqual(t, []float32{1, 1, 1}, ps[0].Float32s(), m.name)
		require.Equal(t, []float32{1, 1, 1}, ps[1].Float32s(), m.name)
		require.Equal(t, map[string]int{"a": 1, "b": 0}, o.State().Steps, m.name)

		// The late parameter starts as the early one did.
		first := ps[0].Float32s()
		o.ZeroGrad()
		require.Nil(t, ps[0].Grad())
		give(ps[1].Tensor, tensor.Full(1, 3))
		o.Step()
		require.Equal(t, first, ps[1].Float32s(), m.name)
		require.Equal(t, first, ps[0].Float32s(), m.name)
	}
}

// A tensor under two names is updated once.
func TestTiedWeights(t *testing.T) {
	w := tensor.Full(1, 2)
	o := optim.NewSGD(params{{"embed.weight", w}, {"head.weight", w}}.all(), optim.SGDConfig{LR: 0.5})
	give(w, tensor.Full(1, 2))
	require.InDelta(t, math.Sqrt2, optim.ClipGradNorm(params{{"a", w}, {"b", w}}.all(), 10), 1e-6)
	o.Step()
	require.Equal(t, []float32{0.5, 0.5}, w.Float32s())
}

// mandatory hides a backend's optional kernels; declining has one that never
// takes a call.
type mandatory struct{ backend.Backend }

type declining struct{ backend.Backend }

func (declining) AdamStep(_, _, _, _ backend.View, _ backend.AdamConfig) bool { return false }
func (declining) SGDStep(_, _, _ backend.View, _ backend.SGDConfig) bool      { return false }

// A kernel and its composition agree to rounding, whether the kernel is missing
// or declines.
func TestKernelsAgreeWithComposition(t *testing.T) {
	fast, err := backend.Get("cpu")
	require.NoError(t, err)
	for _, m := range makers() {
		run := func(be backend.Backend) (out [][]float64) {
			ps := pair(be)
			o := m.make(ps.all(), 0.01)
			walk(o, ps, tensor.NewRNGOn(be, 3), 4)
			for _, p := range ps {
				out = append(out, p.Float64s())
			}
			for _, v := range o.State().Tensors {
				out = append(out, v.Float64s())
			}
			return out
		}
		want := run(fast)
		composed := run(mandatory{fast})
		require.Equal(t, composed, run(declining{fast}), m.name)
		for i := range want {
			require.InDeltaSlice(t, want[i], composed[i], 1e-5, m.name)
		}
	}
}

// Without a gradient moments reach 0, where rounding would keep most above it.
func TestMomentsFadeToZero(t *testing.T) {
	const n, steps = 3, 304
	cpu, err := backend.Get("cpu")
	require.NoError(t, err)
	reference, err := backend.Get("reference")
	require.NoError(t, err)
	for _, be := range []backend.Backend{cpu, mandatory{cpu}, reference} {
		smallest := 0x1p-126
		if be.Precision() == backend.Float64 {
			smallest = 0x1p-1022
		}
		for _, m := range makers() {
			w := tensor.ZerosOn(be, n)
			o := m.make(params{{"w", w}}.all(), 0.01)
			give(w, tensor.ZerosOn(be, n))
			o.Step() // so that the momentum is no longer new
			state := o.State()
			for _, moment := range state.Tensors {
				moment.SetFloat64s([]float64{smallest, 1.1 * smallest, 1.2 * smallest})
			}
			for range steps - 1 {
				o.Step()
			}
			for name, moment := range state.Tensors {
				require.Equal(t, make([]float64, n), moment.Float64s(), "%s on %s: %s", m.name, be.Name(), name)
			}
		}
	}
}

// Moments that are not subnormal, and NaN, are left unchanged.
func TestMomentsAreKept(t *testing.T) {
	cpu, err := backend.Get("cpu")
	require.NoError(t, err)
	for _, be := range []backend.Backend{cpu, mandatory{cpu}} {
		w := tensor.ZerosOn(be, 4)
		o := optim.NewSGD(params{{"w", w}}.all(), optim.SGDConfig{Momentum: 1})
		give(w, tensor.ZerosOn(be, 4))
		o.Step()
		for _, moment := range o.State().Tensors {
			moment.SetFloat64s([]float64{-0x1p-126, -3, 0x1p100, math.NaN()})
			for range 16 {
				o.Step()
			}
			got := moment.Float64s()
			require.Equal(t, []float64{-0x1p-126, -3, 0x1p100}, got[:3])
			require.True(t, math.IsNaN(got[3]))
		}
	}
}

// In steady state a step allocates nothing, with kernels or without.
func TestStepDoesNotAllocate(t *testing.T) {
	cpu, err := backend.Get("cpu")
	require.NoError(t, err)
	for _, be := range []backend.Backend{cpu, mandatory{cpu}} {
		for _, m := range makers() {
			ps := pair(be)
			ps = append(ps, param{"large", tensor.ZerosOn(be, 70000)})
			o := m.make(ps.all(), 0.1)
			for _, q := range ps {
				give(q.Tensor, tensor.FullOn(be, 1, q.Shape()...))
			}
			o.Step()
			require.Zero(t, testing.AllocsPerRun(10, o.Step), "%s (%T)", m.name, be)
		}
	}
}

func TestMisuse(t *testing.T) {
	ps := pair(backend.Default())
	tape := tensor.NewTape()
	for want, f := range map[string]func(){
		"sgd: the learning rate must be a finite number of at least 0, got -1": func() { optim.NewSGD(ps.all(), optim.SGDConfig{LR: -1}) },
		"sgd: the momentum must be a finite number of at least 0, got -1":      func() { optim.NewSGD(ps.all(), optim.SGDConfig{Momentum: -1}) },
		"sgd: Nesterov needs momentum and no dampening":                        func() { optim.NewSGD(ps.all(), optim.SGDConfig{Nesterov: true}) },
		"sgd: there are no parameters":                                         func() { optim.NewSGD(params{}.all(), optim.SGDConfig{}) },
		`sgd: two parameters are named "w"`: func() {
			optim.NewSGD(params{{"w", tensor.Zeros(1)}, {"w", tensor.Zeros(1)}}.all(), optim.SGDConfig{})
		},
		`sgd: "x" is a value on a tape, not a parameter`: func() {
			optim.NewSGD(params{{"x", tape.Zeros(1)}}.all(), optim.SGDConfig{})
		},
		`sgd: "x" is a strided view: optimise the tensor it is a view on`: func() {
			optim.NewSGD(params{{"x", tensor.Zeros(2, 3).T()}}.all(), optim.SGDConfig{})
		},
		"adam: the second beta must lie in [0, 1), got 1":                                   func() { optim.NewAdam(ps.all(), optim.AdamConfig{Betas: [2]float64{0.9, 1}}) },
		"adam: the first beta must lie in [0, 1), got -0.1":                                 func() { optim.NewAdam(ps.all(), optim.AdamConfig{Betas: [2]float64{-0.1, 0.9}}) },
		"adamw: the weight decay must be a finite number of at least 0, got -1":             func() { optim.NewAdamW(ps.all(), optim.AdamConfig{WeightDecay: -1}) },
		"adam: the epsilon must be a finite number of at least 0, got -1":                   func() { optim.NewAdam(ps.all(), optim.AdamConfig{Eps: -1}) },
		"rmsprop: the alpha must lie in [0, 1), got 1":                                      func() { optim.NewRMSprop(ps.all(), optim.RMSpropConfig{Alpha: 1}) },
		"rmsprop: the learning rate must be a finite number of at least 0, got NaN":         func() { optim.NewRMSprop(ps.all(), optim.RMSpropConfig{}).SetLR(math.NaN()) },
		"clip grad norm: the limit must be at least 0, got -1":                              func() { optim.ClipGradNorm(ps.all(), -1) },
		"clip grad value: the limit must be at least 0, got NaN":                            func() { optim.ClipGradValue(ps.all(), math.NaN()) },
		"step schedule: the size must be positive, got 0":                                   func() { optim.StepLR{LR: 1}.Rate(0) },
		"cosine schedule: needs 0 ≤ warm-up ≤ total, got 5 and 3":                           func() { optim.CosineWarmup{LR: 1, Warmup: 5, Total: 3}.Rate(0) },
		"one-cycle schedule: the total must be positive, got 0":                             func() { optim.OneCycle{Max: 1}.Rate(0) },
		"one-cycle schedule: the rising share must lie in (0, 1], got 2":                    func() { optim.OneCycle{Max: 1, Total: 5, PctStart: 2}.Rate(0) },
		"plateau schedule: the factor must lie in [0, 1), got 1":                            func() { optim.NewPlateau(1, optim.PlateauConfig{Factor: 1}) },
		"plateau schedule: the learning rate must be a finite number of at least 0, got -1": func() { optim.NewPlateau(-1, optim.PlateauConfig{}) },
	} {
		require.PanicsWithValue(t, want, f)
	}
	cpu, err := backend.Get("cpu")
	require.NoError(t, err)
	ref, err := backend.Get("reference")
	require.NoError(t, err)
	require.PanicsWithValue(t, `adam: "b" is on backend "reference", those before on "cpu"`, func() {
		optim.NewAdam(params{{"a", tensor.ZerosOn(cpu, 1)}, {"b", tensor.ZerosOn(ref, 1)}}.all(), optim.AdamConfig{})
	})
}

// Zero fields are PyTorch's defaults.
func TestDefaults(t *testing.T) {
	ps := pair(backend.Default())
	require.Equal(t, 1e-3, optim.NewSGD(ps.all(), optim.SGDConfig{}).LR())
	require.Equal(t, 1e-3, optim.NewAdam(ps.all(), optim.AdamConfig{}).LR())
	require.Equal(t, 1e-2, optim.NewRMSprop(ps.all(), optim.RMSpropConfig{}).LR())
	same := func(a, b func(ps params) optim.Optimizer) {
		t.Helper()
		p, q := pair(backend.Default()), pair(backend.Default())
		walk(a(p), p, tensor.NewRNG(1), 3)
		walk(b(q), q, tensor.NewRNG(1), 3)
		for i := range p {
			require.Equal(t, p[i].Float32s(), q[i].Float32s())
		}
	}
	same(func(ps params) optim.Optimizer { return optim.NewAdam(ps.all(), optim.AdamConfig{}) },
		func(ps params) optim.Optimizer {
			return optim.NewAdam(ps.all(), optim.AdamConfig{LR: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8})
		})
	same(func(ps params) optim.Optimizer { return optim.NewAdamW(ps.all(), optim.AdamConfig{}) },
		func(ps params) optim.Optimizer { return optim.NewAdamW(ps.all(), optim.AdamConfig{WeightDecay: 0.01}) })
	same(func(ps params) optim.Optimizer { return optim.NewRMSprop(ps.all(), optim.RMSpropConfig{}) },
		func(ps params) optim.Optimizer {
			return optim.NewRMSprop(ps.all(), optim.RMSpropConfig{LR: 0.01, Alpha: 0.99, Eps: 1e-8})
		})
}

// A frozen rate of 0 moves nothing.
func TestRateZero(t *testing.T) {
	for _, m := range makers() {
		ps := pair(backend.Default())
		before := ps[0].Float32s()
		o := m.make(ps.all(), 0.1)
		o.SetLR(0)
		walk(o, ps, tensor.NewRNG(1), 2)
		require.Equal(t, before, ps[0].Float32s(), m.name)
	}
}
