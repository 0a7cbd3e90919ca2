package tokenizer

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/words"
)

// unigram gives the most probable of all ways to cut a piece into tokens, where each
// token has a probability of its own.
//
// Kudo 2018, "Subword regularization".
type unigram struct {
	tokenTable
	file     tokenizerjson.Unigram
	trie     *trie
	fallback [256]int32
	unk      int32   // -1: none
	unkScore float64 // of one character that no token has
}

// unkPenalty is how much less probable, as a logarithm, an unknown character is than
// the least probable token: SentencePiece's constant.
const unkPenalty = 10

func init() {
	tokenModels.add("Unigram", func(c tokenizerjson.Component) (tokenModel, error) {
		f := tokenizerjson.Unigram{}
		if err := c.Read(&f); err != nil {
			return nil, err
		}
		return newUnigram(f)
	})
}

func newUnigram(f tokenizerjson.Unigram) (*unigram, error) {
	if len(f.Vocab) == 0 {
		return nil, errors.New("the vocabulary is empty")
	}
	m := &unigram{file: f, unk: -1}
	m.ids = make(tokenizerjson.Vocabulary, len(f.Vocab))
	m.texts = make([]string, len(f.Vocab))
	least := f.Vocab[0].Score
	for i, p := range f.Vocab {
		m.ids[p.Token] = int32(i) // of two that are alike, the last counts
		m.texts[i] = p.Token
		least = min(least, p.Score)
	}
	if f.UnkID != nil {
		if *f.UnkID < 0 || int(*f.UnkID) >= len(f.Vocab) {
			return nil, fmt.Errorf("unk_id is %d, with %s", *f.UnkID, words.Count(len(f.Vocab), "token"))
		}
		m.unk = *f.UnkID
	}
	m.unkScore = least - unkPenalty
	for b := range m.fallback {
		m.fallback[b] = -1
		if f.ByteFallback {
			m.fallback[b] = m.id(fmt.Sprintf("<0x%02X>", b))
		}
	}
	m.trie = newTrie(m.ids)
	return m, nil
}

func (m *unigram) component() (tokenizerjson.Component, error) {
	return tokenizerjson.NewComponent(m.file)
}

func (m *unigram) unknown() int32 { return m.unk }

// unigramNode is the best way to a place in a piece.
type unigramNode struct {
	score float64
	begin int32 // of its last token; -1: no way yet
	id    int32
}

func (m *unigram) encode(w *worker, piece string) {
	ids, hash, ok := w.cache.get(piece)
	if ok {
		w.out = append(w.out, ids...)
		return
	}
	begin := len(w.out)
	m.viterbi(w, piece)
	if w.err == nil {
		w.cache.put(piece, hash, w.out[begin:])
	}
}

func (m *unigram) viterbi(w *worker, piece string) {
	best := slices.Grow(w.nodes[:0], len(piece)+1)[:len(piece)+1]
	w.nodes = best
	for i := range best {
		best[i] = unigramNode{begin: -1}
	}
	for i := 0; i < len(piece); {
		_, size := utf8.DecodeRuneInString(piece[i:])
		single := false
		score := best[i].score
		node := int32(0)
		for j := i; j < len(piece); j++ {
			if node = m.trie.step(node, piece[j]); node == 0 {
				break
			}
			id := m.trie.nodes[node].value
			if id < 0 {
				continue
			}
			if to, s := &best[j+1], m.file.Vocab[id].Score+score; to.begin < 0 || s > to.score {
				*to = unigramNode{s, int32(i), id}
			}
			single = single || j+1-i == size
		}
		if !single {
			if m.unk < 0 {
				w.err = errors.New("a character is not in the vocabulary, and there is no unknown token")
				return
			}
			if to, s := &best[i+size], m.unkScore+score; to.begin < 0 || s > to.score {
				*to = unigramNode{s, int32(i), m.unk}
			}
		}
		i += size
	}
	// Backwards; neighbours that are unknown are one.
	begin := len(w.out)
	for end := len(piece); end > 0; {
		n := best[end]
		from := int(n.begin)
		if n.id == m.unk {
			for from > 0 && best[from].id == m.unk {
				from = int(best[from].begin)
			}
			m.unknownPiece(w, piece[from:end])
		} else {
			w.out = append(w.out, n.id)
		}
		end = from
	}
	slices.Reverse(w.out[begin:])
	if cap(w.nodes) > maxKept {
		w.nodes = nil
	}
}

// unknownPiece appends the tokens of the bytes of a piece, backwards, or the unknown
// one.
func (m *unigram) unknownPiece(w *worker, piece string) {
	if id := m.id(piece); id >= 0 {
		w.out = append(w.out, id)
		return
	}
	begin := len(w.out)
	for i := len(piece) - 1; i >= 0; i-- {
		id := m.fallback[piece[i]]
		if id < 0 {
			w.out = append(w.out[:begin], m.unk)
			return
		}
		w.out = append(w.out, id)
	}
}
