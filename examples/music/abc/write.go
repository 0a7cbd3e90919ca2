package abc

import (
	"fmt"
	"strings"
)

// String writes the tune in one form, however it was written: lengths in the unit that
// the metre has by default, spaces between beats, a line of music for every four bars
// and every part. [Parse] reads it back as the same music. Fields that are empty are
// left out, the number too, without which it is not a whole file.
func (t *Tune) String() string {
	w := writer{key: t.Key, meter: t.Meter, unit: t.Meter.unit()}
	for _, field := range []struct{ name, value string }{
		{"X", t.Number}, {"T", t.Title}, {"R", t.Rhythm}, {"M", t.Meter.String()}, {"Q", t.Tempo.String()}, {"K", t.Key.Name},
	} {
		if field.value != "" {
			fmt.Fprintf(&w, "%s:%s\n", field.name, field.value)
		}
	}
	onLine := 0
	for i := range t.Bars {
		if onLine == 4 || i > 0 && t.begins(i) && t.Bars[i].Ending == nil {
			w.WriteByte('\n')
			onLine = 0
		} else if i > 0 && t.Bars[i].Open {
			w.WriteByte(' ') // which keeps two bar lines apart
		}
		if b := t.Bars[i]; b.Length() >= b.Meter.Length() || !t.begins(i) {
			onLine++ // an upbeat is no bar
		}
		before := w.Len()
		w.bar(t, i)
		if text := w.Builder.String(); isField(text[before:]) && text[before-1] == '\n' {
			// A lone note before a repeat sign must not look like a field.
			w.Reset()
			w.WriteString(text[:before] + " " + text[before:])
		}
	}
	w.WriteByte('\n')
	return w.Builder.String()
}

func (t Tempo) String() string {
	if t == (Tempo{}) {
		return ""
	}
	return fmt.Sprintf("%s=%d", fraction(t.Beat), t.PerMinute)
}

type writer struct {
	strings.Builder
	unit    int
	key     Key
	meter   Meter
	altered map[int]int
	tied    []Pitch
}

// bar writes a bar, with the bar line after it.
func (w *writer) bar(t *Tune, i int) {
	b := &t.Bars[i]
	if b.Open {
		w.WriteString("|:")
	}
	if b.Ending != nil {
		w.WriteString("[" + strings.Trim(strings.ReplaceAll(fmt.Sprint(b.Ending), " ", ","), "[]") + " ")
	}
	if b.Meter != w.meter {
		fmt.Fprintf(w, "[M:%s]", b.Meter)
	}
	if b.Key != w.key {
		fmt.Fprintf(w, "[K:%s]", b.Key.Name)
	}
	w.meter, w.key, w.altered = b.Meter, b.Key, map[int]int{}
	w.notes(b, t.begins(i))
	switch next := i + 1; {
	case b.Close && b.Double:
		w.WriteString(":|]")
	case b.Close:
		w.WriteString(":|")
	case next == len(t.Bars):
		w.WriteString("|]")
	case b.Double:
		w.WriteString("||")
	case !t.Bars[next].Open:
		w.WriteString("|")
	}
}

// beat is after how many ticks notes are set apart.
func (m Meter) beat() int {
	switch {
	case m.Unit == 0:
		return Whole / 4
	case m.compound():
		return 3 * Whole / m.Unit
	case m == Meter{4, 4}:
		return Whole / 2
	}
	return Whole / m.Unit
}

func (w *writer) notes(b *Bar, begins bool) {
	at, beat := 0, b.Meter.beat()
	if missing := b.Meter.Length() - b.Length(); missing > 0 && begins {
		at = missing // an upbeat counts from its end
	}
	var tuplet Tuplet
	left, start := 0, at
	for i := 0; i < len(b.Notes); i++ {
		n := b.Notes[i]
		if n.Tuplet != (Tuplet{}) {
			tuplet, left = n.Tuplet, n.Tuplet.Per
		}
		if at > start && at%beat == 0 && (left == 0 || left == tuplet.Per) {
			w.WriteByte(' ')
		}
		at += n.Length
		if left == tuplet.Per && left > 0 {
			w.tuplet(tuplet)
		}
		if left > 0 {
			n.Length = n.Length * tuplet.Notes / tuplet.Time
			left--
			w.note(n)
			continue
		}
		if i+1 < len(b.Notes) && b.Notes[i+1].Tuplet == (Tuplet{}) {
			next := b.Notes[i+1]
			if sign := w.breaks(n.Length, next.Length); sign != "" {
				at += next.Length
				n.Length = (n.Length + next.Length) / 2
				next.Length = n.Length
				w.note(n)
				w.WriteString(sign)
				w.note(next)
				i++
				continue
			}
		}
		w.note(n)
	}
}

// breaks is > or < if two notes are better written so than with fractions.
func (w *writer) breaks(a, b int) string {
	switch {
	case a == 3*b && b%w.unit != 0 && 2*b%w.unit == 0:
		return ">"
	case b == 3*a && a%w.unit != 0 && 2*a%w.unit == 0:
		return "<"
	}
	return ""
}

func (w *writer) tuplet(t Tuplet) {
	usual := t.Notes == t.Per && (t.Time == 2 && (t.Notes == 3 || t.Notes == 6) || t.Time == 3 && (t.Notes == 2 || t.Notes == 4 || t.Notes == 8))
	if fmt.Fprintf(w, "(%d", t.Notes); !usual {
		fmt.Fprintf(w, ":%d:%d", t.Time, t.Per)
	}
}

func (w *writer) note(n Note) {
	switch len(n.Pitches) {
	case 0:
		w.WriteByte('z')
	case 1:
		w.pitch(n.Pitches[0])
	default:
		w.WriteByte('[')
		for _, p := range n.Pitches {
			w.pitch(p)
		}
		w.WriteByte(']')
	}
	d := gcd(n.Length, w.unit)
	above, below := n.Length/d, w.unit/d
	if above != 1 {
		fmt.Fprint(w, above)
	}
	switch {
	case below == 2:
		w.WriteByte('/')
	case below != 1:
		fmt.Fprintf(w, "/%d", below)
	}
	w.tied = nil
	if n.Tied {
		w.WriteByte('-')
		w.tied = n.Pitches
	}
}

func (w *writer) pitch(p Pitch) {
	octave, letter := floorDiv(p.Step)
	accidental, ok := w.altered[letter]
	if !ok {
		accidental = w.key.Accidentals[letter]
	}
	for _, t := range w.tied {
		if t.Step == p.Step {
			accidental = t.Accidental
			break
		}
	}
	if p.Accidental != accidental {
		w.WriteString(accidentals[p.Accidental])
		w.altered[letter] = p.Accidental
	}
	name := letters[letter : letter+1]
	if octave >= 1 {
		name = strings.ToLower(name) + strings.Repeat("'", octave-1)
	} else {
		name += strings.Repeat(",", -octave)
	}
	w.WriteString(name)
}
