package killtest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// FullDisk lets processes of all kinds run into a disk that is full, tries times each,
// and go on once there is room. The error must say so; what they leave must be whole
// at all times, and in the end be what a process leaves that was let alone.
func FullDisk(t *testing.T, tries int, kinds ...Kind) {
	for i, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			v := victim{Kind: k, rng: rand.New(rand.NewPCG(seed, uint64(i)))}
			v.alone(t)
			need := size(t, v.whole)
			failed := 0
			for range tries {
				if v.fill(t, max(8<<10, v.rng.Int64N(need))) {
					failed++
				}
			}
			t.Logf("the disk was full for %d of %d", failed, tries)
		})
	}
}

// fill lets a process work on a disk of so many bytes, and reports whether it failed.
func (v *victim) fill(t *testing.T, bytesOfDisk int64) (failed bool) {
	disk := t.TempDir()
	room := func(flags uintptr, size int64) error {
		return syscall.Mount("none", disk, "tmpfs", flags, fmt.Sprintf("size=%d", size))
	}
	err := room(0, bytesOfDisk)
	if errors.Is(err, syscall.EPERM) && os.Getenv("CI") == "" {
		t.Skip("only root may mount a small file system")
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, syscall.Unmount(disk, 0)) }()
	dir := filepath.Join(disk, "run")
	cmd := v.Command(dir)
	var said bytes.Buffer
	cmd.Stderr = &said
	done := 0
	if err := cmd.Run(); err != nil {
		require.Contains(t, said.String(), "no space left on device", "%v", err)
		failed = true
		done = v.Look(t, dir)
	}
	require.NoError(t, room(syscall.MS_REMOUNT, 1<<30))
	out, err := v.Command(dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.GreaterOrEqual(t, v.Look(t, dir), done)
	v.end(t, dir)
	return failed
}

// size is how many bytes of disk a folder's files take.
func size(t *testing.T, dir string) (n int64) {
	const page = 4 << 10
	require.NoError(t, filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += (info.Size() + page - 1) / page * page
		}
		return err
	}))
	return n
}
