package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/org/artnn/cmd/artnn/internal/visible"
)

// narrowest is the fewest columns that text is wrapped to. Where there are fewer
// beside a name, the terminal may break lines as it likes.
const narrowest = 20

// wrapped are the lines of a text with so many columns of the terminal to their left.
// Where there is no terminal, lines are left as they are: programs read them.
func (c *console) wrapped(text string, left int) (lines []string) {
	room := c.columns() - left
	for line := range strings.SplitSeq(text, "\n") {
		if c.terminal == nil || room < narrowest || ansi.StringWidth(line) <= room {
			lines = append(lines, line)
			continue
		}
		lines = append(lines, wrap(line, room)...)
	}
	return lines
}

// wrap breaks a line between words, and words that are longer than a line. All lines
// are indented as it is.
func wrap(text string, room int) (lines []string) {
	words := strings.TrimLeft(text, " ")
	indent := text[:len(text)-len(words)]
	if room -= len(indent); room < narrowest {
		return []string{text}
	}
	line := ""
	for word := range strings.SplitSeq(words, " ") {
		if longer := line + " " + word; line != "" && ansi.StringWidth(longer) <= room {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := strings.Split(ansi.Hardwrap(word, room, true), "\n")
		lines, line = append(lines, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	lines = append(lines, line)
	for i := range lines {
		lines[i] = indent + strings.TrimRight(lines[i], " ")
	}
	return lines
}

// sentences is printf of a text, with line ends as the terminal needs them.
func (c *console) sentences(text string) {
	c.printf("%s\n", strings.Join(c.wrapped(text, 0), "\n"))
}

// tell is say of a text, likewise.
func (c *console) tell(text string) {
	if !c.quiet {
		c.sentences(text)
	}
}

// table writes lines of a name and what is known of it.
func (c *console) table() *namedLines { return &namedLines{con: c} }

// namedLines are held until they are flushed: how wide the names are decides how
// values are wrapped.
type namedLines struct {
	con   *console
	lines [][2]string
}

func (t *namedLines) line(name, format string, args ...any) {
	t.lines = append(t.lines, [2]string{visible.Line(name), visible.Line(fmt.Sprintf(format, args...))})
}

// Flush writes the lines.
func (t *namedLines) Flush() error {
	widest := 0
	for _, l := range t.lines {
		widest = max(widest, ansi.StringWidth(l[0]))
	}
	w := t.con.cells()
	for _, l := range t.lines {
		name := l[0]
		for _, part := range t.con.wrapped(l[1], widest+cellPadding) {
			fmt.Fprintf(w, "%s\t%s\n", name, part)
			name = ""
		}
	}
	return w.Flush()
}
