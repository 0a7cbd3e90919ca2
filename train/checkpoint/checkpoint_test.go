package checkpoint_test

import (
	"bytes"
	"iter"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/checkpoint"
	"github.com/org/artnn/train/update"
)

// network is a module without a kind, with parameters and buffers.
func network(seed uint64) layers.Sequential {
	rng := tensor.NewRNG(seed)
	return layers.Sequential{
		layers.NewLinear(3, 4, rng), layers.NewBatchNorm1d(4, rng), layers.ReLU{}, layers.Dropout{P: 0.2}, layers.NewLinear(4, 2, rng),
	}
}

func updateOf(m layers.Module) *update.Update {
	return update.New(update.Config{
		Params: layers.Params(m), Buffers: layers.Buffers(m), EMA: 0.9,
		Optimizer: func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{LR: 0.01}) },
	})
}

func step(u *update.Update, net layers.Layer, i int) float64 {
	return u.Step(5, func(lo, hi int) *tensor.Tensor {
		x := make([]float32, 3*(hi-lo))
		for k := range x {
			x[k] = float32(math.Sin(float64(i*31 + k)))
		}
		return net.Forward(u.Tape().FromSlice(x, hi-lo, 3)).AddScalar(-1).Square().Mean()
	})
}

func written(t testing.TB, m layers.Module, o checkpoint.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, checkpoint.Write(&b, m, o))
	return b.Bytes()
}

func restore(m layers.Module, u *update.Update, file []byte) error {
	return checkpoint.Restore(m, []*update.Update{u}, bytes.NewReader(file), int64(len(file)))
}

func open(t testing.TB, file []byte) *checkpoint.File {
	t.Helper()
	f, err := checkpoint.Read(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	return f
}

// fill reads a file into a module, checked as models.Load does.
func fill(t testing.TB, m layers.Module, file []byte, half bool) {
	t.Helper()
	f := open(t, file)
	require.NoError(t, f.Check(m))
	require.NoError(t, f.Fill(m, half))
}

func numbers(m layers.Module) map[string][]float32 {
	all := map[string][]float32{}
	for name, e := range m.State() {
		all[name] = e.Value.Float32s()
	}
	return all
}

// rewritten is a file with its arrays and metadata changed.
func rewritten(t testing.TB, file []byte, change func(map[string]*safetensors.Tensor, map[string]string)) []byte {
	t.Helper()
	f, err := safetensors.Read(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	arrays, meta := map[string]*safetensors.Tensor{}, maps.Clone(f.Metadata())
	for _, name := range f.Names() {
		info, err := f.Info(name)
		require.NoError(t, err)
		raw, err := f.Bytes(name)
		require.NoError(t, err)
		arrays[name] = &safetensors.Tensor{DType: info.DType, Shape: info.Shape, Values: raw}
	}
	change(arrays, meta)
	var list []safetensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		arrays[name].Name = name
		list = append(list, *arrays[name])
	}
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, list, meta))
	return b.Bytes()
}

// Training of any module goes on from its file, bit for bit: weights, averages,
// moments, running statistics, dropout.
func TestAnyModuleGoesOn(t *testing.T) {
	net := network(1)
	u := updateOf(net)
	for i := range 10 {
		step(u, net, i)
	}
	file := written(t, net, checkpoint.Options{Updates: []*update.Update{u}})
	other := network(2)
	v := updateOf(other)
	step(v, other, 99)
	require.NoError(t, restore(other, v, file))
	assert.Equal(t, numbers(net), numbers(other))
	for i := range 10 {
		require.Equal(t, step(u, net, 10+i), step(v, other, 10+i))
	}
	assert.Equal(t, float32(20), numbers(other)["1.num_batches_tracked"][0])
	options := func(u *update.Update) checkpoint.Options { return checkpoint.Options{Updates: []*update.Update{u}} }
	assert.Equal(t, written(t, net, options(u)), written(t, other, options(v)))

	plain := open(t, written(t, net, checkpoint.Options{}))
	assert.False(t, plain.HasTraining())
	assert.EqualError(t, plain.Resume([]*update.Update{u}), "holds no training state: it was not saved as a checkpoint")
	parameters, training, err := open(t, file).Count()
	require.NoError(t, err)
	assert.Equal(t, layers.Count(net), parameters)
	assert.Equal(t, 2*parameters+parameters+2*4+1, training, "two moments, the latest of parameters and buffers")
}

// All that does not fit is told at once, buffers as such, before anything is
// changed.
func TestDifferencesAreToldAtOnce(t *testing.T) {
	net := network(1)
	u := updateOf(net)
	file := rewritten(t, written(t, net, checkpoint.Options{Updates: []*update.Update{u}}), func(arrays map[string]*safetensors.Tensor, _ map[string]string) {
		delete(arrays, "1.running_var")
		delete(arrays, "0.bias")
		arrays["0.weight"].Shape = []int{3, 4}
		arrays["4.weights"] = arrays["4.weight"]
		delete(arrays, "4.weight")
		arrays["1.running_mean"] = &safetensors.Tensor{Shape: []int{4}, Values: make([]int32, 4)}
	})
	before := numbers(net)
	err := restore(net, u, file)
	assert.EqualError(t, err, strings.Join([]string{
		"the file does not fit the model:",
		`tensor "0.weight": expected shape [4 3], got [3 4]`,
		`no tensor "0.bias"`,
		`buffer "1.running_mean": expected floating-point numbers, got I32`,
		`no buffer "1.running_var"`,
		`no tensor "4.weight"`,
		`tensor "4.weights": the model has none of that name`,
	}, "\n\t"))
	assert.Equal(t, before, numbers(net))

	one := rewritten(t, written(t, net, checkpoint.Options{}), func(arrays map[string]*safetensors.Tensor, _ map[string]string) {
		delete(arrays, "1.running_var")
	})
	assert.EqualError(t, open(t, one).Check(net), `the file does not fit the model: no buffer "1.running_var"`)
	empty := rewritten(t, one, func(arrays map[string]*safetensors.Tensor, _ map[string]string) { clear(arrays) })
	var deep layers.Sequential
	for range 100 {
		deep = append(deep, layers.NewLinear(1, 1, tensor.NewRNG(0)))
	}
	err = open(t, empty).Check(deep)
	assert.ErrorContains(t, err, "… and 160 more")
	assert.Less(t, len(err.Error()), 2000)
}

// described is a module that says what it is.
type described struct {
	layers.Module
	kind   string
	config any
}

func (d described) Describe() (string, any) { return d.kind, d.config }

func TestAnotherModelIsRefused(t *testing.T) {
	type config struct {
		Size int     `json:"size"`
		LR   float64 `json:"lr"`
		Note string  `json:"note,omitempty"`
	}
	net := network(1)
	u := updateOf(net)
	file := written(t, described{net, "Owl", config{4, 0.1, ""}}, checkpoint.Options{Updates: []*update.Update{u}})
	for want, m := range map[string]layers.Module{
		"holds an Owl, not a Barn":                                                   described{net, "Barn", config{4, 0.1, ""}},
		"holds an Owl, not an MLP":                                                   described{net, "MLP", config{4, 0.1, ""}},
		"holds an Owl, not a module without a kind":                                  net,
		"its configuration is another: lr 0.1 there, 0.2 here; size 4 there, 5 here": described{net, "Owl", config{5, 0.2, ""}},
		`its configuration is another: note missing there, "x" here`:                 described{net, "Owl", config{4, 0.1, "x"}},
	} {
		assert.EqualError(t, restore(m, u, file), want)
	}
	assert.NoError(t, restore(described{net, "Owl", config{4, 0.1, ""}}, u, file))
	v := updateOf(net)
	err := checkpoint.Restore(described{net, "Owl", config{4, 0.1, ""}}, []*update.Update{u, v}, bytes.NewReader(file), int64(len(file)))
	assert.EqualError(t, err, "training: expected the state of 2 updates, got 1")
	f := open(t, file)
	assert.Equal(t, "Owl", f.Kind())
	assert.JSONEq(t, `{"size": 4, "lr": 0.1}`, f.Config())
}

// pair is an embedding and a linear layer that may share their weight.
type pair struct {
	Embedding *layers.Embedding
	Linear    *layers.Linear
}

func (p pair) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("embed", p.Embedding.State()), layers.Prefix("head", p.Linear.State()))
}

func tied(seed uint64) pair {
	rng := tensor.NewRNG(seed)
	p := pair{layers.NewEmbedding(9, 4, rng), layers.NewLinear(4, 9, rng)}
	p.Linear.Weight = p.Embedding.Weight
	return p
}

// A tied weight is stored once, in every form, and stays tied.
func TestTiedWeights(t *testing.T) {
	for name, change := range map[string]func(layers.Module){
		"float32":  func(layers.Module) {},
		"float16":  func(m layers.Module) { layers.Quantize(m, tensor.Float16) },
		"bfloat16": func(m layers.Module) { layers.Quantize(m, tensor.BFloat16) },
		"int8":     func(m layers.Module) { layers.Quantize(m, tensor.Int8) },
	} {
		t.Run(name, func(t *testing.T) {
			m := tied(1)
			change(m)
			file := written(t, m, checkpoint.Options{})
			f := open(t, file)
			assert.NotContains(t, f.Names(), "head.weight")
			n, _, err := f.Count()
			require.NoError(t, err)
			assert.Equal(t, 9*4+9, n)
			for _, back := range []pair{tied(2), tied(2)} {
				fill(t, back, file, true)
				assert.Equal(t, numbers(m), numbers(back))
				assert.Same(t, back.Embedding.Weight, back.Linear.Weight)
				assert.Equal(t, file, written(t, back, checkpoint.Options{}))
			}
			widened := tied(3)
			layers.Quantize(widened, tensor.Int8)
			fill(t, widened, file, false)
			assert.Equal(t, numbers(m), numbers(widened))
			assert.Same(t, widened.Embedding.Weight, widened.Linear.Weight)
		})
	}
}

// Weights keep the form in which they are stored if that is wanted: the same bytes
// again.
func TestStoredWeights(t *testing.T) {
	net := network(1)
	for _, c := range []struct {
		format tensor.Format
		dtype  safetensors.DType
		matrix backend.StoredMatrix
	}{
		{tensor.Float16, safetensors.F16, &backend.Float16Matrix{}},
		{tensor.BFloat16, safetensors.BF16, &backend.BFloat16Matrix{}},
		{tensor.Int8, safetensors.I8, &backend.Int8Matrix{}},
	} {
		t.Run(c.dtype.String(), func(t *testing.T) {
			stored := network(2)
			fill(t, stored, written(t, net, checkpoint.Options{}), false)
			layers.Quantize(stored, c.format)
			file := written(t, stored, checkpoint.Options{})
			info, err := open(t, file).Info("0.weight")
			require.NoError(t, err)
			assert.Equal(t, c.dtype, info.DType)

			kept := network(3)
			fill(t, kept, file, true)
			assert.IsType(t, c.matrix, kept[0].(*layers.Linear).Weight.(*tensor.Stored).Matrix())
			assert.Equal(t, numbers(stored), numbers(kept))
			assert.Equal(t, file, written(t, kept, checkpoint.Options{}))
			// Half precision is widened unless it is to be kept; int8 never.
			wide := network(4)
			fill(t, wide, file, false)
			_, float := wide[0].(*layers.Linear).Weight.(*tensor.Tensor)
			assert.Equal(t, c.dtype != safetensors.I8, float)
			assert.Equal(t, numbers(stored), numbers(wide))
			// A stored module takes float32 again.
			fill(t, kept, written(t, net, checkpoint.Options{}), false)
			assert.Equal(t, numbers(net), numbers(kept))

			if c.dtype == safetensors.I8 {
				return
			}
			rounded := network(5)
			fill(t, rounded, written(t, net, checkpoint.Options{DType: c.dtype}), true)
			assert.IsType(t, c.matrix, rounded[0].(*layers.Linear).Weight.(*tensor.Stored).Matrix())
			assert.Equal(t, numbers(stored)["0.weight"], numbers(rounded)["0.weight"])
		})
	}
	err := checkpoint.Write(&bytes.Buffer{}, net, checkpoint.Options{Updates: []*update.Update{updateOf(net)}, DType: safetensors.F16})
	assert.EqualError(t, err, "training: it could not go on from weights rounded to F16: save without one of the two")
}

func TestNumbersThatAreNotFinite(t *testing.T) {
	net := network(1)
	half := network(1)
	layers.Quantize(half, tensor.Float16)
	file := written(t, half, checkpoint.Options{})
	bad := rewritten(t, file, func(arrays map[string]*safetensors.Tensor, _ map[string]string) {
		copy(arrays["4.weight"].Values.([]byte)[2*5:], []byte{0, 0x7e}) // NaN
	})
	for _, keep := range []bool{false, true} {
		assert.ErrorContains(t, open(t, bad).Fill(network(2), keep), `tensor "4.weight": element 5 is NaN`)
	}
	net[1].(*layers.BatchNorm1d).RunningMean.SetFloat32s([]float32{0, 0, float32(math.Inf(1)), 0})
	err := checkpoint.Write(&bytes.Buffer{}, net, checkpoint.Options{})
	assert.ErrorContains(t, err, `tensor "1.running_mean": element 2 is +Inf`)
	assert.ErrorContains(t, err, "training has diverged")
}

func TestFilesOfOthers(t *testing.T) {
	file := written(t, network(1), checkpoint.Options{Facts: map[string]string{"data": "own pictures"}})
	p, err := open(t, file).Provenance()
	require.NoError(t, err)
	assert.Equal(t, "own pictures", p.Facts["data"])
	assert.Equal(t, checkpoint.Program(), p.Maker)
	for want, change := range map[string]func(map[string]string){
		"not a model saved by this library":              func(m map[string]string) { delete(m, "format") },
		`file version "1": this library reads version 2`: func(m map[string]string) { m["version"] = "1" },
	} {
		path := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, rewritten(t, file, func(_ map[string]*safetensors.Tensor, m map[string]string) { change(m) }), 0o666))
		_, err := checkpoint.Open(path)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, path)
		assert.NoError(t, os.Remove(path))
	}
	for name, text := range map[string]string{"no JSON": "{", "no list": "{}", "null": "null", "more": "[] []", "unknown field": `[{"luck":1}]`} {
		bad := rewritten(t, file, func(_ map[string]*safetensors.Tensor, m map[string]string) { m["training"] = text })
		net := network(1)
		assert.ErrorContains(t, restore(net, updateOf(net), bad), "training: ", name)
	}
}

// Weights that were stored smaller after a step have moments but cannot learn on:
// a file with training could not be loaded, so none is written.
func TestQuantizedAfterAStepHasNoTraining(t *testing.T) {
	for _, stepped := range []bool{false, true} {
		net := network(1)
		u := updateOf(net)
		if stepped {
			step(u, net, 1)
		}
		layers.Quantize(net, tensor.Int8)
		var b bytes.Buffer
		err := checkpoint.Write(&b, net, checkpoint.Options{Updates: []*update.Update{u}})
		if stepped {
			assert.ErrorContains(t, err, `training: the weight "0.weight" has been replaced since training began`)
			assert.NoError(t, checkpoint.Write(&b, net, checkpoint.Options{}))
			continue
		}
		require.NoError(t, err)
		twin := network(2)
		layers.Quantize(twin, tensor.Int8)
		assert.NoError(t, restore(twin, updateOf(twin), b.Bytes()))
	}
}

// matrix is a layer without a bias: quantised, it has nothing left to train.
func matrix(seed uint64) layers.Sequential {
	l := layers.NewLinear(16, 3, tensor.NewRNG(seed))
	l.Bias = nil
	return layers.Sequential{l}
}

// What has nothing left to train has no training, to write or to go on with.
func TestNothingLeftToTrain(t *testing.T) {
	const message = "nothing is left to train"
	net := matrix(1)
	u := updateOf(net)
	file := written(t, net, checkpoint.Options{Updates: []*update.Update{u}})
	bent := rewritten(t, file, func(arrays map[string]*safetensors.Tensor, _ map[string]string) {
		arrays["0.weight"] = &safetensors.Tensor{Shape: []int{3, 16}, Values: make([]int8, 3*16)}
		arrays["0.weight.scale"] = &safetensors.Tensor{Name: "0.weight.scale", Shape: []int{3}, Values: make([]float32, 3)}
	})
	fresh := matrix(2)
	assert.ErrorContains(t, restore(fresh, updateOf(fresh), bent), "training: the file's weights leave update 0 nothing to train")

	for _, stepped := range []bool{false, true} {
		net := matrix(1)
		u := updateOf(net)
		if stepped {
			u.Optimizer()
		}
		layers.Quantize(net, tensor.Int8)
		assert.True(t, u.Idle())
		var b bytes.Buffer
		err := checkpoint.Write(&b, net, checkpoint.Options{Updates: []*update.Update{u}})
		assert.ErrorContains(t, err, "training: "+message)
		assert.NoError(t, checkpoint.Write(&b, net, checkpoint.Options{}))
		if !stepped {
			assert.PanicsWithValue(t, "update: nothing is left to train: all weights have been replaced by smaller ones, which do not learn", func() {
				u.Step(1, func(int, int) *tensor.Tensor { return nil })
			})
		}
	}
}

// Negative counts of steps are damage.
func TestNegativeStepsAreRefused(t *testing.T) {
	net := network(1)
	u := updateOf(net)
	step(u, net, 1)
	file := written(t, net, checkpoint.Options{Updates: []*update.Update{u}})
	for _, old := range []string{`"steps":1`, `"0.weight":1`} {
		bent := rewritten(t, file, func(_ map[string]*safetensors.Tensor, meta map[string]string) {
			require.Contains(t, meta["training"], old)
			meta["training"] = strings.Replace(meta["training"], old, old[:len(old)-1]+"-5", 1)
		})
		_, err := open(t, bent).Training()
		assert.ErrorContains(t, err, "update 0: -5 steps")
	}
}
