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

// largestGrammar bounds the file of a grammar, in bytes.
const largestGrammar = 1 << 20

// formOf is the form that --form names: json, lines of a poem, or a grammar's file.
func formOf(name string) (generate.Form, error) {
	if name == "json" {
		return form.JSON(), nil
	}
	f, err := regular.OpenStream(name)
	if err == nil {
		defer f.Close()
		text, err := io.ReadAll(io.LimitReader(f, largestGrammar+1))
		if err == nil && len(text) > largestGrammar {
			err = errors.New("it is larger than any grammar, over a megabyte")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		g, err := form.Grammar(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return g, nil
	}
	isLetter := func(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	if !strings.ContainsFunc(name, isLetter) && strings.ContainsAny(name, "0123456789*") {
		return form.NewVerse(form.Verse{Pattern: name})
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("--form %s: there is no such file; a form is json, lines such as 7,7,7,7, or a file with a grammar", name)
	}
	return nil, err
}
