package form

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ParseRhymes is a table of rhymes, for [Verse]. A line is a group: its name, a space,
// and the characters that rhyme with each other, with spaces between or without.
// A character may be in several groups. Lines that are blank or begin with # are
// comments.
//
//	一東 東同銅桐筒童僮瞳中…
//	二冬 冬農宗鍾鐘龍舂松…
//
// Errors: text that is not UTF-8; a line with a name and no characters; a name that
// comes twice; no groups. They say in which line.
func ParseRhymes(table string) (rhyme func(last rune) (groups []string), err error) {
	of, lines := map[rune][]string{}, map[string]int{}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(table, "\ufeff")) { // which some editors begin files with
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !utf8.ValidString(line) {
			return nil, fmt.Errorf("form: rhymes: line %d is not UTF-8", number)
		}
		fields := strings.Fields(line)
		name := fields[0]
		if len(fields) == 1 {
			return nil, fmt.Errorf("form: rhymes: line %d has no characters after %q: a line is a name, a space, and characters that rhyme", number, shortened(name))
		}
		if before := lines[name]; before != 0 {
			return nil, fmt.Errorf("form: rhymes: line %d has the name %q, as line %d has", number, shortened(name), before)
		}
		lines[name] = number
		for _, c := range strings.Join(fields[1:], "") {
			if g := of[c]; len(g) == 0 || g[len(g)-1] != name {
				of[c] = append(g, name)
			}
		}
	}
	if len(lines) == 0 {
		return nil, errors.New("form: rhymes: the table has no groups: a line is a name, a space, and characters that rhyme")
	}
	return func(last rune) []string { return of[last] }, nil
}
