//go:build !wasm

package tensorboard

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Protocol buffers are this package's business alone: who trains without
// TensorBoard does without them.
func TestOnlyThisPackageKnowsProtocolBuffers(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "github.com/org/artnn/...").Output()
	require.NoError(t, err)
	var who []string
	for line := range strings.Lines(string(out)) {
		if path, imports, _ := strings.Cut(line, " "); strings.Contains(imports, "google.golang.org/protobuf") {
			who = append(who, path)
		}
	}
	assert.Equal(t, []string{"github.com/org/artnn/train/tensorboard"}, who)
}
