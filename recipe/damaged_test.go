package recipe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A folder whose checkpoints are all damaged is not said to have none.
func TestModelFileOfDamagedCheckpoints(t *testing.T) {
	dir := t.TempDir()
	_, err := ModelFile(dir)
	assert.ErrorContains(t, err, "it has neither model.safetensors nor checkpoints")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "checkpoints"), 0o777))
	_, err = ModelFile(dir)
	assert.ErrorContains(t, err, "it has neither model.safetensors nor checkpoints")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "checkpoints", "step-000000001"), 0o777))
	_, err = ModelFile(dir)
	assert.ErrorContains(t, err, "none in "+filepath.Join(dir, "checkpoints")+" is whole")
}
