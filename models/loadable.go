package models

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/checkpoint"
)

// loadable returns an error if [Load] would refuse a file of the model: it reads
// back what the model says of itself, builds that without memory, and compares.
func loadable(m Model) error {
	kind, config := m.Describe()
	f, ok := lookup(kind)
	switch own := reflect.TypeOf(m); {
	case kind == "":
		return fmt.Errorf("%v names no kind: let its Describe return one, and register that with models.Register", own)
	case !ok:
		return fmt.Errorf("the kind %q is not registered: call models.Register for it in an init function", kind)
	case !own.AssignableTo(f.model):
		return fmt.Errorf("the kind %q is that of %v, and this is a %v: let its Describe return another, and register that with models.Register", kind, f.model, own)
	}
	text, err := marshal(config)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	var env Env
	if t, ok := m.(checkpoint.Tokenized); ok {
		text, err := marshal(t.Tokenizer())
		if err == nil {
			env.Tokenizer, err = tokenizer.Parse([]byte(text))
		}
		if err != nil {
			return fmt.Errorf("tokenizer: %w", err)
		}
	}
	twin, err := f.plan(text, env)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return sameState(m, twin)
}

// plan builds a model of a configuration without memory.
func (f family) plan(config string, env Env) (m Model, err error) {
	err = fits(maxNumbers, ErrTooLarge, func(be *shape.Backend) (err error) {
		env.Backend = be
		m, err = f.build(config, env)
		return err
	})
	return m, err
}

// sameState returns an error if a model has other names or shapes than the one
// that its configuration makes.
func sameState(m, made layers.Module) error {
	want := map[string]layers.Entry{}
	for name, e := range made.State() {
		want[name] = e
	}
	var differ []string
	for name, e := range m.State() {
		w, ok := want[name]
		delete(want, name)
		switch {
		case !ok:
			differ = append(differ, fmt.Sprintf("%q is not in it", name))
		case w.Buffer != e.Buffer:
			differ = append(differ, fmt.Sprintf("%q is a buffer in only one of them", name))
		case !slices.Equal(w.Value.Shape(), e.Value.Shape()):
			differ = append(differ, fmt.Sprintf("%q has shape %v, not %v", name, w.Value.Shape(), e.Value.Shape()))
		}
	}
	for name := range want {
		differ = append(differ, fmt.Sprintf("only it has %q", name))
	}
	if differ == nil {
		return nil
	}
	slices.Sort(differ)
	return errors.New("the configuration that its Describe returns makes another model: " + words.Few(differ))
}
