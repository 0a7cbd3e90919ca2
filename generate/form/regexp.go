package form

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/org/artnn/generate"
)

// Regexp is the texts that a regular expression matches as a whole, in the syntax of
// package regexp, with classes of Unicode such as \p{Han}. A ^ at the beginning
// and a $ at the end change nothing.
//
// Errors: an expression that cannot be parsed, that matches nothing, or is too
// large; word boundaries, and ^ and $ of lines within a text.
func Regexp(expression string) (generate.Form, error) {
	n, err := compileRegexp(expression)
	if err == nil {
		err = netForm{n}.begins()
	}
	if err != nil {
		return nil, fmt.Errorf("form: regular expression %q: %w", shortened(expression), err)
	}
	return netForm{n}, nil
}

// shortened is what an error shows of a text.
func shortened(text string) string {
	if utf8.RuneCountInString(text) <= mostShown {
		return text
	}
	return string([]rune(text)[:mostShown]) + "…"
}

const mostShown = 60

func compileRegexp(expression string) (*net, error) {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, err
	}
	x, err := fromRegexp(tree)
	if err != nil {
		return nil, err
	}
	return compile([]expr{x})
}

func fromRegexp(r *syntax.Regexp) (expr, error) {
	switch r.Op {
	case syntax.OpNoMatch:
		return choice{}, nil
	case syntax.OpEmptyMatch:
		return sequence{}, nil
	case syntax.OpLiteral:
		var list sequence
		for _, c := range r.Rune {
			list = append(list, character(c, r.Flags&syntax.FoldCase != 0))
		}
		return list, nil
	case syntax.OpCharClass:
		return runes(r.Rune), nil
	case syntax.OpAnyChar:
		return anyRune, nil
	case syntax.OpAnyCharNotNL:
		return notNewline, nil
	case syntax.OpBeginText:
		return edge(begin), nil
	case syntax.OpEndText:
		return edge(end), nil
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return nil, fmt.Errorf("%s: boundaries of words and lines are not known; say what stands there instead", r)
	}
	subs := make([]expr, len(r.Sub))
	for i, sub := range r.Sub {
		x, err := fromRegexp(sub)
		if err != nil {
			return nil, err
		}
		subs[i] = x
	}
	switch r.Op {
	case syntax.OpCapture:
		return subs[0], nil
	case syntax.OpStar:
		return repeat{subs[0], 0, -1}, nil
	case syntax.OpPlus:
		return repeat{subs[0], 1, -1}, nil
	case syntax.OpQuest:
		return repeat{subs[0], 0, 1}, nil
	case syntax.OpRepeat:
		return repeat{subs[0], r.Min, r.Max}, nil
	case syntax.OpConcat:
		return sequence(subs), nil
	case syntax.OpAlternate:
		return choice(subs), nil
	}
	return nil, fmt.Errorf("%s is not known", r)
}

var (
	anyRune    = runes{0, unicode.MaxRune}
	notNewline = runes{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
)

// character is one character, in both cases if they are one.
func character(c rune, fold bool) runes {
	all := []rune{c}
	for f := unicode.SimpleFold(c); fold && f != c; f = unicode.SimpleFold(f) {
		all = append(all, f)
	}
	slices.Sort(all)
	var r runes
	for _, c := range all {
		r = append(r, c, c)
	}
	return r
}
