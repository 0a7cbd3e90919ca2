package tokenizer

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
)

// wordPiece takes the longest token at the beginning of a word, then the longest of
// those that go on with a word, and so on; a word of which a rest remains is unknown.
//
// Devlin et al. 2019, "BERT", after Schuster and Nakajima 2012.
type wordPiece struct {
	tokenTable
	file   tokenizerjson.WordPiece // without vocabulary
	trie   *trie
	inside int32 // the node of the prefix of tokens that go on with a word; 0: there are none
	unk    int32
}

func init() {
	tokenModels.add("WordPiece", func(c tokenizerjson.Component) (tokenModel, error) {
		f := tokenizerjson.WordPiece{UnkToken: "[UNK]", ContinuingSubwordPrefix: "##", MaxInputCharsPerWord: 100}
		if err := c.Read(&f); err != nil {
			return nil, err
		}
		if f.MaxInputCharsPerWord < 0 {
			return nil, fmt.Errorf("max_input_chars_per_word is %d, and must be at least 0", f.MaxInputCharsPerWord)
		}
		t, err := newTokenTable(f.Vocab)
		if err != nil {
			return nil, err
		}
		m := &wordPiece{tokenTable: t, trie: newTrie(f.Vocab)}
		m.inside = m.trie.walk(f.ContinuingSubwordPrefix)
		m.unk = m.id(f.UnkToken)
		f.Vocab = nil
		m.file = f
		return m, nil
	})
}

func (m *wordPiece) component() (tokenizerjson.Component, error) {
	f := m.file
	f.Vocab = m.ids
	return tokenizerjson.NewComponent(f)
}

func (m *wordPiece) unknown() int32 { return m.unk }

func (m *wordPiece) encode(w *worker, piece string) {
	ids, hash, ok := w.cache.get(piece)
	if ok {
		w.out = append(w.out, ids...)
		return
	}
	begin := len(w.out)
	if !m.pieces(w, piece) {
		if m.unk < 0 {
			w.err = errors.New("a word is not in the vocabulary, and the unknown token " + m.file.UnkToken + " is not either")
			return
		}
		w.out = append(w.out[:begin], m.unk)
	}
	w.cache.put(piece, hash, w.out[begin:])
}

func (m *wordPiece) pieces(w *worker, word string) bool {
	if len(word) > m.file.MaxInputCharsPerWord && utf8.RuneCountInString(word) > m.file.MaxInputCharsPerWord {
		return false
	}
	node := int32(0)
	for word != "" {
		id, n := m.trie.longest(word, node)
		if n == 0 {
			return false
		}
		w.out = append(w.out, id)
		word = word[n:]
		node = m.inside
		if node == 0 && m.file.ContinuingSubwordPrefix != "" {
			return word == ""
		}
	}
	return true
}
