package tokenizer

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecoderHoldsBackPartsOfCharacters(t *testing.T) {
	d := NewDecoder(spelled{}, nil)
	var got []string
	for _, b := range []byte("aé誰\x80👩b\xf0\x9f") {
		got = append(got, d.Next(int32(b)))
	}
	assert.Equal(t, []string{
		"a", "", "é", "", "", "誰",
		"\x80", // belongs to no character
		"", "", "", "👩", " b", "", "",
	}, got)
	assert.Equal(t, "\xf0\x9f", d.Flush())
	assert.Empty(t, d.Flush())
}

// What was held back comes with what shows that it was no character.
func TestDecoderGivesUpOnBytesThatAreNoCharacter(t *testing.T) {
	d := NewDecoder(spelled{}, nil)
	assert.Empty(t, d.Next(0xe8))
	assert.Equal(t, "\xe8 x", d.Next('x'))
}

func TestDecoderGoesOnAfterAText(t *testing.T) {
	assert.Equal(t, "b", NewDecoder(spelled{}, nil).Next('b'))
	before := []int32{'x', 'a'}
	d := NewDecoder(spelled{}, before)
	assert.Equal(t, " b", d.Next('b'))
	assert.Equal(t, " c", d.Next('c'))
	assert.Equal(t, []int32{'x', 'a'}, before, "are the caller's")
}

func TestDecoderAddsUpToDecode(t *testing.T) {
	chars, err := NewChars(mixed)
	require.NoError(t, err)
	words, err := NewWords(mixed, 9)
	require.NoError(t, err)
	for _, tok := range []Tokenizer{chars, words, spelled{}} {
		tokens, err := tok.Encode(mixed)
		require.NoError(t, err)
		for _, cut := range []int{0, 1, len(tokens) / 2} {
			text := tok.Decode(tokens[:cut])
			if !utf8.ValidString(text) {
				continue
			}
			var joined strings.Builder
			joined.WriteString(text)
			d := NewDecoder(tok, tokens[:cut])
			for _, token := range tokens[cut:] {
				piece := d.Next(token)
				assert.True(t, utf8.ValidString(piece), "%q", piece)
				joined.WriteString(piece)
			}
			assert.Equal(t, tok.Decode(tokens), joined.String()+d.Flush(), tok.Kind())
		}
	}
}

// fickle changes the text of the tokens before.
type fickle struct{ spelled }

func (fickle) Decode(tokens []int32) string { return strings.Repeat("ab", len(tokens)%2) }

func TestDecoderNamesABrokenTokenizer(t *testing.T) {
	d := NewDecoder(fickle{}, []int32{1})
	assert.PanicsWithValue(t, `decoder: the tokenizer of kind "spelled" decodes a token to "ab", but with token 2 after it to ""`, func() { d.Next(2) })
}
