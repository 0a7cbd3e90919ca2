package tokenizer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/words"
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

// findCuts collects the pairs of characters that lie beside each other in some
// token. No merge joins any others, so between them a text may be cut: what becomes of
// one side does not depend on the other. It is nil where that is not so.
func (m *bpe) findCuts() *bigrams {
	if m.prefix != "" || m.suffix != "" {
		return nil // whether a character is first or last in its piece matters
	}
	if m.file.ByteFallback {
		// Tokens of bytes may not be merged, and all must be there: unknown tokens
		// join across a cut.
		isByte := map[int32]bool{}
		for _, id := range m.fallback {
			if id < 0 {
				return nil
			}
			isByte[id] = true
		}
		for _, pair := range m.merges {
			if isByte[pair[0]] || isByte[pair[1]] {
				return nil
			}
		}
	} else if m.unk >= 0 {
		if m.file.FuseUnk {
			return nil
		}
		for _, pair := range m.merges {
			if pair[0] == m.unk || pair[1] == m.unk {
				return nil
			}
		}
	} else {
		return nil // characters that are left out make neighbours of those beside them
	}
	return newBigrams(m.texts)
}

// byteRunes is how files write bytes: those that are printable characters of Latin-1
// as they are, and the others from U+0100 on.
var byteRunes = func() (runes [256]rune) {
	next := rune(256)
	for b := range runes {
		switch {
		case '!' <= b && b <= '~', 0xa1 <= b && b <= 0xac, 0xae <= b:
			runes[b] = rune(b)
		default:
			runes[b] = next
			next++
		}
	}
	return runes
}()

// runeBytes is byteRunes the other way round.
var runeBytes = func() map[rune]byte {
	m := make(map[rune]byte, len(byteRunes))
	for b, r := range byteRunes {
		m[r] = byte(b)
	}
	return m
}()

// bytesOf is the bytes that a token of the byte level stands for; ok is false if one
// of its characters stands for none.
func bytesOf(token string) (raw string, ok bool) {
	b := make([]byte, 0, len(token))
	for _, r := range token {
		c, ok := runeBytes[r]
		if !ok {
			return "", false
		}
		b = append(b, c)
	}
	return string(b), true
}

// tokenTable is the tokens of a model and their numbers.
type tokenTable struct {
	ids   tokenizerjson.Vocabulary
	texts []string // by number; "" where there is none
}

// newTokenTable checks that numbers are not so large that a table of them would take
// much more memory than the tokens themselves.
func newTokenTable(ids tokenizerjson.Vocabulary) (tokenTable, error) {
	if len(ids) == 0 {
		return tokenTable{}, errors.New("the vocabulary is empty")
	}
	most := int32(min(8*len(ids)+1<<16, 1<<30))
	last := int32(0)
	for token, id := range ids {
		if id < 0 || id > most {
			return tokenTable{}, fmt.Errorf("token %q has the number %d; with %s, numbers from 0 to %d are supported", token, id, words.Count(len(ids), "token"), most)
		}
		last = max(last, id)
	}
	t := tokenTable{ids, make([]string, last+1)}
	for token, id := range ids {
		if other := t.texts[id]; other != "" {
			return tokenTable{}, fmt.Errorf("%q and %q have the same number %d", min(token, other), max(token, other), id)
		}
		t.texts[id] = token
	}
	return t, nil
}

// id is the number of a token, or -1.
func (t *tokenTable) id(token string) int32 {
	if id, ok := t.ids[token]; ok {
		return id
	}
	return -1
}

func (t *tokenTable) tokens() []string { return t.texts }

// merge is what becomes of a pair.
type merge struct {
	rank uint32 // the lower, the earlier
	id   int32
}

const noMerge = 1<<32 - 1

// pairTable is merges by their pairs: a hash table with linear probing.
type pairTable struct {
	slots []pairSlot
	shift uint
}

type pairSlot struct {
	pair  uint64 // plus 1; 0: empty
	merge merge
}

func newPairTable(n int) pairTable {
	bits := uint(1)
	for 1<<bits < 2*n {
		bits++
	}
	return pairTable{make([]pairSlot, 1<<bits), 64 - bits}
}

func pairKey(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

func (t *pairTable) place(pair uint64) uint64 { return (pair * 0x9e3779b97f4a7c15) >> t.shift }

func (t *pairTable) put(a, b int32, m merge) {
	pair := pairKey(a, b) + 1
	for i := t.place(pair); ; i = (i + 1) & uint64(len(t.slots)-1) {
		if s := &t.slots[i]; s.pair == 0 || s.pair == pair {
			*s = pairSlot{pair, m}
			return
		}
	}
}

// get is the merge of a pair; its rank is noMerge if there is none.
func (t *pairTable) get(a, b int32) merge {
	pair := pairKey(a, b) + 1
	for i := t.place(pair); ; i = (i + 1) & uint64(len(t.slots)-1) {
		switch s := &t.slots[i]; s.pair {
		case pair:
			return s.merge
		case 0:
			return merge{rank: noMerge}
		}
	}
}

// bigrams is a set of pairs of characters.
type bigrams struct {
	ascii [utf8.RuneSelf][2]uint64 // by the first, bits of the second
	rest  pairTable
}

// newBigrams collects the pairs of neighbours in some texts.
func newBigrams(texts []string) *bigrams {
	b := &bigrams{}
	rest := map[[2]rune]struct{}{}
	for _, text := range texts {
		last := rune(-1)
		for _, r := range text {
			switch {
			case last < 0:
			case last < utf8.RuneSelf && r < utf8.RuneSelf:
				b.ascii[last][r/64] |= 1 << (r % 64)
			default:
				rest[[2]rune{last, r}] = struct{}{}
			}
			last = r
		}
	}
	b.rest = newPairTable(len(rest))
	for pair := range rest {
		b.rest.put(pair[0], pair[1], merge{})
	}
	return b
}

func (b *bigrams) has(x, y rune) bool {
	if x < utf8.RuneSelf && y < utf8.RuneSelf {
		return b.ascii[x][y/64]>>(y%64)&1 != 0
	}
	return b.rest.get(x, y).rank != noMerge
}

// merger merges the symbols of a piece. It keeps its memory from piece to piece.
type merger struct {
	next  []merge // of each symbol with the one after it
	queue []uint64
	left  []int32 // neighbours in a long piece
	right []int32
}

// manySymbols is from where on a queue of the pairs is quicker than looking at all of
// them for each merge.
const manySymbols = 64

// merge does all merges, in place, and returns what is left of the symbols.
func (g *merger) merge(pairs *pairTable, symbols []int32) []int32 {
	n := len(symbols)
	if n < 2 {
		return symbols
	}
	g.next = slices.Grow(g.next[:0], n)[:n]
	for i := range n - 1 {
		g.next[i] = pairs.get(symbols[i], symbols[i+1])
	}
	g.next[n-1] = merge{rank: noMerge}
	if n > manySymbols {
		return g.mergeMany(pairs, symbols)
	}
	next := g.next
	for {
		at, rank := 0, uint32(noMerge)
		for i := range next {
			if r := next[i].rank; r < rank {
				at, rank = i, r
			}
		}
		if rank == noMerge {
			return symbols
		}
		symbols[at] = next[at].id
		symbols = symbols[:at+1+copy(symbols[at+1:], symbols[at+2:])]
		next = next[:at+copy(next[at:], next[at+1:])]
		next[at] = merge{rank: noMerge}
		if at+1 < len(symbols) {
			next[at] = pairs.get(symbols[at], symbols[at+1])
		}
		if at > 0 {
			next[at-1] = pairs.get(symbols[at-1], symbols[at])
		}
	}
}

// mergeMany takes n·log n steps for n symbols, whatever they are.
func (g *merger) mergeMany(pairs *pairTable, symbols []int32) []int32 {
	n := len(symbols)
	next := g.next
	g.left, g.right = slices.Grow(g.left[:0], n)[:n], slices.Grow(g.right[:0], n)[:n]
	queue := g.queue[:0]
	for i := range n {
		g.left[i], g.right[i] = int32(i-1), int32(i+1)
		if next[i].rank != noMerge {
			queue = append(queue, uint64(next[i].rank)<<32|uint64(i))
		}
	}
	slices.Sort(queue) // which is a heap
	const gone = -1
	renew := func(i int32) {
		m := merge{rank: noMerge}
		if r := g.right[i]; int(r) < n {
			m = pairs.get(symbols[i], symbols[r])
		}
		next[i] = m
		if m.rank != noMerge {
			queue = heapPush(queue, uint64(m.rank)<<32|uint64(i))
		}
	}
	for len(queue) > 0 {
		top := queue[0]
		queue = heapPop(queue)
		i := int32(uint32(top))
		if symbols[i] == gone || next[i].rank != uint32(top>>32) {
			continue // merged since
		}
		r := g.right[i]
		symbols[i], symbols[r] = next[i].id, gone
		next[r].rank = noMerge
		g.right[i] = g.right[r]
		if int(g.right[i]) < n {
			g.left[g.right[i]] = i
		}
		renew(i)
		if l := g.left[i]; l >= 0 {
			renew(l)
		}
	}
	g.queue = queue
	if cap(g.queue) > maxKept {
		*g = merger{} // not to be kept for good because of one long piece
	}
	return slices.DeleteFunc(symbols, func(id int32) bool { return id == gone })
}

// maxKept bounds the memory that is kept for the next piece, in symbols.
const maxKept = 1 << 16

// heapPush adds to a heap whose least element is the first. Four children a node:
// fewer levels than with two, and the children of one lie in one cache line or two.
func heapPush(h []uint64, x uint64) []uint64 {
	h = append(h, x)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if h[up] <= x {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
	return h
}

// heapPop removes the least element.
func heapPop(h []uint64) []uint64 {
	x := h[len(h)-1]
	h = h[:len(h)-1]
	if len(h) == 0 {
		return h
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= len(h) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(h)); c++ {
			if h[c] < h[least] {
				least = c
			}
		}
		if x <= h[least] {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = x
	return h
}
