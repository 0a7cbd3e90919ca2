package abc

import (
	"fmt"
	"slices"
	"strings"
)

// parser reads one tune, line by line.
type parser struct {
	header
	tune    Tune
	started bool // the header is complete

	text     string // the line
	at       int    // where in it
	symbolAt int    // where the symbol begins that is read
	number   int    // of the line

	bar     Bar
	altered map[int]int // accidentals in this bar, by letter
	tied    []Pitch     // of the note before, if it is tied to the next
	broken  int         // by how much the next note is shorter (below 0) or longer
	tuplet  Tuplet
	left    int // notes that the tuplet lacks
	total   int // length of all notes
}

const (
	longest  = 16 * Whole // of a note
	mostRest = 64         // bars
	mostBars = 4096       // of a tune
	// mostLength of a tune keeps lengths below 2³¹ ticks, made longer by broken rhythm and nine times repeated too.
	mostLength = 2048 * Whole
	// mostEnding bounds how often a part may be repeated.
	mostEnding = 9
)

func newParser(file header, line int) *parser {
	file.number, file.title, file.key, file.keyed = "", "", Key{}, false // those of a tune only
	return &parser{header: file, tune: Tune{Line: line}, altered: map[int]int{}}
}

func (p *parser) fail(format string, args ...any) error {
	return &Error{p.number, p.at + 1, fmt.Sprintf(format, args...)}
}

func (p *parser) line(text string, number int) error {
	p.text, p.number, p.at = text, number, 0
	switch {
	case strings.HasPrefix(text, "%"):
		return nil
	case isField(text):
		return p.take(text)
	case !p.started:
		return p.fail("the music begins before the header has ended with a field K:")
	}
	for p.at < len(p.text) {
		if err := p.symbol(); err != nil {
			return err
		}
	}
	return nil
}

// take takes up a field, on a line of its own or within the music.
func (p *parser) take(field string) error {
	if err := p.field(field); err != nil {
		return p.fail("%v", err)
	}
	if p.unit == 0 && p.keyed {
		p.unit = p.meter.unit()
	}
	if !p.keyed {
		return nil
	}
	if !p.started {
		tempo, err := parseTempo(p.tempo, p.unit)
		if err != nil {
			return p.fail("%v", err)
		}
		p.started = true
		p.tune = Tune{p.header.number, p.title, p.rhythm, p.meter, p.key, tempo, nil, p.tune.Line}
	}
	if len(p.bar.Notes) == 0 {
		p.bar.Meter, p.bar.Key = p.meter, p.key
	}
	return nil
}

func (p *parser) finish() error {
	switch {
	case !p.started:
		return p.fail("the header has no field K:")
	case p.broken != 0 || p.left > 0:
		return p.fail("the tune ends amid a group of notes")
	}
	if len(p.bar.Notes) > 0 {
		p.tune.Bars = append(p.tune.Bars, p.bar)
	}
	if len(p.tune.Bars) == 0 {
		return p.fail("the tune has no notes")
	}
	p.tune.Bars[len(p.tune.Bars)-1].Double = true
	return nil
}

// symbol reads what stands next.
func (p *parser) symbol() error {
	p.symbolAt = p.at
	rest := p.text[p.at:]
	switch c := rest[0]; {
	case strings.IndexByte(" \t`)$\\.~", c) >= 0 || c >= 'h' && c <= 'w' || c >= 'H' && c <= 'W': // letters are ornaments
		p.at++
	case c == '%':
		p.at = len(p.text)
	case c == 'y': // space, with a width
		_, after := cutNumber(rest[1:])
		p.at = len(p.text) - len(after)
	case c == '"' || c == '!' || c == '+':
		n := strings.IndexByte(rest[1:], c)
		if n < 0 && (c == '!' || c == '+') && strings.TrimSpace(rest[1:]) == "" {
			n = len(rest) - 2 // in old tunes, the end of a line of staff
		}
		if n < 0 {
			return p.fail("%c without a second one on the line", c)
		}
		p.at += n + 2
	case c == '{':
		n := strings.IndexByte(rest, '}')
		if n < 0 || strings.Trim(rest[1:n], "ABCDEFGabcdefg^_=,'/0123456789 zx.~-<>()[]|uvT") != "" {
			return p.fail("{ without grace notes and a } on the line")
		}
		p.at += n + 1
	case c == '(':
		return p.group(rest)
	case c == '[':
		return p.bracket(rest)
	case c == '|' || c == ':' || c == ']':
		return p.barLine()
	case c == '<' || c == '>':
		return p.breaks(c)
	case c == '-':
		n := len(p.bar.Notes)
		if n == 0 || len(p.bar.Notes[n-1].Pitches) == 0 {
			return p.fail("a tie without a note before it")
		}
		p.bar.Notes[n-1].Tied, p.tied = true, p.bar.Notes[n-1].Pitches
		p.at++
	case c == 'Z':
		return p.rests(rest)
	case c == 'z' || c == 'x':
		p.at++
		return p.add(nil, p.unit)
	case c == '&':
		return p.fail("& begins a second voice: only tunes of one voice are read")
	default:
		pitch, err := p.pitch()
		if err != nil {
			return err
		}
		return p.add([]Pitch{pitch}, p.unit)
	}
	return nil
}

// group reads the beginning of a tuplet, as (3 or (3:2:3; else it is a slur.
func (p *parser) group(rest string) error {
	n, after := cutNumber(rest[1:])
	if n < 0 {
		p.at++
		return nil
	}
	if n < 2 || n > 9 {
		return p.fail("a tuplet of %d: expected 2 to 9", n)
	}
	if p.left > 0 {
		return p.fail("a tuplet within another")
	}
	t := Tuplet{Notes: n, Per: n}
	switch n {
	case 3, 6:
		t.Time = 2
	case 2, 4, 8:
		t.Time = 3
	default:
		t.Time = 2
		if p.meter.compound() {
			t.Time = 3
		}
	}
	for _, value := range []*int{&t.Time, &t.Per} {
		if !strings.HasPrefix(after, ":") {
			break
		}
		n, more := cutNumber(after[1:])
		if after = more; n >= 1 && n <= 9 {
			*value = n
		} else if n != -1 {
			return p.fail("a tuplet with %d: expected 1 to 9", n)
		}
	}
	p.at = len(p.text) - len(after)
	p.tuplet, p.left = t, t.Per
	return nil
}

// bracket reads what [ begins: a field, an ending, a bar line or a chord.
func (p *parser) bracket(rest string) error {
	switch {
	case isField(rest[1:]):
		n := strings.IndexByte(rest, ']')
		if n < 0 {
			return p.fail("[ without ] on the line")
		}
		if err := p.take(rest[1:n]); err != nil {
			return err
		}
		p.at += n + 1
		return nil
	case len(rest) > 1 && rest[1] == '|':
		return p.barLine()
	case len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		p.at++
		if len(p.bar.Notes) > 0 {
			if err := p.endBar(false, false, false); err != nil {
				return err
			}
		}
		return p.ending()
	}
	start := p.at
	p.at++
	var pitches []Pitch
	length := 0
	for p.at < len(p.text) && p.text[p.at] != ']' {
		if strings.IndexByte(" -.~uv()", p.text[p.at]) >= 0 {
			p.at++
			continue
		}
		pitch, err := p.pitch()
		if err != nil {
			return err
		}
		n, err := p.length(p.unit)
		if err != nil {
			return err
		}
		if length == 0 {
			length = n // that of the first note
		}
		if !slices.Contains(pitches, pitch) {
			pitches = append(pitches, pitch)
		}
	}
	if p.at == len(p.text) || len(pitches) == 0 {
		p.at = start
		return p.fail("[ without notes and a ] on the line")
	}
	p.at++
	return p.add(pitches, length)
}

// pitch reads a note without its length.
func (p *parser) pitch() (Pitch, error) {
	accidental, rest := cutAccidental(p.text[p.at:])
	given := len(rest) < len(p.text)-p.at
	letter := -1
	if rest != "" {
		letter = strings.IndexByte(letters, rest[0]&^0x20)
	}
	if letter < 0 {
		if given {
			return Pitch{}, p.fail("an accidental without a note after it")
		}
		r := []rune(rest)[0]
		return Pitch{}, p.fail("%q is nothing that music is written with", r)
	}
	pitch := Pitch{Step: letter}
	if rest[0] >= 'a' {
		pitch.Step += 7
	}
	marks := strings.TrimLeft(rest[1:], ",'")
	octaves := rest[1 : len(rest)-len(marks)]
	pitch.Step += 7 * (strings.Count(octaves, "'") - strings.Count(octaves, ","))
	switch before := slices.IndexFunc(p.tied, func(t Pitch) bool { return t.Step == pitch.Step }); {
	case given:
		p.altered[letter], pitch.Accidental = accidental, accidental
	case before >= 0: // a tie carries an accidental over the bar line
		pitch.Accidental = p.tied[before].Accidental
	default:
		pitch.Accidental = p.accidental(letter)
	}
	if n := pitch.MIDI(); n < 0 || n > 127 {
		return pitch, p.fail("a note out of the range of MIDI")
	}
	p.at = len(p.text) - len(marks)
	return pitch, nil
}

// accidental is what a letter without one has in this bar. One written before in the
// bar is valid in all octaves, as the standard recommends.
func (p *parser) accidental(letter int) int {
	if a, ok := p.altered[letter]; ok {
		return a
	}
	return p.key.Accidentals[letter]
}

// length reads the length of a note, as 2, /2, 3/2 or //.
func (p *parser) length(unit int) (int, error) {
	above, rest := cutNumber(p.text[p.at:])
	if above < 0 {
		above = 1
	}
	below := 1
	for strings.HasPrefix(rest, "/") && below <= Whole {
		n, after := cutNumber(rest[1:])
		if n < 0 {
			n = 2
		}
		below, rest = below*n, after
	}
	if above == 0 || below == 0 || below > Whole || unit*above%below != 0 || unit*above/below > longest {
		return 0, p.fail("a note of a length that is not supported")
	}
	p.at = len(p.text) - len(rest)
	return unit * above / below, nil
}

// add adds a note, whose length stands next.
func (p *parser) add(pitches []Pitch, unit int) error {
	n, err := p.length(unit)
	if err != nil {
		return err
	}
	note := Note{Pitches: pitches}
	if p.left > 0 {
		if p.left == p.tuplet.Per {
			note.Tuplet = p.tuplet
		}
		if n*p.tuplet.Time%p.tuplet.Notes != 0 {
			return p.fail("a note of a length that is not supported")
		}
		n = n * p.tuplet.Time / p.tuplet.Notes
		p.left--
	}
	if n, err = p.scale(n, p.broken); err != nil {
		return err
	}
	if p.total += n; p.total > mostLength {
		return p.fail("longer than %d whole notes", mostLength/Whole)
	}
	note.Length = n
	p.broken, p.tied = 0, nil
	if len(p.bar.Notes) == 0 {
		p.bar.Line, p.bar.Column = p.number, p.symbolAt+1
		p.bar.Meter, p.bar.Key = p.meter, p.key
	}
	p.bar.Notes = append(p.bar.Notes, note)
	return nil
}

// breaks reads > or <, which lengthen one note at the cost of the other.
func (p *parser) breaks(c byte) error {
	n := len(p.bar.Notes)
	if n == 0 || p.broken != 0 {
		return p.fail("%c without a note before it", c)
	}
	count := len(p.text[p.at:]) - len(strings.TrimLeft(p.text[p.at:], string(c)))
	if count > 3 {
		return p.fail("%c more than three times", c)
	}
	p.broken = -count
	if c == '<' {
		p.broken = count
	}
	before, err := p.scale(p.bar.Notes[n-1].Length, -p.broken)
	if err != nil {
		return err
	}
	p.bar.Notes[n-1].Length = before
	p.at += count
	return nil
}

// scale makes a note longer by half (by = 1), three quarters (2), seven eighths (3),
// or shorter by as much.
func (p *parser) scale(length, by int) (int, error) {
	part := 1 << max(by, -by)
	if length%part != 0 {
		return 0, p.fail("a note of a length that is not supported")
	}
	if by > 0 {
		return length / part * (2*part - 1), nil
	}
	return length / part, nil
}

// rests reads Z4, four bars of rest.
func (p *parser) rests(rest string) error {
	bars, after := cutNumber(rest[1:])
	if bars < 0 {
		bars = 1
	}
	length := p.meter.Length()
	if bars < 1 || bars > mostRest || length == 0 || len(p.bar.Notes) > 0 {
		return p.fail("Z must be 1 to %d whole bars, in a metre", mostRest)
	}
	if p.total += bars * length; p.total > mostLength {
		return p.fail("longer than %d whole notes", mostLength/Whole)
	}
	p.at = len(p.text) - len(after)
	for i := range bars {
		p.bar.Notes = []Note{{Length: length}}
		p.bar.Line, p.bar.Column, p.bar.Meter, p.bar.Key = p.number, p.symbolAt+1, p.meter, p.key
		if i < bars-1 {
			if err := p.endBar(false, false, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// barLine reads a bar line of any kind, and the number of an ending after it.
func (p *parser) barLine() error {
	rest := p.text[p.at:]
	n := 0
	for n < len(rest) && (strings.IndexByte("|:]", rest[n]) >= 0 || rest[n] == '[' && strings.HasPrefix(rest[n:], "[|")) {
		n++
	}
	token := rest[:n]
	bar := strings.IndexByte(token, '|')
	switch {
	case token == ":" || bar < 0 && token != "::" || strings.HasPrefix(token, "]"):
		return p.fail("%q is no bar line", token)
	case p.broken != 0 || p.left > 0:
		return p.fail("a bar line amid a group of notes")
	}
	closes := token[0] == ':'
	opens := strings.HasSuffix(token, ":") && (bar >= 0 || closes)
	double := strings.Count(token, "|") > 1 || strings.ContainsAny(token, "[]")
	if err := p.endBar(closes, opens, double); err != nil {
		return err
	}
	p.at += n
	if p.at < len(p.text) && p.text[p.at] >= '1' && p.text[p.at] <= '9' {
		return p.ending()
	}
	return nil
}

// ending reads the passes of an ending, as 1 or 1,3 or 1-3.
func (p *parser) ending() error {
	p.bar.Ending = nil
	for {
		from, rest := cutNumber(p.text[p.at:])
		to := from
		if after, ok := strings.CutPrefix(rest, "-"); ok {
			to, rest = cutNumber(after)
		}
		if from < 1 || to < from || to > mostEnding {
			return p.fail("an ending of passes that are not from 1 to %d", mostEnding)
		}
		for pass := from; pass <= to; pass++ {
			p.bar.Ending = append(p.bar.Ending, pass)
		}
		p.at = len(p.text) - len(rest)
		after, ok := strings.CutPrefix(rest, ",")
		if !ok || after == "" || after[0] < '0' || after[0] > '9' {
			return nil
		}
		p.at++
	}
}

// endBar ends a bar. What a bar line says that follows another, is added to that.
func (p *parser) endBar(closes, opens, double bool) error {
	if p.broken != 0 || p.left > 0 {
		return p.fail("a bar line amid a group of notes")
	}
	if len(p.bar.Notes) > 0 {
		if len(p.tune.Bars) == mostBars {
			return p.fail("more bars than %d", mostBars)
		}
		p.tune.Bars = append(p.tune.Bars, p.bar)
		p.bar = Bar{Meter: p.meter, Key: p.key}
		clear(p.altered)
	}
	if n := len(p.tune.Bars); n > 0 {
		p.tune.Bars[n-1].Close = p.tune.Bars[n-1].Close || closes
		p.tune.Bars[n-1].Double = p.tune.Bars[n-1].Double || double
	}
	p.bar.Open = p.bar.Open || opens
	return nil
}
