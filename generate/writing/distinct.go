package writing

import (
	"strings"
	"unicode"
)

// Distinct is the share of n-grams, n consecutive units within a text, that are
// different from each other: 1 where nothing comes twice, towards 0 for texts that
// repeat themselves. Units are words, characters or tokens. Without any n-gram it is
// 0.
//
// Panics if n is not positive.
//
// Reference: Li et al., "A Diversity-Promoting Objective Function for Neural
// Conversation Models", 2016.
func Distinct(texts [][]string, n int) float64 {
	if n < 1 {
		panic("distinct: n must be positive")
	}
	seen, total := map[string]struct{}{}, 0
	for _, text := range texts {
		for i := n; i <= len(text); i++ {
			seen[strings.Join(text[i-n:i], "\x00")] = struct{}{}
			total++
		}
	}
	return float64(len(seen)) / float64(max(1, total))
}

// Words are the words of a text without punctuation: runs of letters, digits and
// apostrophes. In scripts that have no spaces between words, each character is one.
func Words(text string) (words []string) {
	begin := -1
	flush := func(end int) {
		if begin >= 0 {
			words = append(words, text[begin:end])
		}
		begin = -1
	}
	for i, r := range text {
		switch {
		case unicode.In(r, alone...):
			flush(i)
			words = append(words, string(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || begin >= 0 && (r == '\'' || r == '’'):
			if begin < 0 {
				begin = i
			}
		default:
			flush(i)
		}
	}
	flush(len(text))
	return words
}

// alone are scripts written without spaces between words.
var alone = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// Share is the part of texts, in [0, 1], for which a test holds; 0 if there are none.
func Share(texts []string, holds func(text string) bool) float64 {
	n := 0
	for _, text := range texts {
		if holds(text) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(texts)))
}
