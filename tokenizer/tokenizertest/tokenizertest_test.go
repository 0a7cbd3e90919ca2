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

func TestPipelines(t *testing.T) {
	bpe, err := tokenizer.TrainBPE(t.Context(), tokenizer.Texts(mixed), tokenizer.BPETraining{VocabSize: 300, MinFrequency: 1})
	require.NoError(t, err)
	tokenizertest.Run(t, bpe, mixed, "", "x", "<|endoftext|>")
	for _, name := range []string{"llama3", "qwen2", "smollm", "o200k", "llama2", "unigram", "bert"} {
		t.Run(name, func(t *testing.T) {
			p, err := tokenizer.LoadHuggingFace("../testdata/" + name + ".json")
			require.NoError(t, err)
			tokenizertest.Run(t, p, mixed, "", "x", " ", "we've <tag> a café<tag> 12")
		})
	}
}

func TestWords(t *testing.T) {
	for _, size := range []int{2, 9, 0} {
		words, err := tokenizer.NewWords(mixed, size)
		require.NoError(t, err)
		tokenizertest.Run(t, words, mixed, "", "unknown words")
	}
}
