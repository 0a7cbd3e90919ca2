package paint

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"

	"github.com/org/artnn/tensor"
)

// DreamConfig says how [Dream] works. Its zero value is a good beginning.
type DreamConfig struct {
	// Layers are those whose response is made stronger. Early ones give strokes and
	// patterns, later ones eyes, animals and buildings. The default depends on the network:
	// of MobileNetV2, InceptionV3 and VGG some in the middle, else the one in the middle.
	Layers []string
	// Octaves are the sizes that the picture is worked on at, the coarsest first; default 4.
	// Those too small for the network are left out.
	Octaves int
	// Ratio is that of one octave's size to the one before; default 1.4.
	Ratio float64
	// Steps are those of each octave; default 16.
	Steps int
	// Rate is by how much a step changes a pixel in the mean, where black to white is 2;
	// default 0.015.
	Rate float64
	// Jitter is by how many pixels at most the picture is moved, at random and in both
	// directions, before each step, so that the grid of the layers leaves no traces;
	// default 32, −1 for none.
	Jitter int
	// Size bounds the longest side at which the picture is worked on, in pixels: time and
	// memory grow with its square; default 512, at most 2048.
	// MobileNetV2 and InceptionV3 take some three gigabytes for 1024×1024.
	Size int
	// Seed determines the random moves.
	Seed uint64
	// Progress, if set, is called after each step.
	Progress func(done, total int)
}

func (c DreamConfig) withDefaults(names []string) DreamConfig {
	if len(c.Layers) == 0 && len(names) > 0 {
		c.Layers = choose(names).dream
	}
	defaults(&c.Octaves, 4)
	defaults(&c.Ratio, 1.4)
	defaults(&c.Steps, 16)
	defaults(&c.Rate, 0.015)
	defaults(&c.Jitter, 32)
	defaults(&c.Size, 512)
	return c
}

// check says what makes no sense in a configuration with its defaults.
func (c DreamConfig) check() error {
	switch {
	case len(c.Layers) == 0:
		return errNoLayers
	case c.Octaves < 1 || c.Octaves > mostOctaves:
		return fmt.Errorf("octaves %d: must be from 1 to %d", c.Octaves, mostOctaves)
	case !(c.Ratio >= 1.05 && c.Ratio <= 4):
		return fmt.Errorf("ratio %v: must be from 1.05 to 4", c.Ratio)
	case c.Steps < 1 || c.Steps > mostSteps:
		return fmt.Errorf("steps %d: must be from 1 to %d", c.Steps, mostSteps)
	case !(c.Rate > 0 && c.Rate <= 1):
		return fmt.Errorf("rate %v: must be more than 0 and at most 1", c.Rate)
	case c.Jitter < -1 || c.Jitter > mostSide:
		return fmt.Errorf("jitter %d: must be from 1 to %d, or -1 for none", c.Jitter, mostSide)
	}
	return nil
}

const (
	mostOctaves = 32
	mostSteps   = 100_000
)

var errNoLayers = errors.New("the network tells no layers")

// defaults puts a default in the place of 0.
func defaults[T int | float64](v *T, value T) {
	if *v == 0 {
		*v = value
	}
}

// Dream makes stronger what a network's layers respond to in a picture. Each step is
// one of gradient ascent on the pixels,
//
//	x = x + rate·g/mean|g|,  g = ∂/∂x Σ ln mean(a²)
//
// with the sum over the layers and the means over a layer's values a, and over pixels.
// The picture is worked on at several sizes, from coarse to fine, so that forms of all
// sizes appear; what an octave has changed is made larger and added to the next. The
// result is a new picture of the size of m and with its transparency.
//
// Errors: layers that the network has not; a picture, a network or settings that cannot
// be used; numbers that are not finite; ctx cancelled.
//
// Reference: Mordvintsev, Olah and Tyka, "DeepDream - a code example for visualizing
// Neural Networks", 2015. There one layer is used, for which ½ Σ a² has the same steps;
// the logarithm gives each of several the same weight, whatever the size of its values.
func Dream(ctx context.Context, net Network, m *image.NRGBA, cfg DreamConfig) (*image.NRGBA, error) {
	out, err := dream(ctx, net, m, cfg.withDefaults(net.ActivationNames()))
	if err != nil {
		return nil, fmt.Errorf("dream: %w", err)
	}
	return out, nil
}

func dream(ctx context.Context, net Network, m *image.NRGBA, cfg DreamConfig) (*image.NRGBA, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	c, err := newCanvas(m, cfg.Size)
	if err != nil {
		return nil, err
	}
	w, err := newWatcher(net, cfg.Layers)
	if err != nil {
		return nil, err
	}
	octaves, err := w.octaves(c.work, cfg.Octaves, 1/cfg.Ratio, false)
	if err != nil {
		return nil, err
	}
	d := dreamer{watcher: w, rate: cfg.Rate, jitter: max(cfg.Jitter, 0), rng: tensor.NewRNG(cfg.Seed)}
	p := progress{ctx: ctx, report: cfg.Progress, total: len(octaves) * cfg.Steps}
	change, last := make([]float32, 3), size{1, 1}
	var pixels []float32
	for _, s := range octaves {
		base := c.at(s)
		pixels = sum(base, resized(change, last, s), 1)
		x := onBackend(pixels, s)
		for range cfg.Steps {
			if err := p.next(func() error { return d.step(x) }); err != nil {
				return nil, err
			}
		}
		pixels = x.Float32s()
		x.Release()
		change, last = sum(pixels, base, -1), s
	}
	return c.changed(pixels), nil
}

// octaves are the sizes to work at, the coarsest first; ratio, less than 1, is that of
// one to the next finer. Coarse ones that are too small are left out.
func (w *watcher) octaves(finest size, most int, ratio float64, pixels bool) ([]size, error) {
	var sizes []size
	var err error
	for i := most - 1; i >= 0; i-- {
		s := finest.by(math.Pow(ratio, float64(i)))
		if i > 0 && min(s.h, s.w) < leastSide {
			continue
		}
		if len(sizes) == 0 { // which larger ones have less reason to fail than
			if err = w.takes(s, pixels); err != nil {
				continue
			}
		}
		sizes = append(sizes, s)
	}
	if len(sizes) == 0 {
		return nil, err
	}
	return sizes, nil
}

// sum is a + f·b.
func sum(a, b []float32, f float32) []float32 {
	out := make([]float32, len(a))
	for i := range out {
		out[i] = a[i] + float32(f*b[i])
	}
	return out
}

// dreamer makes the steps of a dream.
type dreamer struct {
	*watcher
	rate   float64
	jitter int
	rng    *tensor.RNG
}

// step changes a picture [1, 3, height, width] outside any tape.
func (d *dreamer) step(x *tensor.Tensor) error {
	var dy, dx int
	if d.jitter > 0 {
		dy, dx = d.rng.IntN(2*d.jitter+1)-d.jitter, d.rng.IntN(2*d.jitter+1)-d.jitter
	}
	tape := tensor.NewTape()
	defer tape.Release()
	var loss *tensor.Tensor
	for _, a := range d.values(roll(roll(tape.Of(x), 2, dy), 3, dx)) {
		// A layer that responds to nothing has no direction; the smallest normal number
		// keeps its logarithm finite.
		l := a.Square().Mean().AddScalar(0x1p-126).Log()
		if loss != nil {
			l = loss.Add(l)
		}
		loss = l
	}
	if err := finite(loss.Item()); err != nil {
		return err
	}
	x.ZeroGrad()
	tape.Backward(loss, x)
	if x.Grad() == nil { // the layers do not depend on the picture
		return nil
	}
	err := error(nil)
	tape.NoGrad(func() {
		g := tape.Of(x.Grad())
		mean := g.Abs().Mean().Item()
		if err = finite(mean); err == nil && mean > 0 {
			x.Set(tape.Of(x).Add(g.MulScalar(d.rate/mean)).Clamp(-1, 1))
		}
	})
	return err
}

// roll moves what is along an axis by n places; what leaves at one end enters at the
// other.
func roll(x *tensor.Tensor, axis, n int) *tensor.Tensor {
	length := x.Dim(axis)
	if n = ((n % length) + length) % length; n == 0 {
		return x
	}
	return tensor.Cat(axis, x.Narrow(axis, length-n, n), x.Narrow(axis, 0, length-n))
}

// finite refuses numbers that lead nowhere.
func finite(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return errors.New("the network's values for this picture are not finite numbers: its weights may be damaged, or the rate too large")
	}
	return nil
}

// progress counts steps, and ends them when the context does.
type progress struct {
	ctx         context.Context
	report      func(done, total int)
	done, total int
}

// next makes a step.
func (p *progress) next(step func() error) error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	err := error(nil)
	if e := tensor.Try(func() { err = step() }); e != nil {
		err = e
	}
	if err != nil {
		return err
	}
	if p.done++; p.report != nil {
		p.report(p.done, p.total)
	}
	return nil
}
