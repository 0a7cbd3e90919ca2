package models

import (
	"bytes"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

func quantized(t testing.TB, m Model) *TextGenerator {
	t.Helper()
	q, err := Quantize(m.(*TextGenerator))
	require.NoError(t, err)
	return q
}

// sentences is text of a small grammar, so that there is something to learn and
// something that cannot be.
func sentences(n int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words string) string {
		list := strings.Fields(words)
		return list[rng.IntN(len(list))]
	}
	var b strings.Builder
	for range n {
		b.WriteString("the " + pick("old young red quiet") + " " + pick("whale sailor captain ship gull") + " " +
			pick("follows sees calls leaves") + " the " + pick("sea island moon wind harbour") + pick(". ! ?") + "\n")
	}
	return b.String()
}

// A tied model has its table once, also when it is quantised, and then generates with
// the rounded one at both ends.
func TestTiedTable(t *testing.T) {
	m, err := NewTextGenerator(letters(t, 20), TextConfig{Hidden: 32, Tied: true, Layers: 2})
	require.NoError(t, err)
	require.Equal(t, 20*32+20+2*(2*4*32*32+2*4*32), layers.Count(m))
	q := quantized(t, m)
	require.Equal(t, layers.Count(m), layers.Count(q))
	require.IsType(t, &tensor.Stored{}, q.Tied.Embedding.Weight)
	require.Same(t, q.Embedding, q.Tied.Embedding)
	ids := []int32{3, 1, 4, 1, 5}
	want, _ := m.Forward(nil, ids, 1, 5, layers.LSTMState{})
	got, _ := q.Forward(nil, ids, 1, 5, layers.LSTMState{})
	require.InDeltaSlice(t, want.Float64s(), got.Float64s(), 0.01)
}

// Rounding weights to 8 bits costs less than 1 % of the cross-entropy of a
// model that has learned something.
func TestQuantizingKeepsTheQuality(t *testing.T) {
	vocab, err := tokenizer.NewChars(sentences(200))
	require.NoError(t, err)
	m, err := NewTextGenerator(vocab, TextConfig{Embed: 16, Hidden: 40, LR: 0.015, Clip: 1, Stateful: true})
	require.NoError(t, err)
	tokens, err := vocab.Encode(sentences(400))
	require.NoError(t, err)
	train, test := tokens[:len(tokens)*3/4], tokens[len(tokens)*3/4:]
	const batch, steps = 8, 24
	stream := (len(train) - 1) / batch
	for i := range 100 {
		at := i * steps % (stream - steps)
		var x, y []int32
		for b := range batch {
			x = append(x, train[b*stream+at:][:steps]...)
			y = append(y, train[b*stream+at+1:][:steps]...)
		}
		m.Step(x, y, batch, steps)
	}
	before, err := m.Evaluate(test, 4)
	require.NoError(t, err)
	require.Less(t, before, 0.8, "the model has learned")
	after, err := quantized(t, m).Evaluate(test, 4)
	require.NoError(t, err)
	t.Logf("%.5f nats in float32, %.5f in int8: %+.3f %%", before, after, 100*(after/before-1))
	assert.InEpsilon(t, before, after, 0.01)
	assert.NotEqual(t, before, after)
}

// The int8 model gives what a float model with the same numbers gives, but for
// the inputs of products, which are rounded to 14 bits.
func TestQuantizedEqualsFloatWithTheSameNumbers(t *testing.T) {
	for name, tol := range map[string]float64{"cpu": 1e-4, "reference": 1e-12} {
		t.Run(name, func(t *testing.T) {
			be, err := backend.Get(name)
			require.NoError(t, err)
			m := samples(t, be)["chars"].(*TextGenerator)
			q := quantized(t, m)
			matrices := 0
			for name, e := range q.State() {
				if s, ok := e.Value.(*tensor.Stored); ok {
					w := s.Matrix().(*backend.Int8Matrix)
					values := make([]float64, len(w.Values))
					for i, v := range w.Values {
						values[i] = float64(w.Scale[i/w.Cols]) * float64(v)
					}
					param(m, name).SetFloat64s(values)
					matrices++
				}
			}
			require.Equal(t, 6, matrices)
			tape := inferenceTape(be)
			defer tape.Release()
			ids := []int32{0, 3, 1, 2, 8, 8}
			want, last := m.Forward(tape, ids, 2, 3, m.InitHidden(2))
			got, qlast := q.Forward(tape, ids, 2, 3, q.InitHidden(2))
			assert.InDeltaSlice(t, want.Float64s(), got.Float64s(), tol)
			assert.InDeltaSlice(t, last.H.Float64s(), qlast.H.Float64s(), tol)
			assert.InDeltaSlice(t, last.C.Float64s(), qlast.C.Float64s(), tol)
		})
	}
}

func TestQuantizedSaveAndLoadAreBitExact(t *testing.T) {
	for _, kind := range []string{"chars", "words"} {
		for _, name := range []string{"cpu", "reference"} {
			be, err := backend.Get(name)
			require.NoError(t, err)
			m := quantized(t, samples(t, be)[kind])
			path := filepath.Join(t.TempDir(), "m.safetensors")
			require.NoError(t, Save(path, m))
			for _, read := range []func() (Model, error){
				func() (Model, error) { return Load(path, On(be)) },
				func() (Model, error) { return LoadAs[*TextGenerator](path, On(be)) },
				func() (Model, error) { return readBytes(written(t, m), On(be)) },
			} {
				loaded, err := read()
				require.NoError(t, err)
				l := loaded.(*TextGenerator)
				assert.Equal(t, stateOf(m), stateOf(l))
				for name, e := range l.State() {
					_, stored := e.Value.(*tensor.Stored)
					assert.Equal(t, len(e.Value.Shape()) == 2, stored, name)
				}
				assert.Equal(t, m.Tokenizer(), l.Tokenizer())
				assert.Equal(t, m.Config(), l.Config())
				assert.Equal(t, written(t, m), written(t, l))
			}
		}
	}
}

func TestQuantizedFileIsAQuarter(t *testing.T) {
	vocab := letters(t, 26)
	m, err := NewTextGenerator(vocab, TextConfig{Embed: 128, Hidden: 128})
	require.NoError(t, err)
	assert.Less(t, 3.7, float64(len(written(t, m)))/float64(len(written(t, quantized(t, m)))))
}

func TestQuantizedLoadRefusesDamage(t *testing.T) {
	type list = []safetensors.Tensor
	file := written(t, quantized(t, samples(t, nil)["chars"]))
	rewrite := func(change func(list, map[string]string) list) []byte {
		f, err := safetensors.Read(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		meta, all := map[string]string{}, list{}
		for k, v := range f.Metadata() {
			meta[k] = v
		}
		for _, name := range f.Names() {
			info, err := f.Info(name)
			require.NoError(t, err)
			raw, err := f.Bytes(name)
			require.NoError(t, err)
			all = append(all, safetensors.Tensor{Name: name, DType: info.DType, Shape: info.Shape, Values: raw})
		}
		var b bytes.Buffer
		require.NoError(t, safetensors.Write(&b, change(all, meta), meta))
		return b.Bytes()
	}
	entry := func(l list, name string) *safetensors.Tensor {
		for i := range l {
			if l[i].Name == name {
				return &l[i]
			}
		}
		t.Fatal(name)
		return nil
	}
	for want, change := range map[string]func(list, map[string]string) list{
		`tensor "embed.weight": expected floating-point numbers, got U8`: func(l list, _ map[string]string) list {
			entry(l, "embed.weight").DType = safetensors.U8
			return l
		},
		`tensor "fc.weight.scale": expected shape [9], got [3]`: func(l list, _ map[string]string) list {
			*entry(l, "fc.weight.scale") = safetensors.Tensor{Name: "fc.weight.scale", Shape: []int{3}, Values: make([]float32, 3)}
			return l
		},
		`tensor "fc.weight.scale": element 2 is NaN`: func(l list, _ map[string]string) list {
			scale := make([]float32, 9)
			scale[2] = float32(math.NaN())
			*entry(l, "fc.weight.scale") = safetensors.Tensor{Name: "fc.weight.scale", Shape: []int{9}, Values: scale}
			return l
		},
		`no tensor "lstm.bias_ih_l1"`: func(l list, _ map[string]string) list {
			entry(l, "lstm.bias_ih_l1").Name = "lstm.bias_ih_l2"
			return l
		},
		`tensor "x": the model has none of that name`: func(l list, _ map[string]string) list {
			return append(l, safetensors.Tensor{Name: "x", Shape: []int{0}, Values: []int8{}})
		},
		`no tensor "fc.weight.scale", the scales of int8 weights`: func(l list, _ map[string]string) list {
			entry(l, "fc.weight.scale").Name = "fc.weight.scales"
			return l
		},
		`tensor "fc.bias": expected floating-point numbers, got I8`: func(l list, _ map[string]string) list {
			*entry(l, "fc.bias") = safetensors.Tensor{Name: "fc.bias", Shape: []int{9}, Values: make([]int8, 9)}
			return l
		},
		`tensor "fc.weight.scale": expected floating-point numbers, got I8`: func(l list, _ map[string]string) list {
			*entry(l, "fc.weight.scale") = safetensors.Tensor{Name: "fc.weight.scale", Shape: []int{9}, Values: make([]int8, 9)}
			return l
		},
		`configuration: text generator: the tokenizer is nil`: func(l list, m map[string]string) list {
			delete(m, "tokenizer")
			return l
		},
		`configuration: text generator: layers: 2000: must be at most 1024`: func(l list, m map[string]string) list {
			m["config"] = strings.Replace(m["config"], `"layers":2`, `"layers":2000`, 1)
			return l
		},
	} {
		m, err := readBytes(rewrite(change))
		assert.ErrorContains(t, err, want)
		assert.Nil(t, m)
	}
	for n := range len(file) {
		_, err := readBytes(file[:n])
		require.Error(t, err, "the first %d bytes", n)
	}
}

func TestQuantizedMisuse(t *testing.T) {
	m := samples(t, nil)["chars"].(*TextGenerator)
	q := quantized(t, m)
	assert.Equal(t, layers.Count(m), layers.Count(q))
	_, err := q.Generate("?", 3)
	assert.ErrorContains(t, err, "does not know '?'")
	m.Linear.Weight.(*tensor.Tensor).SetFloat32s(append(make([]float32, param(m, "fc.weight").Size()-1), float32(math.Inf(1))))
	_, err = Quantize(m)
	assert.ErrorContains(t, err, `quantize: tensor "fc.weight": element 35 is +Inf, expected finite numbers: training has diverged`)
}

func TestQuantizedGeneratesConcurrently(t *testing.T) {
	q := quantized(t, samples(t, nil)["chars"])
	want, err := q.Generate("明", 20, generate.Seed(4))
	require.NoError(t, err)
	assert.NotEmpty(t, want)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			got, err := q.Generate("明", 20, generate.Seed(4))
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	wait.Wait()
}

func TestQuantizedTokensDoNotGrowTheHeap(t *testing.T) {
	m := smallText(t, "abcdefgh", TextConfig{})
	r := quantized(t, m).NewReader()
	defer r.Release()
	logits := make([]float32, m.tokens.Len())
	few := 60.0
	if !fused(m) {
		few = 300
	}
	requireNoGrowth(t, 200, few, func() { r.Read([]int32{1}, logits) })
}
