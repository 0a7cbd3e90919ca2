package form

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
)

func TestVersePatterns(t *testing.T) {
	seven := "春風秋月雨花山"
	for pattern, texts := range map[string]map[string]bool{
		"7，7。/7，7。": {
			seven + "，" + seven + "。\n" + seven + "，" + seven + "。":       true,
			seven + "，" + seven + "。\n" + seven + "，" + seven:             false,
			seven + "，" + seven + "。\n" + seven + "，" + seven + "。\n":     false,
			seven + "，" + seven[3:] + "。\n" + seven + "，" + seven + "。":   false,
			seven + "，" + seven + "。\n" + seven + "，" + seven[3:] + "，。":  false,
			seven + "。" + seven + "。\n" + seven + "，" + seven + "。":       false,
			seven[3:] + "\n，" + seven + "。\n" + seven + "，" + seven + "。": false,
		},
		"2,3,":  {"ab,abc.": true, "ab\nabc\n": true, "ab,\nabc!": true, "ababc.": false, "ab,\n\nabc.": false, "ab,abc": false, "ab,abc.\n": false, "a1，éïg。": true, "ab,a b.": false},
		"2\n2":  {"ab\ncd": true, "ab,cd": false},
		"*/*/":  {"a b, c\nd!\n": true, "\nd\n": false, "a\nb": false, "a\nb\nc\n": false, "誰\n誰\n": true},
		"*,*,":  {"one, two.\nthree.\n": true, "one": false},
		"x3y2":  {"xabcyde": true, "xab": false, "xabcdeyde": false},
		"12":    {"abcdefghijkl": true, "abcdefghijk": false},
		"1 1":   {"a b": true, "ab": false},
		"🙂 2 誰": {"🙂 ab 誰": true},
	} {
		f, err := NewVerse(Verse{Pattern: pattern})
		require.NoError(t, err, pattern)
		for text, want := range texts {
			assert.Equal(t, want, Matches(f, text), "%q on %q", pattern, text)
		}
		for seed := range uint64(20) {
			if text, ended := walk(t, f, seed, 200); ended {
				assert.True(t, Matches(f, text), "%q: %q", pattern, text)
			}
		}
	}
}

func TestVerseErrors(t *testing.T) {
	rhyme := func(c rune) []string {
		if strings.ContainsRune("aeiou", c) {
			return []string{"vowel"}
		}
		return nil
	}
	for want, v := range map[string]Verse{
		"has no lines": {Pattern: "，。"},
		"form: verse \"\": the pattern has no lines":        {},
		"a line of length 0":                                {Pattern: "7,0"},
		"a line of length 1001: a line has from 1":          {Pattern: "1001"},
		"a line of length 99999999999999999999":             {Pattern: "99999999999999999999"},
		"longer than 10000 characters":                      {Pattern: strings.Repeat("1000,", 11)},
		"not UTF-8":                                         {Pattern: "7\xff"},
		"a line end, / or a comma, must follow":             {Pattern: "*x/"},
		"a comma stands between lines":                      {Pattern: "7,/7"},
		"needs Characters":                                  {Pattern: "2/2", Rhyme: rhyme},
		"there is no table of rhymes":                       {Pattern: "2/2", Rhyming: []int{1}},
		"line 3 is to rhyme: there are lines from 1 to":     {Pattern: "2/2", Rhyme: rhyme, Characters: "abcde", Rhyming: []int{1, 3}},
		"needs a line of a number of characters":            {Pattern: "2/*/", Rhyme: rhyme, Characters: "abcde", Rhyming: []int{1, 2}},
		"of the characters that may be written, no 3 rhyme": {Pattern: "2/2/2/2", Rhyme: rhyme, Characters: "abcde"},
	} {
		_, err := NewVerse(v)
		assert.ErrorContains(t, err, want)
	}
}

// Lines 1, 2 and 4 rhyme, with characters of which none is used twice, and nobody
// begins with a rhyme that has too few answers.
func TestVerseRhymes(t *testing.T) {
	groups := map[rune][]string{'a': {"A"}, 'b': {"A", "B"}, 'c': {"A"}, 'd': {"B"}, 'e': {"B", "C"}, 'f': {"C"}}
	f, err := NewVerse(Verse{Pattern: "2/2/2/2", Characters: "abcdefgh", Rhyme: func(c rune) []string { return groups[c] }})
	require.NoError(t, err)
	for text, want := range map[string]bool{
		"ga\ngb\ngh\ngc": true,
		"gb\nge\nha\ngd": true,
		"ga\ngb\nga\ngb": false, // twice
		"ga\ngb\nga\ngd": false, // b is in both groups, a is not
		"gf\nge\nha\ngd": false, // the group C has two
		"gb\nga\nhh\ngd": false,
		"gh\nga\nhh\ngb": false,
	} {
		assert.Equal(t, want, Matches(f, text), "%q", text)
	}
	seen := map[string]bool{}
	for seed := range uint64(300) {
		text, ended := walk(t, f, seed, 100)
		require.True(t, ended)
		lines := strings.Split(text, "\n")
		require.Len(t, lines, 4)
		in := map[string]int{}
		for _, i := range []int{0, 1, 3} {
			for _, g := range groups[rune(lines[i][1])] {
				in[g]++
			}
		}
		assert.True(t, in["A"] == 3 || in["B"] == 3, text)
		seen[text] = true
	}
	assert.Greater(t, len(seen), 10)
}

// Of all texts of a few characters, those that rhyme by the definition have the form.
// The characters share first bytes.
func TestVerseRhymesByDefinition(t *testing.T) {
	const characters = "a春映昨é"
	table := map[rune][]string{'a': {"1"}, '春': {"1", "2"}, '映': {"2", "3"}, 'é': {"1", "2"}, '昨': {"3"}}
	rhyme := func(c rune) []string { return table[c] }
	for pattern, between := range map[string]string{"1/1/1": "\n", "1,1,1,": "，", "1-1-1": "-"} {
		f, err := NewVerse(Verse{Pattern: pattern, Characters: characters, Rhyme: rhyme, Rhyming: []int{1, 2, 3}})
		require.NoError(t, err)
		rhymed := 0
		for _, a := range characters {
			for _, b := range characters {
				for _, c := range characters {
					text := string(a) + between + string(b) + between + string(c)
					if strings.HasSuffix(pattern, ",") {
						text += "。"
					}
					want := false
					for _, group := range []string{"1", "2"} { // 3 has two characters
						in := func(c rune) bool { return slices.Contains(table[c], group) }
						want = want || a != b && b != c && a != c && in(a) && in(b) && in(c)
					}
					if want {
						rhymed++
					}
					require.Equal(t, want, Matches(f, text), "%q: %q", pattern, text)
				}
			}
		}
		assert.Equal(t, 12, rhymed)
	}
}

func TestUsualRhymes(t *testing.T) {
	assert.Equal(t, []int{2}, usual(2))
	assert.Equal(t, []int{2}, usual(3))
	assert.Equal(t, []int{1, 2, 4}, usual(4))
	assert.Equal(t, []int{1, 2, 4, 6, 8}, usual(8))
}

func TestCharacters(t *testing.T) {
	chars, err := tokenizer.NewChars("b，a\n誰 1é")
	require.NoError(t, err)
	assert.Equal(t, "1abé誰", Characters(chars))
	words, err := tokenizer.NewWords("the whale", 10)
	require.NoError(t, err)
	assert.Equal(t, "aehltw", Characters(words))
}

// The span of the first bytes of a character is that of all characters that begin
// with them.
func TestSpan(t *testing.T) {
	type bounds struct{ lo, hi rune }
	want := map[string]*bounds{}
	for c := rune(0); c <= unicode.MaxRune; c++ {
		if c >= firstSurrogate && c <= lastSurrogate {
			continue
		}
		text := string(c)
		for n := 1; n < len(text); n++ {
			if b := want[text[:n]]; b == nil {
				want[text[:n]] = &bounds{c, c}
			} else {
				b.hi = c
			}
		}
	}
	for prefix, b := range want {
		lo, hi, ok := span([]byte(prefix))
		if !ok || lo > b.lo || hi < b.hi || prefix[0] != 0xED && (lo != b.lo || hi != b.hi) {
			t.Fatalf("%x: got %x to %x, %v, want %x to %x", prefix, lo, hi, ok, b.lo, b.hi)
		}
	}
	for a := range 256 {
		for _, b := range []int{-1, 0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF} {
			prefix := []byte{byte(a), byte(b)}[:1+min(1, b+1)]
			if _, _, ok := span(prefix); ok && want[string(prefix)] == nil && prefix[0] != 0xED {
				t.Fatalf("%x begins no character", prefix)
			}
		}
	}
}

func FuzzVerse(f *testing.F) {
	for _, p := range []string{"7，7。/7，7。", "5,7,5,", "*/*,*/", "x3y2"} {
		f.Add(p, "春風\nab,")
	}
	f.Fuzz(func(t *testing.T, pattern, characters string) {
		if len(pattern) > 100 {
			return
		}
		form, err := NewVerse(Verse{Pattern: pattern, Characters: characters})
		if err != nil {
			return
		}
		if text, ended := walk(t, form, 1, 100); ended {
			require.True(t, Matches(form, text))
		}
	})
}
