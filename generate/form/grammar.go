package form

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/org/artnn/generate"
)

// Grammar is the texts of a context-free grammar, in the notation of llama.cpp's
// GBNF:
//
//	root  ::= "The " thing " is " ("big" | "small") "."   # a comment
//	thing ::= [a-z]+ | thing2{1,3}
//
// The rule root is the form. A rule ends with its line, unless a bracket is open or
// a | stands at the end of the line or at the beginning of the next. Strings and
// classes have the escapes \n \r \t \\ \" \[ \] \xNN \uNNNN \UNNNNNNNN; . is any
// character; *, +, ?, {n}, {n,} and {n,m} repeat what stands before them.
//
// A text is followed in all ways in which it can be read. A very ambiguous grammar
// has too many; of more than 4,096, some are not followed.
//
// Errors: with line and column, what cannot be parsed; a rule that is missing, is
// there twice, or calls itself before any character; a form that no text has; one that
// is too large.
func Grammar(text string) (generate.Form, error) {
	n, err := compileGrammar(text)
	if err == nil {
		err = netForm{n}.begins()
	}
	if err != nil {
		return nil, fmt.Errorf("form: grammar: %w", err)
	}
	return netForm{n}, nil
}

// JSON is JSON objects and arrays (RFC 8259), with at most a line end and some
// indentation between their parts, and nothing after the last bracket.
func JSON() generate.Form { return jsonForm() }

//go:embed json.gbnf
var jsonGrammar string

var jsonForm = sync.OnceValue(func() generate.Form {
	f, err := Grammar(jsonGrammar)
	if err != nil {
		panic(err)
	}
	return f
})

func compileGrammar(text string) (*net, error) {
	p := &parser{text: text, number: map[string]int{}}
	p.ruleNumber("root", 0) // the first
	if err := p.grammar(); err != nil {
		return nil, err
	}
	n, err := compile(p.rules)
	var l leftRecursion
	if errors.As(err, &l) {
		return nil, fmt.Errorf("rule %q calls itself before any character (left recursion): let something come first", p.names[l])
	}
	return n, err
}

// parser reads a grammar.
type parser struct {
	text   string
	at     int
	depth  int
	names  []string
	number map[string]int
	rules  []expr // by number; nil where it was only called
	called []int  // where each was first called
}

// ruleNumber is that of a rule, which may be new, named at a place.
func (p *parser) ruleNumber(name string, at int) int {
	n, ok := p.number[name]
	if !ok {
		n = len(p.names)
		p.number[name] = n
		p.names, p.rules, p.called = append(p.names, name), append(p.rules, nil), append(p.called, at)
	}
	return n
}

// failed is an error at a place.
func (p *parser) failed(at int, format string, args ...any) error {
	before := p.text[:min(at, len(p.text))]
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	return fmt.Errorf("line %d, column %d: %s", line, column, fmt.Sprintf(format, args...))
}

func (p *parser) grammar() error {
	for p.space(true); p.at < len(p.text); p.space(true) {
		begin := p.at
		name := p.name()
		if name == "" {
			return p.failed(p.at, "expected the name of a rule, got %s", p.here())
		}
		p.space(false)
		if !p.take("::=") {
			return p.failed(p.at, "expected ::= after the name %q, got %s", name, p.here())
		}
		n := p.ruleNumber(name, begin)
		if p.rules[n] != nil {
			return p.failed(begin, "there is another rule %q", name)
		}
		p.space(true)
		x, err := p.choice(false)
		if err != nil {
			return err
		}
		p.rules[n] = x
		if p.at < len(p.text) && p.text[p.at] != '\n' && p.text[p.at] != '\r' {
			return p.failed(p.at, "expected the end of the rule %q, got %s", name, p.here())
		}
	}
	for i, x := range p.rules {
		switch {
		case x != nil:
		case i == 0:
			return errors.New(`there is no rule "root"`)
		default:
			return p.failed(p.called[i], "there is no rule %q", p.names[i])
		}
	}
	return nil
}

// here is what stands at the place, for errors.
func (p *parser) here() string {
	if p.at >= len(p.text) {
		return "the end"
	}
	return fmt.Sprintf("%q", at0(p.text, p.at))
}

// space skips blanks and comments, and line ends where they mean nothing.
func (p *parser) space(lines bool) {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r'):
			p.at++
		case c == '#':
			for p.at < len(p.text) && p.text[p.at] != '\n' && p.text[p.at] != '\r' {
				p.at++
			}
		default:
			return
		}
	}
}

func (p *parser) take(token string) bool {
	if !strings.HasPrefix(p.text[p.at:], token) {
		return false
	}
	p.at += len(token)
	return true
}

func (p *parser) name() string {
	begin := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			break
		}
		p.at++
	}
	return p.text[begin:p.at]
}

// mostDepth bounds how deep brackets are nested.
const mostDepth = 200

// choice reads sequences with | between them.
func (p *parser) choice(nested bool) (expr, error) {
	if p.depth++; p.depth > mostDepth {
		return nil, p.failed(p.at, "brackets are nested more than %d deep", mostDepth)
	}
	defer func() { p.depth-- }()
	var list choice
	for {
		x, err := p.sequence(nested)
		if err != nil {
			return nil, err
		}
		list = append(list, x)
		before := p.at
		if p.space(true); !p.take("|") {
			if !nested {
				p.at = before
			}
			return list, nil
		}
		p.space(true)
	}
}

func (p *parser) sequence(nested bool) (expr, error) {
	var list sequence
	for {
		p.space(nested)
		x, err := p.item()
		if err != nil {
			return nil, err
		}
		if x == nil {
			return list, nil
		}
		p.space(nested)
		if x, err = p.repeated(x); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
}

// item reads a string, a class, a dot, a name or what is in brackets; nil if
// nothing of these comes.
func (p *parser) item() (expr, error) {
	begin := p.at
	switch {
	case p.take(`"`):
		return p.literal(begin)
	case p.take("["):
		return p.class(begin)
	case p.take("."):
		return anyRune, nil
	case p.take("("):
		x, err := p.choice(true)
		if err != nil {
			return nil, err
		}
		if p.space(true); !p.take(")") {
			return nil, p.failed(begin, "the bracket ( is not closed")
		}
		return x, nil
	}
	if name := p.name(); name != "" {
		return ruleCall(p.ruleNumber(name, begin)), nil
	}
	return nil, nil
}

func (p *parser) literal(begin int) (expr, error) {
	var list sequence
	for !p.take(`"`) {
		c, err := p.character(begin, "string")
		if err != nil {
			return nil, err
		}
		list = append(list, runes{c, c})
	}
	return list, nil
}

func (p *parser) class(begin int) (expr, error) {
	not := p.take("^")
	var list runes
	for !p.take("]") {
		lo, err := p.character(begin, "class")
		if err != nil {
			return nil, err
		}
		hi := lo
		if rest := p.text[p.at:]; strings.HasPrefix(rest, "-") && !strings.HasPrefix(rest, "-]") {
			p.at++
			if hi, err = p.character(begin, "class"); err != nil {
				return nil, err
			}
			if hi < lo {
				return nil, p.failed(begin, "the class has a range from %q to %q, which is empty", lo, hi)
			}
		}
		list = append(list, lo, hi)
	}
	list = list.sorted()
	if not {
		list = list.others()
	}
	return list, nil
}

// repeated reads what repeats an item.
func (p *parser) repeated(x expr) (expr, error) {
	begin := p.at
	switch {
	case p.take("*"):
		return p.repeated(repeat{x, 0, -1})
	case p.take("+"):
		return p.repeated(repeat{x, 1, -1})
	case p.take("?"):
		return p.repeated(repeat{x, 0, 1})
	case p.take("{"):
		r, err := p.counts(x, begin)
		if err != nil {
			return nil, err
		}
		return p.repeated(r)
	}
	return x, nil
}

// mostRepeats bounds the numbers of {n,m}, as package regexp does.
const mostRepeats = 1000

func (p *parser) counts(x expr, begin int) (expr, error) {
	number := func() (int, bool) {
		n, from := 0, p.at
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			n = min(10*n+int(p.text[p.at]-'0'), mostRepeats+1)
			p.at++
		}
		return n, p.at > from
	}
	p.space(false)
	least, ok := number()
	most := least
	p.space(false)
	if p.take(",") {
		p.space(false)
		if n, limited := number(); limited {
			most = n
		} else {
			most = -1
		}
		p.space(false)
		ok = ok || most >= 0 // {,m} is {0,m}
	}
	switch {
	case !ok || !p.take("}"):
		return nil, p.failed(begin, "a repetition is {n}, {n,} or {n,m}")
	case least > mostRepeats || most > mostRepeats:
		return nil, p.failed(begin, "a repetition is at most %d", mostRepeats)
	case most >= 0 && most < least:
		return nil, p.failed(begin, "a repetition of at least %d and at most %d is none", least, most)
	}
	return repeat{x, least, most}, nil
}
