package tokenizer

import "unicode/utf8"

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
