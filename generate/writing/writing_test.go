package writing

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

func TestDistinct(t *testing.T) {
	texts := [][]string{{"a", "b", "a", "b"}, {"a", "b"}, {"c"}, {}}
	assert.InDelta(t, 3./7, Distinct(texts, 1), 1e-15)
	assert.InDelta(t, 2./4, Distinct(texts, 2), 1e-15) // ab, ba, ab; ab
	assert.InDelta(t, 2./2, Distinct(texts, 3), 1e-15)
	assert.Zero(t, Distinct(texts, 5))
	assert.Zero(t, Distinct(nil, 1))
	assert.InDelta(t, 1, Distinct([][]string{{"ab", "c"}, {"a", "bc"}}, 2), 1e-15, "what is joined is not mistaken")
	assert.Panics(t, func() { Distinct(texts, 0) })
}

func TestWords(t *testing.T) {
	assert.Equal(t, []string{"It's", "3", "whales", "誰", "知", "naïve", "x", "ก", "ำ"}, Words(" It's 3 whales—誰知，naïve\n'x. กำ"))
	assert.Empty(t, Words(" ，.\n"))
}

func TestShare(t *testing.T) {
	assert.InDelta(t, 2./3, Share([]string{"a", "b", "ab"}, func(s string) bool { return strings.Contains(s, "a") }), 1e-15)
	assert.Zero(t, Share(nil, func(string) bool { return true }))
}

// naive is LongestCopy by trying everything.
func naive(text, source string) Copy {
	best := Copy{}
	runes := []rune(text)
	for i := range runes {
		for j := len(runes); j > i; j-- {
			run := string(runes[i:j])
			at := strings.Index(source, run)
			if at < 0 {
				continue
			}
			end := at + len(run)
			if j-i > best.Characters || j-i == best.Characters && end < best.At+len(best.Text) {
				best = Copy{run, j - i, at}
			}
			break
		}
	}
	return best
}

func TestLongestCopy(t *testing.T) {
	for _, c := range []struct{ text, source, want string }{
		{"abcxdefgy", "zzdefgzzabc", "defg"},
		{"誰知盤中餐", "粒粒盤中皆", "盤中"},
		{"abc", "xyz", ""}, {"", "abc", ""}, {"abc", "", ""}, {"abc", "abc", "abc"},
	} {
		got := LongestCopy(c.text, c.source)
		assert.Equal(t, c.want, got.Text)
		assert.Equal(t, utf8.RuneCountInString(c.want), got.Characters)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n, kinds int) string {
		var b strings.Builder
		for range n {
			b.WriteString([]string{"a", "b", "é", "誰"}[rng.IntN(kinds)])
		}
		return b.String()
	}
	for range 300 {
		kinds := 1 + rng.IntN(4)
		text, source := random(rng.IntN(30), kinds), random(rng.IntN(40), kinds)
		assert.Equal(t, naive(text, source), LongestCopy(text, source), "%q in %q", text, source)
	}
	novel := samples.MobyDick()
	part := "Zounds! " + novel[50_000:50_500] + " xyzzy"
	got := LongestCopy(part, novel)
	assert.GreaterOrEqual(t, got.Characters, utf8.RuneCountInString(novel[50_000:50_500]))
	assert.Equal(t, got.Text, novel[got.At:got.At+len(got.Text)])
}

// near is a model whose logits are a function of the tokens in its window: their
// number and the last two.
type near struct {
	tokens tokenizer.Tokenizer
	window int
	all    bool
}

func (m near) Tokenizer() tokenizer.Tokenizer { return m.tokens }

func (m near) Window() int { return m.window }

type nearReader struct {
	m    near
	read []int32
}

func (m near) NewReader() generate.Reader {
	r := &nearReader{m: m}
	if m.all {
		return nearScorer{r}
	}
	return r
}

func (m near) logit(read []int32, token int) float64 {
	x := float64(len(read))
	for _, id := range read[max(0, len(read)-2):] {
		x = 3*x + float64(id)
	}
	return math.Sin(x * float64(token+1))
}

func (r *nearReader) Read(tokens []int32, logits []float32) {
	r.read = append(r.read, tokens...)
	if len(r.read) > r.m.window {
		panic("more than the window")
	}
	for i := range logits {
		logits[i] = float32(r.m.logit(r.read, i))
	}
}

func (r *nearReader) Release() {}

type nearScorer struct{ *nearReader }

func (r nearScorer) ReadAll(tokens []int32, logits []float32) {
	v := r.m.tokens.Len()
	for i := range tokens {
		r.Read(tokens[i:i+1], logits[i*v:(i+1)*v])
	}
}

// Every token but the first counts once, with as many before it as its window has.
func TestCrossEntropyByWindows(t *testing.T) {
	chars, err := tokenizer.NewChars("abcde")
	require.NoError(t, err)
	tokens := make([]int32, 700)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range tokens {
		tokens[i] = rng.Int32N(5)
	}
	for _, w := range []Window{{}, {Tokens: 10}, {Tokens: 10, Stride: 1}, {Tokens: 10, Stride: 9}, {Tokens: 2, Stride: 1}, {Tokens: 600, Stride: 300}, {Tokens: 600, Stride: 599}} {
		for _, n := range []int{2, 9, 10, 11, 20, 700} {
			for _, all := range []bool{false, true} {
				m := near{chars, 600, all}
				got, err := CrossEntropy(context.Background(), m, tokens[:n], w)
				require.NoError(t, err)
				length, stride := w.Tokens, w.Stride
				if length == 0 {
					length = min(600, n)
				}
				if stride == 0 {
					stride = max(1, length/2)
				}
				want := 0.0
				for at := 1; at < n; at++ {
					begin := 0
					for begin+length <= at { // the first window that has the token
						begin += stride
					}
					sum := 0.0
					for id := range 5 {
						sum += math.Exp(m.logit(tokens[begin:at], id))
					}
					want += math.Log(sum) - m.logit(tokens[begin:at], int(tokens[at]))
				}
				assert.InDelta(t, want/float64(n-1), got, 1e-6, "%+v of %d", w, n)
			}
		}
	}
}

// Where the window is the text, it is what the model itself measures.
func TestCrossEntropyIsTheModels(t *testing.T) {
	text := samples.MobyDick()[:1500]
	chars, err := tokenizer.NewChars(text)
	require.NoError(t, err)
	m, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 8, Hidden: 16})
	require.NoError(t, err)
	tokens, err := chars.Encode(text)
	require.NoError(t, err)
	want, err := m.Evaluate(tokens, 1)
	require.NoError(t, err)
	got, err := CrossEntropy(context.Background(), m, tokens, Window{})
	require.NoError(t, err)
	assert.InDelta(t, want, got, 1e-5)
}

func TestCrossEntropyErrors(t *testing.T) {
	chars, err := tokenizer.NewChars("abcde")
	require.NoError(t, err)
	tokens := []int32{1, 2, 3, 4, 1, 2, 3, 4}
	done, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("enough")
	cancel(reason)
	for want, f := range map[string]func() (float64, error){
		"needs at least 2 tokens, got 1": func() (float64, error) {
			return CrossEntropy(context.Background(), near{chars, 6, false}, tokens[:1], Window{})
		},
		"token 5, which is not in [0, 5)": func() (float64, error) {
			return CrossEntropy(context.Background(), near{chars, 6, false}, []int32{1, 5}, Window{})
		},
		"a window of 7 tokens: the model's has 6": func() (float64, error) {
			return CrossEntropy(context.Background(), near{chars, 6, false}, tokens, Window{Tokens: 7})
		},
		"a window has at least 2 tokens, got 1": func() (float64, error) {
			return CrossEntropy(context.Background(), near{chars, 6, false}, tokens, Window{Tokens: 1})
		},
		"a stride of 4: must be from 1 to 3": func() (float64, error) {
			return CrossEntropy(context.Background(), near{chars, 6, false}, tokens, Window{Tokens: 4, Stride: 4})
		},
		"enough": func() (float64, error) {
			return CrossEntropy(done, near{chars, 6, false}, tokens, Window{})
		},
	} {
		_, err := f()
		assert.ErrorContains(t, err, want)
	}
	_, err = CrossEntropy(done, near{chars, 6, false}, tokens, Window{})
	assert.ErrorIs(t, err, reason)
}

func TestBits(t *testing.T) {
	perCharacter, perByte := Bits(2*math.Ln2, 6, "誰a") // twelve bits
	assert.InDelta(t, 6, perCharacter, 1e-12)
	assert.InDelta(t, 3, perByte, 1e-12)
}
