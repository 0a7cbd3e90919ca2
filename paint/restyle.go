package paint

import (
	"context"
	"fmt"
	"image"
	"iter"
	"slices"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// StyleConfig says how [Restyle] works. Its zero value is a good beginning.
type StyleConfig struct {
	// Content are the layers that hold what the picture shows, Style those that hold how
	// the other is painted. The defaults depend on the network: chosen for MobileNetV2,
	// InceptionV3 and VGG, else by their places.
	Content, Style []string
	// Weight is that of the style, where the contents have 1; default 100.
	Weight float64
	// Smooth is the weight of the total variation; default 3, −1 for none.
	Smooth float64
	// Scale is how large the strokes are: the picture with the style is seen as if it were
	// that many times as large as the other; default 1.
	Scale float64
	// Octaves are the sizes that the picture is worked on at, each twice the one before;
	// default 2. Those too small for the network are left out.
	Octaves int
	// Steps are those of each octave; default 100.
	Steps int
	// Rate is by how much a pixel changes in the first steps, where black to white is 2;
	// default 0.04.
	Rate float64
	// Size bounds the longest side at which the picture is worked on, in pixels: time and
	// memory grow with its square; default 384, at most 2048.
	// MobileNetV2 and InceptionV3 take some three gigabytes for 1024×1024.
	Size int
	// Progress, if set, is called after each step.
	Progress func(done, total int)
}

func (c StyleConfig) withDefaults(names []string) StyleConfig {
	if len(names) > 0 {
		chosen := choose(names)
		if len(c.Content) == 0 {
			c.Content = chosen.content
		}
		if len(c.Style) == 0 {
			c.Style = chosen.style
		}
	}
	defaults(&c.Weight, 100)
	defaults(&c.Smooth, 3)
	defaults(&c.Scale, 1)
	defaults(&c.Octaves, 2)
	defaults(&c.Steps, 100)
	defaults(&c.Rate, 0.04)
	defaults(&c.Size, 384)
	return c
}

// check says what makes no sense in a configuration with its defaults.
func (c StyleConfig) check() error {
	switch {
	case len(c.Content) == 0 || len(c.Style) == 0:
		return errNoLayers
	case !(c.Weight > 0 && c.Weight <= 1e9):
		return fmt.Errorf("weight %v: must be more than 0 and at most 1e9", c.Weight)
	case !(c.Smooth == -1 || c.Smooth > 0 && c.Smooth <= 1e9):
		return fmt.Errorf("smooth %v: must be more than 0 and at most 1e9, or -1 for none", c.Smooth)
	case !(c.Scale >= 0.1 && c.Scale <= 10):
		return fmt.Errorf("scale %v: must be from 0.1 to 10", c.Scale)
	case c.Octaves < 1 || c.Octaves > mostOctaves:
		return fmt.Errorf("octaves %d: must be from 1 to %d", c.Octaves, mostOctaves)
	case c.Steps < 1 || c.Steps > mostSteps:
		return fmt.Errorf("steps %d: must be from 1 to %d", c.Steps, mostSteps)
	case !(c.Rate > 0 && c.Rate <= 1):
		return fmt.Errorf("rate %v: must be more than 0 and at most 1", c.Rate)
	}
	return nil
}

// Restyle paints a picture in the style of another. Beginning with the picture, Adam
// makes smaller, on the pixels x,
//
//	mean over content layers of Σ(a−p)²/Σp²
//	+ weight · mean over pixels and style layers of Σ(Gram(a)−Gram(s))²/ΣGram(s)²
//	+ smooth · TotalVariation(x)
//
// where a are a layer's values for x, p those for the picture, and s those for the
// style; the pixels count as a layer with the colours and a 1, whose Gram matrix holds
// means too. It does so at several sizes, from coarse to fine. The result is a new picture of
// the size of m and with its transparency. Nothing in it is random.
//
// Errors: layers that the network has not or that have no pixels; pictures, a network or
// settings that cannot be used; numbers that are not finite; ctx cancelled.
//
// Reference: Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", 2015,
// arXiv:1508.06576. There sums of squares are divided by numbers of values; to divide
// them by what they are compared with lets the same weights serve any network. The term
// of the pixels gives the colours of the style to networks whose first layers tell little
// of them. Adam takes the place of L-BFGS.
func Restyle(ctx context.Context, net Network, m, style *image.NRGBA, cfg StyleConfig) (*image.NRGBA, error) {
	out, err := restyle(ctx, net, m, style, cfg.withDefaults(net.ActivationNames()))
	if err != nil {
		return nil, fmt.Errorf("style: %w", err)
	}
	return out, nil
}

func restyle(ctx context.Context, net Network, m, style *image.NRGBA, cfg StyleConfig) (*image.NRGBA, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	c, err := newCanvas(m, cfg.Size)
	if err != nil {
		return nil, err
	}
	manner, err := newCanvas(style, mostSide)
	if err != nil {
		return nil, fmt.Errorf("the style: %w", err)
	}
	w, err := newWatcher(net, slices.Concat(cfg.Content, cfg.Style))
	if err != nil {
		return nil, err
	}
	octaves, err := w.octaves(c.work, cfg.Octaves, 0.5, true)
	if err != nil {
		return nil, err
	}
	p := progress{ctx: ctx, report: cfg.Progress, total: len(octaves) * cfg.Steps}
	pixels, last := c.at(c.work), c.work
	for _, s := range octaves {
		if err := p.ctx.Err(); err != nil {
			return nil, err
		}
		pixels, last = resized(pixels, last, s), s
		longest := min(cfg.Scale*float64(max(s.h, s.w)), mostSide)
		seen := manner.size.by(longest / float64(max(manner.size.h, manner.size.w)))
		seen = size{max(seen.h, leastSide), max(seen.w, leastSide)}
		x := onBackend(pixels, s)
		var st *styler
		if e := tensor.Try(func() { st = newStyler(w, cfg, onBackend(c.at(s), s), onBackend(manner.at(seen), seen)) }); e != nil {
			return nil, fmt.Errorf("the style, at %d×%d: %w", seen.w, seen.h, e)
		}
		adam := optim.NewAdam(pixelsOnly(x), optim.AdamConfig{LR: cfg.Rate})
		for range cfg.Steps {
			if err := p.next(func() error { return st.step(x, adam) }); err != nil {
				return nil, err
			}
		}
		pixels = x.Float32s()
		x.Release()
		st.release()
	}
	return c.changed(pixels), nil
}

// pixelsOnly are a picture as all there is to learn.
func pixelsOnly(x *tensor.Tensor) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) { yield("pixels", x) }
}

// styler makes the steps of a change of style.
type styler struct {
	*watcher
	cfg             StyleConfig
	contents, grams []*tensor.Tensor // what content and style layers are to have, outside any tape
	colours         *tensor.Tensor   // what the pixels are to have
}

// newStyler finds out what is aimed at; it takes the pictures over.
func newStyler(w *watcher, cfg StyleConfig, picture, style *tensor.Tensor) *styler {
	s := &styler{watcher: w, cfg: cfg}
	s.colours = colours(style).Clone()
	s.contents = w.kept(picture, cfg.Content, func(a *tensor.Tensor) *tensor.Tensor { return a })
	s.grams = w.kept(style, cfg.Style, Gram)
	return s
}

// kept are functions of the values of some layers for a picture, which is released.
func (w *watcher) kept(picture *tensor.Tensor, layers []string, f func(a *tensor.Tensor) *tensor.Tensor) []*tensor.Tensor {
	out := make([]*tensor.Tensor, len(layers))
	only := &watcher{net: w.net, channels: w.channels, layers: layers}
	for i, a := range only.values(picture) {
		out[i] = f(a).Clone()
	}
	picture.Release()
	return out
}

// colours are means and products of the colours of a picture's pixels.
func colours(x *tensor.Tensor) *tensor.Tensor { return Gram(tensor.Cat(1, x, opaque(x))) }

func (s *styler) release() {
	s.colours.Release()
	for _, v := range slices.Concat(s.contents, s.grams) {
		v.Release()
	}
}

// loss is what a step makes smaller, for a picture on a tape.
func (s *styler) loss(x *tensor.Tensor) *tensor.Tensor {
	values := s.values(x)
	styles := float64(len(s.grams) + 1) // and the pixels
	l := relative(colours(x), s.colours).MulScalar(s.cfg.Weight / styles)
	for i, name := range s.cfg.Content {
		l = l.Add(relative(s.of(values, name), s.contents[i]).DivScalar(float64(len(s.contents))))
	}
	for i, name := range s.cfg.Style {
		l = l.Add(relative(Gram(s.of(values, name)), s.grams[i]).MulScalar(s.cfg.Weight / styles))
	}
	if s.cfg.Smooth > 0 {
		l = l.Add(TotalVariation(x).MulScalar(s.cfg.Smooth))
	}
	return l
}

// step changes a picture [1, 3, height, width] outside any tape.
func (s *styler) step(x *tensor.Tensor, adam *optim.Adam) error {
	tape := tensor.NewTape()
	defer tape.Release()
	l := s.loss(tape.Of(x))
	if err := finite(l.Item()); err != nil {
		return err
	}
	x.ZeroGrad()
	tape.Backward(l, x)
	adam.Step()
	tape.NoGrad(func() { x.Set(tape.Of(x).Clamp(-1, 1)) })
	return nil
}
