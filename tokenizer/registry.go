package tokenizer

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

var registry = struct {
	sync.RWMutex
	parsers map[string]func(text []byte) (Tokenizer, error)
}{parsers: map[string]func([]byte) (Tokenizer, error){}}

// Register makes a kind of tokenizer known to [Parse], which gives parse the
// JSON that the tokenizer's MarshalJSON wrote. Call it from an init function.
//
// Panics if the kind is empty or registered already, or parse is nil.
func Register(kind string, parse func(text []byte) (Tokenizer, error)) {
	if kind == "" || parse == nil {
		panic(fmt.Sprintf("tokenizer: register %q: needs a kind and a function", kind))
	}
	registry.Lock()
	defer registry.Unlock()
	if registry.parsers[kind] != nil {
		panic(fmt.Sprintf("tokenizer: register %q: the kind is registered already", kind))
	}
	registry.parsers[kind] = parse
}

// Parse reads a tokenizer of any registered kind from its JSON.
//
// Errors: a kind that is not registered, with those that are; JSON that is not
// of its kind.
func Parse(text []byte) (Tokenizer, error) {
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	registry.RLock()
	parse := registry.parsers[head.Kind]
	known := slices.Sorted(maps.Keys(registry.parsers))
	registry.RUnlock()
	if parse == nil {
		return nil, fmt.Errorf("unknown kind %q: this program knows %s; import the package that registers it, or call tokenizer.Register",
			head.Kind, strings.Join(known, ", "))
	}
	t, err := parse(text)
	if v := reflect.ValueOf(t); err == nil && (!v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()) {
		return nil, fmt.Errorf("the function registered for %q gave neither a tokenizer nor an error", head.Kind)
	}
	return t, err
}
