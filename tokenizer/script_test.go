package tokenizer

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each character has one counterpart, which has it as its own.
func TestCounterparts(t *testing.T) {
	seen := map[rune]bool{}
	for _, pair := range strings.Fields(counterparts) {
		r := []rune(pair)
		require.Len(t, r, 2, pair)
		for i := range r {
			assert.False(t, seen[r[i]], "%c is there twice", r[i])
			assert.True(t, unicode.Is(unicode.Han, r[i]), pair)
			assert.Equal(t, r[1-i], scripts()[r[i]].other)
			seen[r[i]] = true
		}
	}
	assert.Greater(t, len(seen), 600)
}

const (
	traditional = "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。空山不見人，但聞人語響。"
	simplified  = "床前明月光，疑是地上霜。举头望明月，低头思故乡。空山不见人，但闻人语响。"
)

func TestOtherScript(t *testing.T) {
	chars := func(text string) Tokenizer {
		c, err := NewChars(text)
		require.NoError(t, err)
		return c
	}
	wordsOf := func(text string) Tokenizer {
		w, err := NewWords(text, 0)
		require.NoError(t, err)
		return w
	}
	for _, of := range []func(string) Tokenizer{chars, wordsOf} {
		assert.Contains(t, OtherScript(of(traditional), simplified), "opencc -c s2t")
		assert.Contains(t, OtherScript(of(simplified), traditional), "opencc -c t2s")
		assert.Contains(t, OtherScript(of(simplified), "一見"), "opencc -c t2s", "one character tells")
		for _, text := range []string{simplified, "床前", "", "moon", "東風"} { // of the last, neither form is known
			assert.Empty(t, OtherScript(of(simplified), text), text)
		}
	}
	_, err := chars(simplified).Encode("空山不見人")
	assert.ErrorContains(t, err, "the model does not know '見' (U+898B): its text had")
	assert.ErrorContains(t, err, "the text is in traditional characters and the model knows simplified ones")
	_, err = chars(simplified).Encode("空山x")
	assert.ErrorContains(t, err, "replace these or leave them out")
}
