package table

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Error is what is wrong with the file of a table, or does not go with what was
// asked of it: where it is, what it is, and what would settle it.
type Error struct {
	Line    int    // of the file, from 1; 0 if it is not about one
	Column  string // "" if it is not about one
	Problem string // such as `"5O" is not a number, as 9 of 10 values are`
	Help    []Help // ways out, of which one is enough; none if the file must change
}

// Help is a field of [Options] and what to put there.
type Help struct {
	Option string // the field, such as "Dates"
	Value  string // such as "dmy"; of a map, the value of the error's column; "" if only the user knows it
}

// Error says it all in one line, with names of Go. A program whose users do not
// write Go has its own names for options, and says it with [Error.Text].
func (e *Error) Error() string {
	return e.Text(func(h Help) string {
		switch {
		case h.Option == "Kinds":
			return fmt.Sprintf("Options.Kinds[%q] = %q", e.Column, h.Value)
		case h.Value == "":
			return "Options." + h.Option
		}
		return fmt.Sprintf("Options.%s = %q", h.Option, h.Value)
	})
}

// Text is the error in one line, with what would settle it said by name: "" if the
// program has nothing of the kind.
func (e *Error) Text(name func(Help) string) string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, "column %q: ", e.Column)
	}
	b.WriteString(e.Problem)
	var ways []string
	for _, h := range e.Help {
		if way := name(h); way != "" {
			ways = append(ways, way)
		}
	}
	for i, way := range ways {
		switch {
		case i == 0:
			b.WriteString("; use ")
		case i == len(ways)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(way)
	}
	return b.String()
}

// Explain is the text of an error in which there may be an [*Error], with what
// would settle it said by name.
func Explain(err error, name func(Help, *Error) string) string {
	e := (*Error)(nil)
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := e.Text(func(h Help) string { return name(h, e) })
	return strings.Replace(err.Error(), e.Error(), text, 1)
}

// longest is how many bytes of a value an error shows.
const longest = 40

// shown is a value as an error shows it.
func shown(text string) string {
	if len(text) > longest {
		text = fmt.Sprintf("%.*s…", longest/4, text) // counts characters, of up to 4 bytes
	}
	return fmt.Sprintf("%q", text)
}

// listed is how many names an error lists.
const listed = 20

func noColumn(name string, names []string) error {
	more := ""
	if n := len(names) - listed; n > 0 {
		names, more = names[:listed], fmt.Sprintf(" and %d more", n)
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	e := &Error{Problem: fmt.Sprintf("no column %q; there are %s%s", name, strings.Join(quoted, ", "), more)}
	if len(names) == 1 {
		if sign := separating(names[0], name); sign != "" {
			e.Help = []Help{{"Delimiter", sign}}
		}
	}
	return e
}

// separating is the sign that stands between a name and what else is in the first
// line of a file, "" if there is none. Spaces and the likes of _ are part of names.
func separating(line, name string) string {
	for _, r := range line {
		sign := string(r)
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSpace(r) || strings.ContainsRune("_-.", r) || (Dialect{Delimiter: sign}).Check() != nil {
			continue
		}
		for part := range strings.SplitSeq(line, sign) {
			if strings.TrimSpace(part) == name && part != line {
				return sign
			}
		}
	}
	return ""
}
