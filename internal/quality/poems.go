// Package quality measures what generators of faces and poems make, against
// what they learned from.
package quality

import "strings"

// Poems says how good quatrains are. Except for Repeats, numbers are shares in
// [0, 1].
type Poems struct {
	Form    float64 // of poems that are two lines of 7，7。
	Copied  float64 // of their lines of seven that stand in a poem learned from
	Repeats float64 // characters a poem has again, such as 2 for one that is there three times
	Rhymed  float64 // of poems whose second and fourth line end as a poem learned from pairs them
}

// MeasurePoems compares poems with those learned from. Those without the form
// count in Form only.
func MeasurePoems(poems, learned []string) Poems {
	verses, rhymes := map[string]bool{}, map[[2]rune]bool{}
	for _, poem := range learned {
		v := Verses(poem)
		for _, verse := range v {
			verses[verse] = true
		}
		if len(v) == 4 {
			a, b := ends(v)
			rhymes[[2]rune{a, b}], rhymes[[2]rune{b, a}] = true, true
		}
	}
	var m Poems
	formed := 0.0
	for _, poem := range poems {
		if !IsQuatrain(poem) {
			continue
		}
		formed++
		v := Verses(poem)
		for _, verse := range v {
			if verses[verse] {
				m.Copied += 1.0 / 4
			}
		}
		m.Repeats += float64(repeats(v))
		if a, b := ends(v); rhymes[[2]rune{a, b}] {
			m.Rhymed++
		}
	}
	m.Form = formed / float64(max(1, len(poems)))
	formed = max(1, formed)
	m.Copied /= formed
	m.Repeats /= formed
	m.Rhymed /= formed
	return m
}

// IsQuatrain tells whether a poem is two lines, each of seven characters, a
// comma, seven characters and a full stop.
func IsQuatrain(poem string) bool {
	lines := strings.Split(poem, "\n")
	if len(lines) != 2 {
		return false
	}
	for _, line := range lines {
		runes := []rune(line)
		if len(runes) != 16 || runes[7] != '，' || runes[15] != '。' || strings.Count(line, "，")+strings.Count(line, "。") != 2 {
			return false
		}
	}
	return true
}

// Verses are the parts of a poem between punctuation marks.
func Verses(poem string) []string {
	return strings.FieldsFunc(poem, func(r rune) bool { return r == '，' || r == '。' || r == '\n' })
}

// ends are the last characters of the second and the fourth verse.
func ends(verses []string) (second, fourth rune) {
	last := func(verse string) rune {
		runes := []rune(verse)
		return runes[len(runes)-1]
	}
	return last(verses[1]), last(verses[3])
}

// repeats counts the characters that stand again after their first time.
func repeats(verses []string) (n int) {
	seen := map[rune]bool{}
	for _, verse := range verses {
		for _, r := range verse {
			if seen[r] {
				n++
			}
			seen[r] = true
		}
	}
	return n
}
