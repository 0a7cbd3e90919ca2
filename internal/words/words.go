// Package words puts counts and names into the lines that people read.
package words

import (
	"fmt"
	"strconv"
	"strings"
)

// Thousands is a number with its thousands set apart: "12,345".
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Rate is a number of things a second, as coarse as it is uncertain.
func Rate(x float64) string {
	switch {
	case x >= 10_000:
		return fmt.Sprintf("%.0fk", x/1000)
	case x >= 10:
		return fmt.Sprintf("%.0f", x)
	default:
		return fmt.Sprintf("%.1f", x)
	}
}

// Shortened is the beginning of a text, at most limit characters of it.
func Shortened(text string, limit int) string {
	if r := []rune(text); len(r) > limit {
		return string(r[:limit]) + " …"
	}
	return text
}

// OneLine is a text without line ends and tabs.
func OneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// room is how many bytes of names a line has place for.
const room = 60

// Few lists names, as many as fit in a line.
func Few(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if name = OneLine(name); b.Len()+len(name) > room {
			b.WriteString("…")
			break
		}
		b.WriteString(name)
	}
	return b.String()
}
