package tokenizer

import (
	"fmt"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
)

// addedTokens finds tokens in a text that are taken out of it before anything else.
type addedTokens struct {
	byID   map[int32]tokenizerjson.AddedToken
	before *finder // in the text itself
	after  *finder // in the normalized text
}

// finder finds the tokens of one of the two.
type finder struct {
	trie  *trie // of the places of tokens
	list  []tokenizerjson.AddedToken
	first [256]bool // bytes that begin a token
}

func newFinder(list []tokenizerjson.AddedToken, content func(tokenizerjson.AddedToken) string) *finder {
	f := &finder{list: list}
	values := map[string]int32{}
	for i, t := range list {
		if c := content(t); c != "" {
			values[c] = int32(i)
			f.first[c[0]] = true
		}
	}
	if len(values) == 0 {
		return nil
	}
	f.trie = newTrie(values)
	return f
}

// newAddedTokens takes the numbers of tokens that the model knows from the model, as
// Hugging Face's does.
func newAddedTokens(list []tokenizerjson.AddedToken, m tokenModel, n normalizer) (*addedTokens, error) {
	a := &addedTokens{byID: map[int32]tokenizerjson.AddedToken{}}
	most := int32(8*(len(list)+len(m.tokens())) + 1<<16)
	var before, after []tokenizerjson.AddedToken
	ids := map[string]int32{}
	for _, t := range list {
		if t.Content == "" {
			return nil, fmt.Errorf("added token %d is empty", t.ID)
		}
		if known := m.id(t.Content); known >= 0 && known != t.ID {
			return nil, fmt.Errorf("added token %q has the number %d, but in the model it has %d", t.Content, t.ID, known)
		}
		if t.ID < 0 || t.ID > most {
			return nil, fmt.Errorf("added token %q has the number %d; numbers from 0 to %d are supported", t.Content, t.ID, most)
		}
		if other, ok := a.byID[t.ID]; ok && other.Content != t.Content {
			return nil, fmt.Errorf("added tokens %q and %q have the same number %d", other.Content, t.Content, t.ID)
		}
		if other, ok := ids[t.Content]; ok {
			return nil, fmt.Errorf("added token %q is there twice, with the numbers %d and %d", t.Content, other, t.ID)
		}
		if texts := m.tokens(); int(t.ID) < len(texts) && texts[t.ID] != "" && texts[t.ID] != t.Content {
			return nil, fmt.Errorf("added token %q has the number %d, which is %q in the model", t.Content, t.ID, texts[t.ID])
		}
		a.byID[t.ID], ids[t.Content] = t, t.ID
		if t.Normalized {
			after = append(after, t)
		} else {
			before = append(before, t)
		}
	}
	a.before = newFinder(before, func(t tokenizerjson.AddedToken) string { return t.Content })
	a.after = newFinder(after, func(t tokenizerjson.AddedToken) string {
		if n == nil {
			return t.Content
		}
		return n.normalize(t.Content)
	})
	return a, nil
}

// split calls text with what lies between the tokens, and token with each of them, in
// order. Where several begin, the longest is taken.
//
// It takes time in proportion to the text and the longest token.
func (f *finder) split(s string, text func(begin, end int), token func(id int32)) {
	done := 0
	if f != nil {
		for i := 0; i < len(s); {
			if !f.first[s[i]] {
				i++
				continue
			}
			at, n := f.trie.longest(s[i:], 0)
			if n == 0 {
				i++
				continue
			}
			t := f.list[at]
			begin, end := i, i+n
			i = end
			if t.SingleWord && (wordEnds(s[:begin]) || wordBegins(s[end:])) {
				continue
			}
			u := tables()
			if t.LStrip {
				begin = max(spacesBegin(u, s[:begin]), done)
			}
			if t.RStrip {
				end = spacesEnd(u, s, end)
			}
			if done < begin {
				text(done, begin)
			}
			token(t.ID)
			done = end
		}
	}
	if done < len(s) {
		text(done, len(s))
	}
}

func wordEnds(s string) bool {
	r, size := utf8.DecodeLastRuneInString(s)
	return size > 0 && tables().of(r)&isWord != 0
}

func wordBegins(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return size > 0 && tables().of(r)&isWord != 0
}
