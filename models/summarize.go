package models

import (
	"fmt"

	"github.com/org/artnn/layers/summary"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/checkpoint"
)

// Summarize tells the layers of the model in a file, their shapes, parameters and
// multiply-adds, without loading it: no memory is taken for its weights. Of a
// model in memory, [summary.Of] tells the same.
//
// Errors: those of [Load], but for the numbers, which are not read.
func Summarize(path string) (summary.Summary, error) {
	f, err := checkpoint.Open(path)
	if err != nil {
		return summary.Summary{}, err
	}
	defer f.Close()
	s, err := summarize(f)
	if err != nil {
		return summary.Summary{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func summarize(f *checkpoint.File) (s summary.Summary, err error) {
	kind, env, err := described(f)
	if err != nil {
		return s, err
	}
	m, err := plausible(f, kind, env)
	if err != nil {
		return s, err
	}
	err = try(func() error {
		s = summary.Of(m)
		return nil
	})
	return s, err
}

// described is the kind of the model in a file, and what it is built with but for
// the backend.
func described(f *checkpoint.File) (kind family, env Env, err error) {
	kind, ok := lookup(f.Kind())
	if !ok {
		return kind, env, unknown(f.Kind(), f.Package())
	}
	if text := f.Tokenizer(); text != "" {
		if env.Tokenizer, err = tokenizer.Parse([]byte(text)); err != nil {
			return kind, env, fmt.Errorf("tokenizer: %w", err)
		}
	}
	return kind, env, nil
}
