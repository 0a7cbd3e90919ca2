package tokenizer

import "unicode/utf8"

// encode cuts what may be cut without changing a token, so that the cache serves
// texts that no pre-tokenizer has cut.
func (m *bpe) encode(w *worker, piece string) {
	if m.cuts == nil || m.file.IgnoreMerges && m.id(piece) >= 0 {
		m.encodePiece(w, piece)
		return
	}
	begin := 0
	a, size := utf8.DecodeRuneInString(piece)
	for i := size; i < len(piece); i += size {
		var b rune
		if piece[i] < utf8.RuneSelf {
			b, size = rune(piece[i]), 1
		} else {
			b, size = utf8.DecodeRuneInString(piece[i:])
		}
		if !m.cuts.has(a, b) {
			m.encodePiece(w, piece[begin:i])
			begin = i
		}
		a = b
	}
	m.encodePiece(w, piece[begin:])
}

func (m *bpe) encodePiece(w *worker, piece string) {
	ids, hash, ok := w.cache.get(piece)
	if ok {
		w.out = append(w.out, ids...)
		return
	}
	begin := len(w.out)
	m.merge(w, piece)
	w.cache.put(piece, hash, w.out[begin:])
}

// merge appends the tokens of a piece.
func (m *bpe) merge(w *worker, piece string) {
	if m.file.IgnoreMerges {
		id, ok := int32(-1), false
		if m.byteLevel {
			id, ok = m.whole[piece]
		} else {
			id, ok = m.ids[piece]
		}
		if ok {
			w.out = append(w.out, id)
			return
		}
	}
	w.symbols = m.start(w.symbols[:0], piece)
	w.out = append(w.out, w.merger.merge(&m.pairs, w.symbols)...)
}

// start is a piece before any merge.
func (m *bpe) start(symbols []int32, piece string) []int32 {
	waiting := false // an unknown token is to come, which those after it may join
	known := func(id int32) {
		if waiting {
			symbols = append(symbols, m.unk)
			waiting = false
		}
		symbols = append(symbols, id)
	}
	unknown := func() {
		if waiting && !m.file.FuseUnk {
			symbols = append(symbols, m.unk)
		}
		waiting = m.unk >= 0
	}
	if m.byteLevel {
		for i := range len(piece) {
			id := m.bytes[piece[i]]
			if i == len(piece)-1 {
				id = m.last[piece[i]]
			}
			if id >= 0 {
				known(id)
			} else {
				unknown()
			}
		}
	} else {
		for i := 0; i < len(piece); {
			_, size := utf8.DecodeRuneInString(piece[i:])
			s := piece[i : i+size]
			if i > 0 {
				s = m.prefix + s
			}
			if i+size == len(piece) {
				s += m.suffix
			}
			if id := m.id(s); id >= 0 {
				known(id)
			} else if m.fallsBack(s) {
				// An unknown token that waits goes on waiting, as in Hugging Face's.
				for _, b := range []byte(s) {
					symbols = append(symbols, m.fallback[b])
				}
			} else {
				unknown()
			}
			i += size
		}
	}
	if waiting {
		symbols = append(symbols, m.unk)
	}
	return symbols
}

// fallsBack reports whether all bytes of a text have tokens.
func (m *bpe) fallsBack(s string) bool {
	for _, b := range []byte(s) {
		if m.fallback[b] < 0 {
			return false
		}
	}
	return true
}
