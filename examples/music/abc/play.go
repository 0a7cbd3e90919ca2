package abc

import "slices"

// Play is the tune as it sounds: repeats are played out, and notes that are tied to
// one of the same pitch are one.
func (t *Tune) Play() []Note {
	var notes []Note
	for _, i := range t.order() {
		for _, n := range t.Bars[i].Notes {
			n.Tuplet = Tuplet{}
			if last := len(notes) - 1; last >= 0 && notes[last].Tied && slices.Equal(notes[last].Pitches, n.Pitches) {
				notes[last].Length += n.Length
				notes[last].Tied = n.Tied
				continue
			}
			notes = append(notes, n)
		}
	}
	for i := range notes {
		notes[i].Tied = false
	}
	return notes
}

// order is the bars in the order in which they are played. A part without a mark at
// its beginning is repeated from the last end of a part.
func (t *Tune) order() (order []int) {
	start, pass, passes := 0, 1, t.passes(0)
	marked, ending := false, false // the part has a mark at its beginning; an ending is played
	begin := func(i int, mark bool) {
		start, pass, passes, marked, ending = i, 1, t.passes(i), mark, false
	}
	for i := 0; i < len(t.Bars); {
		b := &t.Bars[i]
		switch {
		case b.Open && i != start:
			begin(i, true)
		case b.Open:
			marked = true
		}
		if b.Ending != nil && !slices.Contains(b.Ending, pass) {
			for i++; i < len(t.Bars) && !t.begins(i); i++ {
			}
			continue
		}
		order = append(order, i)
		ending = ending || b.Ending != nil
		i++
		switch {
		case b.Close && pass < passes:
			pass++
			i, ending = start, false
		case b.Close || b.Double && (!marked || ending && pass == passes):
			begin(i, false)
		}
	}
	return order
}

// passes is how often the part is played that begins with bar start, if it is
// repeated at all.
func (t *Tune) passes(start int) int {
	n := 2
	for i := start; i < len(t.Bars); i++ {
		if i > start && t.Bars[i].Open {
			break
		}
		for _, pass := range t.Bars[i].Ending {
			n = max(n, pass)
		}
		if t.Bars[i].Close && (i+1 == len(t.Bars) || t.Bars[i+1].Ending == nil) {
			break
		}
	}
	return n
}
