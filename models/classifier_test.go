package models

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Places inside, gradients to the input and to all weights, running statistics and
// ten steps of AdamW are PyTorch's.
func TestClassifierMatchesPyTorch(t *testing.T) {
	eachBackend(t, func(t *testing.T, be backend.Backend, first, after float64) {
		// Before a batch norm, gradients are small differences, of which Adam's first
		// steps keep the sign alone.
		losses := 2e-3
		if be.Name() == "reference" {
			losses = 1e-9
		} else {
			after = 2e-2
		}
		golden.Load(t, "testdata/classifier.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			cfg := ClassifierConfig{
				Size: c.Int("size"), Channels: c.Int("channels"), Width: c.Int("width"), Blocks: c.Int("blocks"),
				LabelSmoothing: c.Float("label_smoothing"), LR: c.Float("lr"), WeightDecay: c.Float("weight_decay"), Backend: be,
			}
			for i := range c.Int("classes") {
				cfg.Classes = append(cfg.Classes, strconv.Itoa(i))
			}
			m, err := NewClassifier(cfg)
			require.NoError(t, err)
			setParams(c, m)
			for name, b := range layers.Buffers(m) {
				if c.Has("buffer." + name) {
					b.SetFloat64s(c.Array("buffer." + name).Data)
				}
			}

			x, labels := c.Array("in.x"), c.Array("in.labels").Int32s()
			tape := tensor.NewTape(tensor.On(be))
			in := tape.FromSlice(floats(x.Data), x.Shape...)
			places := m.Activations(in, m.ActivationNames()...)
			for i, name := range m.ActivationNames() {
				c.Close("out."+name, digest(places[i].Float64s()), first)
			}
			c.Close("out.logits", m.Forward(in).Float64s(), first)
			features := places[len(places)-1]
			up := tape.FromSlice(floats(c.Array("up.features").Data), features.Shape()...)
			c.Close("grad.x", digest(tape.Grad(features.Mul(up).Sum(), []*tensor.Tensor{in})[0].Float64s()), first)
			tape.Release()

			var got []float64
			for i := range 10 {
				got = append(got, m.Step(floats(x.Data), labels))
				if i == 0 && c.Has("grad.head.bias") {
					compareDigests(c, "grad", m, grads, 1e-4)
				}
				for j := range x.Data {
					x.Data[j] = -x.Data[j]
				}
			}
			c.Close("out.losses", got, losses)
			if !c.Has("after.head.bias") {
				return
			}
			compareAfter(c, layers.Params(m), after, after)
			compareAfter(c, layers.Buffers(m), after, after)
		})
	})
}

func compareDigests(c *golden.Case, kind string, m Model, of func(p *tensor.Tensor) []float64, tol float64) {
	for name, p := range layers.Params(m) {
		c.Close(kind+"."+name, digest(of(p)), tol)
	}
}

// gratings are pictures of stripes, whose direction is their class, at any place, with
// noise.
func gratings(n, size int, seed int) (pixels []float32, labels []int32) {
	for i := range n {
		class := i % 2
		labels = append(labels, int32(class))
		shift := 3 * float64(wave(seed, i))
		for y := range size {
			for x := range size {
				at := float64([2]int{x, y}[class])
				pixels = append(pixels, float32(0.7*math.Sin(at+shift))+0.3*wave(seed+1, i*size*size+y*size+x))
			}
		}
	}
	return pixels, labels
}

// It tells what it has not seen, and its averaged weights do so too.
func TestClassifierLearns(t *testing.T) {
	m, err := NewClassifier(ClassifierConfig{Size: 16, Channels: 1, Width: 4, Blocks: 1, Classes: []string{"upright", "flat"}, LR: 0.01, Dropout: 0.1, EMA: 0.9, Seed: 1})
	require.NoError(t, err)
	test, want := gratings(40, 16, 1000)
	first := m.Step(test[:2*256], want[:2])
	assert.InDelta(t, math.Ln2, first, 1.5, "it starts from guesses")
	for i := range 40 {
		x, y := gratings(16, 16, i)
		m.Step(x, y)
	}
	assert.Equal(t, want, m.Classify(test))
	p := m.Predict(test)
	require.Len(t, p, 80)
	for i, class := range want {
		assert.InDelta(t, 1, p[2*i]+p[2*i+1], 1e-6)
		assert.Greater(t, p[2*i+int(class)], float32(0.5))
	}
	assert.InDeltaSlice(t, p[:20], m.Predict(test[:10*256]), 1e-6, "whatever the number of pictures")
}

// A batch in parts has the loss of each with its own batch norm.
func TestClassifierInParts(t *testing.T) {
	x, y := gratings(6, 8, 1)
	step := func(parts int, x []float32, y []int32) (float64, *Classifier) {
		m, err := NewClassifier(ClassifierConfig{Size: 8, Channels: 1, Width: 2, Blocks: 1, Classes: []string{"a", "b"}, Accumulate: parts, Seed: 1})
		require.NoError(t, err)
		return m.Step(x, y), m
	}
	first, _ := step(1, x[:3*64], y[:3])
	second, _ := step(1, x[3*64:], y[3:])
	both, m := step(2, x, y)
	assert.InDelta(t, (first+second)/2, both, 1e-6)
	assert.Equal(t, 2.0, bufferOf(m, "norm.num_batches_tracked"))
}

func bufferOf(m layers.Module, name string) float64 {
	for n, b := range layers.Buffers(m) {
		if n == name {
			return b.Item()
		}
	}
	panic("no buffer " + name)
}

// Label smoothing bounds what certainty gains: of probabilities (0.95, 0.05), the
// entropy is left.
func TestLabelSmoothing(t *testing.T) {
	m, err := NewClassifier(ClassifierConfig{Size: 8, Channels: 1, Width: 4, Blocks: 1, Classes: []string{"a", "b"}, LabelSmoothing: 0.1, LR: 0.01, Seed: 1})
	require.NoError(t, err)
	x, y := gratings(8, 8, 1)
	last := 0.0
	for range 200 {
		last = m.Step(x, y)
	}
	least := -0.95*math.Log(0.95) - 0.05*math.Log(0.05)
	assert.InDelta(t, least, last, 0.01)
	assert.GreaterOrEqual(t, last, least-1e-6)
}

// What is inside does not depend on what else is asked for, and no layer runs that is
// not needed.
func TestActivations(t *testing.T) {
	m := samples(t, nil)["classifier"].(*Classifier)
	pixels := make([]float32, 3*64)
	for i := range pixels {
		pixels[i] = wave(1, i)
	}
	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.FromSlice(pixels, 3, 1, 8, 8)
	names := m.ActivationNames()
	assert.Equal(t, []string{"stem", "blocks.0", "blocks.1", "features"}, names)
	all := m.Activations(x, names...)
	for i, shape := range [][]int{{3, 2, 8, 8}, {3, 2, 8, 8}, {3, 4, 4, 4}, {3, 4}} {
		assert.Equal(t, shape, all[i].Shape(), names[i])
	}
	mixed := m.Activations(x, "features", "stem", "features")
	assert.Equal(t, all[3].Float32s(), mixed[0].Float32s())
	assert.Equal(t, all[0].Float32s(), mixed[1].Float32s())
	assert.Equal(t, all[3].Float32s(), mixed[2].Float32s())
	assert.Empty(t, m.Activations(x))
	assert.InDeltaSlice(t, m.Predict(pixels), m.net.Head.Forward(all[3]).Softmax(1).Float32s(), 1e-6)

	other := m.Activations(tape.Zeros(2, 1, 13, 6), "blocks.1", "features") // of another size
	assert.Equal(t, []int{2, 4, 7, 3}, other[0].Shape())
	assert.Equal(t, []int{2, 4}, other[1].Shape())

	m.net.Blocks[1].Conv1 = nil // would panic
	assert.NotPanics(t, func() { m.Activations(x, "blocks.0", "stem") })
	assert.Panics(t, func() { m.Activations(x, "blocks.1") })

	// The gradient of an activation reaches the input.
	y := m.Activations(x, "blocks.0")[0]
	g := tape.Grad(y.Mul(y).Sum(), []*tensor.Tensor{x})[0].Float64s()
	assert.Len(t, g, 3*64)
	assert.NotZero(t, g[0])
}

// Changed pictures are shown in training alone.
func TestAugmentedClassifier(t *testing.T) {
	x, y := gratings(8, 8, 1)
	cfg := ClassifierConfig{Size: 8, Channels: 1, Width: 2, Blocks: 1, Classes: []string{"a", "b"}, Seed: 1}
	loss := func(augment float64) float64 {
		cfg.Augment = augment
		m, err := NewClassifier(cfg)
		require.NoError(t, err)
		before := m.Predict(x)
		assert.Equal(t, before, m.Predict(x))
		return m.Step(x, y)
	}
	plain := loss(0)
	assert.NotEqual(t, plain, loss(0.8))
	assert.Equal(t, plain, loss(0))
}
