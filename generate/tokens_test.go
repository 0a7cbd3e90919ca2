package generate

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
)

// pieces is a tokenizer of given pieces of text, some of them special. It encodes by
// the longest piece that fits.
type pieces struct {
	list    []string
	special []int32
}

func (p *pieces) Kind() string                 { return "pieces" }
func (p *pieces) Len() int                     { return len(p.list) }
func (p *pieces) SpecialTokens() []int32       { return p.special }
func (p *pieces) MarshalJSON() ([]byte, error) { return []byte(`{"kind": "pieces"}`), nil }

func (p *pieces) Encode(text string) (tokens []int32, err error) {
	for text != "" {
		best := -1
		for i, piece := range p.list {
			if piece != "" && strings.HasPrefix(text, piece) && (best < 0 || len(piece) > len(p.list[best])) {
				best = i
			}
		}
		if best < 0 {
			return nil, errors.New("no piece fits")
		}
		tokens = append(tokens, int32(best))
		text = text[len(p.list[best]):]
	}
	return tokens, nil
}

func (p *pieces) Decode(tokens []int32) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteString(p.list[token])
	}
	return b.String()
}

// script is a model that wants to write given tokens one after the other, whatever it
// has read, and then again from the first.
type script struct {
	*pieces
	tokens []int32
	ends   []int32
	window int
	reads  *[][]int32
}

func (m script) Tokenizer() tokenizer.Tokenizer { return m.pieces }
func (m script) EndTokens() []int32             { return m.ends }
func (m script) NewReader() Reader              { return &scriptReader{m: m} }

type scriptReader struct {
	m  script
	at int
}

func (r *scriptReader) Read(tokens []int32, logits []float32) {
	if r.m.reads != nil {
		*r.m.reads = append(*r.m.reads, append([]int32(nil), tokens...))
	}
	if logits != nil {
		clear(logits)
		logits[r.m.tokens[r.at%len(r.m.tokens)]] = 30
		r.at++
	}
}

func (r *scriptReader) Release() {}

func (r *scriptReader) Fork() Reader { f := *r; return &f }

// scripted writes pieces of text, divided by "|", after the prompt ">".
func scripted(text string) script {
	p := &pieces{list: []string{">"}}
	var tokens []int32
	for piece := range strings.SplitSeq(text, "|") {
		id := -1
		for i, known := range p.list {
			if known == piece {
				id = i
			}
		}
		if id < 0 {
			id = len(p.list)
			p.list = append(p.list, piece)
		}
		tokens = append(tokens, int32(id))
	}
	return script{pieces: p, tokens: tokens}
}

// collect is a text by its pieces, with the end.
func collect(t *testing.T, m Model, n int, options ...Option) (texts []string, end Reason) {
	t.Helper()
	for token, err := range Tokens(context.Background(), m, ">", n, options...) {
		require.NoError(t, err)
		require.Empty(t, end)
		texts, end = append(texts, token.Text), token.End
	}
	return texts, end
}

func TestStopStrings(t *testing.T) {
	for _, c := range []struct {
		text  string
		n     int
		stops []string
		want  string
		end   Reason
	}{
		{"ab|cd|ef", 3, nil, "ab|cd|ef", Length},
		{"ab|cd|ef", 3, []string{"cd"}, "ab|", Stopped},
		{"ab|cd|ef", 3, []string{"bc"}, "a|", Stopped},
		{"ab|cd|ef", 3, []string{"bcde"}, "a||", Stopped},
		{"ab|cd|ef", 3, []string{"bcdx"}, "a||bcdef", Length},
		{"ab|cd|ef", 2, []string{"cde"}, "ab|cd", Length}, // what might have become one
		{"ab|cd|ef", 3, []string{"x", "f", "de"}, "ab|c|", Stopped},
		{"abcd|ef", 2, []string{"d", "b"}, "a", Stopped},
		{"a|a|a|b", 4, []string{"aab"}, "||a|", Stopped},
		{"a|b|a|b|c", 5, []string{"abc"}, "||ab||", Stopped},
		{"\n|\n|x", 3, []string{"\n\n"}, "|", Stopped},
		{"x\xe8|\xaa\xb0|y", 3, []string{"誰"}, "x|", Stopped},
		{"x\xe8|\xaa\xb0|y", 2, []string{"誰y"}, "x|誰", Length},
		{"x\xe8|\xaa|y", 1, nil, "x\xe8", Length},
		{">|a", 2, []string{">a"}, "|", Stopped}, // the prompt does not count
	} {
		texts, end := collect(t, scripted(c.text), c.n, Stop(c.stops...))
		assert.Equal(t, c.want, strings.Join(texts, "|"), "%q until %q", c.text, c.stops)
		assert.Equal(t, c.end, end)
	}
}

func TestEndTokens(t *testing.T) {
	m := scripted("ab|cd|<end>|ef")
	texts, end := collect(t, m, 9, EndTokens(m.tokens[2]))
	assert.Equal(t, []string{"ab", "cd", ""}, texts)
	assert.Equal(t, EndOfText, end)

	m.special = []int32{m.tokens[2]} // special tokens are not written
	texts, _ = collect(t, m, 4)
	assert.NotContains(t, texts, "<end>")
	m.ends = m.special // but end a text
	texts, end = collect(t, m, 9, Stop("cdx"))
	assert.Equal(t, []string{"ab", "", "cd"}, texts, "what was held back comes with the end")
	assert.Equal(t, EndOfText, end)

	_, err := Text(m, ">", 5, EndTokens(77))
	assert.ErrorContains(t, err, "end token 77: the tokenizer has tokens from 0 to 4")
}

func TestLogProbs(t *testing.T) {
	m := scripted("ab|cd|ef")
	total := math.Log(math.Exp(30) + 3)
	for token, err := range Tokens(context.Background(), m, ">", 3, LogProbs(2), Temperature(0), Bias(map[int32]float64{2: -100, 3: 200})) {
		require.NoError(t, err)
		assert.Equal(t, int32(3), token.ID)
		require.Len(t, token.Top, 2)
		want := 0 - total
		if token.End == Length { // here the model would have taken it by itself
			want = 30 - total
		}
		assert.InDelta(t, want, token.LogProb, 1e-5, "they are the model's own")
		assert.InDelta(t, 30-total, token.Top[0].LogProb, 1e-5)
		assert.InDelta(t, -total, token.Top[1].LogProb, 1e-5)
		assert.Equal(t, int32(0), token.Top[1].ID, "of equals the lower one")
	}
	for token, err := range Tokens(context.Background(), m, ">", 1, LogProbs(0), Bias(map[int32]float64{2: 60})) {
		require.NoError(t, err)
		assert.InDelta(t, -total, token.LogProb, 1e-5)
		assert.Empty(t, token.Top)
	}
	for token, err := range Tokens(context.Background(), m, ">", 1) {
		require.NoError(t, err)
		assert.Zero(t, token.LogProb)
	}
	for token, err := range Tokens(context.Background(), m, ">", 1, LogProbs(100)) {
		require.NoError(t, err)
		assert.Len(t, token.Top, 4)
	}
}

// Presence and frequency are those of OpenAI's formula: logit − count·frequency −
// presence if the token was generated. The prompt does not count.
func TestPresenceAndFrequency(t *testing.T) {
	s, err := NewSampler(nil, Temperature(0), Presence(0.5), Frequency(0.25))
	require.NoError(t, err)
	s.Observe(0, 1, 2)
	var picked []int32
	for range 12 {
		id, err := s.Pick([]float32{1, 1.6, 2.2})
		require.NoError(t, err)
		picked = append(picked, id)
	}
	counts, want := [3]float64{}, []int32(nil)
	for range 12 {
		best, at := math.Inf(-1), int32(0)
		for i, x := range []float64{1, 1.6, 2.2} {
			if counts[i] > 0 {
				x -= 0.5
			}
			if x -= 0.25 * counts[i]; x > best+1e-9 {
				best, at = x, int32(i)
			}
		}
		counts[at]++
		want = append(want, at)
	}
	assert.Equal(t, want, picked)
	assert.Contains(t, picked, int32(0))
}

func TestRepetitionKnowsThePrompt(t *testing.T) {
	m := scripted("a|b")
	m.list = append(m.list, "c")
	text, err := Text(m, ">", 1, Temperature(0))
	require.NoError(t, err)
	assert.Equal(t, "a", text)
	text, err = Text(m, ">a", 1, Temperature(0), Repetition(1e8), Bias(map[int32]float64{0: 1, 2: 1, 3: 1}))
	require.NoError(t, err)
	assert.Equal(t, "b", text)
}

func TestCancelledTextsGiveWhatThereIs(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	reason := errors.New("the user has seen enough")
	var texts []string
	var last error
	for token, err := range Tokens(ctx, scripted("ab|cd|ef"), ">", 1000, Stop("cdx")) {
		texts = append(texts, token.Text)
		last = err
		if len(texts) == 2 {
			cancel(reason)
		}
	}
	assert.Equal(t, []string{"ab", "", "cd"}, texts)
	assert.ErrorIs(t, last, reason)
	assert.EqualError(t, last, "generate: stopped: the user has seen enough")

	n := 0
	for token, err := range Tokens(ctx, scripted("ab"), ">", 9) { // already done
		assert.ErrorIs(t, err, reason)
		assert.Empty(t, token)
		n++
	}
	assert.Equal(t, 1, n)
	results, err := Samples(ctx, scripted("ab"), ">", 3, 9)
	assert.ErrorIs(t, err, reason)
	assert.Len(t, results, 3)
	_, err = Beams(ctx, scripted("ab"), ">", 9, BeamConfig{})
	assert.ErrorIs(t, err, reason)
}

func (m script) Window() int {
	if m.window == 0 {
		return 1 << 30
	}
	return m.window
}

// Of a long prompt the end is read, and a text that outgrows the window goes on from
// its last half.
func TestWindows(t *testing.T) {
	m := scripted("a|b|c|d|e|f|g")
	m.window, m.reads = 6, &[][]int32{}
	text, err := Text(m, ">>>>>abcd", 7, Temperature(0))
	require.NoError(t, err)
	// Each new window begins the script again.
	assert.Equal(t, "aabcdab", text)
	assert.Equal(t, [][]int32{{0, 0, 1, 2, 3, 4}, {3, 4, 1}, {1}, {2}, {3}, {2, 3, 4}, {1}}, *m.reads)
	m.window = 1
	_, err = Text(m, ">", 3)
	assert.ErrorContains(t, err, "the model's window is 1 token: at least 2")
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	m := scripted("ab|cd")
	for want, o := range map[string]Option{
		"min-p: 1.5: must be in [0, 1]": MinP(1.5),
		"min-p: NaN":                    MinP(math.NaN()),
		"repetition penalty: 1e+30: must be positive and at most 1e+09; 1 is none": Repetition(1e30),
		"repetition penalty: 0: must be positive":                                  Repetition(0),
		"repetition penalty: NaN":                                                  Repetition(math.NaN()),
		"presence penalty: +Inf":                                                   Presence(math.Inf(1)),
		"frequency penalty: NaN":                                                   Frequency(math.NaN()),
		"bias of token 1: +Inf":                                                    Bias(map[int32]float64{1: math.Inf(1)}),
		"bias of token 1: NaN":                                                     Bias(map[int32]float64{1: math.NaN()}),
		"bias of token -1: tokens are not negative":                                Bias(map[int32]float64{-1: 1}),
		"bias of token 3: the tokenizer has tokens from 0 to 2":                    Bias(map[int32]float64{3: 1}),
		"stop: an empty string":                                                    Stop("a", ""),
		`stop: "\xff" is not UTF-8`:                                                Stop("\xff"),
		"log-probabilities: -1: the number":                                        LogProbs(-1),
		"bias and form exclude them all":                                           Bias(map[int32]float64{0: math.Inf(-1), 1: math.Inf(-1), 2: math.Inf(-1)}),
	} {
		_, err := Text(m, ">", 2, o)
		assert.ErrorContains(t, err, "generate: ")
		assert.ErrorContains(t, err, want)
	}
	for want, o := range map[string]Option{"stop": Stop("a"), "a form": Within(never{}), "log-probabilities": LogProbs(1), "end tokens": EndTokens(1)} {
		_, err := NewSampler(nil, o)
		assert.ErrorContains(t, err, want+": a sampler picks single tokens")
	}
	for want, o := range map[string]Option{"temperature": Temperature(0), "top-k": TopK(3), "top-p": TopP(1), "min-p": MinP(0), "seed": Seed(1), "log-probabilities": LogProbs(1)} {
		_, err := Beams(context.Background(), m, ">", 2, BeamConfig{}, o)
		assert.ErrorContains(t, err, "generate: "+want+": beams")
	}
	for want, cfg := range map[string]BeamConfig{"beams: -1": {Width: -1}, "length penalty: NaN": {LengthPenalty: math.NaN()}, "patience: 3": {Patience: 3}} {
		_, err := Beams(context.Background(), m, ">", 2, cfg)
		assert.ErrorContains(t, err, want)
	}
	_, err := Samples(context.Background(), m, ">", 0, 2)
	assert.ErrorContains(t, err, "the number of samples must be positive, got 0")
	results, err := Batch(context.Background(), m, nil, 2)
	assert.NoError(t, err)
	assert.Empty(t, results)
}

// never is a form without texts.
type never struct{}

func (never) Start() FormState { return nil }

func TestBeamsEndAsTextsDo(t *testing.T) {
	beams, err := Beams(context.Background(), scripted("ab|cd|ef"), ">", 5, BeamConfig{Width: 3}, Stop("de"))
	require.NoError(t, err)
	assert.Equal(t, "abc", beams[0].Text)
	assert.Equal(t, Stopped, beams[0].End)
	assert.Equal(t, []int32{1, 2, 3}, beams[0].Tokens)
	assert.InDelta(t, 0, beams[0].Score, 1e-6)
}
