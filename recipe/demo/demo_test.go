package demo

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

func TestBothPartsAreFollowed(t *testing.T) {
	var seen []Task
	o := Options{Dir: filepath.Join(t.TempDir(), "new"), Seed: 1, Steps: 2, Follow: func(task Task) train.Callback {
		seen = append(seen, task)
		return train.Base{}
	}}
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	assert.Equal(t, 2, r.Step)
	assert.Equal(t, []Task{{"faces", "pictures", 64}, {"poems", "characters", 32 * 34}}, seen)
	for _, name := range []string{Pictures, Poems, Report, "faces.safetensors", "poems.safetensors"} {
		assert.FileExists(t, filepath.Join(o.Dir, name))
	}
}

func TestFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err := Run(context.Background(), Options{Dir: file, Steps: 1})
	assert.ErrorIs(t, err, ErrFolder)
	assert.ErrorContains(t, err, file)
}

func TestFirstPoem(t *testing.T) { assert.Equal(t, "一\n二", firstPoem("一\n二\n三")) }
