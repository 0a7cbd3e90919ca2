package tokenizer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/tokenizerjson"
)

// goldens are what Hugging Face's library gave, written by _make/goldens.py.
type goldens struct {
	Ranges     [][2]rune `json:"ranges"` // of characters
	Tricky     []string  `json:"tricky"`
	Samples    []string  `json:"samples"`
	Tokenizers map[string]struct {
		IDs        [][]int32 `json:"ids"`
		Text       []string  `json:"text"`
		Plain      []string  `json:"plain"`
		Surrounded []int32   `json:"surrounded"`
		Random     string    `json:"random"`
	} `json:"tokenizers"`
	Normalizers   map[string]partGolden `json:"normalizers"`
	PreTokenizers map[string]partGolden `json:"pre_tokenizers"`
}

type partGolden struct {
	JSON       tokenizerjson.Component `json:"json"`
	Characters string                  `json:"characters"`
	Random     string                  `json:"random"`
}

func loadGoldens(t testing.TB) (g goldens) {
	text, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &g))
	require.Len(t, g.Ranges, 12)
	require.Len(t, g.Tokenizers, 8)
	require.Len(t, g.Normalizers, 8)
	require.Len(t, g.PreTokenizers, 29)
	return g
}

// random are the texts of goldens.py.
func (g goldens) random(n int) []string {
	state := uint64(1)
	next := func(k int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int((state >> 33) % uint64(k))
	}
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range next(24) {
			b.WriteString(g.Tricky[next(len(g.Tricky))])
		}
		texts[i] = b.String()
	}
	return texts
}

const randomTexts = 2000

func loadPipeline(t testing.TB, name string) *Pipeline {
	p, err := LoadHuggingFace(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)
	return p
}

func TestPipelinesEqualHuggingFace(t *testing.T) {
	g := loadGoldens(t)
	for name, want := range g.Tokenizers {
		t.Run(name, func(t *testing.T) {
			p := loadPipeline(t, name)
			for i, s := range g.Samples {
				ids, err := p.Encode(s)
				require.NoError(t, err)
				require.True(t, slices.Equal(want.IDs[i], ids), "%q: %v, not %v", s, ids, want.IDs[i])
				assert.Equal(t, lossy(want.Text[i]), lossy(p.Decode(ids)), "%q", s)
				assert.Equal(t, lossy(want.Plain[i]), lossy(p.Text(ids)), "%q", s)
			}
			ids, err := p.Encode("a b")
			require.NoError(t, err)
			assert.Equal(t, want.Surrounded, p.Surround(ids))
			var lines []string
			for _, s := range g.random(randomTexts) {
				ids, err := p.Encode(s)
				require.NoError(t, err)
				lines = append(lines, strings.Trim(fmt.Sprint(ids), "[]"))
			}
			assert.Equal(t, want.Random, digest(strings.Join(lines, "\n")))
		})
	}
}

// lossy shows bytes that are no characters as Hugging Face's library does, whose number
// of U+FFFD is its own affair.
func lossy(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	for strings.Contains(s, "\ufffd\ufffd") {
		s = strings.ReplaceAll(s, "\ufffd\ufffd", "\ufffd")
	}
	return s
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// characters is the digest of what f makes of each character.
func (g goldens) characters(f func(string) string) string {
	h := sha256.New()
	for _, r := range g.Ranges {
		for r, end := r[0], r[1]; r < end; r++ {
			fmt.Fprintln(h, f("a"+string(r)+"b"+string(r)))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestNormalizersEqualHuggingFace(t *testing.T) {
	g := loadGoldens(t)
	texts := g.random(randomTexts)
	for name, want := range g.Normalizers {
		t.Run(name, func(t *testing.T) {
			n, err := normalizers.read(want.JSON)
			require.NoError(t, err)
			assert.Equal(t, want.Characters, g.characters(n.normalize))
			var all []string
			for _, s := range texts {
				all = append(all, n.normalize(s))
			}
			assert.Equal(t, want.Random, digest(strings.Join(all, "\n")))
		})
	}
}

func TestPreTokenizersEqualHuggingFace(t *testing.T) {
	g := loadGoldens(t)
	texts := g.random(randomTexts)
	for _, name := range slices.Sorted(maps.Keys(g.PreTokenizers)) {
		want := g.PreTokenizers[name]
		t.Run(name, func(t *testing.T) {
			p, err := preTokenizers.read(want.JSON)
			require.NoError(t, err)
			split := func(s string) string {
				var pieces []string
				p.split(s, true, func(piece string, _ bool) { pieces = append(pieces, piece) })
				return strings.Join(pieces, "|")
			}
			assert.Equal(t, want.Characters, g.characters(split))
			var all []string
			for _, s := range texts {
				all = append(all, split(s))
			}
			assert.Equal(t, want.Random, digest(strings.Join(all, "\n")))
		})
	}
}
