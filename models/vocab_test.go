package models

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const mixed = "Don't stop, Ishmael!\n\n  “Élan” naïve—3.5 % 我是誰？ e\u0301  x\t\r\n👩‍👧 ' o'er '"

func TestCharVocabLosesNothing(t *testing.T) {
	v, err := NewCharVocab(mixed)
	require.NoError(t, err)
	ids, err := v.Encode(mixed)
	require.NoError(t, err)
	assert.Len(t, ids, len([]rune(mixed)))
	assert.Equal(t, mixed, v.Decode(ids))
	assert.Less(t, int(slices.Max(ids)), v.Len())
}

func TestCharVocabNamesWhatItLacks(t *testing.T) {
	v, err := NewCharVocab("abc")
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

func TestVocabulariesNeedText(t *testing.T) {
	_, err := NewCharVocab("")
	assert.ErrorContains(t, err, "the text is empty")
	_, err = NewCharVocab("a\xc3")
	assert.ErrorContains(t, err, "byte 1 (0xc3) is not UTF-8")
	_, err = NewWordVocab("", 10)
	assert.ErrorContains(t, err, "the text is empty")
	_, err = NewWordVocab("a", 1)
	assert.ErrorContains(t, err, "need at least 2")
	_, err = NewWordVocab("a", -1)
	assert.ErrorContains(t, err, "need at least 2")
	_, err = NewWordVocab("\xff", 0)
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

func TestWordVocabLosesNothingItKnows(t *testing.T) {
	v, err := NewWordVocab(mixed, 0)
	require.NoError(t, err)
	ids, err := v.Encode(mixed)
	require.NoError(t, err)
	assert.Equal(t, mixed, v.Decode(ids))
	var joined strings.Builder
	for _, id := range ids {
		joined.WriteString(v.Decode([]int32{id}))
	}
	assert.Equal(t, mixed, joined.String(), "token by token")
	assert.Zero(t, v.Unknown(ids))
}

func TestWordVocabKeepsTheMostFrequent(t *testing.T) {
	v, err := NewWordVocab("a b a b a c d", 3)
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

func TestVocabulariesThroughJSON(t *testing.T) {
	char, err := NewCharVocab(mixed)
	require.NoError(t, err)
	word, err := NewWordVocab(mixed, 20)
	require.NoError(t, err)
	for _, v := range []Vocabulary{char, word} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		back, err := parseVocab(string(text))
		require.NoError(t, err)
		assert.Equal(t, v, back)
	}
}

func TestParseVocabRefusesNonsense(t *testing.T) {
	for text, want := range map[string]string{
		``:                                          "EOF",
		`{}`:                                        `unknown kind ""`,
		`{"kind":"byte"}`:                           `unknown kind "byte"`,
		`{"kind":"char"}`:                           "empty",
		`{"kind":"char","chars":"ba"}`:              "ascending",
		`{"kind":"char","chars":"aa"}`:              "ascending",
		`{"kind":"char","chars":"ab","x":1}`:        "unknown field",
		`{"kind":"char","chars":"ab"} trail`:        "more text",
		`{"kind":"word","words":["<unk>"]}`:         "one more",
		`{"kind":"word","words":["a","b"]}`:         "<unk>",
		`{"kind":"word","words":["<unk>",""]}`:      "empty",
		`{"kind":"word","words":["<unk>","a","a"]}`: "twice",
	} {
		_, err := parseVocab(text)
		assert.ErrorContains(t, err, want, "%s", text)
	}
}
