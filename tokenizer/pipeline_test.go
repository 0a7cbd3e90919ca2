package tokenizer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/tokenizerjson"
)

// Many goroutines encode with one tokenizer, each the same as alone.
func TestPipelineServesGoroutines(t *testing.T) {
	p := loadPipeline(t, "qwen2")
	g := loadGoldens(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				for i, s := range g.Samples {
					ids, err := p.Encode(s)
					assert.NoError(t, err)
					assert.Equal(t, g.Tokenizers["qwen2"].IDs[i], ids)
				}
			}
		})
	}
	wait.Wait()
}

// hostile are texts that take a slow tokenizer n² steps.
func hostile(n int) map[string]string {
	return map[string]string{
		"letter":  strings.Repeat("a", n),
		"pairs":   strings.Repeat("ab", n/2),
		"spaces":  strings.Repeat(" ", n),
		"lines":   strings.Repeat("\n", n),
		"mixed":   strings.Repeat(" \n", n/2),
		"word":    strings.Repeat("thepainter", n/10),
		"upper":   strings.Repeat("A", n),
		"digits":  strings.Repeat("1", n),
		"quotes":  strings.Repeat("'s", n/2),
		"joiners": strings.Repeat("👩\u200d", n/7),
		"accents": strings.Repeat("\u0301\u0323", n/4),
		"special": strings.Repeat("<|endoftext|", n/12),
		"hangul":  strings.Repeat("\u1112\u1161\u11ab", n/9),
	}
}

// A text of 128 KB takes more than ten seconds if steps are squares of its length, and
// milliseconds otherwise.
func TestHostileTextsTakeLinearTime(t *testing.T) {
	for _, name := range []string{"gpt2", "llama3", "qwen2", "smollm", "o200k", "llama2", "unigram", "bert"} {
		p := loadPipeline(t, name)
		size := 1 << 17
		if testing.Short() {
			size = 1 << 13 // shows no panic and no race, and does not tell n² from n
		}
		for kind, text := range hostile(size) {
			begin := time.Now()
			ids, err := p.Encode(text)
			require.NoError(t, err)
			assert.Less(t, time.Since(begin), 10*time.Second, "%s, %s", name, kind)
			if name != "bert" && name != "unigram" && name != "qwen2" {
				assert.Equal(t, text, p.Decode(ids), "%s, %s", name, kind)
			}
		}
	}
}

// mergeSlowly is what merger.merge must equal: all pairs looked at for each merge.
func mergeSlowly(pairs *pairTable, symbols []int32) []int32 {
	for {
		at, best := -1, merge{rank: noMerge}
		for i := range len(symbols) - 1 {
			if m := pairs.get(symbols[i], symbols[i+1]); m.rank < best.rank {
				at, best = i, m
			}
		}
		if at < 0 {
			return symbols
		}
		symbols[at] = best.id
		symbols = slices.Delete(symbols, at+1, at+2)
	}
}

func TestMergesAreTheSameForAnyLength(t *testing.T) {
	m := loadPipeline(t, "gpt2").model.(*bpe)
	text := strings.Join(loadGoldens(t).Samples, "")
	var g merger
	for n := 1; n < 3*manySymbols; n++ {
		for _, at := range []int{0, 100, 733} {
			piece := text[at : at+n]
			want := mergeSlowly(&m.pairs, m.start(nil, piece))
			require.Equal(t, want, append([]int32{}, g.merge(&m.pairs, m.start(nil, piece))...), "%q", piece)
			if n > 1 { // the queue serves short pieces too
				symbols := m.start(nil, piece)
				g.next = slices.Grow(g.next[:0], n)[:n]
				for i := range n - 1 {
					g.next[i] = m.pairs.get(symbols[i], symbols[i+1])
				}
				g.next[n-1] = merge{rank: noMerge}
				require.Equal(t, want, g.mergeMany(&m.pairs, symbols), "%q", piece)
			}
		}
	}
}

// Where a long text is cut, its tokens do not change.
func TestCutsChangeNothing(t *testing.T) {
	p := loadPipeline(t, "llama2")
	m := p.model.(*bpe)
	require.NotNil(t, m.cuts)
	for _, s := range append(loadGoldens(t).random(300), strings.Join(loadGoldens(t).Samples, "")) {
		want, err := p.Encode(s)
		require.NoError(t, err)
		cuts := m.cuts
		m.cuts = nil
		got, err := p.Encode(s)
		m.cuts = cuts
		require.NoError(t, err)
		require.Equal(t, want, got, "%q", s)
	}
}

// A cache that is full begins anew, and pieces that hash alike do not take each
// other's tokens.
func TestCacheIsBounded(t *testing.T) {
	var c cache
	for i := range 200_000 {
		piece := fmt.Sprint("piece ", i)
		_, hash, ok := c.get(piece)
		require.False(t, ok)
		c.put(piece, hash, []int32{int32(i), 7, 8, 9})
		ids, _, ok := c.get(piece)
		require.True(t, ok)
		require.Equal(t, []int32{int32(i), 7, 8, 9}, ids)
	}
	assert.LessOrEqual(t, cap(c.keys), 2*cacheKeys)
	assert.LessOrEqual(t, cap(c.ids), 2*cacheIDs)
	_, hash, _ := c.get("one")
	c.put("one", hash, []int32{1})
	c.put("two", hash, []int32{2}) // as if it hashed alike
	ids, _, ok := c.get("one")
	require.True(t, ok)
	assert.Equal(t, []int32{1}, ids)
	_, _, ok = c.get(strings.Repeat("x", maxCached+1))
	assert.False(t, ok)
}

func TestHuggingFaceFolders(t *testing.T) {
	gpt2 := loadPipeline(t, "gpt2")
	m := gpt2.model.(*bpe)
	vocab, err := json.Marshal(m.ids)
	require.NoError(t, err)
	merges := "#version: 0.2\n"
	for _, pair := range m.merges {
		merges += m.texts[pair[0]] + " " + m.texts[pair[1]] + "\n"
	}
	bert := loadPipeline(t, "bert")
	files := fstest.MapFS{
		"gpt2/vocab.json":     {Data: vocab},
		"gpt2/merges.txt":     {Data: []byte(merges)},
		"bert/vocab.txt":      {Data: []byte(strings.Join(bert.tokens, "\n") + "\n")},
		"half/vocab.json":     {Data: vocab},
		"bad/vocab.json":      {Data: []byte(`[]`)},
		"bad/merges.txt":      {Data: []byte(merges)},
		"worse/vocab.json":    {Data: vocab},
		"worse/merges.txt":    {Data: []byte("#version: 0.2\nabc\n")},
		"none/README.md":      {Data: []byte("x")},
		"full/tokenizer.json": {Data: []byte(`{}`)},
	}
	g := loadGoldens(t)
	for name, of := range map[string]*Pipeline{"gpt2": gpt2, "bert": bert} {
		p, err := LoadHuggingFaceFS(files, name)
		require.NoError(t, err)
		assert.Equal(t, of.Len(), p.Len())
		assert.Equal(t, of.SpecialTokens(), p.SpecialTokens())
		assert.Equal(t, of.Surround([]int32{9}), p.Surround([]int32{9}))
		for i, s := range g.Samples {
			ids, err := p.Encode(s)
			require.NoError(t, err)
			assert.Equal(t, g.Tokenizers[name].IDs[i], ids, "%q", s)
			assert.Equal(t, of.Decode(ids), p.Decode(ids))
		}
	}
	for name, want := range map[string]string{
		"half":   "half: no tokenizer.json, no vocab.json with merges.txt, and no vocab.txt",
		"none":   "none: no tokenizer.json",
		"bad":    "bad/vocab.json: vocabulary: json: cannot unmarshal array",
		"worse":  `worse/vocab.json: merge 2, "abc", is not two tokens`,
		"full":   `full/tokenizer.json: version "": expected "1.0"`,
		"absent": "file does not exist",
	} {
		_, err := LoadHuggingFaceFS(files, name)
		assert.ErrorContains(t, err, want, name)
	}
	_, err = LoadHuggingFace(filepath.Join(t.TempDir(), "x"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = NewWordPiece([]string{"a", "b", "a"}, true)
	assert.EqualError(t, err, `vocabulary: "a" is there twice, in lines 1 and 3`)
	_, err = NewWordPiece([]string{"a"}, true)
	assert.ErrorContains(t, err, "[UNK] is missing")
}

func TestTokensByName(t *testing.T) {
	p := loadPipeline(t, "gpt2")
	id, ok := p.Token("<|endoftext|>")
	assert.True(t, ok)
	assert.Equal(t, int32(0), id)
	assert.Equal(t, []int32{0}, p.SpecialTokens())
	_, ok = p.Token("<|im_start|>")
	assert.False(t, ok)
}

// A tokenizer.json that asks for what there is not is refused, with what it is.
func TestHuggingFaceRefuses(t *testing.T) {
	const model = `"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}`
	file := func(more string) string { return `{"version":"1.0",` + more + `}` }
	for _, c := range []struct{ text, want string }{
		{``, "EOF"},
		{`[]`, "cannot unmarshal array"},
		{`{"version":"2.0"}`, `version "2.0": expected "1.0"`},
		{file(`"model":null`), "the model is missing"},
		{file(model + `,"extra":1`), `unknown field "extra"`},
		{file(`"normalizer":{"type":"Precompiled","precompiled_charsmap":"x"},` + model), `normalizer: type "Precompiled" is not supported; this program knows BertNormalizer, Lowercase`},
		{file(`"normalizer":{},` + model), `normalizer: the field "type" is missing`},
		{file(`"normalizer":{"type":"NFC","form":1},` + model), `normalizer NFC: json: unknown field "form"`},
		{file(`"normalizer":{"type":"Replace","pattern":{},"content":""},` + model), `the pattern needs either`},
		{file(`"normalizer":{"type":"Replace","pattern":{"Regex":"\\d+"},"content":""},` + model), `the regular expression "\\d+" is not supported: it has \d`},
		{file(`"normalizer":{"type":"Sequence","normalizers":[null]},` + model), `normalizer 1 of the sequence is null`},
		{file(`"pre_tokenizer":{"type":"Magic"},` + model), `pre-tokenizer: type "Magic" is not supported`},
		{file(`"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+"},"behavior":"Isolated","invert":false},` + model), `pre-tokenizer Split: the regular expression "\\p{L}+" is not supported`},
		{file(`"pre_tokenizer":{"type":"Split","pattern":{"String":" "},"behavior":"Odd","invert":false},` + model), `the behavior "Odd" is not supported`},
		{file(`"pre_tokenizer":{"type":"Metaspace","replacement":"xy","prepend_scheme":"always"},` + model), `the replacement "xy" is not one character`},
		{file(`"decoder":{"type":"CTC"},` + model), `decoder: type "CTC" is not supported`},
		{file(`"decoder":{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":" ","start":2,"stop":0}]},` + model), `a Strip after Fuse of more than one character`},
		{file(`"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}},` + model), `the special token "x" is not among special_tokens`},
		{file(`"post_processor":{"type":"BertProcessing","sep":["x",99],"cls":["y",1]},` + model), `the token 99 is not one of 3`},
		{file(`"added_tokens":[{"id":1,"content":"x"}],` + model), `added token "x" has the number 1, which is "b" in the model`},
		{file(`"added_tokens":[{"id":9,"content":"b"}],` + model), `in the model it has 1`},
		{file(`"added_tokens":[{"id":999999,"content":"x"}],` + model), `numbers from 0 to`},
		{file(strings.Replace(model, `"b":1`, `"b":2147483647`, 1)), `token "b" has the number 2147483647; with 3 tokens`},
		{file(strings.Replace(model, `"b":1`, `"b":0`, 1)), `"a" and "b" have the same number 0`},
		{file(strings.Replace(model, `"a b"`, `"a c"`, 1)), `merge 1, ["a" "c"]: one of "a", "c" and "ac" is not in the vocabulary`},
		{file(strings.Replace(model, `"a b"`, `"a"`, 1)), `merge 1, "a", is not two tokens`},
		{file(strings.Replace(model, `"dropout":null`, `"dropout":0.1`, 1)), `dropout is not supported`},
		{file(strings.Replace(model, `"unk_token":null`, `"unk_token":"?"`, 1)), `the unknown token "?" is not in the vocabulary`},
		{file(strings.Replace(model, `"BPE"`, `"WordLevel"`, 1)), `model: type "WordLevel" is not supported; this program knows BPE, Unigram, WordPiece`},
		{file(`"model":{"type":"Unigram","unk_id":7,"vocab":[["a",0]]}`), `unk_id is 7`},
		{file(`"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}`), `is not a token and its score`},
		{file(`"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0]]}`), `with a model of type BPE only`},
	} {
		_, err := ParseHuggingFace([]byte(c.text))
		assert.ErrorContains(t, err, c.want, "%s", c.text)
	}
	_, err := json.Marshal(&Pipeline{})
	assert.ErrorContains(t, err, "no model")
}

// What no token has is an error where there is none for the unknown.
func TestUnknownWithoutToken(t *testing.T) {
	for _, text := range []string{
		`{"version":"1.0","model":{"type":"Unigram","unk_id":null,"vocab":[["a",-1]]}}`,
		`{"version":"1.0","model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"a":0}}}`,
	} {
		p, err := ParseHuggingFace([]byte(text))
		require.NoError(t, err)
		ids, err := p.Encode("a")
		require.NoError(t, err)
		assert.Equal(t, []int32{0}, ids)
		_, err = p.Encode("b")
		assert.ErrorContains(t, err, "not in the vocabulary")
		ids, err = p.Encode("a")
		require.NoError(t, err)
		assert.Equal(t, []int32{0}, ids)
	}
}

func TestLines(t *testing.T) {
	long := strings.Repeat("é", maxLine/2) + "x"
	for _, text := range []string{"", "\n", "a", "a\n", "a\r\n\nb", "x" + long + "\n中" + long} {
		var all []string
		for line, err := range Lines(strings.NewReader(text)) {
			require.NoError(t, err)
			require.NotEmpty(t, line)
			require.True(t, utf8.ValidString(line))
			require.LessOrEqual(t, len(line), maxLine+utf8.UTFMax)
			all = append(all, line)
		}
		require.Equal(t, text, strings.Join(all, ""))
	}
	broken := errors.New("broken")
	var last error
	for _, last = range Lines(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken))) {
	}
	assert.ErrorIs(t, last, broken)
	for line := range Lines(strings.NewReader("a\nb\n")) {
		assert.Equal(t, "a\n", line)
		break
	}
}

// The tokenizers of testdata were trained by Hugging Face's library, on the texts that
// are the first samples.
func TestTrainedTokensEqualHuggingFace(t *testing.T) {
	g := loadGoldens(t)
	var corpus []string
	text, err := os.ReadFile("testdata/corpus.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &corpus))
	for name, size := range map[string]int{"gpt2": 600, "smollm": 350} {
		told := 0
		p, err := TrainBPE(context.Background(), Texts(corpus...), BPETraining{VocabSize: size, Cut: name, Progress: func(tokens, of int) {
			assert.Equal(t, size, of)
			told = tokens
		}})
		require.NoError(t, err)
		want := loadPipeline(t, name)
		assert.Equal(t, p.Len(), told)
		assert.Equal(t, len(want.model.tokens()), p.Len()) // of gpt2 fewer than asked for
		if name == "smollm" {                              // which has added tokens
			assert.Equal(t, want.model, p.model)
			continue
		}
		for i, s := range g.Samples {
			ids, err := p.Encode(s)
			require.NoError(t, err)
			assert.Equal(t, g.Tokenizers[name].IDs[i], ids, "%q", s)
		}
		got, err := p.model.component()
		require.NoError(t, err)
		wanted, err := want.model.component()
		require.NoError(t, err)
		assert.JSONEq(t, string(wanted), string(got))
	}
}

func TestTrainBPERefuses(t *testing.T) {
	ctx := context.Background()
	broken := errors.New("broken")
	for _, c := range []struct {
		texts func(func(string, error) bool)
		o     BPETraining
		want  string
	}{
		{Texts(), BPETraining{}, "the text is empty"},
		{Texts("a", "\xff"), BPETraining{}, "text 2: byte 0 (0xff) is not UTF-8"},
		{func(yield func(string, error) bool) { yield("", broken) }, BPETraining{}, "broken"},
		{Texts("a"), BPETraining{VocabSize: 100}, "a vocabulary of size 100: must be from 257"},
		{Texts("a"), BPETraining{VocabSize: 1 << 21}, "to 1048576"},
		{Texts("a"), BPETraining{Cut: "gpt9"}, `pre-tokenization "gpt9" is not known; this program knows gpt2, llama3, qwen2, smollm`},
		{Texts("a"), BPETraining{MinFrequency: -1}, "minimum frequency of -1"},
		{Texts("a"), BPETraining{SpecialTokens: []string{"x", "x"}}, "special token 2"},
	} {
		_, err := TrainBPE(ctx, c.texts, c.o)
		assert.ErrorContains(t, err, c.want)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	_, err := TrainBPE(stopped, Texts("a"), BPETraining{})
	assert.ErrorIs(t, err, context.Canceled)
	// Cancelled between two merges.
	stopped, stop = context.WithCancel(ctx)
	_, err = TrainBPE(stopped, Texts(strings.Join(loadGoldens(t).Samples, "\n")), BPETraining{Progress: func(n, _ int) {
		if n > 300 {
			stop()
		}
	}})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "of 8192: context")

	p, err := TrainBPE(ctx, Texts("aa aa"), BPETraining{SpecialTokens: []string{}})
	require.NoError(t, err)
	assert.Equal(t, 257, p.Len(), "the bytes and \"aa\"")
}

// FuzzHuggingFace mutates tokenizers: what is read encodes and decodes without a panic,
// and reads back from what it writes.
func FuzzHuggingFace(f *testing.F) {
	for _, name := range []string{"gpt2", "llama3", "qwen2", "smollm", "o200k", "llama2", "unigram", "bert"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		require.NoError(f, err)
		f.Add(text, "we've a café <tag> 12 \u0301")
	}
	f.Fuzz(func(t *testing.T, text []byte, s string) {
		p, err := ParseHuggingFace(text)
		if err != nil {
			return
		}
		require.LessOrEqual(t, p.Len(), 8*len(text)+1<<17)
		for _, s := range []string{s, "The painter's 123 \n", "é中"} {
			ids, err := p.Encode(s)
			if err != nil {
				continue
			}
			p.Decode(ids)
			p.Text(ids)
		}
		out, err := p.HuggingFace()
		require.NoError(t, err)
		again, err := ParseHuggingFace(out)
		require.NoError(t, err)
		require.Equal(t, p.Len(), again.Len())
	})
}

// FuzzEncode holds that bytes come back as they were, and that invalid ones are refused.
func FuzzEncode(f *testing.F) {
	var all []*Pipeline
	for _, name := range []string{"gpt2", "llama3", "o200k"} {
		all = append(all, loadPipeline(f, name))
	}
	for _, s := range loadGoldens(f).Samples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range all {
			ids, err := p.Encode(s)
			if want := checkUTF8("text", s); want != nil {
				require.EqualError(t, err, want.Error())
				continue
			}
			require.NoError(t, err)
			require.Equal(t, s, p.Decode(ids))
		}
	})
}

func TestVocabularyOrder(t *testing.T) {
	text, err := json.Marshal(tokenizerjson.Vocabulary{"b": 1, "a": 2, "<": 0})
	require.NoError(t, err)
	assert.JSONEq(t, `{"<":0,"b":1,"a":2}`, string(text))
	assert.True(t, strings.HasSuffix(string(text), `:0,"b":1,"a":2}`))
}

// mutate changes one thing in a JSON value: a field goes, or a value becomes another.
func mutate(r *rand.Rand, v any) any {
	odd := []any{nil, true, -1.0, 0.5, 1e9, 4e9, "", "\ufffd", "▁", "a", "Sequence", "Metaspace", "Removed", "\\s+", []any{}, map[string]any{}}
	switch t := v.(type) {
	case map[string]any:
		if len(t) == 0 || r.IntN(8) == 0 {
			return odd[r.IntN(len(odd))]
		}
		key := slices.Sorted(maps.Keys(t))[r.IntN(len(t))]
		if r.IntN(6) == 0 {
			delete(t, key)
		} else {
			t[key] = mutate(r, t[key])
		}
		return t
	case []any:
		if len(t) == 0 || r.IntN(8) == 0 {
			return odd[r.IntN(len(odd))]
		}
		i := r.IntN(len(t))
		switch r.IntN(6) {
		case 0:
			return slices.Delete(t, i, i+1)
		case 1:
			t[i] = t[r.IntN(len(t))]
		default:
			t[i] = mutate(r, t[i])
		}
		return t
	}
	return odd[r.IntN(len(odd))]
}

// Tokenizers with one thing changed are refused or work; some of each.
func TestMutatedTokenizers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	refused, read := 0, 0
	for _, name := range []string{"gpt2", "llama3", "qwen2", "smollm", "o200k", "llama2", "unigram", "bert"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		require.NoError(t, err)
		for range 30 {
			var v any
			require.NoError(t, json.Unmarshal(text, &v))
			for range 1 + r.IntN(2) {
				v = mutate(r, v)
			}
			mutated, err := json.Marshal(v)
			require.NoError(t, err)
			p, err := ParseHuggingFace(mutated)
			if err != nil {
				refused++
				continue
			}
			read++
			for _, s := range []string{"The painter's 123 \n we've a café <tag>", "", " ", "é中\u0301"} {
				if ids, err := p.Encode(s); err == nil {
					require.NoError(t, CheckTokens(p, "Encode", ids))
					p.Decode(ids)
				}
			}
			out, err := p.HuggingFace()
			require.NoError(t, err)
			_, err = ParseHuggingFace(out)
			require.NoError(t, err)
		}
	}
	assert.Greater(t, refused, 50)
	assert.Greater(t, read, 50)
}
