package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/quality"
)

// The samples of a seed are the texts of that seed and those after it.
func TestGenerateTextSamples(t *testing.T) {
	args := []string{"generate", "text", "春風", "-n", "20"}
	many := ok(t, call(t, append(args, "--seed=5", "--samples=3")...))
	var alone []string
	for _, seed := range []string{"5", "6", "7"} {
		alone = append(alone, strings.TrimSpace(ok(t, call(t, append(args, "--seed", seed)...)).out)+"\n")
	}
	assert.Equal(t, strings.Join(alone, "\n"), many.out)
	r := call(t, "generate", "text", "--samples=2", "-n", "5")
	assert.Regexp(t, `^\(seed \d+\)\n$`, r.err)
	file := filepath.Join(t.TempDir(), "t.txt")
	ok(t, call(t, append(args, "--seed=5", "--samples=3", "-o", file)...))
	assert.Equal(t, many.out, string(read(t, file)))
}

func TestGenerateTextStops(t *testing.T) {
	r := ok(t, call(t, "generate", "text", "--seed=2", "--stop", "。", "--stop", `\n`))
	assert.Regexp(t, `^\pL{7}，\pL{7}\n$`, r.out)
}

func TestGenerateTextWithinForms(t *testing.T) {
	for pattern, want := range map[string]string{
		"5，5。/5，5。": `^春風\pL{3}，\pL{5}。\n\pL{5}，\pL{5}。\n$`,
		"3,4":       `^春風\pL[，。\n]+\pL{4}[，。]\n$`,
		"*/*/":      "^春風[^\n]*\n[^\n]+\n$",
	} {
		r := ok(t, call(t, "generate", "text", "春風", "--form", pattern, "--seed=4", "--temperature=1.5", "--min-p=0.02", "--repetition=1.1"))
		assert.Regexp(t, want, r.out, pattern)
		assert.Empty(t, r.err)
	}
	many := ok(t, call(t, "generate", "text", "--form", "7，7。/7，7。", "--samples=5", "--seed=1"))
	for poem := range strings.SplitSeq(strings.TrimSpace(many.out), "\n\n") {
		assert.True(t, quality.IsQuatrain(poem), poem)
	}
	grammar := written(t, "a.gbnf", "root ::= \"春\" ([雨風] | line) \"，\"\nline ::= [^，。]{9}")
	r := ok(t, call(t, "generate", "text", "--form", grammar, "--seed=1"))
	assert.Regexp(t, `^春([雨風]|[^，。]{9})，\n$`, r.out)

	r = call(t, "generate", "text", "--form", "7，7。/7，7。", "--seed=4", "-n", "20")
	assert.Contains(t, r.err, "the text is cut off at 20, before its form ends")
	r = ok(t, call(t, "generate", "text", "--form", "7，7。/7，7。", "--seed=4", "-n", "20", "--samples=2", "-q"))
	assert.Empty(t, r.err)
}

// A model that learned ten steps of a JSON-like text writes JSON.
func TestGenerateTextWritesJSON(t *testing.T) {
	text := written(t, "data.txt", strings.Repeat(`{"name": "abc", "numbers": [1, 2.5e+3, -4], "is": true, "not": false, "none": null}`+"\n", 20))
	out := filepath.Join(t.TempDir(), "run")
	r := call(t, append([]string{"train", "text", "--data", text, "-o", out, "--steps=10", "-q"}, smallText...)...)
	require.Zero(t, r.status, r.err)
	complete := 0
	for _, seed := range []string{"1", "2", "3", "4", "5", "6"} {
		r := ok(t, call(t, "generate", "text", "-m", out, "--form=json", "-n", "200", "--seed", seed))
		if !strings.Contains(r.err, "cut off") {
			complete++
			assert.True(t, json.Valid([]byte(r.out)), r.out)
		}
	}
	assert.Positive(t, complete)
}

// Lines 1, 2 and 4 end in characters of one group.
func TestGenerateTextRhymes(t *testing.T) {
	groups := []string{"東同中風空紅", "真人春塵新身", "間山還關閑", "家花斜沙"}
	table := written(t, "rhymes.txt", "# four\na "+groups[0]+"\nb "+groups[1]+"\nc "+groups[2]+"\nd "+groups[3]+"\n")
	args := []string{"generate", "text", "--form", "7，7。/7，7。", "--rhyme", table, "--seed=3"}
	r := ok(t, call(t, append(args, "--samples=8")...))
	poems := strings.Split(strings.TrimSpace(r.out), "\n\n")
	require.Len(t, poems, 8)
	used := map[string]bool{}
	for _, poem := range poems {
		require.True(t, quality.IsQuatrain(poem), poem)
		c := []rune(poem)
		for _, group := range groups {
			if strings.ContainsRune(group, c[6]) {
				used[group] = true
				assert.Contains(t, group, string(c[14]), poem)
				assert.Contains(t, group, string(c[31]), poem)
			}
		}
	}
	assert.Greater(t, len(used), 1, "no group: lines end as they like")
	r = ok(t, call(t, append(args, "春風秋月夜花斜")...))
	assert.Regexp(t, `^春風秋月夜花斜，\pL{6}[家花沙]。\n\pL{7}，\pL{6}[家花沙]。\n$`, r.out)
}

func TestGenerateTextMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	rhymes := written(t, "rhymes.txt", "a 東同中\nb")
	few := written(t, "few.txt", "a 東同中")
	strange := written(t, "strange.txt", "a xyz")
	bad := written(t, "bad.gbnf", "root ::= other")
	large := written(t, "large.gbnf", strings.Repeat("# ", 1<<19)+"#")
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"--form", "none.gbnf"}, statusUsage, "--form none.gbnf: there is no such file; a form is json, lines such as 7,7,7,7, or a file with a grammar"},
		{[]string{"--form", bad}, statusError, `bad.gbnf: form: grammar: line 1, column 10: there is no rule "other"`},
		{[]string{"--form", large}, statusError, "large.gbnf: it is larger than any grammar, over a megabyte"},
		{[]string{"--form", "."}, statusError, "it is a folder"},
		{[]string{"--form", "7,0"}, statusError, `form: verse "7,0": a line of length 0`},
		{[]string{"--rhyme", rhymes}, statusUsage, "--rhyme is of lines: give them with --form, such as 7,7,7,7"},
		{[]string{"--rhyme", rhymes, "--form", "json"}, statusUsage, "--rhyme is of lines"},
		{[]string{"--rhyme", rhymes, "--form", bad}, statusUsage, "--rhyme is of lines"},
		{[]string{"--rhyme", "none.txt", "--form", "7,7"}, statusUsage, "--rhyme none.txt: there is no such file; give a table of rhymes, in each line a name"},
		{[]string{"--rhyme", large, "--form", "7,7"}, statusError, "large.gbnf: it is larger than any table of rhymes, over a megabyte"},
		{[]string{"--rhyme", rhymes, "--form", "7,7"}, statusError, `rhymes.txt: form: rhymes: line 2 has no characters after "b"`},
		{[]string{"--rhyme", strange, "--form", "7,7,7,7"}, statusError, "of the characters that may be written, no 3 rhyme with each other by the table"},
		{[]string{"春风", "--rhyme", few, "--form", "7,7"}, statusError, "prompt: the model does not know '风'"},
		{[]string{"春風秋", "--form", "2/2"}, statusError, `form: "春風秋" does not begin as the form does: it leaves it at byte 6, "秋"`},
		{[]string{"--form", "json"}, statusError, "the form cannot begin: the tokenizer has no token that it allows first"},
		{[]string{"--form", "2;2"}, statusError, `the form cannot go on after`},
		{[]string{"--form", "2;2", "--samples=2"}, statusError, `the form cannot go on after`},
		{[]string{"--min-p=1.5"}, statusUsage, "--min-p must be from 0 to 1, got 1.5"},
		{[]string{"--repetition=-1"}, statusUsage, "--repetition must be positive, got -1"},
		{[]string{"--samples=-1"}, statusUsage, "--samples must be from 1 to 10000, got -1"},
		{[]string{"--stop="}, statusUsage, "--stop must not be empty"},
	} {
		r := call(t, append([]string{"generate", "text"}, c.args...)...)
		assert.Equal(t, c.status, r.status, "%q: %s", c.args, r.err)
		assert.Contains(t, r.err, c.want, "%q", c.args)
	}
}

// Half of the text's poems rhyme.
func TestEvalCountsRhymes(t *testing.T) {
	poems := written(t, "poems.txt", strings.Repeat("ab\nce\naa\ncd\n\nab\nce\naa\nca\n\n", 10))
	table := written(t, "table.txt", "one bedx\ntwo a")
	out := filepath.Join(t.TempDir(), "run")
	ok(t, call(t, append([]string{"train", "text", "--data", poems, "-o", out, "--steps=2", "-q"}, smallText...)...))
	eval := func(args ...string) result {
		return call(t, append([]string{"eval", "-m", out, "--data", poems, "--n=4"}, args...)...)
	}
	assert.Contains(t, ok(t, eval("--form=2/2/2/2")).out, "of the text's own paragraphs, 100.0 %")
	assert.Contains(t, ok(t, eval("--form=2/2/2/2", "--rhyme", table)).out, "of the text's own paragraphs, 50.0 %")
	r := eval("--rhyme", table)
	assert.Equal(t, statusUsage, r.status)
	assert.Contains(t, r.err, "--rhyme is of lines")
}

// What was written before Ctrl+C is there.
func TestGenerateTextInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, more := range [][]string{nil, {"--samples=3"}} {
		r := callWith(t, ctx, append([]string{"generate", "text", "春風"}, more...)...)
		assert.Equal(t, statusInterrupted, r.status)
		out := written(t, "old.txt", "old")
		r = callWith(t, ctx, append([]string{"generate", "text", "春風", "-o", out}, more...)...)
		assert.Equal(t, result{statusInterrupted, "", "artnn: note: interrupted before there was any text: " + out + " is not written\n"}, r)
		assert.Equal(t, "old", string(read(t, out)), "what was there is better than nothing")
	}
}

// endsAfter is a context that ends when it has been asked so often.
type endsAfter struct {
	context.Context
	cancel context.CancelFunc
	left   *atomic.Int64
}

func (c endsAfter) Err() error {
	if c.left.Add(-1) == 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// A text that Ctrl+C ended is the beginning of the one of its seed, which is known.
func TestGenerateTextInterruptedMidway(t *testing.T) {
	call := func(args ...string) result {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		left := &atomic.Int64{}
		left.Store(100)
		return callWith(t, endsAfter{ctx, cancel, left}, append([]string{"generate", "text", "春風", "-n1000"}, args...)...)
	}
	for _, more := range [][]string{nil, {"--samples=2"}} {
		for _, toFile := range []bool{false, true} {
			args, pattern := more, `^\(seed (\d+)\)\n$`
			out := filepath.Join(t.TempDir(), "so.txt")
			if toFile {
				args, pattern = append(args, "-o", out), `^artnn: note: interrupted: .*so\.txt has what was written until then, from seed (\d+)\n$`
			}
			r := call(args...)
			assert.Equal(t, statusInterrupted, r.status)
			seed := regexp.MustCompile(pattern).FindStringSubmatch(r.err)
			require.NotNil(t, seed, "%q", r.err)
			text := r.out
			if toFile {
				assert.Empty(t, r.out)
				text = string(read(t, out))
			}
			whole := ok(t, callWith(t, context.Background(), append([]string{"generate", "text", "春風", "-n1000", "--seed", seed[1]}, more...)...)).out
			first, _, _ := strings.Cut(text, "\n\n春風") // the second sample
			first = strings.TrimSuffix(first, "\n")
			assert.Greater(t, len(first), len("春風"))
			assert.Less(t, len(first), len(whole)/2)
			assert.True(t, strings.HasPrefix(whole, first), "%q begins %q", whole, first)
			assert.True(t, strings.HasSuffix(text, "\n"))
		}
	}
}

// The seed comes before the text: who ends the program early knows it.
func TestGenerateTextTellsTheSeedFirst(t *testing.T) {
	var both bytes.Buffer
	assert.Zero(t, run(context.Background(), []string{"generate", "text", "春風"}, bareConsole(&both, &both)))
	assert.Regexp(t, `^\(seed \d+\)\n春風`, both.String())
	r := callWith(t, context.Background(), "generate", "text", "春风")
	assert.Regexp(t, "^artnn: generate: prompt: .*\n$", r.err, "a text that does not begin has no seed")
	assert.Empty(t, r.out)
}

func TestEvalComparesWhatIsWritten(t *testing.T) {
	novel := textFile(t, 6000)
	out := filepath.Join(t.TempDir(), "run")
	r := call(t, append([]string{"train", "text", "--data", novel, "-o", out, "--steps=10", "-q"}, smallText...)...)
	require.Zero(t, r.status, r.err)
	r = ok(t, call(t, "eval", "-m", out, "--data", novel))
	for _, want := range []string{
		`in bits +\d\.\d{4} a character, \d\.\d{4} a byte\n`, `wrote +16 texts, 6,[34]\d\d characters\n`,
		`distinct words +\d+\.\d %, as much of the text has \d+\.\d %\n`, `distinct pairs +\d+\.\d %`,
		`longest copy +\d+ characters: ".+"; the text has \d+ of its own twice\n`,
	} {
		assert.Regexp(t, want, r.out)
	}
	assert.NotContains(t, r.out, "keep the form")
	assert.Equal(t, r, call(t, "eval", "-m", out, "--data", novel), "the seed has a default")
	assert.Contains(t, call(t, "eval", "-m", out, "--data", novel, "-n", "5").err, "-n is of picture generators and, with --form, of texts", "it is measured on all of a text")
	r = ok(t, call(t, "eval", "-m", out, "--data", novel, "--form", "*/*/", "-n", "5"))
	assert.Regexp(t, `keep the form +\d+\.\d % of 5 texts; of the text's own paragraphs, \d+\.\d %\n`, r.out)

	bits := regexp.MustCompile(`cross-entropy .* ([\d.]+) bits a character\nin bits +([\d.]+) a character`).FindStringSubmatch(r.out)
	require.NotNil(t, bits)
	assert.Equal(t, bits[1], bits[2], "a token is a character here")

	r = call(t, "eval", "-m", out, "--data", novel, "--form", "none.gbnf")
	assert.Equal(t, statusUsage, r.status)
	image := filepath.Join(t.TempDir(), "image")
	r = call(t, append([]string{"train", "image", "--data", facesFolder(t, 30), "-o", image, "--steps=1", "-q"}, smallImage...)...)
	require.Zero(t, r.status, r.err)
	r = call(t, "eval", "-m", image, "--data", novel, "--form", "json")
	assert.Equal(t, statusUsage, r.status)
	assert.Contains(t, r.err, "--form and --rhyme are of texts, and the model is of kind GAN")
}
