package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
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

// Types that this program does not load are listed all the same.
func TestInfoListsOtherTypes(t *testing.T) {
	header := `{"w":{"dtype":"F8_E4M3","shape":[2,3],"data_offsets":[0,6]}}`
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+"123456"...)
	path := filepath.Join(t.TempDir(), "float8.safetensors")
	require.NoError(t, os.WriteFile(path, file, 0o666))
	out := ok(t, call(t, "info", path)).out
	assert.Regexp(t, `(?m)^stored +6 numbers in 1 tensor, F8_E4M3$`, out)
	assert.Regexp(t, `(?m)^numbers +not looked at`, out)
	assert.Regexp(t, `(?m)^w +F8_E4M3 +\[2 3\] +6$`, out)
}

// A vocabulary with control characters, in a file as Save writes them today.
func TestInfoShowsAVocabularyOfControls(t *testing.T) {
	path := hostileModel(t, t.TempDir())
	f, err := safetensors.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, "2", f.Metadata()["version"])
	for _, r := range []result{onTerminal("info", path), call(t, "info", path)} {
		ok(t, r)
		assertHarmless(t, r.out, "info", path)
		assert.Regexp(t, `(?m)^tokenizer .*\\a.*\\x1b`, r.out)
	}
}

// A tokenizer.json is told in words, and so is that of a model.
func TestInfoTellsTokenizers(t *testing.T) {
	dir := t.TempDir()
	pieces, err := tokenizer.TrainBPE(context.Background(), tokenizer.Texts(strings.Repeat("the cat and the hat. ", 100)), tokenizer.BPETraining{VocabSize: 262})
	require.NoError(t, err)
	text, err := pieces.HuggingFace()
	require.NoError(t, err)
	file := filepath.Join(dir, "tokenizer.json")
	require.NoError(t, os.WriteFile(file, text, 0o666))
	m, err := models.NewTextGenerator(pieces, models.TextConfig{Embed: 2, Hidden: 2})
	require.NoError(t, err)
	model := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, models.Save(model, m))
	for _, path := range []string{file, dir, model} {
		out := ok(t, call(t, "info", path)).out
		assert.Regexp(t, `(?m)^ *model +byte-level BPE, 5 merges$`, out)
		assert.Regexp(t, `(?m)^ *vocabulary +262 tokens$`, out)
		assert.Regexp(t, `(?m)^ *special tokens +"<\|endoftext\|>" \(0\)$`, out)
		assert.Regexp(t, `(?m)^ *normalizer +none$`, out)
		assert.Regexp(t, `(?m)^ *pre-tokenizer +cuts words, numbers and signs apart as GPT-2 does`, out)
	}
	require.NoError(t, os.WriteFile(file, []byte(`{"version":"1.0","model":{"type":"Magic"}}`), 0o666))
	r := call(t, "info", file)
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, `type "Magic" is not supported`)
}
