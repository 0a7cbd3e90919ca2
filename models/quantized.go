package models

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

// QuantizedTextGenerator is a [TextGenerator] with int8 weights, made by
// [Quantize]. It generates the same way with a quarter of the memory to read
// and a quarter of the instructions, which makes a token three to four times as
// fast; it cannot learn.
//
// Its methods may be called from several goroutines.
type QuantizedTextGenerator struct {
	Embedding *layers.QuantizedEmbedding // [vocabulary, embed]
	LSTM      *layers.QuantizedLSTM      // embed → hidden
	Linear    *layers.QuantizedLinear    // hidden → vocabulary

	language
}

// Quantize makes a copy of a model with int8 weights, each row of a matrix
// rounded by a scale of its own. Biases stay as they are. Of a model with a
// moving average of its weights that is what is copied.
//
// Errors: weights that are not finite.
func Quantize(m *TextGenerator) (*QuantizedTextGenerator, error) {
	net := m.writing()
	for name, p := range net.Params() {
		if err := safetensors.NonFinite(name, 0, p.Float64s()); err != nil {
			return nil, fmt.Errorf("quantize: %w: training has diverged", err)
		}
	}
	cfg := m.cfg
	cfg.EMA = 0 // there is nothing left to average
	return newQuantized(m.tokens, cfg, &QuantizedTextGenerator{
		Embedding: layers.QuantizeEmbedding(net.Embedding),
		LSTM:      layers.QuantizeLSTM(net.LSTM),
		Linear:    layers.QuantizeLinear(net.Linear),
	}), nil
}

func newQuantized(vocab tokenizer.Tokenizer, cfg TextConfig, m *QuantizedTextGenerator) *QuantizedTextGenerator {
	m.language = language{m, cfg, vocab}
	return m
}

// Kind is "QuantizedTextGenerator".
func (m *QuantizedTextGenerator) Kind() string { return "QuantizedTextGenerator" }

// Params yields nothing: int8 weights cannot learn.
func (m *QuantizedTextGenerator) Params() iter.Seq2[string, *tensor.Tensor] {
	return func(func(string, *tensor.Tensor) bool) {}
}

// Save writes the model and its tokenizer to one file; see [Save].
func (m *QuantizedTextGenerator) Save(path string) error { return Save(path, m) }

// Forward computes, on the caller's tape, the logits of the token that follows
// each of ids, and the state after the last.
//
// Shape: ids [batch, steps], state as of InitHidden → [batch, steps, vocabulary].
//
// Panics if the lengths differ, a token is not of the tokenizer, or the tape
// records.
func (m *QuantizedTextGenerator) Forward(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	y, state := m.read(tape, ids, batch, steps, state)
	return m.predict(y), state
}

func (m *QuantizedTextGenerator) read(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	return m.LSTM.Forward(m.Embedding.Forward(tape, ids, batch, steps), state)
}

func (m *QuantizedTextGenerator) predict(y *tensor.Tensor) *tensor.Tensor {
	return m.Linear.Forward(y)
}

func (m *QuantizedTextGenerator) training() training { return training{} }

func (m *QuantizedTextGenerator) contents() contents {
	return contents{config: m.cfg, tokenizer: m.tokens, tensors: m.biases(), int8: m.weights()}
}

// weights yields the int8 weights under the names of the float ones.
func (m *QuantizedTextGenerator) weights() iter.Seq2[string, *backend.Int8Matrix] {
	return func(yield func(string, *backend.Int8Matrix) bool) {
		if !yield("embed.weight", m.Embedding.Weight) {
			return
		}
		for i, l := range m.LSTM.Layers {
			n := strconv.Itoa(i)
			if !yield("lstm.weight_ih_l"+n, l.WeightIH) || !yield("lstm.weight_hh_l"+n, l.WeightHH) {
				return
			}
		}
		yield("fc.weight", m.Linear.Weight)
	}
}

func (m *QuantizedTextGenerator) biases() iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for i, l := range m.LSTM.Layers {
			if !yield("lstm.bias_l"+strconv.Itoa(i), l.Bias) {
				return
			}
		}
		yield("fc.bias", m.Linear.Bias)
	}
}

// scaleName is where a file has the scales of the rows of int8 weights.
func scaleName(weight string) string { return weight + ".scale" }

// int8Arrays lists int8 weights and their scales for a file.
func int8Arrays(weights iter.Seq2[string, *backend.Int8Matrix]) (list []safetensors.Tensor, err error) {
	for name, w := range weights {
		if err := safetensors.NonFinite(scaleName(name), 0, w.Scale); err != nil {
			return nil, err
		}
		list = append(list,
			safetensors.Tensor{Name: name, Shape: []int{w.Rows, w.Cols}, Values: w.Values},
			safetensors.Tensor{Name: scaleName(name), Shape: []int{w.Rows}, Values: w.Scale})
	}
	return list, nil
}

// LoadQuantizedTextGenerator reads a [QuantizedTextGenerator] with its
// tokenizer as [LoadMLP] does an MLP.
func LoadQuantizedTextGenerator(path string, options ...LoadOption) (*QuantizedTextGenerator, error) {
	return load(path, options, (*source).quantized)
}

// ReadQuantizedTextGenerator is [LoadQuantizedTextGenerator] from the size bytes
// behind r.
func ReadQuantizedTextGenerator(r io.ReaderAt, size int64, options ...LoadOption) (*QuantizedTextGenerator, error) {
	return read(r, size, options, (*source).quantized)
}

func (s *source) quantized() (*QuantizedTextGenerator, error) {
	var cfg TextConfig
	if err := s.config("QuantizedTextGenerator", &cfg); err != nil {
		return nil, err
	}
	vocab, err := tokenizer.Parse([]byte(s.meta[vocabularyKey]))
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	cfg.Backend = s.be
	cfg = cfg.withDefaults()
	if err := s.expectInt8(cfg.check(vocab.Len()), cfg, vocab.Len()); err != nil {
		return nil, err
	}
	m := newQuantized(vocab, cfg, &QuantizedTextGenerator{
		Embedding: &layers.QuantizedEmbedding{Weight: int8Matrix(vocab.Len(), cfg.Embed), Backend: cfg.Backend},
		LSTM:      &layers.QuantizedLSTM{},
		Linear: &layers.QuantizedLinear{
			Weight: int8Matrix(vocab.Len(), cfg.Hidden), Bias: tensor.ZerosOn(cfg.Backend, vocab.Len()),
		},
	})
	in := cfg.Embed
	for range cfg.Layers {
		m.LSTM.Layers = append(m.LSTM.Layers, layers.QuantizedLSTMLayer{
			WeightIH: int8Matrix(4*cfg.Hidden, in), WeightHH: int8Matrix(4*cfg.Hidden, cfg.Hidden),
			Bias: tensor.ZerosOn(cfg.Backend, 4*cfg.Hidden),
		})
		in = cfg.Hidden
	}
	for name, w := range m.weights() {
		if err := s.fillInt8(name, w); err != nil {
			return nil, err
		}
	}
	return m, s.fill(m)
}

// int8Matrix is the size of a matrix that is still to be read.
func int8Matrix(rows, cols int) *backend.Int8Matrix {
	return &backend.Int8Matrix{Rows: rows, Cols: cols}
}

// expectInt8 is expect for a model whose matrices are int8.
func (s *source) expectInt8(bad error, cfg TextConfig, vocab int) error {
	if bad != nil {
		return s.expect(bad, nil)
	}
	if _, ok := s.meta[trainingKey]; ok {
		return errors.New("training: int8 weights have none")
	}
	int8s := map[string]bool{}
	return s.expectExactly(func(yield func(string, []int) bool) {
		for name, shape := range cfg.shapes(vocab) {
			switch {
			case len(shape) == 2:
				int8s[name] = true
				if !yield(name, shape) || !yield(scaleName(name), shape[:1]) {
					return
				}
			case name == "fc.bias":
				if !yield(name, shape) {
					return
				}
			}
		}
		for i := range cfg.Layers {
			if !yield("lstm.bias_l"+strconv.Itoa(i), []int{4 * cfg.Hidden}) {
				return
			}
		}
	}, int8s)
}

func (s *source) fillInt8(name string, w *backend.Int8Matrix) (err error) {
	if w.Values, err = s.file.Int8s(name); err != nil {
		return err
	}
	if w.Scale, err = s.file.Float32s(scaleName(name)); err != nil {
		return err
	}
	return safetensors.NonFinite(scaleName(name), 0, w.Scale)
}
