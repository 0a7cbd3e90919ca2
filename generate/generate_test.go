package generate

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
)

// follower is a model that knows for certain what follows each token. It
// records what is read.
type follower struct {
	tokens  tokenizer.Tokenizer
	next    map[int32]int32
	reads   []int // tokens at a time
	wanted  []bool
	readers int // that are not released
}

func (f *follower) Tokenizer() tokenizer.Tokenizer { return f.tokens }

func (f *follower) NewReader() Reader {
	f.readers++
	return reader{f}
}

type reader struct{ f *follower }

func (r reader) Read(tokens []int32, logits []float32) {
	r.f.reads = append(r.f.reads, len(tokens))
	r.f.wanted = append(r.f.wanted, logits != nil)
	if logits != nil {
		clear(logits)
		logits[r.f.next[tokens[len(tokens)-1]]] = 1000
	}
}

func (r reader) Release() { r.f.readers-- }

// counting goes on from each letter to the next.
func counting(t *testing.T) *follower {
	t.Helper()
	chars, err := tokenizer.NewChars("abcdefgh")
	require.NoError(t, err)
	f := &follower{tokens: chars, next: map[int32]int32{}}
	for i := range int32(chars.Len()) {
		f.next[i] = (i + 1) % int32(chars.Len())
	}
	return f
}

func TestTextContinuesThePrompt(t *testing.T) {
	f := counting(t)
	text, err := Text(f, "bc", 8)
	require.NoError(t, err)
	assert.Equal(t, "defghabc", text)
	assert.Equal(t, []int{2, 1, 1, 1, 1, 1, 1, 1}, f.reads)
	assert.Zero(t, f.readers)
}

// Of a long prompt only the last read asks for logits.
func TestTextReadsLongPromptsInChunks(t *testing.T) {
	f := counting(t)
	text, err := Text(f, strings.Repeat("abcdefgh", 2*readChunk/8)+"cab", 1)
	require.NoError(t, err)
	assert.Equal(t, "c", text)
	assert.Equal(t, []int{readChunk, readChunk, 3}, f.reads)
	assert.Equal(t, []bool{false, false, true}, f.wanted)
	f.reads = nil
	_, err = Text(f, strings.Repeat("a", readChunk), 1)
	require.NoError(t, err)
	assert.Equal(t, []int{readChunk}, f.reads)
}

func TestStreamMayBeLeft(t *testing.T) {
	f := counting(t)
	n := 0
	for _, err := range Stream(f, "a", 1000) {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	assert.Len(t, f.reads, 3)
	assert.Zero(t, f.readers)
}

func TestTextErrors(t *testing.T) {
	f := counting(t)
	for _, c := range []struct {
		prompt string
		n      int
		option Option
		want   string
	}{
		{"", 5, TopK(0), "generate: the prompt is empty"},
		{"ax", 5, TopK(0), "generate: prompt: the model does not know 'x' (U+0078)"},
		{"a", 0, TopK(0), "generate: the number of tokens must be positive, got 0"},
		{"a", 5, TopK(-1), "generate: top-k: -1"},
	} {
		text, err := Text(f, c.prompt, c.n, c.option)
		assert.ErrorContains(t, err, c.want)
		assert.Empty(t, text)
	}
	assert.Empty(t, f.reads)
}

// broken is a tokenizer with some of its answers wrong.
type broken struct {
	bytewise
	n       int
	special []int32
	encodes []int32
}

func (b broken) Kind() string                   { return "broken" }
func (b broken) Len() int                       { return b.n }
func (b broken) SpecialTokens() []int32         { return b.special }
func (b broken) Encode(string) ([]int32, error) { return b.encodes, nil }

// A tokenizer of others that breaks its word gives an error that names it.
func TestBrokenTokenizers(t *testing.T) {
	one := []int32{1}
	for want, tok := range map[string]broken{
		"its Len is 0, and must be from 1":                     {n: 0, encodes: one},
		"its Len is -1, and must be from 1":                    {n: -1, encodes: one},
		"SpecialTokens gives token 99, which is not in [0, 5)": {n: 5, special: []int32{2, 99}, encodes: one},
		"SpecialTokens gives token 5, which is not in [0, 5)":  {n: 5, special: []int32{5}, encodes: one},
		"SpecialTokens gives token -1, which is not in [0, 5)": {n: 5, special: []int32{-1}, encodes: one},
		"Encode gives token 77, which is not in [0, 5)":        {n: 5, encodes: []int32{1, 77}},
		"Encode gives token -3, which is not in [0, 5)":        {n: 5, encodes: []int32{-3}},
	} {
		m := &follower{tokens: tok, next: map[int32]int32{1: 1}}
		_, err := Text(m, "x", 3)
		assert.ErrorContains(t, err, `generate: tokenizer of kind "broken": `+want)
		assert.Zero(t, m.readers)
	}
	s, err := NewSampler([]int32{7})
	require.NoError(t, err)
	_, err = s.Pick([]float32{1, 2})
	assert.EqualError(t, err, "the special token 7 is not in [0, 2), those that logits are of")
}

// bytewise is a tokenizer of bytes, of which none is the token of "?".
type bytewise struct{}

func (bytewise) Kind() string           { return "bytewise" }
func (bytewise) Len() int               { return 256 }
func (bytewise) SpecialTokens() []int32 { return []int32{'?'} }
func (bytewise) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"kind": "bytewise"})
}

func (bytewise) Encode(text string) (tokens []int32, err error) {
	for _, b := range []byte(strings.TrimSpace(text)) {
		tokens = append(tokens, int32(b))
	}
	return tokens, nil
}

func (bytewise) Decode(tokens []int32) string {
	var b []byte
	for _, token := range tokens {
		b = append(b, byte(token))
	}
	return string(b)
}

// chain is a model in which each byte of a text is followed by the next.
func chain(text string) *follower {
	f := &follower{tokens: bytewise{}, next: map[int32]int32{}}
	for i := range len(text) - 1 {
		f.next[int32(text[i])] = int32(text[i+1])
	}
	return f
}

func TestStreamYieldsWholeCharacters(t *testing.T) {
	var pieces []string
	for piece, err := range Stream(chain(">aé誰b"), ">", 8) {
		require.NoError(t, err)
		pieces = append(pieces, piece)
	}
	assert.Equal(t, []string{"a", "", "é", "", "", "誰", "b", "\x00"}, pieces)
	text, err := Text(chain(">aé誰"), ">", 4)
	require.NoError(t, err)
	assert.Equal(t, "aé\xe8", text, "the last piece has all that is there")
}

func TestSpecialTokensAreNotGenerated(t *testing.T) {
	f := chain(">??")
	text, err := Text(f, ">", 200)
	require.NoError(t, err)
	assert.NotContains(t, text, "?")
	_, err = Text(f, " ", 1)
	assert.ErrorContains(t, err, "has no tokens")
}

func TestSeedsChooseTexts(t *testing.T) {
	f := &follower{tokens: bytewise{}, next: map[int32]int32{}}
	flat := func(seed uint64) string { // all tokens are as likely but one
		text, err := Text(f, "a", 40, Seed(seed), Temperature(1000))
		require.NoError(t, err)
		return text
	}
	assert.Equal(t, flat(1), flat(1))
	assert.NotEqual(t, flat(1), flat(2))
	shorter, err := Text(f, "a", 10, Seed(1), Temperature(1000))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(flat(1), shorter))
	assert.True(t, slices.Contains(f.wanted, true))
}
