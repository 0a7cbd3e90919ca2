package tokenizer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/org/artnn/internal/strictjson"
)

const wordsKind = "word"

func init() { Register(wordsKind, parseWords) }

// Words has one token for each of the most frequent words of a text. A word
// keeps the space before it (" whale" and "whale" are two tokens), so joined
// tokens give back the text exactly, punctuation and line breaks included. In
// scripts written without spaces each character is a word.
//
// What is not among the words becomes the token "<unk>", which models read but
// never generate.
type Words struct {
	words  []string // by token; words[0] is unknown
	tokens map[string]int32
}

// wordsJSON is how a file holds [Words].
type wordsJSON struct {
	Kind  string   `json:"kind"`
	Words []string `json:"words"` // by token
}

// DefaultWords is the number of tokens of [NewWords] where none is given.
const DefaultWords = 10000

const unknown = "<unk>"

// NewWords takes the size−1 most frequent words of a text, and "<unk>";
// fewer if the text has fewer. A size of 0 means [DefaultWords].
//
// Errors: a text that is empty or not UTF-8, a size of 1 or below 0.
func NewWords(text string, size int) (*Words, error) { return CountWords(Texts(text), size) }

// CountWords is [NewWords] of texts that need not fit into memory, one after the other.
// Memory grows with their different words only.
//
// Errors: those of NewWords, and those of the iterator.
func CountWords(texts iter.Seq2[string, error], size int) (*Words, error) {
	if size == 0 {
		size = DefaultWords
	}
	if size < 2 {
		return nil, fmt.Errorf("tokenizer: size %d: need at least 2, for %s and a word", size, unknown)
	}
	counts := map[string]*int{} // so that counting one does not write its key again
	for text, err := range texts {
		if err != nil {
			return nil, err
		}
		if err := checkUTF8("tokenizer", text); err != nil {
			return nil, err
		}
		for w := range pieces(text) {
			if c := counts[w]; c != nil {
				*c++
				continue
			}
			one := 1
			counts[strings.Clone(w)] = &one // not a view that keeps the whole text
		}
	}
	if len(counts) == 0 {
		return nil, checkText("tokenizer", "")
	}
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(*counts[b], *counts[a]), strings.Compare(a, b))
	})
	return wordsOf(append([]string{unknown}, words[:min(len(words), size-1)]...))
}

func wordsOf(words []string) (*Words, error) {
	if len(words) < 2 || words[0] != unknown {
		return nil, fmt.Errorf("words do not begin with %q and one more", unknown)
	}
	t := &Words{words, make(map[string]int32, len(words))}
	for i, w := range words[1:] {
		if w == "" || t.tokens[w] != 0 {
			return nil, fmt.Errorf("word %d, %q, is empty or listed twice", i+1, w)
		}
		if err := checkUTF8("words", w); err != nil {
			return nil, err
		}
		t.tokens[w] = int32(i + 1)
	}
	return t, nil
}

// Kind is "word".
func (t *Words) Kind() string { return wordsKind }

// Len is the number of tokens, "<unk>" included.
func (t *Words) Len() int { return len(t.words) }

// Encode splits text into words; unknown ones become "<unk>", token 0.
//
// Errors: a text that is not UTF-8.
func (t *Words) Encode(text string) ([]int32, error) {
	if err := checkUTF8("text", text); err != nil {
		return nil, err
	}
	var tokens []int32
	for w := range pieces(text) {
		tokens = append(tokens, t.tokens[w])
	}
	return tokens, nil
}

// Unknown is the share of tokens, in [0, 1], that stand for unknown words.
func (t *Words) Unknown(tokens []int32) float64 {
	n := 0
	for _, token := range tokens {
		if token == 0 {
			n++
		}
	}
	return float64(n) / float64(max(1, len(tokens)))
}

// Decode joins the words of tokens.
//
// Panics if a token is not in [0, Len).
func (t *Words) Decode(tokens []int32) string {
	var b strings.Builder
	for _, token := range tokens {
		checkToken(token, len(t.words))
		if token == 0 {
			b.WriteByte(' ') // most words have one before them
		}
		b.WriteString(t.words[token])
	}
	return b.String()
}

// SpecialTokens is the token of "<unk>".
func (t *Words) SpecialTokens() []int32 { return []int32{0} }

// MarshalJSON writes the words in the order of their tokens.
func (t *Words) MarshalJSON() ([]byte, error) {
	if len(t.words) == 0 {
		return nil, errors.New("no words: make a tokenizer with NewWords")
	}
	return json.Marshal(wordsJSON{Kind: wordsKind, Words: t.words})
}

func parseWords(text []byte) (Tokenizer, error) {
	var f wordsJSON
	if err := strictjson.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	return wordsOf(f.Words)
}

// pieces cuts text into words without losing a byte:
//
//	"It's 3, Ishmael!\n" → "It's" " 3" "," " Ishmael" "!" "\n"
//
// A word is a run of letters, marks and digits, with apostrophes inside, and
// takes along one space before it. Any other character is a word, and takes
// along one space before it unless it is white space.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			n := pieceLen(text)
			if !yield(text[:n]) {
				return
			}
			text = text[n:]
		}
	}
}

func pieceLen(text string) int {
	at := 0
	if text[0] == ' ' && len(text) > 1 {
		at = 1
	}
	r, size := utf8.DecodeRuneInString(text[at:])
	switch {
	case at == 1 && unicode.IsSpace(r):
		return 1
	case !inWord(r):
		return at + size
	}
	for {
		at += size
		r, size = utf8.DecodeRuneInString(text[at:])
		if r == '\'' || r == '’' {
			next, _ := utf8.DecodeRuneInString(text[at+size:])
			if !inWord(next) {
				return at
			}
			continue
		}
		if size == 0 || !inWord(r) {
			return at
		}
	}
}

// inWord reports whether a character joins with its neighbours to a word.
func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}
