package backend

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// EnvBackend is the environment variable that overrides the default backend.
const EnvBackend = "ARTNN_BACKEND"

// ours are the names of the backends in the folders beside this one.
var ours = []string{"cpu", "reference"}

var registry struct {
	sync.Mutex
	open map[string]func() Backend
	made map[string]Backend
}

// Register offers a backend under a name, usually from an init function of a
// package imported for that effect. open runs at most once, when first asked.
//
// Panics if the name is empty or taken.
func Register(name string, open func() Backend) {
	registry.Lock()
	defer registry.Unlock()
	if _, taken := registry.open[name]; taken || name == "" {
		panic(fmt.Sprintf("backend: Register: name %q is empty or taken", name))
	}
	if registry.open == nil {
		registry.open, registry.made = map[string]func() Backend{}, map[string]Backend{}
	}
	registry.open[name] = open
}

// Names lists the registered backends in alphabetical order.
func Names() []string {
	registry.Lock()
	defer registry.Unlock()
	return namesLocked()
}

func namesLocked() []string {
	names := make([]string, 0, len(registry.open))
	for name := range registry.open {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Get returns the backend registered under name, always the same instance.
//
// Errors: an unknown name, with the names there are, or what to import for it.
func Get(name string) (Backend, error) {
	registry.Lock()
	defer registry.Unlock()
	if b, ok := registry.made[name]; ok {
		return b, nil
	}
	open, ok := registry.open[name]
	if !ok && slices.Contains(ours, name) {
		return nil, fmt.Errorf("backend %q is not part of this program; add: import _ %q", name, "github.com/org/artnn/backend/"+name)
	}
	if !ok {
		return nil, fmt.Errorf("backend %q is not known; there are: %s", name, strings.Join(namesLocked(), ", "))
	}
	b := open()
	registry.made[name] = b
	return b, nil
}

// FromEnv returns the backend that ARTNN_BACKEND names, or "cpu" if it is
// unset or empty. Programs call it first, to report a bad value as an error.
//
// Errors: an unknown name, with the variable and the names there are.
func FromEnv() (Backend, error) {
	name := os.Getenv(EnvBackend)
	if name == "" {
		return Get("cpu")
	}
	b, err := Get(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", EnvBackend, err)
	}
	return b, nil
}

var defaultOnce = sync.OnceValues(FromEnv)

// Default is [FromEnv], asked once.
//
// Panics with FromEnv's error if the environment names an unknown backend.
func Default() Backend {
	b, err := defaultOnce()
	if err != nil {
		panic(err)
	}
	return b
}
