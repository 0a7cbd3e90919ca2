package tokenizer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
)

// preTokenizer cuts a text into the pieces that become tokens each by itself.
type preTokenizer interface {
	// split calls emit with each piece. begins says that a text, or piece, is at the
	// beginning of all.
	split(text string, begins bool, emit func(piece string, begins bool))
}

var preTokenizers = newComponents[preTokenizer]("pre-tokenizer")

func init() {
	preTokenizers.add("Sequence", newPreTokenizers)
	preTokenizers.add("ByteLevel", newByteLevel)
	preTokenizers.add("Split", newSplit)
	preTokenizers.add("Metaspace", func(c tokenizerjson.Component) (preTokenizer, error) { return readMetaspace(c) })
	preTokenizers.add("Digits", newDigits)
	preTokenizers.add("Punctuation", newPunctuation)
	preTokenizers.add("BertPreTokenizer", withoutFields[preTokenizer](bertWords{}))
	preTokenizers.add("Whitespace", withoutFields[preTokenizer](wordsAndSigns{}))
	preTokenizers.add("WhitespaceSplit", withoutFields[preTokenizer](byProperty{isSpace, removed}))
	preTokenizers.add("CharDelimiterSplit", newDelimiter)
}

// preSequence is one pre-tokenizer for the pieces of the other.
type preSequence []preTokenizer

func newPreTokenizers(c tokenizerjson.Component) (preTokenizer, error) {
	var f struct {
		plain
		PreTokenizers []tokenizerjson.Component `json:"pretokenizers"`
	}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	all, err := preTokenizers.readAll(f.PreTokenizers)
	return preSequence(all), err
}

func (s preSequence) split(text string, begins bool, emit func(string, bool)) {
	switch len(s) {
	case 0:
		emit(text, begins)
	case 1:
		s[0].split(text, begins, emit)
	default:
		s[0].split(text, begins, func(piece string, begins bool) { s[1:].split(piece, begins, emit) })
	}
}

// byteLevel is GPT-2's. That it writes bytes as characters is the model's business
// here: see [bpe].
type byteLevel struct {
	prefixSpace bool
	scan        scanner // nil: one piece
}

func newByteLevel(c tokenizerjson.Component) (preTokenizer, error) {
	f := byteLevelJSON{UseRegex: true}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	b := byteLevel{prefixSpace: f.AddPrefixSpace}
	if f.UseRegex {
		b.scan = scanGPT2
	}
	return b, nil
}

// byteLevelJSON serves pre-tokenizer, post-processor and decoder.
type byteLevelJSON struct {
	Type           string `json:"type"`
	AddPrefixSpace bool   `json:"add_prefix_space"`
	TrimOffsets    bool   `json:"trim_offsets"` // of places in the text, which are not kept here
	UseRegex       bool   `json:"use_regex"`
}

func (b byteLevel) split(text string, begins bool, emit func(string, bool)) {
	if b.prefixSpace && text != "" && !strings.HasPrefix(text, " ") {
		text = " " + text
	}
	if b.scan == nil {
		emit(text, begins)
		return
	}
	scanned{b.scan}.split(text, begins, emit)
}

// scanned are the pieces of a scanner.
type scanned struct{ scan scanner }

func (s scanned) split(text string, begins bool, emit func(string, bool)) {
	u := tables()
	for i := 0; i < len(text); {
		end := s.scan(u, text, i)
		emit(text[i:end], begins && i == 0)
		i = end
	}
}

// behavior is what becomes of what a pattern matches.
type behavior string

// The behaviors.
const (
	removed            behavior = "Removed"
	isolated           behavior = "Isolated" // a piece of its own
	mergedWithPrevious behavior = "MergedWithPrevious"
	mergedWithNext     behavior = "MergedWithNext"
	contiguous         behavior = "Contiguous" // a piece with those beside it
)

func (b behavior) check() error {
	switch b {
	case removed, isolated, mergedWithPrevious, mergedWithNext, contiguous:
		return nil
	}
	return fmt.Errorf("the behavior %q is not supported; this program knows Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous", b)
}

// part is a stretch of a text that a pattern matches, or that lies between two.
type part struct {
	begin, end int
	match      bool
}

// emit calls emit with the pieces that the behavior makes of the parts of a text.
func (b behavior) emit(text string, parts []part, begins bool, emit func(string, bool)) {
	merges := func(p, next part) bool {
		switch b {
		case mergedWithPrevious:
			return next.match && !p.match
		case mergedWithNext:
			return p.match && !next.match
		case contiguous:
			return p.match == next.match
		}
		return false
	}
	for i := 0; i < len(parts); i++ {
		p := parts[i]
		for i+1 < len(parts) && merges(parts[i], parts[i+1]) {
			i++
			p.end = parts[i].end
		}
		if p.begin < p.end && !(b == removed && p.match) {
			emit(text[p.begin:p.end], begins && p.begin == 0)
		}
	}
}

// split cuts at the matches of a pattern.
type split struct {
	find     matcher
	behavior behavior
	invert   bool // what lies between the matches is taken for them
}

func newSplit(c tokenizerjson.Component) (preTokenizer, error) {
	var f struct {
		plain
		Pattern  pattern  `json:"pattern"`
		Behavior behavior `json:"behavior"`
		Invert   bool     `json:"invert"`
	}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	if err := f.Behavior.check(); err != nil {
		return nil, err
	}
	if f.Pattern.Regex != nil {
		if scan := scanners[*f.Pattern.Regex]; scan != nil {
			// All of the text is matches.
			if f.Behavior == isolated || f.Behavior == removed && f.Invert {
				return scanned{scan}, nil
			}
			return nil, fmt.Errorf("the behavior %q is not supported for the regular expression %q", f.Behavior, *f.Pattern.Regex)
		}
	}
	find, err := f.Pattern.matcher()
	return &split{find, f.Behavior, f.Invert}, err
}

func (s *split) split(text string, begins bool, emit func(string, bool)) {
	var parts []part
	done := 0
	for {
		begin, end, ok := s.find(text, done)
		if !ok {
			break
		}
		if begin > done {
			parts = append(parts, part{done, begin, s.invert})
		}
		parts = append(parts, part{begin, end, !s.invert})
		done = end
	}
	if parts == nil && !(s.invert && s.behavior == removed) {
		emit(text, begins)
		return
	}
	if done < len(text) {
		parts = append(parts, part{done, len(text), s.invert})
	}
	s.behavior.emit(text, parts, begins, emit)
}

// byProperty cuts at the characters of a property.
type byProperty struct {
	property uint16
	behavior behavior
}

func (b byProperty) split(text string, begins bool, emit func(string, bool)) {
	u := tables()
	var parts []part
	done := 0
	for i := 0; i < len(text); {
		p, size := u.at(text, i)
		if p&b.property != 0 {
			if i > done {
				parts = append(parts, part{done, i, false})
			}
			parts = append(parts, part{i, i + size, true})
			done = i + size
		}
		i += size
	}
	if done < len(text) {
		parts = append(parts, part{done, len(text), false})
	}
	b.behavior.emit(text, parts, begins, emit)
}

func newDigits(c tokenizerjson.Component) (preTokenizer, error) {
	var f struct {
		plain
		Individual bool `json:"individual_digits"`
	}
	err := c.Read(&f)
	if f.Individual {
		return byProperty{isNumeric, isolated}, err
	}
	return byProperty{isNumeric, contiguous}, err
}

func newPunctuation(c tokenizerjson.Component) (preTokenizer, error) {
	f := struct {
		plain
		Behavior behavior `json:"behavior"`
	}{Behavior: isolated}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	return byProperty{isPunct, f.Behavior}, f.Behavior.check()
}

func newDelimiter(c tokenizerjson.Component) (preTokenizer, error) {
	var f struct {
		plain
		Delimiter string `json:"delimiter"`
	}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	return &split{matchString(f.Delimiter), removed, false}, checkReplacement(f.Delimiter)
}

// bertWords are words and, each by itself, punctuation.
type bertWords struct{}

func (bertWords) split(text string, begins bool, emit func(string, bool)) {
	u := tables()
	word := 0
	for i := 0; i < len(text); {
		p, size := u.at(text, i)
		if p&(isSpace|isPunct) != 0 {
			if i > word {
				emit(text[word:i], begins && word == 0)
			}
			word = i + size
			if p&isPunct != 0 {
				emit(text[i:word], begins && i == 0)
			}
		}
		i += size
	}
	if word < len(text) {
		emit(text[word:], begins && word == 0)
	}
}

// wordsAndSigns is \w+|[^\w\s]+.
type wordsAndSigns struct{}

func (wordsAndSigns) split(text string, begins bool, emit func(string, bool)) {
	u := tables()
	for i := 0; i < len(text); {
		p, size := u.at(text, i)
		begin, kind := i, p&(isWord|isSpace)
		i += size
		for i < len(text) {
			p, size := u.at(text, i)
			if p&(isWord|isSpace) != kind {
				break
			}
			i += size
		}
		if kind&isSpace == 0 {
			emit(text[begin:i], begins && begin == 0)
		}
	}
}

// metaspace writes spaces as a character of their own, ▁, and begins a piece with
// each of them. It serves decoders too.
type metaspace struct {
	replacement   string
	always, first bool // puts one before every text, or before the first
	cut           bool
}

func readMetaspace(c tokenizerjson.Component) (*metaspace, error) {
	f := struct {
		plain
		Replacement    string  `json:"replacement"`
		AddPrefixSpace *bool   `json:"add_prefix_space"` // older than prepend_scheme
		PrependScheme  string  `json:"prepend_scheme"`
		Split          *bool   `json:"split"`
		StrRep         *string `json:"str_rep"` // of older files, and Replacement again
	}{PrependScheme: "always"}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	if f.AddPrefixSpace != nil && !*f.AddPrefixSpace {
		f.PrependScheme = "never"
	}
	m := &metaspace{replacement: f.Replacement, cut: f.Split == nil || *f.Split}
	switch f.PrependScheme {
	case "always":
		m.always = true
	case "first":
		m.first = true
	case "never":
	default:
		return nil, fmt.Errorf("prepend_scheme is %q, and must be always, first or never", f.PrependScheme)
	}
	return m, checkReplacement(f.Replacement)
}

func (m *metaspace) split(text string, begins bool, emit func(string, bool)) {
	if text == "" {
		return
	}
	text = strings.ReplaceAll(text, " ", m.replacement)
	if (m.always || m.first && begins) && !strings.HasPrefix(text, m.replacement) {
		text = m.replacement + text
	}
	if !m.cut {
		emit(text, begins)
		return
	}
	_, size := utf8.DecodeRuneInString(text)
	for i := 0; i < len(text); {
		end := len(text)
		if n := strings.Index(text[i+size:], m.replacement); n >= 0 {
			end = i + size + n
		}
		emit(text[i:end], begins && i == 0)
		i = end
		size = len(m.replacement)
	}
}
