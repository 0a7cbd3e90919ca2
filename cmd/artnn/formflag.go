package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/internal/regular"
)

// largestForm bounds the file of a grammar or of rhymes, in bytes.
const largestForm = 1 << 20

// formOf is the form that --form names: json, lines of a poem, or a grammar's file.
// Lines rhyme by the table of --rhyme, if there is one, with characters that a model
// knows.
func formOf(name, rhymes string, characters func() string) (generate.Form, error) {
	if rhymes != "" && !isVerse(name) {
		return nil, usagef("--rhyme is of lines: give them with --form, such as 7,7,7,7")
	}
	if name == "json" {
		return form.JSON(), nil
	}
	text, err := formFile(name, "grammar")
	switch {
	case err == nil && rhymes == "":
		g, err := form.Grammar(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return g, nil
	case isVerse(name):
		return verseOf(name, rhymes, characters)
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("--form %s: there is no such file; a form is json, lines such as 7,7,7,7, or a file with a grammar", name)
	}
	return nil, err
}

// verseOf is lines of a poem.
func verseOf(pattern, rhymes string, characters func() string) (generate.Form, error) {
	v := form.Verse{Pattern: pattern}
	if rhymes != "" {
		table, err := formFile(rhymes, "table of rhymes")
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usagef("--rhyme %s: there is no such file; give a table of rhymes, in each line a name, a space, and characters that rhyme", rhymes)
		}
		if err != nil {
			return nil, err
		}
		if v.Rhyme, err = form.ParseRhymes(table); err != nil {
			return nil, fmt.Errorf("%s: %w", rhymes, err)
		}
		v.Characters = characters()
	}
	return form.NewVerse(v)
}

// isVerse reports whether a form is lines of a poem.
func isVerse(form string) bool {
	isLetter := func(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	return !strings.ContainsFunc(form, isLetter) && strings.ContainsAny(form, "0123456789*")
}

// formFile is the text of a grammar or a table.
func formFile(name, what string) (string, error) {
	f, err := regular.OpenStream(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largestForm+1))
	if err == nil && len(text) > largestForm {
		err = fmt.Errorf("it is larger than any %s, over a megabyte", what)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return string(text), nil
}
