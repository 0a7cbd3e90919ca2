package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/strictjson"
)

// Checkpoint writes the network with all that its training needs to go on: what
// [Save] writes [WithTraining].
func (m *MLP) Checkpoint(w io.Writer) error { return Write(w, m, WithTraining()) }

// Restore takes up the weights and the training that Checkpoint wrote into the
// size bytes behind r. From there, training gives the same bits as if it had
// never stopped.
//
// Errors: those of [LoadMLP]; a configuration or tokenizer other than the
// model's own, with the differences; a file without training. After an error
// the model must not be used.
func (m *MLP) Restore(r io.ReaderAt, size int64) error { return restore(m, r, size) }

// Checkpoint is as [MLP.Checkpoint].
func (m *GAN) Checkpoint(w io.Writer) error { return Write(w, m, WithTraining()) }

// Restore is as [MLP.Restore].
func (m *GAN) Restore(r io.ReaderAt, size int64) error { return restore(m, r, size) }

// Checkpoint is as [MLP.Checkpoint].
func (m *TextGenerator) Checkpoint(w io.Writer) error { return Write(w, m, WithTraining()) }

// Restore is as [MLP.Restore].
func (m *TextGenerator) Restore(r io.ReaderAt, size int64) error { return restore(m, r, size) }

func restore(m Model, r io.ReaderAt, size int64) error {
	f, err := safetensors.Read(r, size)
	if err != nil {
		return err
	}
	_, err = from(f, nil, func(s *source) (Model, error) { return m, s.restore(m) })
	return err
}

// restore overwrites a model of the same kind and configuration.
func (s *source) restore(m Model) error {
	if got := s.meta[modelKey]; got != m.Kind() {
		return fmt.Errorf("holds %s %s, not %s %s", article(got), got, article(m.Kind()), m.Kind())
	}
	c := m.contents()
	if err := s.sameConfig(c.config); err != nil {
		return err
	}
	if c.tokenizer != nil {
		text, err := json.Marshal(c.tokenizer)
		if err != nil {
			return err
		}
		if string(text) != s.meta[vocabularyKey] {
			return errors.New("its tokenizer is another: it was trained on another text")
		}
	}
	if _, ok := s.meta[trainingKey]; !ok {
		return errors.New("holds no training state: it was not saved as a checkpoint")
	}
	own := func(yield func(string, []int) bool) {
		for name, t := range c.tensors {
			if !yield(name, t.Shape()) {
				return
			}
		}
	}
	if err := s.expectExactly(own, nil); err != nil {
		return err
	}
	return s.fill(m)
}

// longest is how many bytes of settings an error shows.
const longest = 400

// sameConfig returns an error that lists what is different in the file's
// configuration.
func (s *source) sameConfig(own any) error {
	filed := reflect.New(reflect.TypeOf(own))
	if err := strictjson.Unmarshal([]byte(s.meta[configKey]), filed.Interface()); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	theirs, err := settings(filed.Interface())
	if err != nil {
		return err
	}
	ours, err := settings(own)
	if err != nil {
		return err
	}
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		switch {
		case ours[name] == theirs[name]:
		case len(ours[name])+len(theirs[name]) > longest:
			differ = append(differ, fmt.Sprintf("%s is not the same", name))
		default:
			differ = append(differ, fmt.Sprintf("%s %s there, %s here", name, theirs[name], ours[name]))
		}
	}
	if differ != nil {
		return fmt.Errorf("its configuration is another: %s", strings.Join(differ, "; "))
	}
	return nil
}

// settings are the fields of a configuration as JSON.
func settings(config any) (map[string]string, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for name, value := range raw {
		fields[name] = string(value)
	}
	return fields, nil
}
