package form

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

// Verse is a poem by its lines.
type Verse struct {
	// Pattern is the poem, with numbers in the place of lines:
	//
	//	7，7。/7，7。   four lines of seven characters, with these marks
	//	5,7,5         three lines, with any mark, a line end, or both between
	//	*/*/*/*/      four lines of any length
	//
	// A number is so many characters; * is a line of any characters but line ends,
	// at least one, and a line end must follow. A / is a line end. A comma is any one
	// mark of punctuation, a line end, or both; at the end of the pattern, one of both.
	// Everything else stands for itself. The poem ends where the pattern does; where
	// that has commas and ends with a number, a mark may follow.
	Pattern string
	// Characters are those that lines of a number of characters may have; by default
	// all letters, digits and signs that belong to them. [Characters] gives those that
	// a model knows.
	Characters string
	// Rhyme gives the groups, by any names, of characters that rhyme with each other.
	// A character may be in several groups, or in none. It needs Characters, so that
	// the first rhyme is one that the others find an answer to. [ParseRhymes] makes one
	// of a table. nil lets lines end as they like.
	Rhyme func(last rune) (groups []string)
	// Rhyming are the lines, from 1, that end in characters of one group, no two
	// of them the same. By default every second one, and, of four or more, the first.
	Rhyming []int
}

// NewVerse is a form of poems.
//
// Errors: a pattern without lines, or with one of no characters or over a thousand;
// rhymes without Characters, of lines that are not there or have no number of
// characters, or of which there are none among Characters.
func NewVerse(v Verse) (generate.Form, error) {
	f, err := newVerse(v)
	if err != nil {
		return nil, fmt.Errorf("form: verse %q: %w", shortened(v.Pattern), err)
	}
	return f, nil
}

// Characters are the letters, digits and signs that belong to them which a
// tokenizer has, in order.
func Characters(t tokenizer.Tokenizer) string {
	var all []rune
	special := t.SpecialTokens()
	for id := range int32(t.Len()) {
		if slices.Contains(special, id) {
			continue
		}
		for _, c := range t.Decode([]int32{id}) {
			if c != utf8.RuneError && unicode.In(c, inLines...) {
				all = append(all, c)
			}
		}
	}
	slices.Sort(all)
	return string(slices.Compact(all))
}

// inLines are the classes of characters that lines count.
var inLines = []*unicode.RangeTable{unicode.L, unicode.M, unicode.N}

// verse is a form of poems.
type verse struct {
	slots  []slot
	groups map[rune][]string // of characters that rhyme
	chars  []rune            // those with groups, ascending
	least  map[string]bool   // groups large enough for all lines that rhyme
}

// slot is the place of a character.
type slot struct {
	allowed runes
	rhymes  bool
	// next are the slots that may follow, by their numbers; len(slots) is the end.
	next []int
}

const mostSlots = 10_000

func newVerse(v Verse) (*verse, error) {
	p := versePattern{letters: ranges(v.Characters)}
	if v.Characters == "" {
		p.letters = tables(inLines...)
	}
	if err := p.parse(v.Pattern); err != nil {
		return nil, err
	}
	f := &verse{slots: p.slots}
	if v.Rhyme == nil {
		if v.Rhyming != nil {
			return nil, errors.New("lines are to rhyme and there is no table of rhymes")
		}
		return f, nil
	}
	if v.Characters == "" {
		return nil, errors.New("a table of rhymes needs Characters, those that the model knows")
	}
	rhyming := v.Rhyming
	if rhyming == nil {
		rhyming = usual(len(p.ends))
	}
	rhyming = slices.Compact(slices.Sorted(slices.Values(rhyming)))
	for _, line := range rhyming {
		if line < 1 || line > len(p.ends) {
			return nil, fmt.Errorf("line %d is to rhyme: there are lines from 1 to %d", line, len(p.ends))
		}
		if p.ends[line-1] < 0 {
			return nil, fmt.Errorf("line %d is to rhyme: that needs a line of a number of characters", line)
		}
		f.slots[p.ends[line-1]].rhymes = true
	}
	return f, f.rhyme([]rune(v.Characters), v.Rhyme, len(rhyming))
}

// usual are the lines that rhyme in most poems of so many.
func usual(lines int) (rhyming []int) {
	if lines >= 4 {
		rhyming = append(rhyming, 1)
	}
	for i := 2; i <= lines; i += 2 {
		rhyming = append(rhyming, i)
	}
	return rhyming
}

// rhyme takes the groups of characters.
func (f *verse) rhyme(characters []rune, groups func(rune) []string, lines int) error {
	f.groups, f.least = map[rune][]string{}, map[string]bool{}
	size := map[string]int{}
	slices.Sort(characters)
	for _, c := range slices.Compact(characters) {
		if g := groups(c); len(g) > 0 {
			g = slices.Compact(slices.Sorted(slices.Values(g)))
			f.groups[c] = g
			f.chars = append(f.chars, c)
			for _, name := range g {
				if strings.Contains(name, groupEnd) {
					return fmt.Errorf("the group %q has a character NUL in its name", name)
				}
				size[name]++
			}
		}
	}
	for name, n := range size {
		if n >= lines {
			f.least[name] = true
		}
	}
	if len(f.least) == 0 {
		return fmt.Errorf("of the characters that may be written, no %d rhyme with each other by the table", lines)
	}
	allowed := ranges(string(f.chars))
	for i := range f.slots {
		if f.slots[i].rhymes {
			f.slots[i].allowed = allowed
		}
	}
	return nil
}

// groupEnd divides the names of groups in a state.
const groupEnd = "\x00"

// Start makes a machine of its own, so that goroutines share the poem only.
func (f *verse) Start() generate.FormState {
	m := &verseMachine{f, map[position]*state{}, map[rhymes]*rhymed{}}
	start := m.state(position{before: -1})
	if f.groups == nil {
		return start
	}
	return rhyming{start, m.rhymes(rhymes{}), none}
}

// verseMachine makes the states of a poem as texts come to them, each once. Those of
// lines know nothing of rhymes, since each rhyme would have all of them anew, and each
// of them thousands of bytes that may follow.
type verseMachine struct {
	*verse
	states map[position]*state
	rhymed map[rhymes]*rhymed
}

func (m *verseMachine) state(p position) *state {
	if s, ok := m.states[p]; ok {
		return s
	}
	if len(m.states) >= mostStates {
		clear(m.states)
	}
	s := &state{from: &verseState{m, p, m.bound(p)}, final: p.part == "" && slices.Contains(m.follow(p.before), len(m.slots))}
	m.states[p] = s
	return s
}

// follow are the slots that may follow one, or begin the poem.
func (f *verse) follow(before int) []int {
	if before < 0 {
		return first[:]
	}
	return f.slots[before].next
}

var first = [1]int{0}

// position is where in a poem a text stands.
type position struct {
	before int    // slot of the last character, −1 at the beginning
	part   string // first bytes of a character
}

// bound reports whether the last byte of a position is of a character that rhymes.
func (f *verse) bound(p position) bool {
	if p.part == "" {
		return p.before >= 0 && f.slots[p.before].rhymes
	}
	lo, hi, _ := span([]byte(p.part))
	k := f.slot(p.before, lo, hi)
	return k >= 0 && f.slots[k].rhymes
}

// slot is the first one after another that allows one of some characters, −1 if none
// does. A slot that rhymes is the last in such a list.
func (f *verse) slot(before int, lo, hi rune) int {
	for _, k := range f.follow(before) {
		if k < len(f.slots) && f.slots[k].allowed.within(lo, hi) {
			return k
		}
	}
	return -1
}

// verseState is a position in a poem.
type verseState struct {
	m *verseMachine
	position
	bound bool
}

// step is the state after a byte.
func (s *verseState) step(b byte) *state {
	part := s.part + string([]byte{b})
	lo, hi, whole, ok := characters(part)
	if !ok {
		return nil
	}
	k := s.m.slot(s.before, lo, hi)
	switch {
	case k < 0:
		return nil
	case whole:
		return s.m.state(position{before: k})
	}
	return s.m.state(position{s.before, part})
}

// characters are those that begin with some bytes, or the one that they are.
func characters(part string) (lo, hi rune, whole, ok bool) {
	if !utf8.FullRuneInString(part) {
		lo, hi, ok = span([]byte(part))
		return lo, hi, false, ok
	}
	c, size := utf8.DecodeRuneInString(part)
	return c, c, true, c != utf8.RuneError || size > 1
}

// rhyming is a state of a poem with rhymes.
type rhyming struct {
	*state
	so *rhymed
	// last is a character that rhymes and is not noted in so yet, or none: most of
	// those that might follow never do.
	last rune
}

const none rune = -1

// Next is the state after a byte.
func (r rhyming) Next(b byte) generate.FormState {
	to := r.after(b)
	if to == nil {
		return nil
	}
	s, so := to.from.(*verseState), r.so
	if r.last != none {
		so = s.m.rhymes(s.m.answer(so.rhymes, r.last))
	}
	if !s.bound {
		return so.at(to, s.part == "")
	}
	lo, hi, whole, _ := characters(r.from.(*verseState).part + string([]byte{b}))
	switch {
	case !s.m.answered(so.rhymes, lo, hi):
		return nil
	case whole:
		return rhyming{to, so, lo}
	}
	return rhyming{to, so, none}
}

// rhymes are what lines rhymed in so far.
type rhymes struct {
	groups string // "" before the first
	used   string // characters
}

// rhymed are the rhymes of a machine, each once.
type rhymed struct {
	rhymes
	// given is the state given last: all characters of a line lead to the same one.
	given generate.FormState
	of    *state // without rhymes
}

// at is the state of a poem with these rhymes.
func (r *rhymed) at(s *state, keep bool) generate.FormState {
	if r.of == s {
		return r.given
	}
	var boxed generate.FormState = rhyming{s, r, none}
	if keep {
		r.given, r.of = boxed, s
	}
	return boxed
}

func (m *verseMachine) rhymes(r rhymes) *rhymed {
	if kept, ok := m.rhymed[r]; ok {
		return kept
	}
	if len(m.rhymed) >= mostStates {
		clear(m.rhymed)
	}
	kept := &rhymed{rhymes: r}
	m.rhymed[r] = kept
	return kept
}

// answered reports whether one of some characters goes on with the rhyme.
func (f *verse) answered(r rhymes, lo, hi rune) bool {
	i, _ := slices.BinarySearch(f.chars, lo)
	for _, c := range f.chars[i:] {
		if c > hi {
			return false
		}
		if !strings.ContainsRune(r.used, c) && slices.ContainsFunc(f.groups[c], func(name string) bool { return f.open(r, name) }) {
			return true
		}
	}
	return false
}

// open reports whether the poem can rhyme in a group.
func (f *verse) open(r rhymes, group string) bool {
	if r.groups == "" {
		return f.least[group]
	}
	for name := range strings.SplitSeq(r.groups, groupEnd) {
		if name == group {
			return true
		}
	}
	return false
}

// answer goes on with a character that rhymes.
func (f *verse) answer(r rhymes, c rune) rhymes {
	var groups []string
	for _, name := range f.groups[c] {
		if f.open(r, name) {
			groups = append(groups, name)
		}
	}
	return rhymes{strings.Join(groups, groupEnd), r.used + string(c)}
}

// ranges are the characters of a text.
func ranges(text string) runes {
	var r runes
	for _, c := range text {
		r = append(r, c, c)
	}
	return r.sorted()
}

// tables are the characters of tables of Unicode.
func tables(list ...*unicode.RangeTable) runes {
	var r runes
	add := func(lo, hi, stride rune) {
		if stride == 1 {
			r = append(r, lo, hi)
			return
		}
		for c := lo; c <= hi; c += stride {
			r = append(r, c, c)
		}
	}
	for _, t := range list {
		for _, x := range t.R16 {
			add(rune(x.Lo), rune(x.Hi), rune(x.Stride))
		}
		for _, x := range t.R32 {
			add(rune(x.Lo), rune(x.Hi), rune(x.Stride))
		}
	}
	return r.sorted()
}

// versePattern becomes slots.
type versePattern struct {
	letters runes
	slots   []slot
	ends    []int // slot of the last character of each line, −1 for a line of any length
}

func (p *versePattern) parse(pattern string) error {
	if !utf8.ValidString(pattern) {
		return errors.New("the pattern is not UTF-8")
	}
	marks := tables(unicode.P)
	newline := runes{'\n', '\n'}
	for rest := pattern; rest != ""; {
		c, size := utf8.DecodeRuneInString(rest)
		if n := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' }); n != 0 {
			n = cmp.Or(max(0, n), len(rest))
			count := 0
			for _, digit := range rest[:n] {
				count = min(10*count+int(digit-'0'), mostRepeats+1)
			}
			if count < 1 || count > mostRepeats {
				return fmt.Errorf("a line of length %s: a line has from 1 to %d", rest[:n], mostRepeats)
			}
			for range count {
				p.add(slot{allowed: p.letters})
			}
			p.ends = append(p.ends, len(p.slots)-1)
			rest = rest[n:]
			continue
		}
		rest = rest[size:]
		switch at := len(p.slots); {
		case c == '*' && rest != "" && !strings.ContainsAny(rest[:1], "/,\n"):
			return errors.New("a * is a line of any length: a line end, / or a comma, must follow it")
		case c == '*':
			p.add(slot{allowed: notNewline, next: []int{at, at + 1}})
			p.ends = append(p.ends, -1)
		case c == ',' && rest == "":
			p.add(slot{allowed: append(slices.Clone(marks), newline...).sorted()})
		case c == ',' && (at == 0 || strings.ContainsAny(rest[:1], ",/\n")):
			return errors.New("a comma stands between lines, and may be a line end")
		case c == ',': // a mark, to a line end or past it; or a line end
			p.slots = append(p.slots,
				slot{allowed: marks, next: []int{at + 1, at + 2}},
				slot{allowed: newline, next: []int{at + 2}})
			p.before(at, at+1)
		case c == '/' || c == '\n':
			p.add(slot{allowed: newline})
		default:
			p.add(slot{allowed: runes{c, c}})
		}
		if len(p.slots) > mostSlots {
			return fmt.Errorf("the pattern is longer than %s", words.Count(mostSlots, "character"))
		}
	}
	if last := len(p.ends) - 1; last >= 0 && p.ends[last] == len(p.slots)-1 && strings.Contains(pattern, ",") {
		at := len(p.slots)
		p.slots[at-1].next = append(p.slots[at-1].next, at+1)
		p.add(slot{allowed: marks})
	}
	if len(p.ends) == 0 {
		return errors.New("the pattern has no lines: a number is a line of so many characters, as in 7，7。/7，7。")
	}
	return nil
}

// add adds a slot, which the next one follows unless it says otherwise.
func (p *versePattern) add(s slot) {
	if s.next == nil {
		s.next = []int{len(p.slots) + 1}
	}
	p.slots = append(p.slots, s)
}

// before lets the slots that a slot follows be followed by another one too.
func (p *versePattern) before(at, also int) {
	for i := range p.slots[:at] {
		if slices.Contains(p.slots[i].next, at) {
			p.slots[i].next = append(p.slots[i].next, also)
		}
	}
}
