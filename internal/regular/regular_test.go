package regular

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(path, []byte("text"), 0o666))
	for _, open := range []func(string) (*os.File, error){Open, OpenStream} {
		f, err := open(path)
		require.NoError(t, err)
		text, err := io.ReadAll(f)
		require.NoError(t, err)
		assert.Equal(t, "text", string(text))
		require.NoError(t, f.Close())

		_, err = open(dir)
		assert.ErrorContains(t, err, "a folder, not a regular file")
		assert.ErrorContains(t, err, dir)
		_, err = open(filepath.Join(dir, "nothing"))
		assert.ErrorIs(t, err, fs.ErrNotExist)
	}
}

func TestCheck(t *testing.T) {
	assert.NoError(t, Check(0o644))
	for want, mode := range map[string]fs.FileMode{
		"a folder":     fs.ModeDir | 0o755,
		"a named pipe": fs.ModeNamedPipe,
		"a socket":     fs.ModeSocket,
		"a device":     fs.ModeDevice | fs.ModeCharDevice,
		"unknown kind": fs.ModeIrregular,
	} {
		assert.ErrorContains(t, Check(mode), want)
	}
}
