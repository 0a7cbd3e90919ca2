package writing

import "unicode/utf8"

// Copy is a run of characters that stands in two texts.
type Copy struct {
	Text       string
	Characters int
	At         int // byte of the source where it first stands
}

// LongestCopy is the longest run of characters of a text that stands in a source as it
// is there, the first of equally long ones in the source. It takes time and memory
// linear in the text, and time linear in the source.
//
// Reference: the suffix automaton of Blumer et al. 1985.
func LongestCopy(text, source string) Copy {
	a := newAutomaton(text)
	state, length := int32(0), 0
	best, end := 0, 0
	for at, r := range source {
		for state > 0 && !a.has(state, r) {
			state = a.link[state]
			length = int(a.length[state])
		}
		if to, ok := a.next[edge{state, r}]; ok {
			state, length = to, length+1
		}
		if length > best {
			best, end = length, at+runeLen(source, at)
		}
	}
	from := end
	for range best {
		_, size := utf8.DecodeLastRuneInString(source[:from])
		from -= size
	}
	return Copy{source[from:end], best, from}
}

func runeLen(s string, at int) int {
	_, size := utf8.DecodeRuneInString(s[at:])
	return size
}

// automaton accepts all runs of characters of a text.
type automaton struct {
	next         map[edge]int32
	out          [][]rune // characters that edges of a state have
	link, length []int32
}

type edge struct {
	from int32
	r    rune
}

func (a *automaton) has(state int32, r rune) bool {
	_, ok := a.next[edge{state, r}]
	return ok
}

func (a *automaton) add(length, link int32) int32 {
	a.link, a.length, a.out = append(a.link, link), append(a.length, length), append(a.out, nil)
	return int32(len(a.link) - 1)
}

func (a *automaton) set(from int32, r rune, to int32) {
	if !a.has(from, r) {
		a.out[from] = append(a.out[from], r)
	}
	a.next[edge{from, r}] = to
}

func newAutomaton(text string) *automaton {
	a := &automaton{next: map[edge]int32{}}
	last := a.add(0, -1)
	for _, r := range text {
		now := a.add(a.length[last]+1, 0)
		p := last
		for ; p >= 0 && !a.has(p, r); p = a.link[p] {
			a.set(p, r, now)
		}
		if p >= 0 {
			a.link[now] = a.split(p, r)
		}
		last = now
	}
	return a
}

// split is the state after r of p whose longest run is that of p and r, made if the one
// there has longer ones.
func (a *automaton) split(p int32, r rune) int32 {
	q := a.next[edge{p, r}]
	if a.length[q] == a.length[p]+1 {
		return q
	}
	clone := a.add(a.length[p]+1, a.link[q])
	for _, c := range a.out[q] {
		a.set(clone, c, a.next[edge{q, c}])
	}
	a.link[q] = clone
	for ; p >= 0 && a.next[edge{p, r}] == q; p = a.link[p] {
		a.set(p, r, clone)
	}
	return clone
}
