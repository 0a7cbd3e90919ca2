package tokenizer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/org/artnn/format/tokenizerjson"
)

// bpe is byte-pair encoding: a piece begins as its characters, and of all pairs of
// neighbours that may become one token the most frequent of the training does, the
// first of them in the piece, until none may.
//
// At the byte level the characters are bytes. Files write each byte as a character;
// here they are bytes, and the file's tokens are translated when it is read.
//
// Sennrich et al. 2016, "Neural machine translation of rare words with subword units".
type bpe struct {
	tokenTable
	file      tokenizerjson.BPE // without vocabulary and merges
	merges    [][2]int32        // in order of rank, for the file
	pairs     pairTable
	byteLevel bool
	fallback  [256]int32 // tokens <0x00> to <0xFF>, where there is byte fallback: else -1
	unk       int32      // -1: what is not known is left out
	prefix    string
	suffix    string
	bytes     [256]int32       // at the byte level: tokens of bytes, or -1
	last      [256]int32       // the same for the last byte of a piece
	whole     map[string]int32 // at the byte level: tokens by their bytes, if merges are to be ignored for them
	cuts      *bigrams         // where a long text may be cut; nil if nowhere
}

func init() {
	tokenModels.add("BPE", func(c tokenizerjson.Component) (tokenModel, error) {
		f := tokenizerjson.BPE{}
		if err := c.Read(&f); err != nil {
			return nil, err
		}
		return newBPE(f)
	})
}

func newBPE(f tokenizerjson.BPE) (*bpe, error) {
	if f.Dropout != nil && *f.Dropout != 0 {
		return nil, errors.New("dropout is not supported: it gives other tokens each time")
	}
	m := &bpe{unk: -1}
	m.prefix, m.suffix = deref(f.ContinuingSubwordPrefix), deref(f.EndOfWordSuffix)
	var err error
	if m.tokenTable, err = newTokenTable(f.Vocab); err != nil {
		return nil, err
	}
	if f.UnkToken != nil {
		id, ok := f.Vocab[*f.UnkToken]
		if !ok && *f.UnkToken != "" {
			return nil, fmt.Errorf("the unknown token %q is not in the vocabulary", *f.UnkToken)
		}
		if ok {
			m.unk = id
		}
	}
	m.merges = make([][2]int32, len(f.Merges))
	m.pairs = newPairTable(len(f.Merges))
	for i, pair := range f.Merges {
		a, okA := f.Vocab[pair[0]]
		b, okB := f.Vocab[pair[1]]
		end, cut := strings.CutPrefix(pair[1], m.prefix)
		if !cut {
			return nil, fmt.Errorf("merge %d, %q: the second token does not begin with %q", i+1, pair, m.prefix)
		}
		joined, okC := f.Vocab[pair[0]+end]
		if !okA || !okB || !okC {
			return nil, fmt.Errorf("merge %d, %q: one of %q, %q and %q is not in the vocabulary", i+1, pair, pair[0], pair[1], pair[0]+end)
		}
		m.merges[i] = [2]int32{a, b}
		m.pairs.put(a, b, merge{uint32(i), joined})
	}
	// Of two merges of a pair, the later counts.
	m.merges = slices.Collect(func(yield func([2]int32) bool) {
		for i, pair := range m.merges {
			if m.pairs.get(pair[0], pair[1]).rank == uint32(i) && !yield(pair) {
				return
			}
		}
	})
	for b := range m.fallback {
		m.fallback[b] = -1
	}
	if f.ByteFallback {
		for b := range m.fallback {
			if id, ok := f.Vocab[fmt.Sprintf("<0x%02X>", b)]; ok {
				m.fallback[b] = id
			}
		}
	}
	f.Vocab, f.Merges = nil, nil
	m.file = f
	m.cuts = m.findCuts()
	return m, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// toBytes makes the model one of bytes.
func (m *bpe) toBytes() error {
	if m.prefix != "" || m.file.ByteFallback {
		return errors.New("BPE: continuing_subword_prefix and byte_fallback are not supported at the byte level")
	}
	m.byteLevel, m.cuts = true, nil
	for b, r := range byteRunes {
		m.bytes[b], m.last[b] = m.id(string(r)), m.id(string(r)+m.suffix)
	}
	if m.file.IgnoreMerges {
		m.whole = make(map[string]int32, len(m.ids))
		for token, id := range m.ids {
			if raw, ok := bytesOf(token); ok {
				m.whole[raw] = id
			}
		}
	}
	return nil
}

func (m *bpe) component() (tokenizerjson.Component, error) {
	f := m.file
	f.Vocab = m.ids
	f.Merges = make(tokenizerjson.Merges, len(m.merges))
	for i, pair := range m.merges {
		f.Merges[i] = [2]string{m.texts[pair[0]], m.texts[pair[1]]}
	}
	return tokenizerjson.NewComponent(f)
}

func (m *bpe) unknown() int32 { return m.unk }
