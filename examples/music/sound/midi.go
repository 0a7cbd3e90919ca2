// Package sound makes tunes audible: as MIDI, which any synthesiser plays, and as WAV,
// played on plucked strings.
package sound

import (
	"bytes"
	"fmt"
	"math/bits"

	"gitlab.com/gomidi/midi/v2"
	"gitlab.com/gomidi/midi/v2/smf"

	"github.com/org/artnn/examples/music/abc"
)

const (
	velocity = 96
	violin   = 40 // of General MIDI, counted from 0
)

// MIDI is a tune as a standard MIDI file of one track.
//
// Errors: a tune of more than ten minutes.
func MIDI(t *abc.Tune) ([]byte, error) {
	notes, tempo, err := played(t)
	if err != nil {
		return nil, err
	}
	var track smf.Track
	if t.Title != "" {
		track.Add(0, smf.MetaTrackSequenceName(t.Title))
	}
	// MIDI counts quarter notes.
	track.Add(0, smf.MetaTempo(float64(tempo.PerMinute)*float64(tempo.Beat)/(abc.Whole/4)))
	if m := t.Meter; m.Unit != 0 {
		track.Add(0, smf.MetaMeter(uint8(m.Beats), uint8(m.Unit)))
	}
	track.Add(0, midi.ProgramChange(0, violin))
	wait := 0
	for _, n := range notes {
		for _, p := range n.Pitches {
			track.Add(uint32(wait), midi.NoteOn(0, uint8(p.MIDI()), velocity))
			wait = 0
		}
		wait += n.Length
		for _, p := range n.Pitches {
			track.Add(uint32(wait), midi.NoteOff(0, uint8(p.MIDI())))
			wait = 0
		}
	}
	track.Close(uint32(wait))
	file := smf.New()
	file.TimeFormat = smf.MetricTicks(abc.Whole / 4)
	if err := file.Add(track); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = file.WriteTo(&out)
	return out.Bytes(), err
}

// longest is how many seconds a tune may last: as WAV, 10 minutes are 53 MB.
const longest = 600

// played is a tune as it sounds, and how fast.
func played(t *abc.Tune) ([]abc.Note, abc.Tempo, error) {
	tempo := t.Tempo
	if tempo == (abc.Tempo{}) {
		tempo = usual(t.Meter)
	}
	notes := t.Play()
	var ticks int64
	for _, n := range notes {
		ticks += int64(n.Length)
	}
	if s := seconds(ticks, tempo); s > longest {
		return nil, tempo, fmt.Errorf("the tune lasts %.0f seconds: at most %d are played", s, longest)
	}
	return notes, tempo, nil
}

func seconds(ticks int64, t abc.Tempo) float64 {
	return float64(ticks) / float64(t.Beat) * 60 / float64(t.PerMinute)
}

// usual is a tempo for dancing, where none is given: 112 beats a minute, where a beat is
// three eighths in 6/8, half a bar in 4/4, and else what the metre counts.
func usual(m abc.Meter) abc.Tempo {
	beat := abc.Whole / 4
	switch {
	case m.Unit >= 8 && m.Beats%3 == 0:
		beat = 3 * abc.Whole / m.Unit
	case m == abc.Meter{Beats: 4, Unit: 4}:
		beat = abc.Whole / 2
	case bits.OnesCount(uint(m.Unit)) == 1:
		beat = abc.Whole / m.Unit
	}
	return abc.Tempo{Beat: beat, PerMinute: 112}
}
