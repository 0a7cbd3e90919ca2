package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
)

// rhymes are the groups of a character.
type rhymes = func(last rune) (groups []string)

// measures tell which poems have the form and rhyme, and what is copied.
type measures struct {
	rhyme    rhymes
	quatrain generate.Form
	poets    map[string]int // how many of the poets' poems have a line
}

// share is parts of poems, in [0, 1].
type share struct {
	form   float64 // two lines of 7，7。
	two    float64 // and lines 2 and 4 rhyme
	three  float64 // and line 1 with both
	copied float64 // of lines, whether they keep the form or not, that the poets have
}

// linesOf counts the poems that have a line.
func linesOf(poems []string) map[string]int {
	count := map[string]int{}
	for _, poem := range poems {
		l := lines(poem)
		slices.Sort(l)
		for _, line := range slices.Compact(l) {
			count[line]++
		}
	}
	return count
}

// lines are what stands between punctuation and line ends.
func lines(poem string) []string {
	return strings.FieldsFunc(poem, func(r rune) bool { return !unicode.IsLetter(r) })
}

// of measures poems. Of the poets' own, a line is copied if another of their poems has
// it as well.
func (m measures) of(poems []string, own bool) share {
	var s share
	least, all, copied := 1, 0, 0
	if own {
		least = 2
	}
	for _, poem := range poems {
		for _, line := range lines(poem) {
			all++
			if m.poets[line] >= least {
				copied++
			}
		}
		e, ok := m.ends(poem)
		if !ok {
			continue
		}
		s.form++
		s.add(m, e)
	}
	s = s.over(len(poems))
	s.copied = float64(copied) / float64(max(1, all))
	return s
}

// drawn is how many poems chance makes: enough for a share of 5 % to be within 0.2.
const drawn = 100_000

// chance measures what chance makes of the lines of poems: lines 1, 2 and 4 of three of
// them, all of which are copied.
func (m measures) chance(poems []string, seed uint64) share {
	var all []ends
	for _, poem := range poems {
		if e, ok := m.ends(poem); ok {
			all = append(all, e)
		}
	}
	var s share
	rng := rand.New(rand.NewPCG(seed, 0))
	for range drawn {
		line := func(i int) rune { return all[rng.IntN(len(all))][i] }
		s.form++
		s.add(m, ends{line(0), line(1), line(2)})
	}
	s = s.over(drawn)
	s.copied = 1
	return s
}

// add counts a poem.
func (s *share) add(m measures, e ends) {
	if !m.rhymes(e[1:]...) {
		return
	}
	s.two++
	if m.rhymes(e[:]...) {
		s.three++
	}
}

func (s share) over(n int) share {
	return share{form: s.form / float64(max(1, n)), two: s.two / float64(max(1, n)), three: s.three / float64(max(1, n))}
}

// rhymes reports whether different characters have a group in common.
func (m measures) rhymes(characters ...rune) bool {
	for i, c := range characters {
		if slices.Contains(characters[:i], c) {
			return false
		}
	}
	return slices.ContainsFunc(m.rhyme(characters[0]), func(group string) bool {
		return !slices.ContainsFunc(characters[1:], func(c rune) bool { return !slices.Contains(m.rhyme(c), group) })
	})
}

// ends are the last characters of lines 1, 2 and 4.
type ends [3]rune

// ends are those of a poem, if it has the form.
func (m measures) ends(poem string) (e ends, ok bool) {
	if !form.Matches(m.quatrain, poem) {
		return e, false
	}
	c := []rune(poem)
	return ends{c[6], c[14], c[31]}, true
}
