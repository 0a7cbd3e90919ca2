package optim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// made is the optimiser that a case describes.
func made(t *testing.T, c *golden.Case, ps params) optim.Optimizer {
	switch kind := c.Note("optimizer"); kind {
	case "SGD":
		return optim.NewSGD(ps.all(), optim.SGDConfig{
			LR: c.Float("lr"), Momentum: c.Float("momentum"), Dampening: c.Float("dampening"),
			WeightDecay: c.Float("weight_decay"), Nesterov: c.Bool("nesterov"),
		})
	case "Adam", "AdamW":
		cfg := optim.AdamConfig{
			LR: c.Float("lr"), Betas: [2]float64(c.Floats("betas")), Eps: c.Float("eps"), WeightDecay: c.Float("weight_decay"),
		}
		if kind == "AdamW" {
			return optim.NewAdamW(ps.all(), cfg)
		}
		return optim.NewAdam(ps.all(), cfg)
	case "RMSprop":
		return optim.NewRMSprop(ps.all(), optim.RMSpropConfig{
			LR: c.Float("lr"), Alpha: c.Float("alpha"), Eps: c.Float("eps"), WeightDecay: c.Float("weight_decay"),
			Momentum: c.Float("momentum"), Centered: c.Bool("centered"),
		})
	default:
		t.Fatalf("no optimiser %q", kind)
		return nil
	}
}

func goldens(t *testing.T, file string, test func(t *testing.T, c *golden.Case, p place)) {
	f := golden.Load(t, "testdata/"+file+".safetensors")
	for _, p := range places(t) {
		t.Run(p.be.Name(), func(t *testing.T) {
			f.Run(t, func(t *testing.T, c *golden.Case) { test(t, c, p) })
		})
	}
}

// Ten updates from given gradients, parameters and moments compared.
func TestStepsGolden(t *testing.T) {
	goldens(t, "steps", func(t *testing.T, c *golden.Case, p place) {
		var ps params
		for _, name := range c.Names("param.") {
			ps = append(ps, param{name, p.of(c.Array("param." + name))})
		}
		o := made(t, c, ps)
		for step := 1; step <= 10; step++ {
			for _, q := range ps {
				give(q.Tensor, p.of(c.Array("in.grads."+q.name).At(step-1)))
			}
			o.Step()
			tol := p.one
			if step > 2 {
				tol = p.ten
			}
			for _, q := range ps {
				if name := fmt.Sprintf("after%d.%s", step, q.name); c.Has(name) {
					c.Close(name, q.Float64s(), tol)
				}
			}
			for name, m := range o.State().Tensors {
				if name := fmt.Sprintf("state%d.%s", step, name); c.Has(name) {
					c.Close(name, m.Float64s(), tol)
				}
			}
		}
	})
}

// Ten updates down a bowl and down Rosenbrock's valley, every point compared.
func TestDescentGolden(t *testing.T) {
	goldens(t, "descent", func(t *testing.T, c *golden.Case, p place) {
		x := p.of(c.Array("param.x"))
		f := func(tape *tensor.Tape) *tensor.Tensor { return rosenbrock(tape, x) }
		if strings.HasSuffix(c.Name, "quadratic") {
			a, b := p.of(c.Array("in.a")), p.of(c.Array("in.b"))
			f = func(tape *tensor.Tape) *tensor.Tensor {
				return tape.Of(x).Sub(b).Square().Mul(a).Sum().MulScalar(0.5)
			}
		}
		o := made(t, c, params{{"x", x}})
		tape := tensor.NewTape(tensor.On(p.be))
		var losses, points []float64
		for range c.Array("out.losses").Data {
			o.ZeroGrad()
			l := f(tape)
			losses = append(losses, l.Item())
			tape.Backward(l, x)
			tape.Release()
			o.Step()
			points = append(points, x.Float64s()...)
		}
		c.Close("out.losses", losses, p.ten)
		c.Close("out.points", points, p.ten)
	})
}

func TestClipGolden(t *testing.T) {
	goldens(t, "clip", func(t *testing.T, c *golden.Case, p place) {
		var ps params
		for _, name := range c.Names("in.") {
			g := p.of(c.Array("in." + name))
			q := tensor.ZerosOn(p.be, g.Shape()...)
			give(q, g)
			ps = append(ps, param{name, q})
		}
		if c.Name == "value" {
			optim.ClipGradValue(ps.all(), c.Float("clip_value"))
		} else {
			c.Close("out.total_norm", []float64{optim.ClipGradNorm(ps.all(), c.Float("max_norm"))}, p.one)
		}
		for _, q := range ps {
			c.Close("out."+q.name, q.Grad().Float64s(), p.one)
		}
	})
}

// Schedules are arithmetic on the host: they agree to the last digits.
func TestSchedulesGolden(t *testing.T) {
	golden.Load(t, "testdata/schedules.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		var s optim.Schedule
		var observe func(metric float64) float64
		switch name, _, _ := strings.Cut(c.Name, "_"); name {
		case "constant":
			s = optim.Constant(c.Float("lr"))
		case "step":
			s = optim.StepLR{LR: c.Float("lr"), Size: c.Int("step_size"), Gamma: c.Float("gamma")}
		case "cosine":
			s = optim.CosineWarmup{LR: c.Float("lr"), Min: c.Float("min"), Total: c.Int("total")}
		case "warmup":
			w := optim.CosineWarmup{LR: c.Float("lr"), Min: c.Float("min"), Warmup: c.Int("warmup"), Total: c.Int("total")}
			if c.Name != "warmup_cosine_from_one" { // which is what a zero Start means
				w.Start = max(c.Float("start_factor"), 1e-300)
			}
			s = w
		case "one":
			s = optim.OneCycle{
				Max: c.Float("max_lr"), Total: c.Int("total_steps"), PctStart: c.Float("pct_start"), Div: c.Float("div_factor"),
				FinalDiv: c.Float("final_div_factor"), Linear: c.Note("anneal_strategy") == "linear", ThreePhase: c.Bool("three_phase"),
			}
		case "plateau":
			p := optim.NewPlateau(c.Float("lr"), optim.PlateauConfig{
				Maximize: c.Note("mode") == "max", Factor: c.Float("factor"), Patience: c.Int("patience"),
				Threshold: c.Float("threshold"), Absolute: c.Note("threshold_mode") == "abs",
				Cooldown: c.Int("cooldown"), Min: c.Float("min_lr"),
			})
			s, observe = p, p.Observe
		}
		require.NotNil(t, s)
		var rates []float64
		for step := range c.Array("out.rates").Data {
			rates = append(rates, s.Rate(step))
			if observe != nil {
				require.Equal(t, observe(c.Array("in.metrics").Data[step]), s.Rate(step))
			}
		}
		c.Close("out.rates", rates, 1e-12)
	})
}
