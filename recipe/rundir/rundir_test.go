package rundir

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneAtATime(t *testing.T) {
	d := At(filepath.Join(t.TempDir(), "a", "run"))
	unlock, err := d.Create()
	require.NoError(t, err)
	_, err = d.Create()
	assert.ErrorIs(t, err, ErrBusy)
	assert.ErrorContains(t, err, string(d))
	unlock()
	unlock, err = d.Create()
	require.NoError(t, err, "free again")
	unlock()
	assert.NoDirExists(t, string(d), "nothing was begun")
}

func TestRunKeepsItsFolder(t *testing.T) {
	d := At(filepath.Join(t.TempDir(), "run"))
	unlock, err := d.Create()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.Config(), nil, 0o666))
	unlock()
	assert.True(t, d.Exists())
	unlock, err = d.Create()
	require.NoError(t, err)
	unlock()
	assert.FileExists(t, d.Path(lockName))
}

func TestPlaceThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err := At(file).Create()
	assert.ErrorContains(t, err, "cannot make the folder")
	assert.ErrorContains(t, err, file)
}
