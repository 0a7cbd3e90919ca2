package tokenizer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkEncode encodes text whose pieces come again, as in any text, and one long
// piece that has nothing to come again.
func BenchmarkEncode(b *testing.B) {
	g := loadGoldens(b)
	for name, text := range map[string]string{
		"samples": strings.Repeat(strings.Join(g.Samples[:14], "\n"), 100),
		"letters": strings.Repeat("thepainteropenedthewindow", 4000),
	} {
		for _, kind := range []string{"gpt2", "llama3", "qwen2", "llama2", "unigram", "bert"} {
			b.Run("text="+name+"/"+kind, func(b *testing.B) {
				p := loadPipeline(b, kind)
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					_, err := p.Encode(text)
					require.NoError(b, err)
				}
			})
		}
	}
}

// BenchmarkLoad reads a tokenizer. (The tables of characters are made once a program.)
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		loadPipeline(b, "gpt2")
	}
}
