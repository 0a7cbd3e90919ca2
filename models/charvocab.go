package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// CharVocab has one token for each character (Unicode code point) of a text.
// Encoding and decoding lose nothing.
type CharVocab struct {
	runes []rune // by id, ascending
}

// NewCharVocab collects the characters of a text.
//
// Errors: a text that is empty or not UTF-8.
func NewCharVocab(text string) (*CharVocab, error) {
	if err := checkText("vocabulary", text); err != nil {
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
	return &CharVocab{runes}, nil
}

// Len is the number of characters.
func (v *CharVocab) Len() int { return len(v.runes) }

// Encode gives one token a character.
//
// Errors: characters outside the vocabulary, with their names; a text that is
// not UTF-8.
func (v *CharVocab) Encode(text string) ([]int32, error) {
	if err := checkUTF8("text", text); err != nil {
		return nil, err
	}
	ids := make([]int32, 0, utf8.RuneCountInString(text))
	var missing []rune
	for _, r := range text {
		id, ok := slices.BinarySearch(v.runes, r)
		if !ok {
			missing = append(missing, r)
		}
		ids = append(ids, int32(id))
	}
	if missing != nil {
		return nil, v.lacks(missing)
	}
	return ids, nil
}

// shown is how many missing characters an error names.
const shown = 10

func (v *CharVocab) lacks(missing []rune) error {
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
	return fmt.Errorf("the model does not know %s%s: its text had %d other characters; replace these or leave them out",
		strings.Join(names, ", "), more, len(v.runes))
}

// Decode joins the characters of the ids.
//
// Panics if an id is not in [0, Len).
func (v *CharVocab) Decode(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		checkID(id, len(v.runes))
		b.WriteRune(v.runes[id])
	}
	return b.String()
}

func (v *CharVocab) hidden() []int32 { return nil }

// MarshalJSON writes the characters in order of their ids.
func (v *CharVocab) MarshalJSON() ([]byte, error) {
	return json.Marshal(vocabFile{Kind: "char", Chars: string(v.runes)})
}

func charVocabOf(chars string) (*CharVocab, error) {
	if err := checkText("characters", chars); err != nil {
		return nil, err
	}
	runes := []rune(chars)
	for i := 1; i < len(runes); i++ {
		if runes[i-1] >= runes[i] {
			return nil, errors.New("characters are not in ascending order, each once")
		}
	}
	return &CharVocab{runes}, nil
}
