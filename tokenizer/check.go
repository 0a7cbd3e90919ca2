package tokenizer

import (
	"fmt"
	"unicode/utf8"
)

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
