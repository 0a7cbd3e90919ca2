package models

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/tokenizer"
)

// liar is a type of its own that gives itself out for an MLP, which the MLP's
// configuration may or may not make.
type liar struct {
	*MLP
	kind   string
	config any
}

func (l liar) Describe() (string, any) { return l.kind, l.config }

// drifted is an MLP whose configuration no longer says what it is.
func drifted(t *testing.T) *MLP {
	m, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}})
	require.NoError(t, err)
	m.cfg.Sizes = []int{2, 4, 4, 2}
	return m
}

// foreign is a tokenizer of two tokens; its JSON can be read if there is a parser.
type foreign struct{ kind string }

func (f foreign) Kind() string                      { return f.kind }
func (foreign) Len() int                            { return 2 }
func (foreign) Encode(text string) ([]int32, error) { return []int32{0}, nil }
func (foreign) Decode(tokens []int32) string        { return string(make([]byte, len(tokens))) }
func (foreign) SpecialTokens() []int32              { return nil }
func (f foreign) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"kind": f.kind})
}

func speaking(t *testing.T, tok tokenizer.Tokenizer) *TextGenerator {
	m, err := NewTextGenerator(tok, TextConfig{Embed: 3, Hidden: 4})
	require.NoError(t, err)
	return m
}

func init() {
	tokenizer.Register("test nothing", func([]byte) (tokenizer.Tokenizer, error) { return nil, nil })
	tokenizer.Register("test fails", func([]byte) (tokenizer.Tokenizer, error) { return nil, errors.New("too old") })
	tokenizer.Register("test whole", func([]byte) (tokenizer.Tokenizer, error) { return foreign{"test whole"}, nil })
}

// Save refuses what Load would, and says what to do.
func TestSaveRefusesWhatLoadWould(t *testing.T) {
	mlp := samples(t, nil)["mlp"].(*MLP)
	for want, m := range map[string]Model{
		`the kind "Stranger" is not registered: call models.Register for it in an init function`:                                                    stranger{mlp},
		`models.liar names no kind: let its Describe return one`:                                                                                    liar{mlp, "", mlp.cfg},
		`the kind "MLP" is that of *models.MLP, and this is a models.liar: let its Describe return another, and register that with models.Register`: liar{mlp, "MLP", mlp.cfg},
		`makes another model: "0.bias" has shape [4], not [3], …`:                                                                                   drifted(t),
		`tokenizer: unknown kind "test unknown": this program knows `:                                                                               speaking(t, foreign{"test unknown"}),
		`or call tokenizer.Register`: speaking(t, foreign{"test unknown too"}),
		`tokenizer: the function registered for "test nothing" gave neither a tokenizer nor an error`: speaking(t, foreign{"test nothing"}),
		`tokenizer: too old`: speaking(t, foreign{"test fails"}),
	} {
		path := filepath.Join(t.TempDir(), "model")
		err := Save(path, m)
		assert.ErrorContains(t, err, path+": the file could not be loaded: ")
		assert.ErrorContains(t, err, want)
		assert.NoFileExists(t, path)
	}
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, Save(path, speaking(t, foreign{"test whole"})))
	_, err := Load(path)
	assert.NoError(t, err)
}

// The error of an unknown kind names the package that registers it.
func TestUnknownKindNamesThePackage(t *testing.T) {
	mlp := written(t, samples(t, nil)["mlp"])
	load := func(change func(meta map[string]string)) error {
		_, err := readBytes(rewritten(t, mlp, func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
			change(m)
			return l
		}))
		return err
	}
	const unknown = `holds a model of kind "Unknown", which this program does not know; it knows `
	err := load(func(m map[string]string) { m["kind"] = "Unknown" })
	assert.ErrorContains(t, err, unknown)
	assert.ErrorContains(t, err, `: import _ "github.com/org/artnn/models", which registered it`)
	for provenance, do := range map[string]string{
		`{"package":"main"}`:              ": the program that wrote the file registers it, in its own package main",
		`{}`:                              ": import the package that registers the kind",
		``:                                ": import the package that registers the kind",
		`{"package":"a b"}`:               ": import the package that registers the kind",
		`{"package":"a\nb"}`:              ": import the package that registers the kind",
		`{"package":"example.org/a/b-c"}`: `: import _ "example.org/a/b-c", which`,
	} {
		err := load(func(m map[string]string) { m["kind"], m["provenance"] = "Unknown", provenance })
		assert.ErrorContains(t, err, unknown)
		assert.ErrorContains(t, err, do)
	}
	for _, change := range []func(map[string]string){
		func(m map[string]string) { m["kind"] = "" },
		func(m map[string]string) { delete(m, "kind") },
	} {
		assert.ErrorContains(t, load(change), "names no kind of model")
	}
}

type empty struct{ foreign }

func (empty) Len() int { return 0 }

func TestTextGeneratorChecksItsTokenizer(t *testing.T) {
	_, err := NewTextGenerator(empty{foreign{"empty"}}, TextConfig{})
	assert.ErrorContains(t, err, `text generator: tokenizer of kind "empty": its Len is 0`)
}
