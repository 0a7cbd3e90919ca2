package models

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/checkpoint"
)

// Env is what a model is built with besides its configuration.
type Env struct {
	Backend   backend.Backend     // never nil; the constructor must make all tensors on it
	Tokenizer tokenizer.Tokenizer // of the file; nil if it has none
}

// family is what is known of a kind.
type family struct {
	kind  string
	model reflect.Type
	build func(config string, env Env) (Model, error)
}

var (
	familiesMu sync.RWMutex
	families   = map[string]family{}
)

// Register makes a kind of model known, so that files of it can be loaded. Call
// it from the init function of the package that has the model:
//
//	func init() {
//		models.Register("VAE", func(cfg Config, env models.Env) (*VAE, error) {
//			return New(cfg, env.Backend)
//		})
//	}
//
// build makes a model of a configuration, which was decoded from JSON into a C. It
// is called with configurations from files, which may ask for anything: it must
// check what layers would panic at, and take memory only by way of tensors on the
// backend. It is called once with a backend that allocates nothing before it is
// called with another.
//
// Panics if the kind is empty or registered already, or build is nil.
func Register[M Model, C any](kind string, build func(cfg C, env Env) (M, error)) {
	familiesMu.Lock()
	defer familiesMu.Unlock()
	switch {
	case kind == "":
		panic("models: a kind needs a name")
	case build == nil:
		panic(fmt.Sprintf("models: the kind %q needs a function that builds a model", kind))
	}
	if f, ok := families[kind]; ok {
		panic(fmt.Sprintf("models: two packages register the kind %q: one makes a %v, the other a %v", kind, f.model, reflect.TypeFor[M]()))
	}
	families[kind] = family{kind, reflect.TypeFor[M](), func(config string, env Env) (Model, error) {
		var cfg C
		if err := strictjson.Unmarshal([]byte(config), &cfg); err != nil {
			return nil, err
		}
		m, err := build(cfg, env)
		if err != nil {
			return nil, err
		}
		if v := reflect.ValueOf(m); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
			return nil, fmt.Errorf("the constructor of %q gave neither a model nor an error", kind)
		}
		return m, nil
	}}
}

// Kinds are the names of all registered kinds.
func Kinds() []string {
	familiesMu.RLock()
	defer familiesMu.RUnlock()
	return slices.Sorted(maps.Keys(families))
}

// lookup finds a kind.
func lookup(kind string) (family, bool) {
	familiesMu.RLock()
	defer familiesMu.RUnlock()
	f, ok := families[kind]
	return f, ok
}

// unknown is the error of a file of a kind that is not registered. pkg is the
// package of its type, "" if the file does not say.
func unknown(kind, pkg string) error {
	if kind == "" {
		return errors.New("names no kind of model: it holds a network that did not describe itself, and only a program that makes the same network can read it, with checkpoint.Restore")
	}
	do := "import the package that registers the kind"
	switch pkg {
	case "":
	case "main":
		do = "the program that wrote the file registers it, in its own package main"
	default:
		do = fmt.Sprintf("import _ %q, which registered it for the program that wrote the file", pkg)
	}
	return fmt.Errorf("holds a model of kind %q, which this program does not know; it knows %s: %s", kind, strings.Join(Kinds(), ", "), do)
}

// kindsOf names the kinds of a type of models, or the type if it has none.
func kindsOf(t reflect.Type) string {
	familiesMu.RLock()
	defer familiesMu.RUnlock()
	var kinds []string
	for kind, f := range families {
		if f.model == t {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	switch n := len(kinds); n {
	case 0:
		return t.String()
	case 1:
		return kinds[0]
	default:
		return strings.Join(kinds[:n-1], ", ") + " or " + kinds[n-1]
	}
}

// Clone makes a copy of a model that shares nothing with it: the same numbers, a
// training that starts anew.
//
// Errors: those of building the model from its description, such as a kind that
// is not registered.
func Clone[M Model](m M) (M, error) {
	var none M
	kind, config := m.Describe()
	f, ok := lookup(kind)
	if !ok {
		return none, fmt.Errorf("clone: the kind %q is not registered: call models.Register for it in an init function", kind)
	}
	text, err := marshal(config)
	if err != nil {
		return none, fmt.Errorf("clone: configuration: %w", err)
	}
	env := Env{Backend: backend.Default()}
	for _, e := range m.State() {
		env.Backend = e.Value.Backend()
		break
	}
	if t, ok := any(m).(checkpoint.Tokenized); ok {
		env.Tokenizer = t.Tokenizer()
	}
	c, err := f.build(text, env)
	if err != nil {
		return none, fmt.Errorf("clone: %w", err)
	}
	twin, ok := c.(M)
	if !ok {
		return none, fmt.Errorf("clone: the kind %q makes a %T, not a %T", kind, c, m)
	}
	return twin, copyState(twin, m)
}

// copyState overwrites the state of a model with that of another.
func copyState(to, from layers.Module) error {
	source := map[string]layers.Entry{}
	for name, e := range from.State() {
		source[name] = e
	}
	for name, e := range to.State() {
		s, ok := source[name]
		if !ok {
			return fmt.Errorf("clone: the model has no %q", name)
		}
		own, isTensor := e.Tensor()
		theirs, fromTensor := s.Tensor()
		switch {
		case isTensor && fromTensor:
			own.Set(theirs)
		case fromTensor:
			e.Replace(theirs.Clone())
		default:
			e.Replace(s.Value) // stored weights never change
		}
	}
	return nil
}

// Quantize makes a copy of a model with int8 weights, each row of a matrix rounded
// by a scale of its own; biases and the like stay as they are. It has the methods
// of the original and takes a quarter of the memory, which makes text two to
// four times as fast. The int8 weights cannot be trained: a Step of the copy
// changes only the parts that are not quantised.
//
// Errors: weights that are not finite; those of [Clone].
func Quantize[M Model](m M) (M, error) {
	c, err := Clone(m)
	if err != nil {
		return c, err
	}
	if err := finite(c); err != nil {
		return c, fmt.Errorf("quantize: %w: training has diverged", err)
	}
	layers.Quantize(c, tensor.Int8)
	return c, nil
}
