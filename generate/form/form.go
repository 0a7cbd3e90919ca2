package form

import (
	"fmt"
	"unicode/utf8"

	"github.com/org/artnn/generate"
)

// After is what remains of a form after the beginning of a text, such as a prompt
// that counts as part of it.
//
// Errors: a beginning that no text of the form has, and where it leaves the form.
func After(f generate.Form, text string) (generate.Form, error) {
	if at, state := follow(f, text); state == nil {
		for back := at; at-back < utf8.UTFMax && back >= 0; back-- { // to the character's first byte
			if utf8.RuneStart(text[back]) {
				at = back
				break
			}
		}
		return nil, fmt.Errorf("form: %q does not begin as the form does: it leaves it at byte %d, %q", shortened(text), at, at0(text, at))
	}
	return after{f, text}, nil
}

func at0(text string, at int) string {
	_, size := utf8.DecodeRuneInString(text[at:])
	return text[at : at+size]
}

type after struct {
	f    generate.Form
	text string
}

func (a after) Start() generate.FormState {
	_, state := follow(a.f, a.text)
	return state
}

// follow is the state after a text, or nil and the byte that the form does not allow.
func follow(f generate.Form, text string) (at int, state generate.FormState) {
	state = f.Start()
	for i := range len(text) {
		if state == nil {
			return max(0, i-1), nil
		}
		state = state.Next(text[i])
	}
	return max(0, len(text)-1), state
}

// Matches reports whether a text has a form.
func Matches(f generate.Form, text string) bool {
	_, state := follow(f, text)
	return state != nil && state.Final()
}
