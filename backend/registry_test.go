package backend_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/reference"
)

// stub is a backend with a name and nothing else.
type stub struct {
	backend.Backend
	name string
}

func (s *stub) Name() string { return s.name }

var opened, openedByRegister int

func init() {
	backend.Register("stub", func() backend.Backend { opened++; return &stub{name: "stub"} })
	openedByRegister = opened
}

func TestRegistry(t *testing.T) {
	assert.Zero(t, openedByRegister, "registering must not open")
	assert.Equal(t, []string{"reference", "stub"}, backend.Names())

	var wg sync.WaitGroup
	got := make([]backend.Backend, 8)
	for i := range got {
		wg.Go(func() { got[i], _ = backend.Get("stub") })
	}
	wg.Wait()
	for _, b := range got {
		assert.Same(t, got[0], b)
	}
	assert.Equal(t, 1, opened)
	assert.Equal(t, "stub", got[0].Name())

	for _, name := range []string{"stub", ""} {
		assert.PanicsWithValue(t, `backend: Register: name "`+name+`" is empty or taken`, func() {
			backend.Register(name, func() backend.Backend { return nil })
		})
	}

	_, err := backend.Get("gpu")
	assert.EqualError(t, err, `backend "gpu" is not known; there are: reference, stub`)

	t.Setenv(backend.EnvBackend, "stub")
	b, err := backend.FromEnv()
	require.NoError(t, err)
	assert.Same(t, got[0], b)

	t.Setenv(backend.EnvBackend, "Reference")
	_, err = backend.FromEnv()
	assert.EqualError(t, err, `ARTNN_BACKEND: backend "Reference" is not known; there are: reference, stub`)

	// Unset means cpu, which this test does not import.
	t.Setenv(backend.EnvBackend, "")
	_, err = backend.FromEnv()
	assert.EqualError(t, err, `backend "cpu" is not part of this program; add: import _ "github.com/org/artnn/backend/cpu"`)
}
