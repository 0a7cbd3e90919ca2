package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// The metadata of a model's file. Anything else in it is ignored.
const (
	formatKey     = "format"
	formatName    = "artnn"
	versionKey    = "version"
	version       = "1"
	modelKey      = "model"
	configKey     = "config"
	vocabularyKey = "vocabulary"
	trainingKey   = "training"
)

// contents is what a model puts into its file.
type contents struct {
	config     any
	vocabulary Vocabulary // nil if it has none
	part       string     // which part of the model it is, "" if the whole
	tensors    iter.Seq2[string, *tensor.Tensor]
	int8       iter.Seq2[string, *backend.Int8Matrix] // nil if it has none
}

func (m *MLP) contents() contents {
	all := m.Params()
	if m.average != nil {
		all = layers.Join(all, layers.Prefix(averagePrefix, layers.Params(m.predict)))
	}
	return contents{config: m.cfg, tensors: all}
}

func (m *GAN) contents() contents {
	if m.Discriminator == nil {
		return m.forInference()
	}
	all := m.Params()
	if m.averaged != nil {
		all = layers.Join(all, layers.Prefix(averageName, layers.Params(m.averaged)))
	}
	return contents{config: m.cfg, tensors: all}
}

func (m *TextGenerator) contents() contents {
	all := m.Params()
	if m.averaged != nil {
		all = layers.Join(all, layers.Prefix(averagePrefix, layers.Params(m.averaged)))
	}
	return contents{config: m.cfg, vocabulary: m.vocab, tensors: all}
}

// SaveOption changes what [Save] writes.
type SaveOption func(*saving)

type saving struct {
	training  bool
	inference bool
	dtype     safetensors.DType // of the weights; 0 loses nothing
}

// WithTraining also writes where training stands: the optimiser's moments, which
// make the file three times as large, the random stream and carried state. A
// model loaded from such a file goes on as if it had never stopped, bit for bit.
func WithTraining() SaveOption { return func(s *saving) { s.training = true } }

// Float16 writes the weights in half precision: half the size, numbers from
// about 6e-8 to 65504 to 3 digits. Loading gives float32 again. What is int8
// stays so.
func Float16() SaveOption { return func(s *saving) { s.dtype = safetensors.F16 } }

// BFloat16 writes the weights with the range of float32 and 2 digits: half the
// size.
func BFloat16() SaveOption { return func(s *saving) { s.dtype = safetensors.BF16 } }

// Save writes a model to one safetensors file: the weights under their PyTorch
// names, the configuration and the vocabulary as JSON in the metadata. Loading
// it gives the same model bit for bit; its training starts anew, unless
// [WithTraining] was given. [Float16] and [BFloat16] make the file smaller and
// the weights coarser, [ForInference] leaves out what only training needs.
//
// The file is whole or not there: a save that fails leaves what was at path
// before.
//
// Errors: weights that are not finite, or too large for half precision;
// WithTraining of a model that cannot learn, ForInference, or in half precision,
// in which it would not go on from where it stood; those of the file system.
func Save(path string, m Model, options ...SaveOption) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := Write(w, m, options...); err != nil {
			return fmt.Errorf("save %s: %w", path, err)
		}
		return nil
	})
}

// Write is [Save] to a stream.
func Write(w io.Writer, m Model, options ...SaveOption) error {
	var o saving
	for _, option := range options {
		option(&o)
	}
	if o.training && o.inference {
		return errors.New("training: a file for inference has none: save with one of the two options")
	}
	c := m.contents()
	if o.inference {
		c = m.forInference()
	}
	config, err := json.Marshal(c.config)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	meta := map[string]string{
		formatKey: formatName, versionKey: version, modelKey: m.Kind(), configKey: string(config),
	}
	if c.part != "" {
		meta[partKey] = c.part
	}
	if c.vocabulary != nil {
		text, err := json.Marshal(c.vocabulary)
		if err != nil {
			return fmt.Errorf("vocabulary: %w", err)
		}
		meta[vocabularyKey] = string(text)
	}
	list, err := o.weights(c)
	if err != nil {
		return err
	}
	if o.training {
		t := m.training()
		switch {
		case t.rng == nil:
			return fmt.Errorf("training: a %s has none to save", m.Kind())
		case o.dtype != 0:
			return fmt.Errorf("training: it could not go on from weights rounded to %v: save without one of the two", o.dtype)
		}
		text, err := json.Marshal(t.file())
		if err != nil {
			return fmt.Errorf("training: %w", err)
		}
		meta[trainingKey] = string(text)
		more, err := floatArrays(t.tensors(), 0)
		if err != nil {
			return err
		}
		list = append(list, more...)
	}
	return safetensors.Write(w, list, meta)
}

// weights lists a model's tensors for a file.
func (o *saving) weights(c contents) ([]safetensors.Tensor, error) {
	list, err := floatArrays(c.tensors, o.dtype)
	if err != nil || c.int8 == nil {
		return list, err
	}
	more, err := int8Arrays(c.int8)
	return append(list, more...), err
}

// floatArrays lists tensors for a file, stored as d, or as they are if that is 0.
func floatArrays(tensors iter.Seq2[string, *tensor.Tensor], d safetensors.DType) (list []safetensors.Tensor, err error) {
	for name, t := range tensors {
		entry := safetensors.Tensor{Name: name, DType: d, Shape: t.Shape()}
		if t.Backend().Precision() == backend.Float64 {
			entry.Values, err = finite(name, t.Float64s(), d)
		} else {
			entry.Values, err = finite(name, t.Float32s(), d)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, entry)
	}
	return list, nil
}

func finite[T float32 | float64](name string, values []T, d safetensors.DType) ([]T, error) {
	if err := safetensors.NonFinite(name, 0, values); err != nil {
		return nil, fmt.Errorf("%w: training has diverged, and the file could not be used", err)
	}
	return values, safetensors.Overflow(name, d, values)
}
