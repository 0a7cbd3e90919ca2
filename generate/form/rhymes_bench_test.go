package form_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/tokenizer"
)

// anyCharacter is a model of characters that has no preferences, so that every poem
// rhymes otherwise.
type anyCharacter struct{ chars tokenizer.Tokenizer }

func (m anyCharacter) Tokenizer() tokenizer.Tokenizer { return m.chars }
func (m anyCharacter) NewReader() generate.Reader     { return indifferent{} }

// BenchmarkRhymes writes quatrains, each of a seed of its own: what a form adds to
// "none", and what rhymes add to "verse".
func BenchmarkRhymes(b *testing.B) {
	chars, err := tokenizer.NewChars(samples.QuatrainsText())
	require.NoError(b, err)
	known := []rune(form.Characters(chars))
	var table strings.Builder // 30 groups, as classical verse has
	for i, c := range known {
		if i%60 == 0 {
			fmt.Fprintf(&table, "\n%d ", i)
		}
		fmt.Fprintf(&table, "%c", c)
	}
	rhyme, err := form.ParseRhymes(table.String())
	require.NoError(b, err)
	verse, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。"})
	require.NoError(b, err)
	rhymed, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。", Characters: string(known), Rhyme: rhyme})
	require.NoError(b, err)
	for _, c := range []struct {
		name string
		f    generate.Form
	}{{"none", nil}, {"verse", verse}, {"rhymed", rhymed}} {
		b.Run("form="+c.name, func(b *testing.B) {
			var options []generate.Option
			if c.f != nil {
				options = append(options, generate.Within(c.f))
			}
			seed := uint64(0)
			for b.Loop() {
				seed++
				_, err := generate.Text(anyCharacter{chars}, "\n", 33, append(options, generate.Seed(seed))...)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(seed), "µs/poem")
		})
	}
}
