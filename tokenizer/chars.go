package tokenizer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/internal/words"
)

const charsKind = "char"

func init() { Register(charsKind, parseChars) }

// Chars has one token for each character (Unicode code point) of a text.
// Encoding and decoding lose nothing.
type Chars struct {
	runes []rune // by token, ascending
}

// charsJSON is how a file holds [Chars].
type charsJSON struct {
	Kind  string `json:"kind"`
	Chars string `json:"chars"` // by token
}

// NewChars collects the characters of a text.
//
// Errors: a text that is empty or not UTF-8.
func NewChars(text string) (*Chars, error) {
	if err := checkText("tokenizer", text); err != nil {
		return nil, err
	}
	seen := map[rune]struct{}{}
	for _, r := range text {
		seen[r] = struct{}{}
	}
	runes := make([]rune, 0, len(seen))
	for r := range seen {
		runes = append(runes, r)
	}
	slices.Sort(runes)
	return &Chars{runes}, nil
}

// Kind is "char".
func (c *Chars) Kind() string { return charsKind }

// Len is the number of characters.
func (c *Chars) Len() int { return len(c.runes) }

// Encode gives one token for each character.
//
// Errors: characters that have no token, which are named; a text that is not
// UTF-8.
func (c *Chars) Encode(text string) ([]int32, error) {
	if err := checkUTF8("text", text); err != nil {
		return nil, err
	}
	tokens := make([]int32, 0, utf8.RuneCountInString(text))
	var missing []rune
	for _, r := range text {
		token, ok := slices.BinarySearch(c.runes, r)
		if !ok {
			missing = append(missing, r)
		}
		tokens = append(tokens, int32(token))
	}
	if missing != nil {
		return nil, c.lacks(missing)
	}
	return tokens, nil
}

// shown is how many missing characters an error names.
const shown = 10

func (c *Chars) lacks(missing []rune) error {
	slices.Sort(missing)
	missing = slices.Compact(missing)
	var names []string
	for _, r := range missing[:min(shown, len(missing))] {
		names = append(names, fmt.Sprintf("%q (%U)", r, r))
	}
	more := ""
	if n := len(missing) - shown; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	known := func(r rune) bool { _, ok := slices.BinarySearch(c.runes, r); return ok }
	do := cmp.Or(otherScript(string(missing), known), "replace these or leave them out")
	return fmt.Errorf("the model does not know %s%s: its text had %s; %s",
		strings.Join(names, ", "), more, words.Count(len(c.runes), "other character"), do)
}

// Decode joins the characters of tokens.
//
// Panics if a token is not in [0, Len).
func (c *Chars) Decode(tokens []int32) string {
	var b strings.Builder
	for _, token := range tokens {
		checkToken(token, len(c.runes))
		b.WriteRune(c.runes[token])
	}
	return b.String()
}

// SpecialTokens is nil: there are none.
func (c *Chars) SpecialTokens() []int32 { return nil }

// MarshalJSON writes the characters in the order of their tokens.
func (c *Chars) MarshalJSON() ([]byte, error) {
	return json.Marshal(charsJSON{Kind: charsKind, Chars: string(c.runes)})
}

func parseChars(text []byte) (Tokenizer, error) {
	var f charsJSON
	if err := strictjson.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	if err := checkText("characters", f.Chars); err != nil {
		return nil, err
	}
	runes := []rune(f.Chars)
	for i := 1; i < len(runes); i++ {
		if runes[i-1] >= runes[i] {
			return nil, errors.New("characters are not in ascending order, each once")
		}
	}
	return &Chars{runes}, nil
}
