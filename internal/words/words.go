// Package words puts counts and names into the lines that people read.
package words

import (
	"fmt"
	"strings"
)

// Count is "1 row" or "3 rows".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
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
