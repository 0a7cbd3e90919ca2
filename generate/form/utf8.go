package form

import (
	"sort"
	"unicode/utf8"
)

// compile makes nodes for the bytes of characters.
func (r runes) compile(b *builder, to int32) int32 {
	known := b.chars[to]
	if known == nil {
		known = chars{}
		b.chars[to] = known
	}
	if len(r) == 0 {
		return b.add(node{kind: bytes})
	}
	sequences, ok := b.utf8[&r[0]]
	if !ok {
		for i := 0; i+1 < len(r); i += 2 {
			sequences = appendUTF8(sequences, r[i], r[i+1])
		}
		b.utf8[&r[0]] = sequences
	}
	return b.bytes(sequences, to, known)
}

// bytes makes a node for sequences of byte ranges, which are ascending. Two that
// follow each other begin with the same range or with disjoint ones.
func (b *builder) bytes(sequences [][]byteRange, to int32, known chars) int32 {
	var edges []byteEdge
	for len(sequences) > 0 {
		first := sequences[0][0]
		n := 1
		for n < len(sequences) && sequences[n][0] == first {
			n++
		}
		next := to
		if len(sequences[0]) > 1 {
			rest := make([][]byteRange, n)
			for i := range rest {
				rest[i] = sequences[i][1:]
			}
			next = b.bytes(rest, to, known)
		}
		if last := len(edges) - 1; last >= 0 && edges[last].to == next && edges[last].hi+1 == first.lo {
			edges[last].hi = first.hi
		} else {
			edges = append(edges, byteEdge{first.lo, first.hi, next})
		}
		sequences = sequences[n:]
	}
	key := make([]byte, 0, 6*len(edges))
	for _, e := range edges {
		key = append(key, e.lo, e.hi, byte(e.to), byte(e.to>>8), byte(e.to>>16), byte(e.to>>24))
	}
	if n, ok := known[string(key)]; ok {
		return n
	}
	n := b.add(node{kind: bytes, byte: edges})
	known[string(key)] = n
	return n
}

type byteRange struct{ lo, hi byte }

const (
	firstSurrogate = 0xD800 // which UTF-8 does not have
	lastSurrogate  = 0xDFFF
)

// appendUTF8 appends the sequences of byte ranges that are the UTF-8 of the
// characters from lo to hi.
//
// Reference: Russ Cox, "Regular Expression Matching in the Wild", 2010.
func appendUTF8(list [][]byteRange, lo, hi rune) [][]byteRange {
	if lo > hi || lo > utf8.MaxRune {
		return list
	}
	hi = min(hi, utf8.MaxRune)
	split := func(at rune) [][]byteRange { // at is the last of the first half
		return appendUTF8(appendUTF8(list, lo, at), at+1, hi)
	}
	if lo <= lastSurrogate && hi >= firstSurrogate {
		return appendUTF8(appendUTF8(list, lo, firstSurrogate-1), lastSurrogate+1, hi)
	}
	for _, last := range []rune{0x7F, 0x7FF, 0xFFFF} { // of one byte, of two, of three
		if lo <= last && hi > last {
			return split(last)
		}
	}
	if hi > 0x7F {
		for bits := 6; bits <= 18; bits += 6 { // of the last bytes
			m := rune(1)<<bits - 1
			if lo&^m != hi&^m {
				if lo&m != 0 {
					return split(lo | m)
				}
				if hi&m != m {
					return split(hi&^m - 1)
				}
			}
		}
	}
	var a, z [utf8.UTFMax]byte
	n := utf8.EncodeRune(a[:], lo)
	utf8.EncodeRune(z[:], hi)
	sequence := make([]byteRange, n)
	for i := range sequence {
		sequence[i] = byteRange{a[i], z[i]}
	}
	return append(list, sequence)
}

// span is the first and last character whose UTF-8 begins with bytes, which is
// less than a whole character.
func span(prefix []byte) (lo, hi rune, ok bool) {
	first := prefix[0]
	var n int
	switch {
	case first >= 0xF0 && first <= 0xF4:
		n, lo = 4, rune(first&7)
	case first >= 0xE0 && first < 0xF0:
		n, lo = 3, rune(first&15)
	case first >= 0xC2 && first < 0xE0:
		n, lo = 2, rune(first&31)
	default:
		return 0, 0, false
	}
	if len(prefix) >= n {
		return 0, 0, false
	}
	for _, c := range prefix[1:] {
		if c&0xC0 != 0x80 {
			return 0, 0, false
		}
		lo = lo<<6 | rune(c&63)
	}
	hi = lo
	for range n - len(prefix) {
		lo, hi = lo<<6, hi<<6|63
	}
	// Longer forms of characters that have shorter ones are not UTF-8.
	lo = max(lo, []rune{0, 0, 0x80, 0x800, 0x10000}[n])
	return lo, min(hi, utf8.MaxRune), lo <= min(hi, utf8.MaxRune)
}

// within reports whether one of the characters lies from lo to hi.
func (r runes) within(lo, hi rune) bool {
	i := sort.Search(len(r)/2, func(i int) bool { return r[2*i+1] >= lo })
	return 2*i < len(r) && r[2*i] <= hi
}
