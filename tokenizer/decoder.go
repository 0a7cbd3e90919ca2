package tokenizer

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Decoder decodes tokens as they come, in pieces of whole characters:
//
//	d := tokenizer.NewDecoder(t, prompt)
//	for _, token := range tokens {
//		fmt.Print(d.Next(token))
//	}
//	fmt.Print(d.Flush())
//
// prints what t.Decode adds to the text of prompt for all tokens at once.
type Decoder struct {
	t    Tokenizer
	last []int32 // the last token, if there is one; room for two
	held string  // the first bytes of a character whose other bytes are to come
}

// NewDecoder makes a decoder of the tokens that follow those of a text; nil if
// a text begins.
func NewDecoder(t Tokenizer, before []int32) *Decoder {
	d := &Decoder{t: t, last: make([]int32, 0, 2)}
	d.last = append(d.last, before[max(0, len(before)-1):]...)
	return d
}

// Next is what a token adds to the text: "" while its last character lacks
// bytes.
//
// Panics if the token is not in [0, Len), or the tokenizer's Decode does not do
// as [Tokenizer] says.
func (d *Decoder) Next(token int32) string {
	before := d.t.Decode(d.last)
	both := d.t.Decode(append(d.last, token))
	added, ok := strings.CutPrefix(both, before)
	if !ok {
		panic(fmt.Sprintf("decoder: the tokenizer of kind %q decodes a token to %q, but with token %d after it to %q",
			d.t.Kind(), before, token, both))
	}
	d.last = append(d.last[:0], token)
	text := d.held + added
	n := wholeCharacters(text)
	d.held = text[n:]
	return text[:n]
}

// Flush is the bytes of a character that Next has held back and that no token
// completed.
func (d *Decoder) Flush() string {
	held := d.held
	d.held = ""
	return held
}

// wholeCharacters is the length of text without a character at its end that
// lacks bytes. Bytes that no others can make a character of are not held back.
func wholeCharacters(text string) int {
	for i := max(0, len(text)-(utf8.UTFMax-1)); i < len(text); i++ {
		if utf8.RuneStart(text[i]) && !utf8.FullRuneInString(text[i:]) {
			return i
		}
	}
	return len(text)
}
