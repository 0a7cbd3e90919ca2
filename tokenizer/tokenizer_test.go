package tokenizer

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const mixed = "Don't stop, Ishmael!\n\n  “Élan” naïve—3.5 % 我是誰？ e\u0301  x\t\r\n👩‍👧 ' o'er '"

func TestCharsLosesNothing(t *testing.T) {
	v, err := NewChars(mixed)
	require.NoError(t, err)
	ids, err := v.Encode(mixed)
	require.NoError(t, err)
	assert.Len(t, ids, len([]rune(mixed)))
	assert.Equal(t, mixed, v.Decode(ids))
	assert.Less(t, int(slices.Max(ids)), v.Len())
}

func TestCharsNamesWhatItLacks(t *testing.T) {
	v, err := NewChars("abc")
	require.NoError(t, err)
	_, err = v.Encode("aéb誰é")
	assert.EqualError(t, err, `the model does not know 'é' (U+00E9), '誰' (U+8AB0): its text had 3 other characters; replace these or leave them out`)
	_, err = v.Encode("abcdefghijklmnop")
	assert.ErrorContains(t, err, "and 3 more")
	_, err = v.Encode("a\xffb")
	assert.EqualError(t, err, "text: byte 1 (0xff) is not UTF-8")
	assert.Panics(t, func() { v.Decode([]int32{3}) })
	assert.Panics(t, func() { v.Decode([]int32{-1}) })
}

func TestTokenizersNeedText(t *testing.T) {
	_, err := NewChars("")
	assert.ErrorContains(t, err, "the text is empty")
	_, err = NewChars("a\xc3")
	assert.ErrorContains(t, err, "byte 1 (0xc3) is not UTF-8")
	_, err = NewWords("", 10)
	assert.ErrorContains(t, err, "the text is empty")
	_, err = NewWords("a", 1)
	assert.ErrorContains(t, err, "need at least 2")
	_, err = NewWords("a", -1)
	assert.ErrorContains(t, err, "need at least 2")
	_, err = NewWords("\xff", 0)
	assert.ErrorContains(t, err, "not UTF-8")
}

func TestPieces(t *testing.T) {
	for text, want := range map[string][]string{
		"It's 3, Ishmael!\n": {"It's", " 3", ",", " Ishmael", "!", "\n"},
		"a  b":               {"a", " ", " b"},
		" ":                  {" "},
		"x ":                 {"x", " "},
		"whale-ship":         {"whale", "-", "ship"},
		"'tis o'er' he’s":    {"'", "tis", " o'er", "'", " he’s"},
		"我是 A1誰":             {"我", "是", " A1", "誰"},
		"e\u0301te\u0301":    {"e\u0301te\u0301"},
		"\r\n\tx":            {"\r", "\n", "\t", "x"},
		" \n":                {" ", "\n"},
	} {
		assert.Equal(t, want, slices.Collect(pieces(text)), "%q", text)
	}
}

func TestWordsLosesNothingItKnows(t *testing.T) {
	v, err := NewWords(mixed, 0)
	require.NoError(t, err)
	ids, err := v.Encode(mixed)
	require.NoError(t, err)
	assert.Equal(t, mixed, v.Decode(ids))
	assert.Zero(t, v.Unknown(ids))
}

func TestWordsKeepsTheMostFrequent(t *testing.T) {
	v, err := NewWords("a b a b a c d", 3)
	require.NoError(t, err)
	require.Equal(t, 3, v.Len()) // <unk>, " a" and " b": "a" comes once
	ids, err := v.Encode("zebra a b c")
	require.NoError(t, err)
	assert.Equal(t, []int32{0, 1, 2, 0}, ids)
	assert.Equal(t, " <unk> a b <unk>", v.Decode(ids))
	assert.Equal(t, 0.5, v.Unknown(ids))
	_, err = v.Encode("\xff")
	assert.Error(t, err)
	assert.Panics(t, func() { v.Decode([]int32{3}) })
}

func TestTokenizersThroughJSON(t *testing.T) {
	char, err := NewChars(mixed)
	require.NoError(t, err)
	word, err := NewWords(mixed, 20)
	require.NoError(t, err)
	for _, v := range []Tokenizer{char, word} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		back, err := Parse(text)
		require.NoError(t, err)
		assert.Equal(t, v, back)
	}
}

func TestParseRefusesNonsense(t *testing.T) {
	for text, want := range map[string]string{
		``:                                          "unexpected end",
		`{}`:                                        `unknown kind ""`,
		`{"kind":"byte"}`:                           `unknown kind "byte": this program knows char, pipeline, word; import the package`,
		`{"kind":"char"}`:                           "empty",
		`{"kind":"char","chars":"ba"}`:              "ascending",
		`{"kind":"char","chars":"aa"}`:              "ascending",
		`{"kind":"char","chars":"ab","x":1}`:        "unknown field",
		`{"kind":"char","chars":"ab"} trail`:        "after top-level value",
		`{"kind":"word","words":["<unk>"]}`:         "one more",
		`{"kind":"word","words":["a","b"]}`:         "<unk>",
		`{"kind":"word","words":["<unk>",""]}`:      "empty",
		`{"kind":"word","words":["<unk>","a","a"]}`: "twice",
	} {
		_, err := Parse([]byte(text))
		assert.ErrorContains(t, err, want, "%s", text)
	}
}

// spelled is a tokenizer of bytes whose tokens read as letters of a word each:
// Decode puts a space between two. It has a kind and nothing to configure.
type spelled struct{}

func (spelled) Kind() string           { return "spelled" }
func (spelled) Len() int               { return 256 }
func (spelled) SpecialTokens() []int32 { return nil }

func (spelled) Encode(text string) ([]int32, error) {
	var tokens []int32
	for _, b := range []byte(text) {
		tokens = append(tokens, int32(b))
	}
	return tokens, nil
}

func (spelled) Decode(tokens []int32) string {
	var b []byte
	for i, token := range tokens {
		if i > 0 && token < utf8.RuneSelf {
			b = append(b, ' ')
		}
		b = append(b, byte(token))
	}
	return string(b)
}

func (spelled) MarshalJSON() ([]byte, error) { return []byte(`{"kind":"spelled"}`), nil }

func TestRegister(t *testing.T) {
	text, err := json.Marshal(spelled{})
	require.NoError(t, err)
	_, err = Parse(text)
	require.ErrorContains(t, err, "unknown kind")
	parse := func([]byte) (Tokenizer, error) { return spelled{}, nil }
	Register("spelled", parse)
	defer delete(registry.parsers, "spelled")
	back, err := Parse(text)
	require.NoError(t, err)
	assert.Equal(t, spelled{}, back)
	assert.PanicsWithValue(t, `tokenizer: register "spelled": the kind is registered already`, func() { Register("spelled", parse) })
	assert.Panics(t, func() { Register("", parse) })
	assert.Panics(t, func() { Register("other", nil) })
}
