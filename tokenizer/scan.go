package tokenizer

import "unicode/utf8"

// A scanner finds where the piece that begins at text[i:] ends: what one match of
// a regular expression finds there, of one that matches everywhere. Written by hand
// it is many times as fast as the expression.
type scanner func(u *unicodeTables, text string, i int) int

// scanners are those regular expressions of pre-tokenizers that are known, as
// tokenizer.json files write them.
var scanners = map[string]scanner{
	// GPT-2; also the pre-tokenizer ByteLevel.
	`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: scanGPT2,
	// GPT-4 and Llama 3.
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`:  wordRule{digits: 3}.scan,
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`: wordRule{digits: 3}.scan,
	// Qwen 2, 2.5 and 3.
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`: wordRule{digits: 1}.scan,
	// Qwen 3.5.
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`: wordRule{digits: 1, marks: true}.scan,
	// GPT-4o and gpt-oss.
	`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`: wordRule{digits: 3, cased: true}.scan,
}

// Classes of bytes.
const (
	other = iota
	letter
	digit
	space
	newline // \r and \n, which are spaces too
	beyond  // not ASCII
)

var classes = func() (c [256]uint8) {
	for i := range c {
		switch b := byte(i); {
		case b >= utf8.RuneSelf:
			c[i] = beyond
		case 'a' <= b|0x20 && b|0x20 <= 'z':
			c[i] = letter
		case '0' <= b && b <= '9':
			c[i] = digit
		case b == '\r' || b == '\n':
			c[i] = newline
		case b == ' ' || '\t' <= b && b <= '\f':
			c[i] = space
		}
	}
	return c
}()

// class is the class of the character at text[i:], and its length. Characters
// beyond ASCII are letter, digit, space or other.
func class(u *unicodeTables, text string, i int) (c uint8, size int) {
	if c = classes[text[i]]; c != beyond {
		return c, 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch p := u.of(r); {
	case p&isLetter != 0:
		return letter, size
	case p&isNumber != 0:
		return digit, size
	case p&isSpace != 0:
		return space, size
	}
	return other, size
}

// run is the end of the characters of one class from text[i:] on.
func run(u *unicodeTables, text string, i int, of uint8) int {
	for i < len(text) {
		if classes[text[i]] == of {
			i++
			continue
		}
		if text[i] < utf8.RuneSelf {
			break
		}
		c, size := class(u, text, i)
		if c != of {
			break
		}
		i += size
	}
	return i
}

func scanGPT2(u *unicodeTables, text string, i int) int {
	c, size := class(u, text, i)
	switch {
	case text[i] == '\'':
		if n := contraction(text[i:], false); n > 0 {
			return i + n
		}
	case text[i] == ' ' && i+1 < len(text):
		next, n := class(u, text, i+1)
		if next >= space {
			return spaces(u, text, i)
		}
		return run(u, text, i+1+n, next)
	case c >= space:
		return spaces(u, text, i)
	}
	return run(u, text, i+size, c)
}

// contraction is the length of 's, 't, 're, 've, 'm, 'll or 'd at the beginning of
// a text, or 0.
func contraction(text string, anyCase bool) int {
	if len(text) < 2 || text[0] != '\'' {
		return 0
	}
	at := func(i int) byte {
		switch {
		case i >= len(text):
			return 0
		case anyCase && 'A' <= text[i] && text[i] <= 'Z':
			return text[i] + 'a' - 'A'
		}
		return text[i]
	}
	switch at(1) {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v':
		if at(2) == 'e' {
			return 3
		}
	case 'l':
		if at(2) == 'l' {
			return 3
		}
	case 0xc5: // ſ, the long s, is an s in another case
		if anyCase && at(2) == 0xbf {
			return 3
		}
	}
	return 0
}

// spaces is \s+(?!\S)|\s+: the white space at text[i:] but its last character, which
// belongs to what follows, if something does.
func spaces(u *unicodeTables, text string, i int) int {
	end := spacesEnd(u, text, i)
	if end == len(text) {
		return end
	}
	if _, size := utf8.DecodeLastRuneInString(text[i:end]); end-size > i {
		return end - size
	}
	return end
}

// wordRule is what GPT-4's expression and its descendants have in common: a word takes
// along one character before it that is neither letter nor digit nor line end,
// digits come in groups, and line ends go with what is before them.
type wordRule struct {
	digits int  // in a group, at most
	marks  bool // accents of their own belong to words
	cased  bool // a word ends before an upper-case letter that follows a lower-case one
}

func (w wordRule) scan(u *unicodeTables, text string, i int) int {
	c, size := class(u, text, i)
	if text[i] == '\'' && !w.cased {
		if n := contraction(text[i:], true); n > 0 {
			return i + n
		}
	}
	if w.cased {
		if end := w.casedWord(u, text, i, size, c); end > 0 {
			return end
		}
	}
	mark := func(i int) bool {
		if text[i] < utf8.RuneSelf {
			return false
		}
		p, _ := u.at(text, i)
		return p&isMark != 0
	}
	switch {
	case w.cased:
	case c == letter:
		return w.letters(u, text, i+size)
	case w.marks && c == other && mark(i):
		// [^\r\n\p{L}\p{N}]? takes it, or [\p{L}\p{M}]+ does.
		return w.letters(u, text, i+size)
	case c == other || c == space:
		if at := i + size; at < len(text) {
			if next, n := class(u, text, at); next == letter || w.marks && next == other && mark(at) {
				return w.letters(u, text, at+n)
			}
		}
	}
	switch c {
	case digit:
		end := i + size
		for range w.digits - 1 {
			if end == len(text) {
				break
			}
			next, n := class(u, text, end)
			if next != digit {
				break
			}
			end += n
		}
		return end
	case space, newline:
		if text[i] == ' ' && i+1 < len(text) {
			if next, n := class(u, text, i+1); next == other {
				return w.others(u, text, i+1+n)
			}
		}
		return w.spaces(u, text, i)
	}
	return w.others(u, text, i+size)
}

// letters is the end of a word.
func (w wordRule) letters(u *unicodeTables, text string, i int) int {
	for {
		i = run(u, text, i, letter)
		if !w.marks || i == len(text) || text[i] < utf8.RuneSelf {
			return i
		}
		p, size := u.at(text, i)
		if p&isMark == 0 {
			return i
		}
		i += size
	}
}

// others is the end of what is neither letter nor digit nor space, with the line ends
// after it.
func (w wordRule) others(u *unicodeTables, text string, i int) int {
	end := run(u, text, i, other)
	for w.marks && i < end {
		p, size := u.at(text, i)
		if p&isMark != 0 {
			end = i // a mark is of class other, but belongs to words here
			break
		}
		i += size
	}
	i = end
	for i < len(text) && (text[i] == '\n' || text[i] == '\r' || w.cased && text[i] == '/') {
		i++
	}
	return i
}

// spaces is \s*[\r\n]+|\s+(?!\S)|\s+: white space up to its last line end, or else all
// but its last character.
func (w wordRule) spaces(u *unicodeTables, text string, i int) int {
	end, after := i, 0
	for end < len(text) {
		c, size := class(u, text, end)
		if c < space {
			break
		}
		end += size
		if c == newline {
			after = end
		}
	}
	if after > 0 {
		return after
	}
	if end == len(text) {
		return end
	}
	if _, size := utf8.DecodeLastRuneInString(text[i:end]); end-size > i {
		return end - size
	}
	return end
}

// casedWord is the end of the first of
//
//	[^\r\n\p{L}\p{N}]?U*L+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	[^\r\n\p{L}\p{N}]?U+L*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//
// that matches, U being letters that may begin a word and L those that may go on with it; 0 if neither does.
// size and c are of the character at text[i:].
func (w wordRule) casedWord(u *unicodeTables, text string, i, size int, c uint8) int {
	starts := [2]int{i, i}
	n := 1
	if c == other || c == space {
		starts[0] = i + size
		n = 2
	}
	upTo := func(from int, bits uint16) (end, lastLower int) {
		lastLower = -1
		for from < len(text) {
			p, size := u.at(text, from)
			if p&bits == 0 {
				break
			}
			if p&isLowerish != 0 {
				lastLower = from
			}
			from += size
		}
		return from, lastLower
	}
	for _, from := range starts[:n] {
		upper, lastLower := upTo(from, isUpperish)
		end, _ := upTo(upper, isLowerish)
		if end == upper && lastLower >= 0 {
			// U* gives back what it took, up to a character that L+ may have.
			end, _ = upTo(lastLower, isLowerish)
		}
		if end > upper || lastLower >= 0 {
			return end + contraction(text[end:], true)
		}
	}
	for _, from := range starts[:n] {
		if upper, _ := upTo(from, isUpperish); upper > from {
			end, _ := upTo(upper, isLowerish)
			return end + contraction(text[end:], true)
		}
	}
	return 0
}
