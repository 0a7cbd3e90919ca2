// Package abc reads and writes tunes in ABC notation, as far as folk tunes of one
// voice need it (the standard 2.1, abcnotation.com).
//
//	tunes, err := abc.Parse("X:1\nT:Scale\nM:4/4\nL:1/4\nK:D\nDEFG|ABcd|]\n")
//
// Read are the fields X, T, R, M, L, Q and K; notes, rests and chords with their
// accidentals, octaves and lengths; broken rhythm, tuplets, ties; bar lines, repeats
// and endings; changes of key and metre. Passed over is what sounds little or not at
// all: grace notes, ornaments, slurs, chord symbols, words, comments. Several voices
// are an error.
package abc

import "fmt"

// Whole is the length of a whole note in ticks. Everything down to a 128th, and
// tuplets of up to nine of them, is a whole number of ticks.
const Whole = 128 * 9 * 7 * 5

// Tune is one tune.
type Tune struct {
	Number string // of the field X
	Title  string
	Rhythm string // such as "reel"
	Meter  Meter  // at the beginning
	Key    Key    // at the beginning
	Tempo  Tempo
	Bars   []Bar
	Line   int // where it begins
}

// Meter is a metre, such as 6/8. The zero value is free metre.
type Meter struct{ Beats, Unit int }

// Length is the length of a bar in ticks.
func (m Meter) Length() int {
	if m.Unit == 0 {
		return 0
	}
	return m.Beats * Whole / m.Unit
}

// compound reports whether beats have three parts, as in 6/8.
func (m Meter) compound() bool { return m.Unit >= 8 && m.Beats > 3 && m.Beats%3 == 0 }

// unit is the standard's default length of a note, in ticks.
func (m Meter) unit() int {
	if m.Unit != 0 && 4*m.Beats < 3*m.Unit {
		return Whole / 16
	}
	return Whole / 8
}

func (m Meter) String() string {
	if m.Unit == 0 {
		return "none"
	}
	return fmt.Sprintf("%d/%d", m.Beats, m.Unit)
}

// Tempo is how many notes of a length a minute has. The zero value is none given.
type Tempo struct {
	Beat      int // ticks
	PerMinute int
}

// Bar is a bar, or a part of one between bar lines.
type Bar struct {
	Notes  []Note
	Meter  Meter
	Key    Key
	Open   bool  // a repeated part begins here
	Close  bool  // a repeated part ends here
	Double bool  // a part ends here
	Ending []int // the passes in which it is played, where an ending begins here

	Line, Column int
}

// Length is the sum of the notes' lengths in ticks.
func (b Bar) Length() (n int) {
	for _, note := range b.Notes {
		n += note.Length
	}
	return n
}

// Note is a note, a chord of several pitches, or a rest, which has none.
type Note struct {
	Pitches []Pitch
	Length  int    // as it sounds, in ticks
	Tied    bool   // to the next
	Tuplet  Tuplet // that begins with this note
}

// Tuplet is so many notes, which take the time that Time of them would take else.
type Tuplet struct{ Notes, Time, Per int }

// Pitch is a letter and an accidental.
type Pitch struct {
	Step       int // letters above middle C, 7 an octave
	Accidental int // semitones up, −2 to 2
}

var semitones = [7]int{0, 2, 4, 5, 7, 9, 11}

// MIDI is the number of the pitch's key: middle C is 60.
func (p Pitch) MIDI() int {
	octave, letter := floorDiv(p.Step)
	return 60 + 12*octave + semitones[letter] + p.Accidental
}

// floorDiv divides steps into octaves and what remains.
func floorDiv(step int) (octave, letter int) {
	letter = ((step % 7) + 7) % 7
	return (step - letter) / 7, letter
}

// BadBar is a bar whose notes do not add up to the metre.
type BadBar struct {
	Line, Column int
	Length       int // ticks
	Meter        Meter
}

func (b BadBar) String() string {
	return fmt.Sprintf("line %d, column %d: the bar has %s of %s", b.Line, b.Column, fraction(b.Length), b.Meter)
}

// BadBars are the bars that do not add up. Where a part begins or ends, a bar may be
// shorter than the metre, since the upbeat and the last bar share one.
func (t *Tune) BadBars() (bad []BadBar) {
	for i, b := range t.Bars {
		want, got := b.Meter.Length(), b.Length()
		if want == 0 || got == want || got < want && (t.begins(i) || t.ends(i)) {
			continue
		}
		bad = append(bad, BadBar{b.Line, b.Column, got, b.Meter})
	}
	return bad
}

// begins reports whether a part of the tune begins with bar i.
func (t *Tune) begins(i int) bool {
	return i == 0 || t.Bars[i].Open || t.Bars[i].Ending != nil || t.Bars[i-1].Close || t.Bars[i-1].Double
}

// ends reports whether a part of the tune ends with bar i.
func (t *Tune) ends(i int) bool {
	return i == len(t.Bars)-1 || t.Bars[i].Close || t.Bars[i].Double || t.begins(i+1)
}

// fraction writes a length as a fraction of a whole note.
func fraction(ticks int) string {
	d := gcd(ticks, Whole)
	return fmt.Sprintf("%d/%d", ticks/d, Whole/d)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}
