package models

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
)

// WordVocab has one token for each of the most frequent words of a text. A word
// keeps the space before it (" whale" and "whale" are two tokens), so joined
// tokens give back the text exactly, punctuation and line breaks included. In
// scripts written without spaces each character is a word.
//
// What is not among the words becomes the token "<unk>", which models read but
// never generate.
type WordVocab struct {
	words []string // by id; words[0] is unknown
	ids   map[string]int32
}

// DefaultWords is the size of a [WordVocab] where none is given.
const DefaultWords = 10000

const unknown = "<unk>"

// NewWordVocab takes the size−1 most frequent words of a text, and "<unk>";
// fewer if the text has not that many. A size of 0 means [DefaultWords].
//
// Errors: a text that is empty or not UTF-8, a size of 1 or below 0.
func NewWordVocab(text string, size int) (*WordVocab, error) {
	if size == 0 {
		size = DefaultWords
	}
	if size < 2 {
		return nil, fmt.Errorf("vocabulary: size %d: need at least 2, for %s and a word", size, unknown)
	}
	if err := checkText("vocabulary", text); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for w := range pieces(text) {
		counts[w]++
	}
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
	words = words[:min(len(words), size-1)]
	for i, w := range words {
		words[i] = strings.Clone(w) // not a view that keeps the whole text
	}
	return wordVocabOf(append([]string{unknown}, words...))
}

func wordVocabOf(words []string) (*WordVocab, error) {
	if len(words) < 2 || words[0] != unknown {
		return nil, fmt.Errorf("words do not begin with %q and one more", unknown)
	}
	v := &WordVocab{words, make(map[string]int32, len(words))}
	for i, w := range words[1:] {
		if w == "" || v.ids[w] != 0 {
			return nil, fmt.Errorf("word %d, %q, is empty or listed twice", i+1, w)
		}
		if err := checkUTF8("words", w); err != nil {
			return nil, err
		}
		v.ids[w] = int32(i + 1)
	}
	return v, nil
}

// Len is the number of tokens, "<unk>" included.
func (v *WordVocab) Len() int { return len(v.words) }

// Encode splits text into words; unknown ones become "<unk>", token 0.
//
// Errors: a text that is not UTF-8.
func (v *WordVocab) Encode(text string) ([]int32, error) {
	if err := checkUTF8("text", text); err != nil {
		return nil, err
	}
	var ids []int32
	for w := range pieces(text) {
		ids = append(ids, v.ids[w])
	}
	return ids, nil
}

// Unknown is the share of tokens that stand for an unknown word, in [0, 1]: a
// measure of how well the vocabulary covers a text.
func (v *WordVocab) Unknown(ids []int32) float64 {
	n := 0
	for _, id := range ids {
		if id == 0 {
			n++
		}
	}
	return float64(n) / float64(max(1, len(ids)))
}

// Decode joins the words of the ids.
//
// Panics if an id is not in [0, Len).
func (v *WordVocab) Decode(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		checkID(id, len(v.words))
		if id == 0 {
			b.WriteByte(' ') // most words have one before them
		}
		b.WriteString(v.words[id])
	}
	return b.String()
}

func (v *WordVocab) hidden() []int32 { return []int32{0} }

// MarshalJSON writes the words in order of their ids.
func (v *WordVocab) MarshalJSON() ([]byte, error) {
	if len(v.words) == 0 {
		return nil, errors.New("the vocabulary is empty")
	}
	return json.Marshal(vocabFile{Kind: "word", Words: v.words})
}

// pieces cuts text into words without losing a byte:
//
//	"It's 3, Ishmael!\n" → "It's" " 3" "," " Ishmael" "!" "\n"
//
// A word is a run of letters, marks and digits, with apostrophes inside, and
// takes along one space before it. Any other character stands alone, with a
// space before it if it is not itself white space.
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
