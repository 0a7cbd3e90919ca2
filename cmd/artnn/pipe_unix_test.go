//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No command waits for a pipe that nobody writes to: among pictures it is skipped,
// alone it is refused.
func TestPipesAreNotWaitedFor(t *testing.T) {
	faces := facesFolder(t, 60)
	t.Chdir(t.TempDir())
	pipe, among := "pipe", filepath.Join(faces, "a.png")
	for _, name := range []string{pipe, among} {
		require.NoError(t, syscall.Mkfifo(name, 0o666))
	}
	r := ok(t, call(t, append([]string{"train", "image", "--data", faces, "-o", "run", "--dry-run"}, smallImage...)...))
	assert.Contains(t, r.out, "60 pictures of 16×16×3, 1 file skipped")
	assert.Contains(t, r.out, "skipped a.png: it is a named pipe, not a regular file")
	for _, args := range []string{
		"train image --data pipe -o run", "train text --data pipe -o run", "train mlp --data pipe --target y -o run",
		"train image --data . -o run --config pipe", "generate image -m pipe", "generate text -m pipe",
		"interpolate -m pipe", "info pipe", "find pipe", "generate image --latent pipe",
	} {
		r := call(t, strings.Fields(args)...)
		assert.NotZero(t, r.status, args)
		assert.Regexp(t, "^artnn: .*pipe.*\n$", r.err, args)
	}
}
