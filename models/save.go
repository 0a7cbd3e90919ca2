package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/checkpoint"
)

// SaveOption changes what [Save] writes.
type SaveOption func(*saving)

type saving struct {
	training, inference bool
	checkpoint.Options
}

// WithTraining also writes where training stands: the optimiser's moments, which
// make the file three times as large, the random stream, the latest weights where
// the model has averaged ones. A model loaded from such a file goes on as if it
// had never stopped, bit for bit.
func WithTraining() SaveOption { return func(s *saving) { s.training = true } }

// Float16 writes the weights in half precision: half the size, numbers from
// about 6e-8 to 65504 to 3 digits. What is int8 stays so.
func Float16() SaveOption { return func(s *saving) { s.DType = safetensors.F16 } }

// BFloat16 writes the weights with the range of float32 and 2 digits: half the
// size.
func BFloat16() SaveOption { return func(s *saving) { s.DType = safetensors.BF16 } }

// ForInference leaves out of the file what only training needs, such as the
// discriminator of a [GAN]. A model of your own says what that is by being an
// [Inferrer].
func ForInference() SaveOption { return func(s *saving) { s.inference = true } }

// WithFacts also writes facts about where the model comes from, such as "data" and
// "licence", which artnn info shows.
func WithFacts(facts map[string]string) SaveOption {
	return func(s *saving) {
		if s.Facts == nil {
			s.Facts = map[string]string{}
		}
		maps.Copy(s.Facts, facts)
	}
}

// Inferrer is a model of which a part is enough to generate or predict.
// [ForInference] saves that part; a model without the method is saved whole.
type Inferrer interface {
	Model
	// Inference is that part, which shares its tensors with the model. It is of the
	// model's kind: its configuration says what is left out, and makes it anew.
	Inference() Model
}

// Save writes a model to one safetensors file: its state under PyTorch's names,
// with kind, configuration and tokenizer as JSON in the metadata; package
// train/checkpoint documents the layout. Loading it gives the same model bit for
// bit; its training starts anew, unless [WithTraining] was given. Where weights
// are averaged in training, the averaged ones are the model's.
//
// The file is whole or not there: a save that fails leaves what was at path
// before.
//
// Errors: what [Load] would refuse: a model or a tokenizer of a kind that is not
// registered, or is registered for another type; a configuration that makes another
// model; numbers that are not finite, or too large for half precision. WithTraining of
// a model that cannot learn (a quantised one may have nothing left to train), or
// together with [ForInference], [Float16] or [BFloat16], from which training could not
// resume exactly. Errors of the file system.
func Save(path string, m Model, options ...SaveOption) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := write(w, m, options...); err != nil {
			return fmt.Errorf("save %s: %w", path, err)
		}
		return nil
	})
}

func write(w io.Writer, m Model, options ...SaveOption) error {
	var o saving
	for _, option := range options {
		option(&o)
	}
	if o.training {
		t, ok := m.(Trainable)
		switch {
		case o.inference:
			return errors.New("training: a file for inference has none: save with one of the two options")
		case !ok || len(t.Updates()) == 0:
			return fmt.Errorf("training: a %s has none to save", Kind(m))
		}
		o.Updates = t.Updates()
	}
	if part, ok := m.(Inferrer); ok && o.inference {
		m = part.Inference()
	}
	if err := loadable(m); err != nil {
		return fmt.Errorf("the file could not be loaded: %w", err)
	}
	return checkpoint.Write(w, m, o.Options)
}

func marshal(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// finite returns an error if a tensor of a module holds a NaN or an infinity.
func finite(m layers.Module) error {
	for name, e := range m.State() {
		if t, ok := e.Value.(*tensor.Tensor); ok {
			if err := safetensors.NonFinite(name, 0, t.Float64s()); err != nil {
				return err
			}
		}
	}
	return nil
}
