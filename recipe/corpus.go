package recipe

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
)

// corpus is the texts that are learned from, of which no more than a piece is in memory.
type corpus struct {
	texts *data.Texts
	docs  []document

	bytes, characters int
	kinds             kinds
	notes             data.TextNotes
	empty, twice      int // texts without anything in them, and that are there already
	clean             bool
}

// document is a text of a corpus.
type document struct {
	at    int // among the texts
	bytes int
	sum   [sha256.Size]byte
}

// kinds is a set of characters.
type kinds struct {
	bits [(utf8.MaxRune + 64) / 64]uint64
	n    int
}

func (k *kinds) has(c rune) bool { return k.bits[c/64]>>(c%64)&1 != 0 }

// flip puts a character in or takes it out.
func (k *kinds) flip(c rune) {
	k.bits[c/64] ^= 1 << (c % 64)
	if k.has(c) {
		k.n++
	} else {
		k.n--
	}
}

// text is all characters of the set.
func (k *kinds) text() string {
	var b strings.Builder
	for c := range rune(utf8.MaxRune + 1) {
		if k.has(c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// survey reads texts once, to know what there is. Those without anything in them are
// left out, and of a clean corpus those that are there already.
//
// Errors: those of reading; no text; an ended context.
func survey(ctx context.Context, texts *data.Texts, clean bool) (*corpus, error) {
	c := &corpus{texts: texts, clean: clean}
	seen := map[[sha256.Size]byte]bool{}
	for i := range texts.Len() {
		doc, characters, err := c.read(ctx, i)
		switch {
		case errors.Is(err, data.ErrNoText) && texts.Len() > 1:
			c.empty++
			continue
		case err != nil:
			return nil, err
		}
		if seen[doc.sum] {
			if c.twice++; clean {
				continue
			}
		}
		seen[doc.sum] = true
		c.docs = append(c.docs, doc)
		c.bytes += doc.bytes
		c.characters += characters
	}
	if len(c.docs) == 0 {
		return nil, texts.NoText()
	}
	return c, nil
}

// read reads a text for what there is in it.
func (c *corpus) read(ctx context.Context, i int) (document, int, error) {
	doc, characters, notes := document{at: i}, 0, data.TextNotes{}
	sum := sha256.New()
	var added []rune
	for piece, err := range c.texts.Pieces(i, &notes) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			for _, r := range added {
				c.kinds.flip(r)
			}
			return doc, 0, err
		}
		for _, r := range piece {
			if characters++; !c.kinds.has(r) {
				c.kinds.flip(r)
				added = append(added, r)
			}
		}
		doc.bytes += len(piece)
		sum.Write([]byte(piece))
	}
	sum.Sum(doc.sum[:0])
	c.notes.Add(notes)
	return doc, characters, nil
}

// remarks is what was changed in the texts, and what was found and left, as sentences; ""
// if all is as it was.
func (c *corpus) remarks() string {
	var changed []string
	found := c.notes.List()
	if c.notes.Marks > 0 {
		changed = append(changed, words.Thousand(c.notes.Marks, "byte-order mark")+" left out")
	}
	if c.notes.LineEnds > 0 {
		changed = append(changed, words.Thousand(c.notes.LineEnds, "line end")+" became \\n")
	}
	if c.twice > 0 {
		found = append(found, words.Thousand(c.twice, "text")+" that "+wereOrWas(c.twice)+" there already")
	}
	var left string
	switch {
	case len(found) > 0 && c.clean:
		changed = append(changed, "left out: "+strings.Join(found, ", "))
	case len(found) > 0:
		left = "Found and left as it is: " + strings.Join(found, ", ") + "."
	}
	if c.empty > 0 {
		changed = append(changed, words.Thousand(c.empty, "empty text")+" passed over")
	}
	if len(changed) == 0 {
		return left
	}
	return strings.TrimSpace("Text: " + strings.Join(changed, "; ") + ". " + left)
}

func wereOrWas(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// span is a part of a document, in bytes.
type span struct{ doc, from, to int }

// part is some of a corpus.
type part struct {
	c     *corpus
	spans []span
	bytes int
}

// partOf is the part of some spans.
func (c *corpus) partOf(spans ...span) part {
	p := part{c: c}
	for _, s := range spans {
		if s.to > s.from {
			p.spans, p.bytes = append(p.spans, s), p.bytes+s.to-s.from
		}
	}
	return p
}

// apart cuts the corpus in two, of which the second has a share of the bytes. It cuts one
// document at most, after a line end or else a space if there is one near.
func (c *corpus) apart(share float64) (learn, held part, err error) {
	var before, after []span
	left := c.bytes - int(share*float64(c.bytes))
	for i, d := range c.docs {
		at := min(left, d.bytes)
		if at > 0 && at < d.bytes {
			if at, err = c.cutNear(i, at); err != nil {
				return part{}, part{}, err
			}
		}
		before, after = append(before, span{i, 0, at}), append(after, span{i, at, d.bytes})
		if left -= d.bytes; left < 0 {
			left = 0
		}
	}
	return c.partOf(before...), c.partOf(after...), nil
}

// mostNear is how far from its place a cut is looked for, in bytes.
const mostNear = 1 << 20

// cutNear is a place in a document, at most a hundredth of it before another one.
func (c *corpus) cutNear(doc, at int) (int, error) {
	near := min(at, c.docs[doc].bytes/100, mostNear)
	from := max(0, at-max(near, utf8.UTFMax))
	var b strings.Builder
	for piece, err := range c.partOf(span{doc, from, at + 1}).pieces(nil) {
		if err != nil {
			return 0, err
		}
		b.WriteString(piece)
	}
	text := b.String()
	for _, end := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(text[at-from-near:at-from], end); i >= 0 {
			return at - near + i + len(end), nil
		}
	}
	for at > from && !utf8.RuneStart(text[at-from]) {
		at--
	}
	return at, nil
}

// pieces yields a part in pieces that can be encoded by themselves, and calls between, if
// there is one, before each document but the first.
//
// Errors: those of reading; a text that is not what it was.
func (p part) pieces(between func() bool) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i, s := range p.spans {
			if i > 0 && between != nil && !between() {
				return
			}
			for piece, err := range p.c.cut(s) {
				if !yield(piece, err) || err != nil {
					return
				}
			}
		}
	}
}

// cut yields a part of a document.
func (c *corpus) cut(s span) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		doc := c.docs[s.doc]
		at := 0
		var sum hash.Hash // of a document that is read to its end
		if s.to == doc.bytes {
			sum = sha256.New()
		}
		for piece, err := range c.texts.Pieces(doc.at, &data.TextNotes{}) {
			if err != nil {
				yield("", err)
				return
			}
			if sum != nil {
				sum.Write([]byte(piece))
			}
			lo, hi := max(0, s.from-at), min(len(piece), s.to-at)
			at += len(piece)
			if lo < hi && !yield(piece[lo:hi], nil) {
				return
			}
			if at >= s.to && sum == nil {
				return
			}
		}
		if sum == nil || [sha256.Size]byte(sum.Sum(nil)) != doc.sum {
			yield("", errors.New("the text was changed while it was read: begin again"))
		}
	}
}

// joined yields a part with blank lines between documents.
func (p part) joined() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for piece, err := range p.pieces(func() bool { return yield("\n", nil) }) {
			if !yield(piece, err) {
				return
			}
		}
	}
}

// sample yields pieces of a part that are spread evenly over it and have about so many
// bytes, or all that it has.
func (p part) sample(bytes int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		at, taken := 0, 0
		for piece, err := range p.pieces(nil) {
			at += len(piece)
			if err == nil && p.bytes > bytes && float64(taken) > float64(at)*float64(bytes)/float64(p.bytes) {
				continue
			}
			taken += len(piece)
			if !yield(piece, err) {
				return
			}
		}
	}
}
