package models

import (
	"errors"
	"iter"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

// autoencoder is a model of a program's own: tied weights, a batch norm, averages
// and noise.
type autoencoder struct {
	cfg     autoencoderConfig
	encoder *layers.Linear
	norm    *layers.BatchNorm1d
	decoder *tensor.Tensor // bias
	update  *update.Update
}

type autoencoderConfig struct {
	Size int `json:"size"`
	Code int `json:"code"`
}

const autoencoderKind = "test autoencoder"

func init() {
	Register(autoencoderKind, func(cfg autoencoderConfig, env Env) (*autoencoder, error) {
		return newAutoencoder(cfg, env.Backend)
	})
}

func newAutoencoder(cfg autoencoderConfig, be backend.Backend) (*autoencoder, error) {
	if cfg.Size < 1 || cfg.Code < 1 {
		return nil, errors.New("sizes must be positive")
	}
	rng := tensor.NewRNGOn(be, 1)
	m := &autoencoder{
		cfg: cfg, encoder: layers.NewLinear(cfg.Size, cfg.Code, rng),
		norm: layers.NewBatchNorm1d(cfg.Code, rng), decoder: tensor.ZerosOn(be, cfg.Size),
	}
	m.update = update.New(update.Config{
		Params: layers.Params(m), Buffers: layers.Buffers(m), EMA: 0.8, Seed: 4,
		Optimizer: func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{LR: 0.01}) },
	})
	return m, nil
}

func (m *autoencoder) Describe() (string, any)   { return autoencoderKind, m.cfg }
func (m *autoencoder) Updates() []*update.Update { return []*update.Update{m.update} }

func (m *autoencoder) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(
		layers.Prefix("encoder", m.encoder.State()),
		layers.Prefix("norm", m.norm.State()),
		layers.Entries(layers.Weight("decoder.weight", &m.encoder.Weight), layers.Param("decoder.bias", m.decoder)))
}

func (m *autoencoder) step(i int) float64 {
	x := make([]float32, 6*m.cfg.Size)
	for k := range x {
		x[k] = wave(i, k)
	}
	return m.update.Step(6, func(lo, hi int) *tensor.Tensor {
		t := m.update.Tape()
		y := t.FromSlice(x[lo*m.cfg.Size:hi*m.cfg.Size], hi-lo, m.cfg.Size)
		code := m.norm.Forward(m.encoder.Forward(y.Add(t.Normal(0, 0.1, y.Shape()...))))
		return tensor.LinearT(code, m.encoder.Weight).Add(m.decoder).Sub(y).Square().Mean()
	})
}

// A kind of a program's own is saved, loaded and resumed like those of this
// package.
func TestOwnKind(t *testing.T) {
	m, err := newAutoencoder(autoencoderConfig{5, 3}, backend.Default())
	require.NoError(t, err)
	for i := range 10 {
		m.step(i)
	}
	path := filepath.Join(t.TempDir(), "own")
	require.NoError(t, Save(path, m))
	back, err := Load(path)
	require.NoError(t, err)
	assert.IsType(t, m, back)
	assert.Equal(t, stateOf(m), stateOf(back))
	assert.Contains(t, Kinds(), autoencoderKind)
	assert.Equal(t, autoencoderKind, Kind(back))

	require.NoError(t, Save(path, m, WithTraining()))
	again, err := LoadAs[*autoencoder](path)
	require.NoError(t, err)
	for i := range 10 {
		require.Equal(t, m.step(10+i), again.step(10+i))
	}
	assert.Equal(t, weightsHash(m), weightsHash(again))
	_, err = LoadAs[*MLP](path)
	assert.ErrorContains(t, err, "own: holds a model of kind "+autoencoderKind+", not MLP")

	small, err := Quantize(m)
	require.NoError(t, err)
	assert.Same(t, small.encoder.Weight, func() tensor.Weight {
		for name, e := range small.State() {
			if name == "decoder.weight" {
				return e.Value
			}
		}
		return nil
	}())
	loaded, err := readBytes(written(t, small))
	require.NoError(t, err)
	assert.Equal(t, stateOf(small), stateOf(loaded))

	for want, change := range map[string]func([]safetensors.Tensor, map[string]string) []safetensors.Tensor{
		"configuration: sizes must be positive": func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
			m["config"] = `{"size":5,"code":0}`
			return l
		},
		"configuration: sizes: more than": func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
			m["config"] = `{"size":1000000000,"code":1000000000}`
			return l
		},
		`no buffer "norm.running_mean"`: func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
			for i := range l {
				if l[i].Name == "norm.running_mean" {
					l[i].Name = "norm.walking_mean"
				}
			}
			return l
		},
	} {
		_, err := readBytes(rewritten(t, written(t, m), change))
		assert.ErrorContains(t, err, want)
	}
}

// stranger is a model of a kind that nobody has registered.
type stranger struct{ *MLP }

func (stranger) Describe() (string, any) { return "Stranger", nil }

func TestRegister(t *testing.T) {
	build := func(cfg MLPConfig, env Env) (*MLP, error) { return NewMLP(cfg) }
	assert.PanicsWithValue(t, `models: two packages register the kind "GAN": one makes a *models.GAN, the other a *models.MLP`, func() { Register("GAN", build) })
	assert.PanicsWithValue(t, "models: a kind needs a name", func() { Register("", build) })
	assert.PanicsWithValue(t, `models: the kind "test nil" needs a function that builds a model`, func() { Register[*MLP, MLPConfig]("test nil", nil) })
	assert.NotContains(t, Kinds(), "test nil")
	assert.Subset(t, Kinds(), []string{"GAN", "MLP", "TextGenerator"})
	assert.IsIncreasing(t, Kinds())

	m := stranger{samples(t, nil)["mlp"].(*MLP)}
	path := filepath.Join(t.TempDir(), "stranger")
	err := Save(path, m)
	assert.ErrorContains(t, err, `the file could not be loaded: the kind "Stranger" is not registered: call models.Register for it in an init function`)
	assert.NoFileExists(t, path)
	_, err = Clone(m)
	assert.ErrorContains(t, err, `"Stranger"`)
}

// A clone has the numbers of the original, shares none of them, and trains anew.
func TestClone(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for kind, m := range samples(t, be) {
			c, err := Clone(m)
			require.NoError(t, err)
			assert.IsType(t, m, c, kind)
			want := stateOf(m)
			assert.Equal(t, want, stateOf(c), kind)
			assert.Equal(t, written(t, m), written(t, c), kind)
			assert.Zero(t, updatesOf(c)[0].Steps)
			for _, p := range layers.Params(c) {
				p.SetFloat64s(make([]float64, p.Size()))
				assert.Equal(t, be, p.Backend())
			}
			assert.Equal(t, want, stateOf(m), kind)
		}
	}
	q := quantized(t, samples(t, nil)["chars"])
	c, err := Clone(q)
	require.NoError(t, err)
	assert.Equal(t, written(t, q), written(t, c), "int8 weights stay so")
}

// A file of a few thousand bytes that claims 10⁹ parameters and more costs next to
// nothing.
func TestHostileClaims(t *testing.T) {
	text := `{"kind":"char","chars":"ab"}`
	for name, c := range map[string]struct{ kind, config, tokenizer string }{
		"mlp":      {"MLP", `{"sizes":[30000,40000,1]}`, ""},
		"mlp deep": {"MLP", `{"sizes":[1000000,1000,1000000,1000,1000000]}`, ""},
		"gan":      {"GAN", `{"width":1000,"hidden":[200,300]}`, ""},
		"text":     {"TextGenerator", `{"embed":100000000,"hidden":3}`, text},
		"layers":   {"TextGenerator", `{"hidden":400,"layers":1000}`, text},
		"gpt":      {"GPT", `{"width":400000,"heads":100,"layers":1}`, text},
		"gpt deep": {"GPT", `{"style":"gpt2","width":400,"layers":1000}`, text},
		"own":      {autoencoderKind, `{"size":100000,"code":10000}`, ""},
		"beyond":   {"MLP", `{"sizes":[268435456,268435456,268435456]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := rewritten(t, written(t, samples(t, nil)["mlp"]), func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
				m["kind"], m["config"] = c.kind, c.config
				if c.tokenizer != "" {
					m["tokenizer"] = c.tokenizer
				}
				return l
			})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readBytes(file)
			runtime.ReadMemStats(&after)
			assert.Error(t, err)
			assert.Less(t, len(err.Error()), 5000)
			limit := uint64(1 << 20)
			switch name { // a thousand layers are built, without numbers
			case "layers":
				limit = 8 << 20
			case "gpt deep":
				limit = 32 << 20
			}
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, limit)
		})
	}
}

// KeepHalf keeps in memory what the file has in half precision.
func TestKeepHalf(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for kind, m := range samples(t, be) {
			for _, option := range []SaveOption{Float16(), BFloat16()} {
				file := written(t, m, option)
				wide, err := readBytes(file, On(be))
				require.NoError(t, err)
				half, err := readBytes(file, On(be), KeepHalf())
				require.NoError(t, err)
				assert.Equal(t, stateOf(wide), stateOf(half), kind)
				matrices := 0
				for _, e := range half.State() {
					if _, ok := e.Value.(*tensor.Stored); ok {
						matrices++
					}
				}
				assert.Positive(t, matrices)
				assert.Equal(t, file, written(t, half, option), kind)
				assert.Equal(t, written(t, wide), written(t, must(readBytes(written(t, wide), On(be), KeepHalf()))), "float32 stays float32")
			}
		}
	}
	text := samples(t, nil)["words"].(*TextGenerator)
	half := must(readBytes(written(t, text, Float16()), KeepHalf())).(*TextGenerator)
	tokens := []int32{0, 1, 2, 3, 4, 5}
	want, err := text.Evaluate(tokens, 1)
	require.NoError(t, err)
	got, err := half.Evaluate(tokens, 1)
	require.NoError(t, err)
	assert.InDelta(t, want, got, 1e-3)
}

func must(m Model, err error) Model {
	if err != nil {
		panic(err)
	}
	return m
}

// An int8 copy does not hold on to the float32 weights.
func TestQuantizedMemory(t *testing.T) {
	v, err := tokenizer.NewChars("ab")
	require.NoError(t, err)
	heap := func() int64 {
		var s runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	m, err := NewTextGenerator(v, TextConfig{Embed: 512, Hidden: 512})
	require.NoError(t, err)
	full := int64(4 * layers.Count(m))
	before := heap()
	q, err := Quantize(m)
	require.NoError(t, err)
	assert.Less(t, heap()-before, full*2/5)
	back := must(readBytes(written(t, q)))
	assert.Less(t, heap()-before, full*4/5, "nor does one from a file")
	runtime.KeepAlive(back)
	runtime.KeepAlive(m)
}
