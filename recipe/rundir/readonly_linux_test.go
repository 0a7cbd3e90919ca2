package rundir

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readOnly makes a folder that this user cannot write to.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o777))
	if os.Getuid() != 0 {
		require.NoError(t, os.Chmod(dir, 0o555))
		t.Cleanup(func() { _ = os.Chmod(dir, 0o777) })
		return
	}
	err := syscall.Mount("none", dir, "tmpfs", syscall.MS_RDONLY, "size=16k") // permissions do not bind root
	if err == syscall.EPERM && os.Getenv("CI") == "" {
		t.Skip("this root may not mount a file system")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
}

// A folder of a run of which any part cannot be written to is known before anything
// is read or trained.
func TestReadOnlyParts(t *testing.T) {
	for _, part := range []string{".", "checkpoints", "samples", "events"} {
		d := At(filepath.Join(t.TempDir(), "run"))
		unlock, err := d.Create()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(d.Config(), nil, 0o666))
		unlock()
		readOnly(t, d.Path(part))
		_, err = d.Create()
		require.ErrorContains(t, err, "cannot write to "+d.Path(part))
		assert.Regexp(t, "permission denied|read-only file system", err.Error())
	}
	d := At(t.TempDir())
	require.NoError(t, os.WriteFile(d.Samples(), nil, 0o666))
	_, err := d.Create()
	assert.ErrorContains(t, err, "it is a file, and a folder is needed")
}
