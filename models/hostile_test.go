package models

import (
	"errors"
	"iter"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// trusting is a model that checks nothing of its configuration.
type trusting struct {
	cfg    trustingConfig
	linear *layers.Linear
	update *update.Update
}

type trustingConfig struct {
	Size   int     `json:"size"`
	LR     float64 `json:"lr"`
	EMA    float64 `json:"ema"`
	Prefix string  `json:"prefix"`
	Fault  string  `json:"fault"`
}

func init() {
	Register("test trusting", func(cfg trustingConfig, env Env) (*trusting, error) {
		switch cfg.Fault {
		case "nil":
			return nil, nil
		case "program":
			panic(errors.New("a mistake in the program"))
		}
		m := &trusting{cfg: cfg, linear: layers.NewLinear(cfg.Size, 2, tensor.NewRNGOn(env.Backend, 1))}
		m.update = update.New(update.Config{
			Params: layers.Params(m), EMA: cfg.EMA,
			Optimizer: func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{LR: cfg.LR}) },
		})
		return m, nil
	})
}

func (m *trusting) Describe() (string, any)   { return "test trusting", m.cfg }
func (m *trusting) Updates() []*update.Update { return []*update.Update{m.update} }
func (m *trusting) State() iter.Seq2[string, layers.Entry] {
	return layers.Prefix(m.cfg.Prefix, m.linear.State())
}

func (m *trusting) step() float64 {
	return m.update.Step(1, func(int, int) *tensor.Tensor {
		return m.linear.Forward(m.update.Tape().FromSlice([]float32{1, 2}, 1, 2)).Square().Mean()
	})
}

func newTrusting(t *testing.T, prefix string) *trusting {
	t.Helper()
	f, ok := lookup("test trusting")
	require.True(t, ok)
	text, err := marshal(trustingConfig{Size: 2, LR: 0.1, Prefix: prefix})
	require.NoError(t, err)
	m, err := f.build(text, Env{Backend: on(nil)})
	require.NoError(t, err)
	return m.(*trusting)
}

// What a constructor, its updates and its optimisers panic at in a file's
// configuration is an error of the file; a mistake of the program is not.
func TestConstructorsThatCheckNothing(t *testing.T) {
	m := newTrusting(t, "net")
	m.step()
	for want, config := range map[string]string{
		"configuration: linear: ": `{"size":-1,"prefix":"net"}`,
		"configuration: update: the decay of averaged weights must lie":  `{"size":2,"ema":7,"prefix":"net"}`,
		"adam: the learning rate must be a finite number of at least 0":  `{"size":2,"lr":-1,"prefix":"net"}`,
		`configuration: the constructor of "test trusting" gave neither`: `{"size":2,"fault":"nil"}`,
	} {
		back, err := readBytes(rewritten(t, written(t, m, WithTraining()), func(l []safetensors.Tensor, meta map[string]string) []safetensors.Tensor {
			meta["config"] = config
			return l
		}))
		assert.ErrorContains(t, err, want)
		assert.Nil(t, back)
	}
	assert.Panics(t, func() {
		readBytes(rewritten(t, written(t, m), func(l []safetensors.Tensor, meta map[string]string) []safetensors.Tensor {
			meta["config"] = `{"size":2,"fault":"program"}`
			return l
		}))
	})
}

// A name that a file has for something else is refused when it is saved.
func TestNamesOfTraining(t *testing.T) {
	for _, prefix := range []string{"training", "training.0"} {
		err := Save(filepath.Join(t.TempDir(), "model"), newTrusting(t, prefix))
		assert.ErrorContains(t, err, `names that begin with "training." are those of training`)
	}
}

// Weights that were in half precision in memory are so when training goes on.
func TestTrainingBesideHalfWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, Save(path, newTrusting(t, "net"), Float16()))
	m, err := LoadAs[*trusting](path, KeepHalf())
	require.NoError(t, err)
	m.step()
	require.NoError(t, Save(path, m, WithTraining()))
	back, err := LoadAs[*trusting](path)
	require.NoError(t, err)
	assert.Equal(t, m.step(), back.step())
	assert.Equal(t, m.step(), back.step())
	assert.Equal(t, stateOf(m), stateOf(back))
}
