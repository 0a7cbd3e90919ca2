package tokenizer

import (
	"slices"
	"unicode/utf8"
)

// normalForm is one of Unicode's four normalization forms.
type normalForm struct {
	compatible, compose bool
	changes             uint16 // the property of characters that it may change
}

// normalize goes from one stretch of characters that may change to the next, and
// leaves everything else as it is, which in most texts is everything.
func (f normalForm) normalize(text string) string {
	u := tables()
	var out []byte
	done := 0 // up to where out has the text
	last := 0 // where the last character begins that does not change
	for i := 0; i < len(text); {
		p, size := u.at(text, i)
		if p&f.changes == 0 {
			last = i
			i += size
			continue
		}
		end := i
		for end < len(text) {
			p, size := u.at(text, end)
			if p&f.changes == 0 {
				break
			}
			end += size
		}
		if last < done {
			last = i
		}
		out = append(out, text[done:last]...)
		out = u.normalize(out, text[last:end], f.compatible, f.compose)
		done, last, i = end, end, end
	}
	if out == nil {
		return text
	}
	return string(append(out, text[done:]...))
}

// normalize appends the normal form of a text to out, whatever its characters are.
func (u *unicodeTables) normalize(out []byte, text string, compatible, compose bool) []byte {
	runes := make([]rune, 0, len(text))
	for _, r := range text {
		runes = u.decompose(runes, r, compatible)
	}
	u.order(runes)
	if compose {
		runes = u.composed(runes)
	}
	for _, r := range runes {
		out = utf8.AppendRune(out, r)
	}
	return out
}

func (u *unicodeTables) decompose(out []rune, r rune, compatible bool) []rune {
	if r < utf8.RuneSelf {
		return append(out, r)
	}
	if hangulBase <= r && r < hangulEnd {
		i := r - hangulBase
		out = append(out, hangulL+i/(countV*countT), hangulV+i%(countV*countT)/countT)
		if t := i % countT; t > 0 {
			out = append(out, hangulT+t)
		}
		return out
	}
	if compatible {
		if s, ok := u.nfkd[r]; ok {
			return append(out, []rune(s)...)
		}
	}
	if s, ok := u.nfd[r]; ok {
		return append(out, []rune(s)...)
	}
	return append(out, r)
}

// order sorts each run of combining characters by their classes.
func (u *unicodeTables) order(runes []rune) {
	for i := 0; i < len(runes); i++ {
		if u.class[runes[i]] == 0 {
			continue
		}
		end := i + 1
		for end < len(runes) && u.class[runes[end]] != 0 {
			end++
		}
		if end > i+1 {
			slices.SortStableFunc(runes[i:end], func(a, b rune) int { return int(u.class[a]) - int(u.class[b]) })
		}
		i = end
	}
}

// composed puts characters together, in place.
func (u *unicodeTables) composed(runes []rune) []rune {
	out := runes[:0]
	starter := -1 // its place in out
	for _, r := range runes {
		class := u.class[r]
		if starter >= 0 {
			last := len(out) - 1
			// Nothing between the two blocks them.
			free := last == starter || u.class[out[last]] != 0 && u.class[out[last]] < class
			if c := u.pair(out[starter], r); c != 0 && free {
				out[starter] = c
				continue
			}
		}
		if class == 0 {
			starter = len(out)
		}
		out = append(out, r)
	}
	return out
}

// pair is what two characters compose to, or 0.
func (u *unicodeTables) pair(a, b rune) rune {
	switch {
	case hangulL <= a && a < hangulL+countL && hangulV <= b && b < hangulV+countV:
		return hangulBase + ((a-hangulL)*countV+b-hangulV)*countT
	case hangulBase <= a && a < hangulEnd && (a-hangulBase)%countT == 0 && hangulT < b && b < hangulT+countT:
		return a + b - hangulT
	}
	return u.compose[[2]rune{a, b}]
}
