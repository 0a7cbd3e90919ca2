//go:build !js && !wasip1

package backend_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/reference"
)

// Default keeps its first answer, so each value needs a process of its own.
func TestDefault(t *testing.T) {
	const child = "ARTNN_TEST_DEFAULT"
	switch os.Getenv(child) {
	case "good":
		b := backend.Default()
		assert.Equal(t, reference.Name, b.Name())
		assert.Same(t, b, backend.Default())
		t.Setenv(backend.EnvBackend, "gpu")
		assert.Same(t, b, backend.Default())
		return
	case "bad":
		assert.PanicsWithError(t, `ARTNN_BACKEND: backend "gpu" is not known; there are: reference, stub`, func() { backend.Default() })
		return
	case "missing":
		assert.PanicsWithError(t, `backend "cpu" is not part of this program; add: import _ "github.com/org/artnn/backend/cpu"`, func() { backend.Default() })
		return
	}
	exe, err := os.Executable()
	require.NoError(t, err)
	for mode, name := range map[string]string{"good": reference.Name, "bad": "gpu", "missing": ""} {
		cmd := exec.Command(exe, "-test.run=^TestDefault$")
		cmd.Env = append(os.Environ(), child+"="+mode, backend.EnvBackend+"="+name)
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s: %s", mode, out)
	}
}
