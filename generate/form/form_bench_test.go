package form_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/tokenizer"
)

// pieces is a large vocabulary made of a text's parts, all bytes among them, with a
// model that has no preferences.
type pieces struct {
	list []string
	ids  map[string]int32
}

func newPieces(n int) *pieces {
	rng := rand.New(rand.NewPCG(1, 2))
	p := &pieces{ids: map[string]int32{}}
	add := func(text string) {
		if _, ok := p.ids[text]; !ok && len(p.list) < n {
			p.ids[text] = int32(len(p.list))
			p.list = append(p.list, text)
		}
	}
	for b := range 256 {
		add(string([]byte{byte(b)}))
	}
	text := samples.MobyDick()
	for w := range strings.FieldsSeq(text) {
		add(w)
		add(" " + w)
	}
	poems := []rune(samples.QuatrainsText())
	for len(p.list) < n {
		if len(p.list)%4 == 0 { // pairs and triples of characters
			at := rng.IntN(len(poems) - 3)
			add(string(poems[at : at+1+rng.IntN(3)]))
			continue
		}
		at := rng.IntN(len(text) - 10) // parts of words, some of which begin with a space
		add(strings.ReplaceAll(text[at:at+2+rng.IntN(7)], "\n", ""))
	}
	return p
}

func (p *pieces) Kind() string           { return "pieces" }
func (p *pieces) Len() int               { return len(p.list) }
func (p *pieces) SpecialTokens() []int32 { return nil }
func (p *pieces) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"kind": "pieces"})
}

func (p *pieces) Encode(text string) (tokens []int32, err error) {
	for _, b := range []byte(text) {
		tokens = append(tokens, p.ids[string([]byte{b})])
	}
	return tokens, nil
}

func (p *pieces) Decode(tokens []int32) string {
	text := ""
	for _, token := range tokens {
		text += p.list[token]
	}
	return text
}

func (p *pieces) Tokenizer() tokenizer.Tokenizer { return p }
func (p *pieces) NewReader() generate.Reader     { return indifferent{} }

type indifferent struct{}

func (indifferent) Read(_ []int32, logits []float32) { clear(logits) }
func (indifferent) Release()                         {}

// BenchmarkForms writes texts of a form with large vocabularies, one after the other.
// "none" is what all else takes. A model without preferences comes to more states
// than one that has learned.
func BenchmarkForms(b *testing.B) {
	verse, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。"})
	require.NoError(b, err)
	lines, err := form.NewVerse(form.Verse{Pattern: strings.Repeat("*/", 14)})
	require.NoError(b, err)
	date, err := form.Regexp(`(\d{4}-\d\d-\d\d: [^\n]{20,60}\n)+`)
	require.NoError(b, err)
	for _, n := range []int{50_000, 262_144} {
		p := newPieces(n)
		for _, c := range []struct {
			name string
			f    generate.Form
		}{{"none", nil}, {"verse", verse}, {"lines", lines}, {"dates", date}, {"json", form.JSON()}} {
			b.Run(fmt.Sprintf("n=%d/form=%s", n, c.name), func(b *testing.B) {
				var options []generate.Option
				if c.f != nil {
					options = append(options, generate.Within(c.f))
				}
				tokens := 0
				for b.Loop() {
					for _, err := range generate.Stream(p, "a", 60, append(options, generate.Seed(uint64(tokens)))...) {
						require.NoError(b, err)
						tokens++
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(tokens), "µs/token")
			})
		}
	}
}
