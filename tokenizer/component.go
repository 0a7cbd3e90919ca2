package tokenizer

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/org/artnn/format/tokenizerjson"
)

// components are the parts of one sort that a tokenizer.json may name, by type.
// Each is made of the component as the file holds it.
type components[T any] struct {
	sort  string
	makes map[string]func(tokenizerjson.Component) (T, error)
}

func newComponents[T any](sort string) *components[T] {
	return &components[T]{sort, map[string]func(tokenizerjson.Component) (T, error){}}
}

// add makes a type known; called when the package is initialised.
func (c *components[T]) add(name string, build func(tokenizerjson.Component) (T, error)) {
	c.makes[name] = build
}

// maxNested bounds how deep sequences may lie in each other.
const maxNested = 32

// read makes a part; the zero value of T if the file has none.
func (c *components[T]) read(from tokenizerjson.Component) (part T, err error) {
	if from == nil {
		return part, nil
	}
	name, err := from.Type()
	if err != nil {
		return part, fmt.Errorf("%s: %w", c.sort, err)
	}
	build := c.makes[name]
	if build == nil {
		return part, fmt.Errorf("%s: type %q is not supported; this program knows %s",
			c.sort, name, strings.Join(slices.Sorted(maps.Keys(c.makes)), ", "))
	}
	if part, err = build(from); err != nil {
		return part, fmt.Errorf("%s %s: %w", c.sort, name, err)
	}
	return part, nil
}

// readAll makes the parts of a sequence.
func (c *components[T]) readAll(list []tokenizerjson.Component) ([]T, error) {
	parts := make([]T, len(list))
	for i, from := range list {
		if from == nil {
			return nil, fmt.Errorf("%s %d of the sequence is null", c.sort, i+1)
		}
		// Each level of a sequence is in the text of the one above it.
		if strings.Count(string(from), `"Sequence"`) > maxNested {
			return nil, fmt.Errorf("sequences are more than %d deep in each other", maxNested)
		}
		var err error
		if parts[i], err = c.read(from); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// plain is the fields of a component that has none but its type.
type plain struct {
	Type string `json:"type"`
}

// withoutFields makes a part that has nothing to configure.
func withoutFields[T any](part T) func(tokenizerjson.Component) (T, error) {
	return func(c tokenizerjson.Component) (T, error) { return part, c.Read(&plain{}) }
}

// pattern is what a component looks for: a text, or a regular expression.
type pattern struct {
	String *string `json:"String,omitempty"`
	Regex  *string `json:"Regex,omitempty"`
}

func (p pattern) check() error {
	if (p.String == nil) == (p.Regex == nil) {
		return fmt.Errorf(`the pattern needs either "String" or "Regex"`)
	}
	if p.String != nil && *p.String == "" {
		return fmt.Errorf("the pattern is empty")
	}
	return nil
}

// matcher finds the first match of a pattern in text[from:]: its begin and end, or
// ok false. No match is empty.
type matcher func(text string, from int) (begin, end int, ok bool)

// matcher of a pattern.
//
// Errors: a regular expression that package regexp would understand otherwise than
// Hugging Face's, or not at all.
func (p pattern) matcher() (matcher, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.String != nil {
		return matchString(*p.String), nil
	}
	expr := *p.Regex
	if expr == `\s+` {
		return matchSpaces, nil
	}
	// \s and \p{L} know other characters here and there, and there is no lookahead.
	for _, apart := range []string{`\s`, `\S`, `\w`, `\W`, `\d`, `\D`, `\p`, `\P`, `\b`, `\B`, `\h`, `\H`, `\R`, `\X`, `\A`, `\z`, `\Z`, `\G`,
		`(?`, `[:`, `&&`, `^`, `$`, `++`, `*+`, `?+`, `}+`} {
		if strings.Contains(expr, apart) {
			return nil, fmt.Errorf("the regular expression %q is not supported: it has %s", expr, apart)
		}
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	if re.MatchString("") {
		return nil, fmt.Errorf("the regular expression %q is not supported: it matches the empty text", expr)
	}
	return func(text string, from int) (int, int, bool) {
		at := re.FindStringIndex(text[from:])
		if at == nil {
			return 0, 0, false
		}
		return from + at[0], from + at[1], true
	}, nil
}

func matchString(s string) matcher {
	return func(text string, from int) (int, int, bool) {
		i := strings.Index(text[from:], s)
		return from + i, from + i + len(s), i >= 0
	}
}

// matchSpaces is \s+.
func matchSpaces(text string, from int) (int, int, bool) {
	u := tables()
	for i := from; i < len(text); {
		p, size := u.at(text, i)
		if p&isSpace != 0 {
			return i, spacesEnd(u, text, i), true
		}
		i += size
	}
	return 0, 0, false
}

// spacesEnd is the end of the white space that begins at text[i:].
func spacesEnd(u *unicodeTables, text string, i int) int {
	for i < len(text) {
		p, size := u.at(text, i)
		if p&isSpace == 0 {
			break
		}
		i += size
	}
	return i
}
