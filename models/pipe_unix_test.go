//go:build unix

package models

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pipe that nobody writes to is refused at once, whichever way it is loaded.
func TestLoadDoesNotWaitForPipes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o666))
	_, err := LoadFS(os.DirFS(dir), "pipe")
	assert.EqualError(t, err, "pipe: it is a named pipe, not a regular file")
	_, err = Load(path)
	assert.ErrorContains(t, err, path+": it is a named pipe, not a regular file")
	_, err = LoadFS(os.DirFS(dir), ".")
	assert.EqualError(t, err, ".: it is a folder, not a regular file")
}
