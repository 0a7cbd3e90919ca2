package tokenizertest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/tokenizer/tokenizertest"
)

const mixed = "Don't stop, Ishmael!\n\n  “Élan” naïve—3.5 % 我是誰？ e\u0301  x\t\r\n👩‍👧 ' o'er '"

func TestChars(t *testing.T) {
	chars, err := tokenizer.NewChars(mixed)
	require.NoError(t, err)
	tokenizertest.Run(t, chars, mixed, "", "x")
}

func TestWords(t *testing.T) {
	for _, size := range []int{2, 9, 0} {
		words, err := tokenizer.NewWords(mixed, size)
		require.NoError(t, err)
		tokenizertest.Run(t, words, mixed, "", "unknown words")
	}
}
