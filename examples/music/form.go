package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/org/artnn/examples/music/abc"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
)

// lengths are how notes are written, by the halves of a unit that they last.
var lengths = map[int]string{1: "/", 2: "", 3: "3/", 4: "2", 6: "3", 8: "4", 10: "5", 12: "6", 16: "8", 24: "12"}

const (
	mostParts = 4  // of a tune
	mostBars  = 16 // of a part
	mostHalf  = 24 // halves of a unit in a bar, as 12/8 has
	// leastHalf is what 3/8 has. With less, a line could be a lone note before a colon,
	// which looks like a field.
	leastHalf = 6
)

// tuneForm is a form of tunes in the metres that the given ones have: every tune of
// it parses, and all its bars add up. What remains of a bar is in the name of a rule:
// r5 is five halves of a unit. A part that begins with an upbeat ends with a bar that
// is shorter by as much. Of the tunes that come with the program, three quarters are
// among those of the grammar; others divide bars by repeat signs in other ways, or
// have chords of three notes.
func tuneForm(tunes []*abc.Tune) (generate.Form, error) {
	meters, keys, kinds := map[abc.Meter]bool{}, map[string]bool{}, map[string]bool{}
	for _, t := range tunes {
		if n := halves(t.Meter); n >= leastHalf && n <= mostHalf {
			meters[t.Meter] = true
			keys[t.Key.Name] = true
			if t.Rhythm != "" {
				kinds["R:"+strings.ToLower(t.Rhythm)+"\n"] = true
			}
		}
	}
	if len(meters) == 0 {
		return nil, errors.New("-form: no tune is in a metre that the grammar has, such as 2/4, 3/4 or 6/8")
	}
	var g strings.Builder
	rule := func(name string, ways ...string) { fmt.Fprintf(&g, "%s ::= %s\n", name, strings.Join(ways, " | ")) }
	var roots []string
	sizes := map[int]bool{}
	for m := range meters {
		roots = append(roots, fmt.Sprintf("%q key tune%d", "M:"+m.String()+"\n", halves(m)))
		sizes[halves(m)] = true
	}
	slices.Sort(roots)
	kind := ""
	if len(kinds) > 0 {
		kind = "kind? "
		rule("kind", quoted(kinds)...)
	}
	rule("root", kind+"( "+strings.Join(roots, " | ")+" )")
	rule("key", fmt.Sprintf(`"K:" ( %s ) "\n"`, strings.Join(quoted(keys), " | ")))
	rule("pitch", `[_=^]? ( [A-G] ","? | [a-g] "'"? )`)
	rule("sound", `pitch`, `"z"`, `"[" pitch pitch "]"`)
	for _, n := range slices.Sorted(maps.Keys(sizes)) {
		var middle, final []string
		for upbeat := 0; upbeat <= n/2; upbeat += 2 {
			begin := `"|:"? `
			if upbeat > 0 {
				begin += fmt.Sprintf(`r%d "|" `, upbeat)
			}
			last := n - upbeat
			part := fmt.Sprintf(`%s( r%d "|" "\n"? ){1,%d} `, begin, n, mostBars-1)
			endings := fmt.Sprintf(`"[1 " r%d ":|" "\n"? "[2 " r%d `, last, last)
			middle = append(middle, part+fmt.Sprintf(`( r%d ( ":|" | "||" ) | %s "||" ) "\n"`, last, endings))
			final = append(final, part+fmt.Sprintf(`( r%d ( ":|]" | "|]" ) | %s "|]" ) "\n"`, last, endings))
		}
		rule(fmt.Sprintf("middle%d", n), middle...)
		rule(fmt.Sprintf("final%d", n), final...)
		rule(fmt.Sprintf("tune%d", n), fmt.Sprintf("middle%d{0,%d} final%d", n, mostParts-1, n))
	}
	for n := 1; n <= mostHalf; n++ {
		var ways []string
		add := func(what string, length int) {
			switch {
			case length == n:
				ways = append(ways, what)
			case length < n:
				ways = append(ways, fmt.Sprintf(`%s " "? r%d`, what, n-length))
			}
		}
		for _, length := range slices.Sorted(maps.Keys(lengths)) {
			what := fmt.Sprintf("sound %q", lengths[length])
			if lengths[length] == "" {
				what = "sound"
			}
			add(what, length)
			if length < n {
				// A tie, to a note in the same bar.
				ways = append(ways, fmt.Sprintf(`pitch %q r%d`, lengths[length]+"-", n-length))
			}
		}
		add(`sound [<>] sound`, 4)
		add(`"(3" pitch pitch pitch`, 4)
		add(`"(3" pitch "/" pitch "/" pitch "/"`, 2)
		rule(fmt.Sprintf("r%d", n), ways...)
	}
	f, err := form.Grammar(g.String())
	if err != nil {
		return nil, fmt.Errorf("-form: %w", err)
	}
	return f, nil
}

// halves is how many halves of the unit a bar has.
func halves(m abc.Meter) int {
	if m.Unit == 0 {
		return 0
	}
	unit := abc.Whole / 8
	if 4*m.Beats < 3*m.Unit {
		unit = abc.Whole / 16
	}
	return 2 * m.Length() / unit
}

func quoted(words map[string]bool) (q []string) {
	for _, w := range slices.Sorted(maps.Keys(words)) {
		q = append(q, fmt.Sprintf("%q", w))
	}
	return q
}
