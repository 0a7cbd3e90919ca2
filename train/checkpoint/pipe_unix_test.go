//go:build unix

package checkpoint_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train/checkpoint"
)

// A checkpoint of which a file is a pipe is damaged: it is passed over, not waited
// for.
func TestPipesInCheckpoints(t *testing.T) {
	accept := func([]byte) error { return nil }
	files := map[string]func(io.Writer) error{"net": func(w io.Writer) error { _, err := w.Write([]byte("weights")); return err }}
	for _, name := range []string{"state.json", "SHA256SUMS", "net.safetensors"} {
		dir := t.TempDir()
		old, err := checkpoint.WriteFolder(dir, 1, files, map[string]int{"step": 1})
		require.NoError(t, err)
		newest, err := checkpoint.WriteFolder(dir, 2, files, map[string]int{"step": 2})
		require.NoError(t, err)
		path := filepath.Join(newest, name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, syscall.Mkfifo(path, 0o666))
		f, err := checkpoint.Latest(dir, accept)
		require.NoError(t, err)
		assert.Equal(t, old, f.Dir)
		require.Len(t, f.Damaged, 1)
		assert.ErrorContains(t, f.Damaged[0], path+": it is a named pipe, not a regular file")
	}
}
