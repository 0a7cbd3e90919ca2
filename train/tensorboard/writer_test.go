package tensorboard

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/logfile"
)

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestCreateNamesFilesInTheOrderTheyAreRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "first")
	now := time.Unix(1_700_000_000, 0)
	var made []string
	create := func() {
		w, err := Create(dir, Clock(func() time.Time { return now }))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		made = append(made, filepath.Base(w.Path()))
	}
	create()
	assert.Regexp(t, regexp.MustCompile(`^events\.out\.tfevents\.1700000000\.[^.].*\.-?[0-9]+$`), made[0])
	create() // within the second
	now = now.Add(-time.Hour)
	create() // the clock was set back
	for _, other := range []string{"events.out.tfevents.x", "events.out.tfevents.99999999999.h.1", "config.json"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, other), nil, 0o666))
	}
	create()
	theirs := "events.out.tfevents.1700000005.~.1" // another host's, which would come after ours
	require.NoError(t, os.WriteFile(filepath.Join(dir, theirs), nil, 0o666))
	now = time.Unix(1_700_000_005, 0)
	create()
	assert.Less(t, theirs, made[4])
	now = now.Add(4 * time.Second)
	create()
	list := slices.DeleteFunc(names(t, dir), func(name string) bool { return !slices.Contains(made, name) })
	assert.Equal(t, made, list)
	assert.Len(t, list, 6)
	assert.Contains(t, made[5], "tfevents.1700000009.")
}

func TestEarlierFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(dir, Clock(fixed))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	before, err := os.ReadFile(w.Path())
	require.NoError(t, err)
	again, err := Create(dir, Clock(fixed))
	require.NoError(t, err)
	require.NoError(t, again.Scalar(1, "loss", 2))
	require.NoError(t, again.Close())
	after, err := os.ReadFile(w.Path())
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(file, []byte("notes"), 0o666))
	for _, dir := range []string{file, filepath.Join(file, "runs")} {
		_, err := Create(dir)
		require.Error(t, err)
		assert.ErrorContains(t, err, "the log folder "+dir+" cannot be written, choose another")
	}
}

func TestRefused(t *testing.T) {
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	defer w.Close()
	small, large := image.NewGray(image.Rect(0, 0, 2, 2)), image.NewGray(image.Rect(0, 0, 3, 2))
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"empty tag":         {w.Scalar(1, "", 0), `a tag must be UTF-8 and not empty, got ""`},
		"tag not UTF-8":     {w.Text(1, "\xff", ""), `got "\xff"`},
		"no picture":        {w.Image(1, "faces"), "faces at step 1: there is no picture"},
		"sizes differ":      {w.Image(1, "faces", small, large), "picture 2 is 3×2, the first 2×2; log each size under a tag of its own"},
		"picture of size 0": {w.Image(1, "faces", image.NewGray(image.Rect(0, 0, 0, 2))), "faces at step 1: picture 1: png: invalid format"},
	} {
		t.Run(name, func(t *testing.T) { assert.ErrorContains(t, c.err, c.says) })
	}
	info, err := os.Stat(w.Path())
	require.NoError(t, err)
	require.NoError(t, w.Flush())
	flushed, err := os.Stat(w.Path())
	require.NoError(t, err)
	assert.Equal(t, info.Size(), flushed.Size(), "nothing of it is in the file")
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }
func (full) Close() error              { return nil }

func TestAFullDiskIsReported(t *testing.T) {
	w := &Writer{path: "runs/events", now: time.Now, file: logfile.New(full{})}
	require.NoError(t, w.Scalar(1, "loss", 2), "it waits in the buffer")
	for name, err := range map[string]error{
		"Flush":     w.Flush(),
		"Scalar":    w.Scalar(2, "loss", 2),
		"Text":      w.Text(2, "sample", "a"),
		"Histogram": w.Histogram(2, "weight", nil),
		"Image":     w.Image(2, "faces", image.NewGray(image.Rect(0, 0, 1, 1))),
		"Resume":    w.Resume(2),
		"Close":     w.Close(),
	} {
		assert.ErrorIs(t, err, errFull, name)
		assert.ErrorContains(t, err, "runs/events", name)
	}
}

func TestUseAfterClose(t *testing.T) {
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, w.Close())
	assert.ErrorIs(t, w.Scalar(1, "loss", 1), os.ErrClosed)
	assert.ErrorIs(t, w.Flush(), os.ErrClosed)
}
