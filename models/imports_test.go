//go:build !wasm

package models

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program that imports the models gets this module, the standard library,
// and two small packages that know processors and systems. Nothing else may
// come in.
func TestImportsAreLight(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	require.NoError(t, err)
	list := strings.Fields(string(out))
	require.Contains(t, list, "github.com/org/artnn/tensor")
	for _, path := range list {
		light := false
		for _, module := range []string{"github.com/org/artnn", "github.com/klauspost/cpuid/v2", "golang.org/x/sys"} {
			light = light || path == module || strings.HasPrefix(path, module+"/")
		}
		assert.True(t, light, "%s is imported", path)
	}
}
