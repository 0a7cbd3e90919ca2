package paint

import (
	"context"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tensor"
)

// speckled is a picture of w×h with random colours and, if asked, transparency.
func speckled(w, h int, transparent bool) *image.NRGBA {
	m, r := image.NewNRGBA(image.Rect(0, 0, w, h)), rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(64 + r.IntN(128))
		if i%4 == 3 && !transparent {
			m.Pix[i] = 255
		}
	}
	return m
}

// response is what a dream makes larger.
func response(net Network, m *image.NRGBA, layer string) float64 {
	c := canvas{picture: m, size: size{m.Rect.Dy(), m.Rect.Dx()}}
	return net.Activations(onBackend(c.at(c.size), c.size), layer)[0].Square().Mean().Item()
}

// quick are few steps.
var quick = DreamConfig{Layers: []string{"two"}, Octaves: 2, Steps: 3, Rate: 0.05, Jitter: 4}

// quickly are few steps too.
var quickly = StyleConfig{Content: []string{"two"}, Style: []string{"one", "two"}, Steps: 10}

func TestDreamRespondsMore(t *testing.T) {
	m, net := speckled(48, 40, false), newEyes()
	out, err := Dream(t.Context(), net, m, quick)
	require.NoError(t, err)
	assert.Equal(t, m.Rect, out.Rect)
	assert.Greater(t, response(net, out, "two"), 1.5*response(net, m, "two"))
}

// Afterwards the picture is nearer to the style, in its colours and in a layer.
func TestRestyleIsNearer(t *testing.T) {
	m, manner, net := speckled(48, 40, false), image.NewNRGBA(image.Rect(0, 0, 64, 50)), newEyes()
	for y := range 50 {
		for x := range 64 {
			manner.SetNRGBA(x, y, color.NRGBA{200, byte(4 * x), byte(x / 4 % 2 * 250), 255})
		}
	}
	out, err := Restyle(t.Context(), net, m, manner, quickly)
	require.NoError(t, err)
	for name, f := range map[string]func(x *tensor.Tensor) *tensor.Tensor{
		"colours": colours,
		"one":     func(x *tensor.Tensor) *tensor.Tensor { return Gram(net.Activations(x, "one")[0]) },
	} {
		of := func(m *image.NRGBA) *tensor.Tensor {
			c := canvas{picture: m, size: size{m.Rect.Dy(), m.Rect.Dx()}}
			return f(onBackend(c.at(c.size), c.size))
		}
		assert.Less(t, relative(of(out), of(manner)).Item(), 0.5*relative(of(m), of(manner)).Item(), name)
	}
}

// Same seed, same bits, for any number of threads; another seed moves otherwise.
func TestSameBits(t *testing.T) {
	m, net := speckled(50, 40, false), newEyes()
	both := func(seed uint64) [2]*image.NRGBA {
		cfg := quick
		cfg.Seed = seed
		a, err := Dream(t.Context(), net, m, cfg)
		require.NoError(t, err)
		b, err := Restyle(t.Context(), net, m, speckled(33, 70, false), quickly)
		require.NoError(t, err)
		return [2]*image.NRGBA{a, b}
	}
	before := runtime.GOMAXPROCS(1)
	one := both(1)
	runtime.GOMAXPROCS(4)
	many := both(1)
	runtime.GOMAXPROCS(before)
	assert.Equal(t, one, many)
	assert.NotEqual(t, one[0], both(2)[0])
}

// A picture keeps its size and transparency, and what nobody sees of it; a part of a
// picture is one too.
func TestKeepsTransparency(t *testing.T) {
	m, net := speckled(120, 70, true), newEyes()
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = []byte{0, 90, 255}[i/4%3]
	}
	part := m.SubImage(image.Rect(10, 5, 100, 65)).(*image.NRGBA)
	cfg := quick
	cfg.Size = 50
	dreamt, err := Dream(t.Context(), net, part, cfg)
	require.NoError(t, err)
	style := quickly
	style.Size, style.Steps = 50, 3
	styled, err := Restyle(t.Context(), net, part, m, style)
	require.NoError(t, err)
	for _, out := range []*image.NRGBA{dreamt, styled} {
		assert.Equal(t, image.Rect(0, 0, 90, 60), out.Rect)
		changed := 0
		for y := range 60 {
			for x := range 90 {
				was, is := part.NRGBAAt(10+x, 5+y), out.NRGBAAt(x, y)
				require.Equal(t, was.A, is.A)
				switch {
				case was.A == 0:
					require.Equal(t, was, is)
				case was != is:
					changed++
				}
			}
		}
		assert.Greater(t, changed, 1000)
	}
}

// Where nothing changes, the picture comes back as it was, whatever the size at which
// it is worked on.
func TestCanvasWithoutChange(t *testing.T) {
	m := speckled(90, 61, true)
	for _, most := range []int{50, 512} {
		c, err := newCanvas(m, most)
		require.NoError(t, err)
		assert.Equal(t, m, c.changed(c.at(c.work)))
	}
}

// What a roll moves comes back, with its gradient.
func TestRoll(t *testing.T) {
	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{1, 2, 3, 4, 5}, 5)
	assert.Equal(t, []float32{4, 5, 1, 2, 3}, roll(x, 0, 2).Float32s())
	assert.Equal(t, []float32{2, 3, 4, 5, 1}, roll(x, 0, -11).Float32s())
	assert.Same(t, x, roll(x, 0, 10))
	y := roll(x, 0, 2).Mul(tape.FromSlice([]float32{10, 20, 30, 40, 50}, 5))
	assert.Equal(t, []float32{30, 40, 50, 10, 20}, tape.Grad(y, []*tensor.Tensor{x})[0].Float32s())
}

// narrow takes other channels, and sees the pixels.
type narrow struct {
	channels int
	names    []string
}

func (n narrow) Size() (int, int, int)     { return n.channels, 0, 0 }
func (n narrow) ActivationNames() []string { return n.names }
func (n narrow) Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor {
	if x.Dim(1) != n.channels {
		tensor.Fail("narrow", "needs other channels", "%v", x.Shape())
	}
	return []*tensor.Tensor{x}
}

// A network for gray or transparent pictures sees coloured ones.
func TestChannels(t *testing.T) {
	x := tensor.FromSlice([]float32{1, -1, 0.5, 0, 0, -1}, 1, 3, 1, 2)
	for channels, want := range map[int][]float32{
		1: {0.299 + 0.587*0.5, -0.299 - 0.114},
		3: {1, -1, 0.5, 0, 0, -1},
		4: {1, -1, 0.5, 0, 0, -1, 1, 1},
	} {
		w, err := newWatcher(narrow{channels: channels, names: []string{"x"}}, []string{"x"})
		require.NoError(t, err)
		assert.InDeltaSlice(t, want, w.values(x)[0].Float32s(), 1e-6)
		m := speckled(40, 40, false)
		out, err := Dream(t.Context(), narrow{channels: channels, names: []string{"x"}}, m, DreamConfig{Octaves: 1, Steps: 1})
		require.NoError(t, err)
		assert.NotEqual(t, m, out)
	}
}

func TestChoose(t *testing.T) {
	assert.Equal(t, choice{dream: []string{"c"}, content: []string{"c"}, style: []string{"a", "b", "c", "d"}}, choose([]string{"a", "b", "c", "d", "e"}))
	assert.Equal(t, choice{dream: []string{"a"}, content: []string{"a"}, style: []string{"a"}}, choose([]string{"a"}))
	for _, k := range known {
		names := append([]string{"other"}, k.dream...)
		names = append(append(names, k.style...), k.content...)
		assert.Equal(t, k, choose(names))
		lacks := slices.DeleteFunc(names, func(n string) bool { return n == k.dream[0] })
		assert.NotEqual(t, k, choose(lacks))
	}
}

// broken has weights that are no numbers.
func broken() *eyes {
	e := newEyes()
	e.conv1.Bias = tensor.Full(math.NaN(), 4)
	return e
}

func TestErrors(t *testing.T) {
	m, net := speckled(40, 40, false), newEyes()
	for want, run := range map[string]func() error{
		`dream: the network has no layer "three"; it has one, two, mean`:                                       dreaming(net, m, DreamConfig{Layers: []string{"three"}}),
		"dream: a picture of 40×20 is too small: each side must have at least 32 pixels; make it larger first": dreaming(net, speckled(40, 20, false), quick),
		"dream: size 40 makes a picture of 90×60 too small, 40×27: each side must have at least 32 pixels":     dreaming(net, speckled(90, 60, false), DreamConfig{Size: 40}),
		"dream: a picture of 0×3: it must have from 1 to 67 million pixels":                                    dreaming(net, image.NewNRGBA(image.Rect(0, 0, 0, 3)), quick),
		"dream: size 31: must be from 32 to 2048":                                                              dreaming(net, m, DreamConfig{Size: 31}),
		"dream: octaves -1: must be from 1 to 32":                                                              dreaming(net, m, DreamConfig{Octaves: -1}),
		"dream: ratio 1: must be from 1.05 to 4":                                                               dreaming(net, m, DreamConfig{Ratio: 1}),
		"dream: steps 100001: must be from 1 to 100000":                                                        dreaming(net, m, DreamConfig{Steps: 100_001}),
		"dream: rate NaN: must be more than 0 and at most 1":                                                   dreaming(net, m, DreamConfig{Rate: math.NaN()}),
		"dream: jitter -2: must be from 1 to 2048, or -1 for none":                                             dreaming(net, m, DreamConfig{Jitter: -2}),
		"dream: the network takes pictures of 2 channels: it must be 1, 3 or 4":                                dreaming(narrow{channels: 2, names: []string{"x"}}, m, DreamConfig{}),
		"dream: the network tells no layers":                                                                   dreaming(narrow{channels: 3}, m, DreamConfig{}),
		"dream: the network's values for this picture are not finite numbers":                                  dreaming(broken(), m, quick),
		"style: the network's values for this picture are not finite numbers":                                  styling(broken(), m, m, quickly),
		`style: the layer "mean" has values of shape [1 5], which have no pixels: choose one before`:           styling(net, m, m, StyleConfig{Style: []string{"mean"}}),
		`style: the network has no layer "x"; it has one, two, mean`:                                           styling(net, m, m, StyleConfig{Content: []string{"x"}}),
		"style: the style: a picture of 3×90 is too small":                                                     styling(net, m, speckled(3, 90, false), quickly),
		"style: weight -1: must be more than 0 and at most 1e9":                                                styling(net, m, m, StyleConfig{Weight: -1}),
		"style: smooth -2: must be more than 0 and at most 1e9, or -1 for none":                                styling(net, m, m, StyleConfig{Smooth: -2}),
		"style: scale 11: must be from 0.1 to 10":                                                              styling(net, m, m, StyleConfig{Scale: 11}),
		"style: octaves 33: must be from 1 to 32":                                                              styling(net, m, m, StyleConfig{Octaves: 33}),
		"style: steps -1: must be from 1 to 100000":                                                            styling(net, m, m, StyleConfig{Steps: -1}),
		"style: rate 2: must be more than 0 and at most 1":                                                     styling(net, m, m, StyleConfig{Rate: 2}),
		"style: size 9999: must be from 32 to 2048":                                                            styling(net, m, m, StyleConfig{Size: 9999}),
	} {
		assert.ErrorContains(t, run(), want, want)
	}
	assert.PanicsWithError(t, "gram: needs values [n, channels, height, width], got [2 3]", func() { Gram(tensor.Zeros(2, 3)) })
	assert.PanicsWithError(t, "total variation: needs pictures [n, channels, height, width] of at least 2×2, got [1 3 1 2]", func() { TotalVariation(tensor.Zeros(1, 3, 1, 2)) })
}

func dreaming(net Network, m *image.NRGBA, cfg DreamConfig) func() error {
	return func() error { _, err := Dream(context.Background(), net, m, cfg); return err }
}

func styling(net Network, m, style *image.NRGBA, cfg StyleConfig) func() error {
	return func() error { _, err := Restyle(context.Background(), net, m, style, cfg); return err }
}

// shy sees large pictures only.
type shy struct {
	*eyes
	least int
}

func (s shy) Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor {
	if x.Dim(2) < s.least {
		tensor.Fail("shy", "needs larger pictures", "%v", x.Shape())
	}
	return s.eyes.Activations(x, names...)
}

// Octaves that are too small are left out, and progress counts the others.
func TestOctaves(t *testing.T) {
	m := speckled(90, 90, false)
	total := 0
	cfg := DreamConfig{Layers: []string{"one"}, Octaves: 3, Steps: 2, Progress: func(done, of int) {
		total++
		assert.Equal(t, total, done)
		assert.Equal(t, 4, of)
	}}
	_, err := Dream(t.Context(), shy{newEyes(), 64}, m, cfg)
	require.NoError(t, err)
	assert.Equal(t, 4, total)
	_, err = Dream(t.Context(), shy{newEyes(), 91}, m, cfg)
	assert.EqualError(t, err, "dream: the network cannot see a picture of 90×90: shy: needs larger pictures, got [1 3 90 90]")
	w, err := newWatcher(newEyes(), []string{"one"})
	require.NoError(t, err)
	sizes, err := w.octaves(size{60, 120}, 4, 0.5, true)
	require.NoError(t, err)
	assert.Equal(t, []size{{60, 120}}, sizes)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(done, _ int) {
		if done == 2 {
			cancel()
		}
	}
	cfg := quick
	cfg.Progress = stop
	_, err := Dream(ctx, newEyes(), speckled(40, 40, false), cfg)
	assert.ErrorIs(t, err, context.Canceled)
	style := quickly
	style.Progress = func(int, int) { t.Fatal("ended before") }
	_, err = Restyle(ctx, newEyes(), speckled(40, 40, false), speckled(40, 40, false), style)
	assert.ErrorIs(t, err, context.Canceled)
}
