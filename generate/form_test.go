package generate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
)

// exactly is the form of some texts. A state is what is left of each.
type exactly []string

func (e exactly) Start() FormState { return rest(strings.Join(e, "\n")) }

type rest string // one or more, with line ends between

func (r rest) Next(b byte) FormState {
	var left []string
	for _, text := range strings.Split(string(r), "\n") {
		if text != "" && text[0] == b {
			left = append(left, text[1:])
		}
	}
	if left == nil {
		return nil
	}
	return rest(strings.Join(left, "\n"))
}

func (r rest) Final() bool {
	for _, text := range strings.Split(string(r), "\n") {
		if text == "" {
			return true
		}
	}
	return false
}

// letters is the form of so many letters from a to c.
type letters int

func (l letters) Start() FormState { return lettersLeft(l) }

type lettersLeft int

func (l lettersLeft) Next(b byte) FormState {
	if l == 0 || b < 'a' || b > 'c' {
		return nil
	}
	return l - 1
}

func (l lettersLeft) Final() bool { return l == 0 }

// The tokens that a state allows are those whose bytes it allows, one by one.
func TestMasksAreThoseOfEachToken(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	p := &pieces{special: []int32{3, 70}}
	for range 200 {
		text := ""
		for range rng.IntN(5) { // some are empty, many equal
			text += string("abcd\xe8\xaa誰"[rng.IntN(9)])
		}
		p.list = append(p.list, text)
	}
	v := newVocabulary(p, p.special)
	forms := []Form{letters(0), letters(1), letters(3), exactly{"abca", "abd", "誰a", "\xe8", ""}, exactly{"", "x"}}
	for _, f := range forms {
		states := []FormState{f.Start()}
		for range 30 {
			if next := states[rng.IntN(len(states))].Next("abcd\xe8\xaa\xb0"[rng.IntN(7)]); next != nil {
				states = append(states, next)
			}
		}
		k := newMasks(f, v, []int32{70})
		for _, s := range states {
			for range 2 { // made, and kept
				m, some := k.of(s), false
				for id, text := range p.list {
					state := s
					for i := 0; i < len(text) && state != nil; i++ {
						state = state.Next(text[i])
					}
					want := state != nil && text != "" && id != 3 && id != 70
					some = some || want
					want = want || id == 70 && s.Final()
					assert.Equal(t, want, m.mask[id/64]>>(id%64)&1 == 1, "%q after %v", text, s)
				}
				assert.Equal(t, some, m.goes)
			}
		}
	}
}

func TestMasksExclude(t *testing.T) {
	for _, n := range []int{1, 63, 64, 65, 130, 200} {
		m := make(mask, (n+63)/64)
		logits := make([]float32, n)
		for i := range n {
			if i%3 == 0 || i >= 64 && i < 128 {
				m.allow(int32(i))
			}
		}
		m.allow(0)
		m.forbid(0)
		m.exclude(logits)
		for i, x := range logits {
			assert.Equal(t, i != 0 && (i%3 == 0 || i >= 64 && i < 128), x == 0, "%d of %d", i, n)
		}
	}
}

func TestFormsAreKept(t *testing.T) {
	m := scripted("xx|ab|abc|c|yy")
	for seed := range uint64(30) {
		texts, end := collect(t, m, 50, Within(letters(7)), Temperature(20), Seed(seed))
		text := strings.Join(texts, "")
		assert.Len(t, text, 7)
		assert.Empty(t, strings.Trim(text, "abc"))
		assert.Equal(t, Complete, end)
	}
	texts, end := collect(t, m, 2, Within(exactly{"ababab"}))
	assert.Equal(t, []string{"ab", "ab"}, texts)
	assert.Equal(t, Length, end)
	// A form and a stop string
	texts, end = collect(t, m, 9, Within(exactly{"ababab"}), Stop("ba"))
	assert.Equal(t, []string{"a", ""}, texts)
	assert.Equal(t, Stopped, end)
}

// A text may end where its form may, and nowhere else.
func TestFormsAndEndTokens(t *testing.T) {
	m := scripted("<end>|ab")
	m.special = m.tokens[:1]
	m.ends = m.special
	texts, end := collect(t, m, 9, Within(exactly{"ab", "abab", "ababab"}), Temperature(0))
	assert.Equal(t, []string{"ab", "ab", ""}, texts)
	assert.Equal(t, EndOfText, end)
	texts, end = collect(t, m, 9, Within(exactly{"abab"}), Temperature(0))
	assert.Equal(t, []string{"ab", "ab"}, texts)
	assert.Equal(t, Complete, end)
}

func TestFormsThatNoTokenContinues(t *testing.T) {
	m := scripted("ab|cd")
	long := strings.Repeat("ab", 30)
	for form, want := range map[string]string{
		"b":        "generate: the form cannot begin: the tokenizer has no token that it allows first, which would begin with one of \"b\"",
		"abx":      `generate: the form cannot go on after "ab": the tokenizer has no token that it allows there, which would begin with one of "x"`,
		long + "x": `generate: the form cannot go on after "…` + long[20:] + `": the tokenizer has`,
	} {
		text, err := Text(m, ">", 100, Within(exactly{form}))
		assert.ErrorContains(t, err, want)
		assert.Equal(t, strings.TrimRight(form, "bx"), strings.TrimRight(text, "b"), "what there is")
		var e *FormError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, text, e.Text)
		_, err = Beams(context.Background(), m, ">", 100, BeamConfig{}, Within(exactly{form}))
		assert.ErrorContains(t, err, want)
	}
	_, err := Text(m, ">", 3, Within(never{}))
	assert.ErrorContains(t, err, "the form has no text")
	_, err = Text(m, ">", 3, Within(exactly{""}))
	assert.ErrorContains(t, err, "the form is complete: there is nothing to write")
}

// joining is a tokenizer whose words have a space before them, except after "-".
type joining struct{ pieces }

func (j *joining) Decode(tokens []int32) string {
	var b strings.Builder
	for i, token := range tokens {
		if i > 0 && j.list[tokens[i-1]] != "-" && j.list[token] != "-" {
			b.WriteByte(' ')
		}
		b.WriteString(j.list[token])
	}
	return b.String()
}

// The text of a token may depend on the one before it.
func TestFormsWithTokensThatDependOnOthers(t *testing.T) {
	j := &joining{pieces{list: []string{">", "-", "a", "b"}}}
	m := joiningModel{j}
	text, err := Text(m, ">", 9, Within(exactly{"- a", "-b a"}), Seed(3))
	if err != nil { // "- a" cannot be written to its end
		assert.Equal(t, "-", text)
	} else {
		assert.Equal(t, "-b a", text)
	}
	text, err = Text(m, ">", 9, Within(exactly{" a b-"}), Seed(3))
	require.NoError(t, err)
	assert.Equal(t, " a b-", text)
	_, err = Text(m, ">", 9, Within(exactly{"- a"}), Seed(3))
	var e *FormError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "-", e.Text)
}

type joiningModel struct{ *joining }

func (m joiningModel) Tokenizer() tokenizer.Tokenizer { return m.joining }
func (m joiningModel) NewReader() Reader              { return flatReader{} }

type flatReader struct{}

func (flatReader) Read(_ []int32, logits []float32) { clear(logits) }
func (flatReader) Release()                         {}

func TestBeamsKeepForms(t *testing.T) {
	beams, err := Beams(context.Background(), scripted("xx|ab|abc|c|yy"), ">", 9, BeamConfig{Width: 3}, Within(letters(6)))
	require.NoError(t, err)
	require.Len(t, beams, 3)
	for _, b := range beams {
		assert.Len(t, b.Text, 6)
		assert.Equal(t, Complete, b.End)
	}
}

// What prompts begin with in common is read once.
func TestBatchesReadPrefixesOnce(t *testing.T) {
	m := scripted("a|b|c|d")
	m.reads = &[][]int32{}
	prompts := []string{">abcd", ">ab", ">abd", "b", ">abcd", ""}
	results, err := Batch(context.Background(), m, prompts, 2)
	require.NoError(t, err)
	assert.EqualError(t, results[5].Err, "generate: the prompt is empty: give at least one character to begin with")
	total := 0
	for _, read := range *m.reads {
		total += len(read)
	}
	assert.Equal(t, 3+2+1+1+5*1, total, ">ab, cd, d, b, and one token of each")
	for i, r := range results[:5] {
		want, err := Text(scripted("a|b|c|d"), prompts[i], 2)
		require.NoError(t, err)
		if i != 0 && i != 4 && i != 2 { // the script counts readings
			assert.Equal(t, want, r.Text, prompts[i])
		}
		assert.Equal(t, Length, r.End)
	}

	*m.reads = nil
	results, err = Samples(context.Background(), m, ">abcd", 200, 1)
	require.NoError(t, err)
	assert.Len(t, results, 200)
	assert.Equal(t, [][]int32{{0, 1, 2, 3, 4}}, *m.reads)
}

// One text that cannot go on does not keep the others from it.
func TestSamplesMayFailAlone(t *testing.T) {
	m := scripted("ab|cd|e")
	results, err := Samples(context.Background(), m, ">", 40, 9, Within(exactly{"abcde", "cdab!"}), Temperature(30))
	require.NoError(t, err)
	good, bad := 0, 0
	for _, r := range results {
		var e *FormError
		if errors.As(r.Err, &e) {
			bad++
			assert.Equal(t, "cdab", r.Text)
			assert.Empty(t, r.End)
		} else {
			good++
			require.NoError(t, r.Err)
			assert.Equal(t, "abcde", r.Text)
			assert.Equal(t, Complete, r.End)
		}
	}
	assert.Positive(t, good)
	assert.Positive(t, bad)
}

func TestVocabulariesAreKept(t *testing.T) {
	a := scripted("ab|cd")
	first := vocabularyOf(a.pieces, nil)
	assert.Same(t, first, vocabularyOf(a.pieces, nil))
	assert.NotSame(t, first, vocabularyOf(a.pieces, []int32{1}))
	for i := range vocabulariesKept {
		vocabularyOf(scripted(fmt.Sprint(i)).pieces, nil)
	}
	assert.Len(t, vocabularies.list, vocabulariesKept)
	assert.NotSame(t, first, vocabularyOf(a.pieces, nil))
	vocabularyOf(broken{n: 3}, nil) // cannot be compared
}

// A form's masks serve the next text, but never two at once.
func TestMasksAreGivenBack(t *testing.T) {
	v := newVocabulary(scripted("ab|cd").pieces, nil)
	a, b := takeMasks(letters(3), v, nil), takeMasks(letters(3), v, nil)
	assert.NotSame(t, a, b)
	a.giveBack()
	assert.Same(t, a, takeMasks(letters(3), v, nil))
	assert.NotSame(t, b, takeMasks(letters(3), v, nil))
	b.giveBack()
	for _, k := range []*masks{takeMasks(letters(4), v, nil), takeMasks(letters(3), v, []int32{1}), takeMasks(exactly{"a"}, v, nil)} {
		assert.NotSame(t, b, k)
		k.giveBack()
	}
	assert.Same(t, b, takeMasks(letters(3), v, nil))
	for range 10 {
		takeMasks(letters(5), v, nil).giveBack()
		newMasks(exactly{"a"}, v, nil).giveBack()
	}
	assert.Len(t, idle.list, idleKept)
}
