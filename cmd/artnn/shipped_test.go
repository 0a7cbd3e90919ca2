package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Without a model, the commands use those that come with the program.
func TestWithoutAModel(t *testing.T) {
	dir := t.TempDir()
	r := ok(t, call(t, "generate", "image", "-o", filepath.Join(dir, "s.png"), "--seed=1"))
	assert.Contains(t, r.out, "16 pictures of 16×16 from seed 1")
	ok(t, call(t, "interpolate", "-o", filepath.Join(dir, "m.gif"), "--seeds=1,2", "-n", "3"))
	r = ok(t, call(t, "generate", "text", "--seed=1", "-n", "33"))
	assert.Regexp(t, `^\s*(\p{Han}{7}，\p{Han}{7}。\n){2}`, r.out, "a poem of its kind")
}
