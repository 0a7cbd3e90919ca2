package form

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/generate"
)

// walk writes a text of a form, of bytes chosen at random among those it allows; an end
// is taken where it may be one time in four, and after so many bytes as soon as can be.
// Forms whose states are alive always have a next byte.
func walk(t testing.TB, f generate.Form, seed uint64, most int) (text string, ended bool) {
	rng := rand.New(rand.NewPCG(seed, 0))
	s := f.Start()
	require.NotNil(t, s)
	var out []byte
	for len(out) < most {
		if s.Final() && rng.IntN(4) == 0 {
			return string(out), true
		}
		from := rng.IntN(256)
		var next generate.FormState
		for i := range 256 {
			b := byte(from + i)
			if next = s.Next(b); next != nil {
				out = append(out, b)
				break
			}
		}
		if next == nil {
			require.True(t, s.Final(), "no way on after %q", out)
			return string(out), true
		}
		s = next
	}
	return string(out), false
}

var expressions = []string{
	`a`, `abc`, `a|b`, `ab|cd|`, `a*`, `a+b?`, `(ab)*c`, `(a|ab)(c|bcd)`, `[a-c]{2,4}`, `x{3}`, `(a{0,2}b){2,}`,
	`.`, `(?s).`, `\p{Han}{2}`, `[^a]`, `[^\n]*`, `\d{4}-\d\d`, `(?i)stra[sß]e`, `(?i)k`, `é+`, `[à-ü]`, `\pL\pN?`,
	`^a$`, `(^a|b)c`, `a(b|$)`, `(^|x)a`, `^$`, `(a$)?`, `(?:(?:a*)*)*b`, `((a|b)*abb)+`, `[\x{800}-\x{10000}]`,
	`[\x{7f}-\x{80}]`, `\x{10FFFF}`, `[\x{D7FF}-\x{E000}]`, `(\w+ ){2}\w+\.`, `a??b`, `(?U)a*`,
}

// Whole texts match as package regexp says, whatever the text.
func TestRegexpIsPackageRegexps(t *testing.T) {
	texts := []string{
		"", "a", "b", "ab", "abc", "abcd", "abbcd", "cd", "aab", "aaa", "c", "ababc", "abb", "aabbabb", "x", "xxx", "xxxx", "xa",
		"bc", "ac", "aabaab", "bb", "abab", "\n", "é", "éé", "誰", "誰誰", "2024-12", "2024-1x", "Straße", "STRASSE", "strase", "K", "K",
		"\u0800", "\uffff", "\U00010000", "\U00010001", "\u07ff", "\x7f", "\u0080", "\U0010FFFF", "\ud7ff", "\ue000", "\uE001",
		"one two three.", "one two.", "\xff", "\xe8\xaa", "a\xff", "a1", "ā9", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "�",
	}
	for _, e := range expressions {
		f, err := Regexp(e)
		require.NoError(t, err, e)
		whole := regexp.MustCompile(`\A(?:` + e + `)\z`)
		for _, text := range texts {
			want := utf8.ValidString(text) && whole.MatchString(text)
			assert.Equal(t, want, Matches(f, text), "%s on %q", e, text)
		}
		for seed := range uint64(20) {
			if text, ended := walk(t, f, seed, 60); ended {
				assert.True(t, utf8.ValidString(text), "%s: %q", e, text)
				assert.True(t, whole.MatchString(text), "%s: %q", e, text)
			}
		}
	}
}

func TestRegexpErrors(t *testing.T) {
	for e, want := range map[string]string{
		`(`:                                     "missing closing )",
		`\b`:                                    "boundaries of words and lines are not known",
		`(?m)^a`:                                "boundaries of words and lines are not known",
		`a[^\x{0}-\x{10FFFF}]`:                  "no text has this form",
		`a^b`:                                   "no text has this form",
		`a$b`:                                   "no text has this form",
		`(\pL{30}\PL{30}){2}`:                   "",
		strings.Repeat(`(a|b)`, 300) + `{2000}`: "invalid repeat count",
		"\xff":                                  "invalid UTF-8",
		strings.Repeat(`\pL{500}\pN{500}[^\pL]{500}\pM{500}`, 20): "it is too large",
	} {
		_, err := Regexp(e)
		if want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, want, e)
		assert.ErrorContains(t, err, "form: regular expression")
	}
}

func TestGrammar(t *testing.T) {
	for grammar, texts := range map[string]map[string]bool{
		`root ::= "a" "b"`: {"ab": true, "a": false, "abc": false, "": false},
		"root ::= x | \"c\"\nx ::= [a-b]+ # one\n# two\n":                             {"ab": true, "c": true, "cc": false, "": false},
		"root ::= \"(\" root \")\" | \"\"":                                            {"": true, "()": true, "((()))": true, "(()": false, "())": false},
		"root ::= \"a\" root \"a\" | \"b\" root \"b\" | \"a\" | \"b\" | \"\"":         {"": true, "abba": true, "ababa": true, "aab": false, "bbabb": true},
		"root ::=\n  (\n \"a\"\n |\n \"b\"\n )\n | \"c\" |\n \"d\"":                   {"a": true, "b": true, "c": true, "d": true, "e": false},
		"root ::= \"x\"\n  | \"y\"":                                                   {"x": true, "y": true},
		`root ::= [^a-z\]\-]{2,3} . "\x41\u00e9\U0001F600\n\"\\"`:                     {"12?Aé😀\n\"\\": true, "1]?Aé😀\n\"\\": false},
		`root ::= ("a" "b"?){2}"c"*"d"+`:                                              {"aacd": true, "ababcccdd": true, "abd": false, "abacdd": true},
		`root ::= [a-]+ "x"{,2}`:                                                      {"a-": true, "-xx": true, "axxx": false},
		"root ::= sum\nsum ::= term (\"+\" term)*\nterm ::= [0-9]+ | \"(\" sum \")\"": {"1+(2+3)+44": true, "(1": false, "((1))+2": true, "+": false},
		"root ::= a a a\na ::= b?\nb ::= \"x\"":                                       {"": true, "x": true, "xxx": true, "xxxx": false},
		"root ::= line{4}\r\nline ::= [^\\n]{3} \"\\n\"\r\n":                          {"abc\ndef\nghi\n誰誰誰\n": true, "abc\ndef\nghi\n": false},
		"root ::= s\ns ::= np \" \" vp\nnp ::= \"the \" n (\" that \" vp)?\nn ::= \"cat\" | \"dog\"\nvp ::= v \" \" np | \"sleeps\"\nv ::= \"sees\" | \"hears\"": {"the cat that sees the dog sleeps": true, "the cat sleeps": true, "the cat that sleeps": false},
	} {
		f, err := Grammar(grammar)
		require.NoError(t, err, grammar)
		for text, want := range texts {
			assert.Equal(t, want, Matches(f, text), "%s on %q", grammar, text)
		}
		for seed := range uint64(20) {
			if text, ended := walk(t, f, seed, 200); ended {
				assert.True(t, Matches(f, text), "%s: %q", grammar, text)
			}
		}
	}
}

// manyRules is a grammar of rules that begin with each other, in two ways each.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("root ::= a0\n")
	for i := range n {
		fmt.Fprintf(&b, "a%d ::= a%d a%d | a%d\n", i, i+1, i+1, i+1)
	}
	fmt.Fprintf(&b, "a%d ::= \"a\"\n", n)
	return b.String()
}

func TestGrammarErrors(t *testing.T) {
	for grammar, want := range map[string]string{
		``:                                   `there is no rule "root"`,
		`a ::= "b"`:                          `there is no rule "root"`,
		`root ::= b "c"`:                     `line 1, column 10: there is no rule "b"`,
		"root ::= \"a\"\nroot ::= \"b\"":     `line 2, column 1: there is another rule "root"`,
		`root = "a"`:                         `line 1, column 6: expected ::= after the name "root", got "="`,
		`root ::= "a`:                        "line 1, column 10: the string is not closed",
		"root ::= \"a\n\"":                   "line 1, column 10: the string is not closed",
		`root ::= [a`:                        "line 1, column 10: the class is not closed",
		`root ::= [b-a]`:                     "a range from 'b' to 'a', which is empty",
		`root ::= ("a"`:                      "line 1, column 10: the bracket ( is not closed",
		`root ::= "a")`:                      `line 1, column 13: expected the end of the rule "root", got ")"`,
		`root ::= "a" $`:                     `got "$"`,
		`root ::= "\q"`:                      `line 1, column 11: there is no escape \q`,
		`root ::= "\u12"`:                    `\u needs 4 hexadecimal digits`,
		`root ::= "\xg1"`:                    `\x needs 2 hexadecimal digits`,
		`root ::= "\ud800"`:                  "there is no character D800",
		`root ::= "\U00110000"`:              "there is no character 110000",
		`root ::= "a"{`:                      "line 1, column 13: a repetition is {n}, {n,} or {n,m}",
		`root ::= "a"{3,2}`:                  "a repetition of at least 3 and at most 2 is none",
		`root ::= "a"{1001}`:                 "a repetition is at most 1000",
		`root ::= "a"{99999999999999999999}`: "a repetition is at most 1000",
		`root ::= root "a" | "b"`:            `rule "root" calls itself before any character`,
		"root ::= a\na ::= \"\" b \"c\" | \"d\"\nb ::= \"x\"? a": "calls itself before any character",
		`root ::= "a" root`:          "no text has this form",
		"root ::= \"\xff\"":          "line 1, column 11: byte 0xff is not UTF-8",
		"root ::= é":                 `got "é"`,
		"%":                          `expected the name of a rule, got "%"`,
		`root ::= ("a"{1000}){1000}`: "it is too large",
		manyRules(3000):              "there are more than 4096 ways to its first character",
		"root ::= " + strings.Repeat("(", 300) + `"a"` + strings.Repeat(")", 300): "brackets are nested more than 200 deep",
	} {
		_, err := Grammar(grammar)
		assert.ErrorContains(t, err, want, "%s", shortened(grammar))
		assert.ErrorContains(t, err, "form: grammar: ")
	}
}

// A rule that no text comes to the end of takes its alternatives with it, so that
// nobody runs into it.
func TestNobodyRunsIntoADeadEnd(t *testing.T) {
	f, err := Grammar("root ::= \"a\" dead | \"ab\" | \"c\" dead\ndead ::= \"x\" dead")
	require.NoError(t, err)
	assert.True(t, Matches(f, "ab"))
	assert.Nil(t, f.Start().Next('c'))
	assert.Nil(t, f.Start().Next('a').Next('x'))
}

// An ambiguous grammar has exponentially many ways; it stays usable.
func TestAmbiguousGrammars(t *testing.T) {
	f, err := Grammar("root ::= \"x\" root a | \"x\" root b | \"x\"\na ::= \"y\"\nb ::= \"y\"")
	require.NoError(t, err)
	assert.True(t, Matches(f, "xxxxxxyyyyy"))
	s := f.Start()
	for range 25 {
		s = s.Next('x')
		require.NotNil(t, s)
	}
}

func TestJSON(t *testing.T) {
	f := JSON()
	for text, want := range map[string]bool{
		`{}`: true, `[]`: true, `{"a": [1, -2.5e+3, "x\n\u00e9", null, true, false, {}]}`: true,
		"{\n  \"a\": 1,\n  \"b\": {\n    \"c\": []\n  }\n}": true,
		`1`: false, `"a"`: false, `{a: 1}`: false, `[1,]`: false, `[01]`: false, `["` + "\n" + `"]`: false, `["\x"]`: false,
		`{"a"}`: false, `[] `: false, `[`: false, `["誰"]`: true, `[-]`: false, `[1.]`: false, `[nul]`: false,
	} {
		assert.Equal(t, want, Matches(f, text), text)
		if want {
			assert.True(t, json.Valid([]byte(text)))
		}
	}
	ended := 0
	for seed := range uint64(600) {
		if text, ok := walk(t, f, seed, 60); ok {
			ended++
			assert.True(t, json.Valid([]byte(text)), "%q", text)
		}
	}
	assert.Greater(t, ended, 20)
	deep := strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	assert.True(t, Matches(f, deep))
}

func TestAfter(t *testing.T) {
	f, err := Regexp(`(春|夏)風.{3}`)
	require.NoError(t, err)
	rest, err := After(f, "春風")
	require.NoError(t, err)
	assert.True(t, Matches(rest, "abc"))
	assert.False(t, Matches(rest, "春風abc"))
	for text, want := range map[string]string{
		"秋":      `form: "秋" does not begin as the form does: it leaves it at byte 0, "秋"`,
		"春雨":     `it leaves it at byte 3, "雨"`,
		"春\xe9a": `it leaves it at byte 4, "a"`,
		"春風abcd": `it leaves it at byte 9, "d"`,
	} {
		_, err = After(f, text)
		assert.ErrorContains(t, err, want)
	}
	same, err := After(f, "")
	require.NoError(t, err)
	assert.True(t, Matches(same, "夏風123"))
}

// FuzzRegexp compares with package regexp.
func FuzzRegexp(f *testing.F) {
	for i, e := range expressions {
		f.Add(e, expressions[(i+1)%len(expressions)])
	}
	f.Add(`(a|a)*b`, "aaaab")
	f.Fuzz(func(t *testing.T, e, text string) {
		if len(e) > 60 || len(text) > 60 {
			return
		}
		form, err := Regexp(e)
		whole, failed := regexp.Compile(`\A(?:` + e + `)\z`)
		if err != nil {
			return
		}
		if failed != nil { // a flag that ends the bracket, such as "(?i"
			t.Skip()
		}
		want := utf8.ValidString(text) && whole.MatchString(text)
		if got := Matches(form, text); got != want {
			t.Errorf("%q on %q: got %v, want %v", e, text, got, want)
		}
		if text, ended := walk(t, form, 1, 100); ended && !whole.MatchString(text) {
			t.Errorf("%q: wrote %q", e, text)
		}
	})
}

// FuzzGrammar holds that no grammar makes it panic, take much memory, or write what
// it does not match.
func FuzzGrammar(f *testing.F) {
	f.Add(jsonGrammar)
	f.Add("root ::= \"x\" root a | \"x\" root b | \"x\"\na ::= \"y\"\nb ::= \"y\"")
	f.Add("root ::= [^a-z\\]]{2,3} . \"\\x41\" (\"a\" | b)* # c\nb ::= root? \"z\"+")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 {
			return
		}
		form, err := Grammar(text)
		if err != nil {
			return
		}
		if text, ended := walk(t, form, 1, 60); ended {
			require.True(t, Matches(form, text))
		}
	})
}
