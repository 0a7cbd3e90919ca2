package tokenizerjson

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is read is written again, with nothing lost.
func TestFilesComeBack(t *testing.T) {
	for _, name := range []string{"gpt2", "llama3", "llama2", "unigram", "bert"} {
		text, err := os.ReadFile("../../tokenizer/testdata/" + name + ".json")
		require.NoError(t, err)
		f, err := Parse(text)
		require.NoError(t, err)
		kind, err := f.Model.Type()
		require.NoError(t, err)
		into := map[string]any{"BPE": &BPE{}, "Unigram": &Unigram{}, "WordPiece": &WordPiece{}}[kind]
		require.NoError(t, f.Model.Read(into))
		f.Model, err = NewComponent(into)
		require.NoError(t, err)
		out, err := f.Marshal()
		require.NoError(t, err)
		assert.JSONEq(t, string(text), string(out))
		assert.NotContains(t, string(out), `\u003c`)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                              "EOF",
		`{"version":"1.0"}`:             "the model is missing",
		`{"version":"1.1","model":{}}`:  `version "1.1": expected "1.0"`,
		`{"version":"1.0","models":{}}`: `unknown field "models"`,
		`{"version":"1.0","model":{},"added_tokens":[{"id":0,"content":"a","single":true}]}`: `unknown field "single"`,
	} {
		_, err := Parse([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	_, err := Component(`{}`).Type()
	assert.ErrorContains(t, err, `"type" is missing`)
	_, err = Component(`[]`).Type()
	assert.Error(t, err)
}

func TestMerges(t *testing.T) {
	for text, want := range map[string]Merges{
		`[]`:                          {},
		` [ "a b", "#version: 0.2" ]`: {{"a", "b"}},
		`[["a","b"],["c d","e"]]`:     {{"a", "b"}, {"c d", "e"}},
	} {
		var m Merges
		require.NoError(t, json.Unmarshal([]byte(text), &m), text)
		assert.Equal(t, want, m, text)
	}
	for text, want := range map[string]string{
		`["a"]`:             `merge 1, "a", is not two tokens`,
		`["a b c"]`:         `merge 1, "a b c", is not two tokens`,
		`[["a","b"],["c"]]`: `merge 2, ["c"], is not a pair of tokens`,
		`{}`:                `cannot unmarshal object`,
	} {
		var m Merges
		assert.ErrorContains(t, json.Unmarshal([]byte(text), &m), want, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"gpt2", "unigram", "bert"} {
		text, err := os.ReadFile("../../tokenizer/testdata/" + name + ".json")
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse(text)
		if err != nil {
			return
		}
		out, err := file.Marshal()
		require.NoError(t, err)
		_, err = Parse(out)
		require.NoError(t, err)
		for _, into := range []any{&BPE{}, &Unigram{}, &WordPiece{}} {
			if file.Model.Read(into) == nil {
				_, err := NewComponent(into)
				require.NoError(t, err)
			}
		}
	})
}
