// Package tokenizertest tests whether a tokenizer does as
// [github.com/org/artnn/tokenizer.Tokenizer] says.
package tokenizertest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/org/artnn/tokenizer"
)

// Run tests a tokenizer with texts that it can represent. Its kind must be
// registered.
//
//	func TestTokenizer(t *testing.T) {
//		tokenizertest.Run(t, mine, "a text", "another with 標點。")
//	}
func Run(t *testing.T, tok tokenizer.Tokenizer, texts ...string) {
	t.Helper()
	t.Run("json", func(t *testing.T) { testJSON(t, tok, texts) })
	t.Run("tokens", func(t *testing.T) { testTokens(t, tok, texts) })
	t.Run("decode", func(t *testing.T) { testDecode(t, tok, texts) })
}

// testJSON holds that a tokenizer read from its JSON does the same.
func testJSON(t *testing.T, tok tokenizer.Tokenizer, texts []string) {
	text, err := json.Marshal(tok)
	if err != nil {
		t.Fatalf("MarshalJSON: %v", err)
	}
	back, err := tokenizer.Parse(text)
	if err != nil {
		t.Fatalf("Parse of its JSON: %v", err)
	}
	if back.Kind() != tok.Kind() || back.Len() != tok.Len() || !slices.Equal(back.SpecialTokens(), tok.SpecialTokens()) {
		t.Errorf("read back: kind %q, %d tokens, special %v; want kind %q, %d tokens, special %v",
			back.Kind(), back.Len(), back.SpecialTokens(), tok.Kind(), tok.Len(), tok.SpecialTokens())
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(text) {
		t.Errorf("read back, its JSON is %.200q (error %v), not %.200q", again, err, text)
	}
	for _, s := range texts {
		if want, got := encode(t, tok, s), encode(t, back, s); !slices.Equal(got, want) {
			t.Errorf("read back, it encodes %q to %v, not %v", s, got, want)
		}
	}
}

func testTokens(t *testing.T, tok tokenizer.Tokenizer, texts []string) {
	if err := tokenizer.Check(tok); err != nil {
		t.Error(err)
	}
	for _, s := range texts {
		if err := tokenizer.CheckTokens(tok, "Encode", encode(t, tok, s)); err != nil {
			t.Error(err)
		}
	}
	if tokens, err := tok.Encode("\xff"); err == nil {
		t.Errorf("Encode gives %v for text that is not UTF-8, want an error", tokens)
	}
	for _, token := range []int32{-1, int32(tok.Len())} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Decode of token %d: no panic, with %d tokens", token, tok.Len())
				}
			}()
			tok.Decode([]int32{token})
		}()
	}
}

// testDecode holds that tokens decoded as they come give what all of them do at
// once, from any token on.
func testDecode(t *testing.T, tok tokenizer.Tokenizer, texts []string) {
	if s := tok.Decode(nil); s != "" {
		t.Errorf("Decode of no tokens is %q", s)
	}
	for _, s := range texts {
		tokens := encode(t, tok, s)
		want := tok.Decode(tokens)
		for cut := range tokens {
			before := tok.Decode(tokens[:cut])
			if r, n := utf8.DecodeLastRuneInString(before); r == utf8.RuneError && n == 1 {
				continue // inside a character
			}
			var b strings.Builder
			b.WriteString(before)
			d := tokenizer.NewDecoder(tok, tokens[:cut])
			for _, token := range tokens[cut:] {
				b.WriteString(d.Next(token))
			}
			b.WriteString(d.Flush())
			if got := b.String(); got != want {
				t.Fatalf("%q: Decode gives %q for all tokens, but %q for %d and then one by one", s, want, got, cut)
			}
		}
	}
}

func encode(t *testing.T, tok tokenizer.Tokenizer, text string) []int32 {
	t.Helper()
	tokens, err := tok.Encode(text)
	if err != nil {
		t.Fatalf("Encode(%q): %v", text, err)
	}
	return tokens
}
