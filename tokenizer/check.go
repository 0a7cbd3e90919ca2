package tokenizer

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// Check returns an error unless the tokens of a tokenizer can be counted and its
// special tokens are among them. What comes from outside, such as a tokenizer of
// another package, is checked before a model is made for it or text generated.
func Check(t Tokenizer) error {
	n := t.Len()
	if n < 1 || n > math.MaxInt32 {
		return fmt.Errorf("tokenizer of kind %q: its Len is %d, and must be from 1 to %d", t.Kind(), n, math.MaxInt32)
	}
	return CheckTokens(t, "SpecialTokens", t.SpecialTokens())
}

// CheckTokens returns an error unless all tokens are in [0, Len). method is where
// they come from.
func CheckTokens(t Tokenizer, method string, tokens []int32) error {
	for _, token := range tokens {
		if token < 0 || int(token) >= t.Len() {
			return fmt.Errorf("tokenizer of kind %q: %s gives token %d, which is not in [0, %d)", t.Kind(), method, token, t.Len())
		}
	}
	return nil
}

// checkText returns an error unless text is UTF-8 and not empty.
func checkText(what, text string) error {
	if text == "" {
		return fmt.Errorf("%s: the text is empty", what)
	}
	return checkUTF8(what, text)
}

func checkUTF8(what, text string) error {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("%s: byte %d (0x%02x) is not UTF-8", what, i, text[i])
		}
		i += size
	}
	return nil
}

func checkToken(token int32, n int) {
	if token < 0 || int(token) >= n {
		panic(fmt.Sprintf("decode: expected tokens in [0, %d), got %d", n, token))
	}
}
