package generate

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/tokenizer"
)

// Form says which texts may be written. Package generate/form has some; any type
// with these methods is one.
//
// Start may be called from several goroutines.
type Form interface {
	// Start is the state before the first byte of a text. What follows from it is
	// used by one goroutine.
	Start() FormState
}

// FormState is what matters of a text's beginning for how it may go on. States
// are comparable with ==. Equal ones go on alike: which tokens a state allows is kept
// and used again.
type FormState interface {
	// Next is the state after one more byte of the text, or nil if no text of the
	// form goes on with it. So a state that is not nil has a way to the end, even if
	// a tokenizer may have no tokens for it.
	Next(b byte) FormState
	// Final reports whether the text may end here.
	Final() bool
}

// FormError is the error of a form that no token of a model can continue.
type FormError struct {
	Text string // what was written until there
	Next []byte // the bytes of which the form allows one there
}

// formError is the error of a form in a state after a text.
func formError(text string, state FormState) *FormError {
	e := &FormError{Text: text}
	for b := range 256 {
		if state.Next(byte(b)) != nil {
			e.Next = append(e.Next, byte(b))
		}
	}
	return e
}

// Error says where, with the end of the text, and what would have to come.
func (e *FormError) Error() string {
	if e.Text == "" {
		return "the form cannot begin: the tokenizer has no token that it allows first" + e.wanted()
	}
	end, dots := e.Text, ""
	if runes := []rune(end); len(runes) > shownEnd {
		end, dots = string(runes[len(runes)-shownEnd:]), "…"
	}
	return fmt.Sprintf("the form cannot go on after %q: the tokenizer has no token that it allows there%s", dots+end, e.wanted())
}

// wanted says with which characters a token would have to begin, if each is one byte
// and they are few.
func (e *FormError) wanted() string {
	beyond := func(b byte) bool { return b >= utf8.RuneSelf }
	if len(e.Next) == 0 || len(e.Next) > shownNext || slices.ContainsFunc(e.Next, beyond) {
		return ""
	}
	return fmt.Sprintf(", which would begin with one of %q", e.Next)
}

const (
	shownEnd  = 40 // characters of a text that an error shows
	shownNext = 32 // characters that may come next
)

// cursor is where in a form a text stands.
type cursor struct {
	state FormState
	masks *masks
	text  string // written so far, for errors
}

// complete reports whether the text may end and no token can continue it.
func (c *cursor) complete() bool { return c.state.Final() && !c.masks.of(c.state).goes }

// allowed are the tokens that may follow.
func (c *cursor) allowed() mask { return c.masks.of(c.state).mask }

// write goes on by bytes, if the form allows them.
func (c *cursor) write(text string) bool {
	state := c.state
	for i := range len(text) {
		if state = state.Next(text[i]); state == nil {
			return false
		}
	}
	c.state = state
	c.text += text
	return true
}

// added is the bytes that a token adds to a text after another one.
func added(t tokenizer.Tokenizer, before, token int32) string {
	pair := [2]int32{before, token}
	first := t.Decode(pair[:1])
	both := t.Decode(pair[:])
	text, ok := strings.CutPrefix(both, first)
	if !ok {
		panic(fmt.Sprintf("the tokenizer of kind %q decodes a token to %q, but with token %d after it to %q", t.Kind(), first, token, both))
	}
	return text
}
