package train_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// smallDisk is a file system of a few kilobytes.
func smallDisk(t *testing.T) string { return mounted(t, 0) }

func mounted(t *testing.T, flags uintptr) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("none", dir, "tmpfs", flags, "size=96k")
	if errors.Is(err, syscall.EPERM) && os.Getenv("CI") == "" {
		t.Skip("only root may mount a small file system")
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	return dir
}

// A disk that fills up in the middle of a checkpoint ends the run with an error,
// leaves the checkpoints before it as they were, and once there is room the run
// goes on as if nothing had been.
func TestDiskFullInACheckpoint(t *testing.T) {
	run := func(dir string, keep int) (*bytes.Buffer, error) {
		net, trainer := line(t, 5, 0.1)
		trainer.Budget.Steps, trainer.Validate = 60, nil
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 2, Keep: keep, Resume: true}
		_, err := trainer.Run(context.Background())
		return bytes.NewBuffer(state(t, net)), err
	}
	want, err := run(t.TempDir(), 2)
	require.NoError(t, err)

	dir := smallDisk(t)
	_, err = run(dir, 100)
	require.ErrorIs(t, err, syscall.ENOSPC)
	assert.ErrorContains(t, err, "the checkpoints before it are untouched")
	left, err := filepath.Glob(filepath.Join(dir, ".tmp*"))
	require.NoError(t, err)
	assert.Empty(t, left)
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Empty(t, c.Damaged)
	assert.Greater(t, c.State.Step, 4)

	old, err := filepath.Glob(filepath.Join(dir, "step-*"))
	require.NoError(t, err)
	for _, o := range old[:len(old)-1] {
		require.NoError(t, os.RemoveAll(o))
	}
	got, err := run(dir, 2)
	require.NoError(t, err)
	assert.Equal(t, want.Bytes(), got.Bytes())
}

// A folder that checkpoints cannot be written to is known before the first step,
// not at the first checkpoint.
func TestReadOnlyFolder(t *testing.T) {
	dir := mounted(t, syscall.MS_RDONLY)
	_, trainer := line(t, 5, 0.1)
	trainer.Budget.Steps = 4
	trainer.Step = func(context.Context, pointBatch) (train.Metrics, error) {
		t.Error("a step was taken")
		return nil, nil
	}
	trainer.Checkpoints = train.Checkpoints{Dir: dir}
	_, err := trainer.Run(context.Background())
	assert.ErrorIs(t, err, syscall.EROFS)
}
