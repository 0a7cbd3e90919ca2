package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
)

// infoOf is what info says of a file with one number and this metadata.
func infoOf(t *testing.T, meta map[string]string) string {
	t.Helper()
	return infoOfTensors(t, meta, safetensors.Tensor{Name: "a", Shape: []int{1}, Values: []float32{1}})
}

func infoOfTensors(t *testing.T, meta map[string]string, tensors ...safetensors.Tensor) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, safetensors.Write(f, tensors, meta))
	require.NoError(t, f.Close())
	r := call(t, "info", path)
	assert.Zero(t, r.status, r.err)
	return r.out
}

// own is the metadata of a file of a kind that this program does not know.
func own(config, provenance string) map[string]string {
	return map[string]string{"format": "artnn", "version": "2", "kind": "Other", "config": config, "provenance": provenance}
}

func TestInfoCounts(t *testing.T) {
	assert.Contains(t, infoOf(t, own("{}", "{}")), "1 number in 1 tensor, F32\n")
	assert.Contains(t, infoOfTensors(t, own("{}", "{}")), "0 numbers in 0 tensors\n")
}

func TestInfoNamesThePackageOfAKind(t *testing.T) {
	for provenance, want := range map[string]string{
		`{"package":"example.org/vae"}`: "which this program does not know: one that imports example.org/vae loads it\n",
		`{"package":"main"}`:            "which this program does not know: one that imports the kind's package loads it\n",
		`{}`:                            "which this program does not know: one that imports the kind's package loads it\n",
	} {
		assert.Contains(t, infoOf(t, own("{}", provenance)), want)
	}
}

// Configurations and facts are bounded, and one that is no object is shown as it is.
func TestInfoIsBounded(t *testing.T) {
	assert.Regexp(t, `(?m)^configuration +\[1,2\]$`, infoOf(t, own("[1,2]", "{}")))
	assert.Regexp(t, `(?m)^configuration +"x"$`, infoOf(t, own(`"x"`, "{}")))
	fields := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"k%d":"%d"`, i, i))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	out := infoOf(t, own(fields(100), "{}"))
	assert.Contains(t, out, "k99 ")
	assert.NotContains(t, out, "more")
	out = infoOf(t, own(fields(20_000), `{"facts":`+fields(150)+`}`))
	assert.Regexp(t, `(?m)^configuration +… and 19900 more$`, out)
	assert.Regexp(t, `(?m)^facts +… and 50 more$`, out)
	assert.Less(t, strings.Count(out, "\n"), 220)
	meta := map[string]string{}
	for i := range 101 {
		meta[fmt.Sprint(i)] = "x"
	}
	assert.Regexp(t, `(?m)^metadata +… and 1 more$`, infoOf(t, meta))
}
