package sound

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-audio/wav"
	"gitlab.com/gomidi/midi/v2/smf"

	"github.com/org/artnn/examples/music/abc"
)

func tune(t *testing.T, text string) *abc.Tune {
	t.Helper()
	tunes, err := abc.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return tunes[0]
}

func TestMIDI(t *testing.T) {
	file, err := MIDI(tune(t, "X:1\nT:Tune\nM:6/8\nL:1/8\nQ:3/8=80\nK:D\n|:D3 [FA]z c:|"))
	if err != nil {
		t.Fatal(err)
	}
	back, err := smf.ReadFrom(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if back.TimeFormat != smf.MetricTicks(10080) || len(back.Tracks) != 1 {
		t.Fatalf("got %v and %d tracks", back.TimeFormat, len(back.Tracks))
	}
	var got []string
	at := uint32(0)
	for _, e := range back.Tracks[0] {
		at += e.Delta
		var channel, key, velocity, beats, unit uint8
		var bpm float64
		var name string
		switch m := e.Message; {
		case m.GetMetaTrackName(&name):
			got = append(got, name)
		case m.GetMetaTempo(&bpm):
			got = append(got, fmt.Sprintf("%.0f bpm", bpm))
		case m.GetMetaMeter(&beats, &unit):
			got = append(got, fmt.Sprintf("%d/%d", beats, unit))
		case m.GetNoteOn(&channel, &key, &velocity) && velocity > 0:
			got = append(got, fmt.Sprintf("%d on %d", at/5040, key))
		case m.GetNoteEnd(&channel, &key):
			got = append(got, fmt.Sprintf("%d off %d", at/5040, key))
		}
	}
	// 80 times three eighths are 120 quarter notes.
	want := []string{
		"Tune", "120 bpm", "6/8",
		"0 on 62", "3 off 62", "3 on 66", "3 on 69", "4 off 66", "4 off 69", "5 on 73", "6 off 73",
		"6 on 62", "9 off 62", "9 on 66", "9 on 69", "10 off 66", "10 off 69", "11 on 73", "12 off 73",
	}
	if !slices.Equal(got, want) {
		t.Errorf("expected %q, got %q", want, got)
	}
}

// power is how much of a frequency is in samples.
func power(samples []float64, frequency float64) float64 {
	var re, im float64
	for i, s := range samples {
		// A Hann window, so that other frequencies do not leak in.
		s *= 1 - math.Cos(2*math.Pi*float64(i)/float64(len(samples)))
		sin, cos := math.Sincos(2 * math.Pi * frequency / rate * float64(i))
		re, im = re+s*cos, im+s*sin
	}
	return re*re + im*im
}

func TestWAV(t *testing.T) {
	// From the lowest string of a violin to the highest notes that it plays.
	notes := []struct {
		name string
		key  int
	}{{"G,", 55}, {"C", 60}, {"A", 69}, {"c", 72}, {"^f", 78}, {"a'", 93}, {"e''", 100}}
	body := ""
	for _, n := range notes {
		body += n.name
	}
	file, err := WAV(tune(t, "X:1\nM:none\nL:1/4\nQ:1/4=60\nK:C\n"+body))
	if err != nil {
		t.Fatal(err)
	}
	d := wav.NewDecoder(bytes.NewReader(file))
	sound, err := d.FullPCMBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if d.SampleRate != rate || d.BitDepth != 16 || d.NumChans != 1 || len(sound.Data) != (len(notes)+1)*rate {
		t.Fatalf("got %d samples of %d bits, %d a second", len(sound.Data), d.BitDepth, d.SampleRate)
	}
	loudest := 0
	for _, s := range sound.Data {
		loudest = max(loudest, s, -s)
	}
	if want := math.Floor(peak * 32767); loudest != int(want) {
		t.Errorf("the loudest sample is %d", loudest)
	}
	for i, n := range notes {
		var samples []float64
		for _, s := range sound.Data[i*rate+rate/10 : i*rate+rate*9/10] {
			samples = append(samples, float64(s))
		}
		right := 440 * math.Pow(2, float64(n.key-69)/12)
		best, most := 0, 0.0
		for cents := -60; cents <= 60; cents += 2 {
			if p := power(samples, right*math.Pow(2, float64(cents)/1200)); p > most {
				best, most = cents, p
			}
		}
		if best < -4 || best > 4 {
			t.Errorf("%s is %d cents off", n.name, best)
		}
		if below := power(samples, right/2); below*100 > most {
			t.Errorf("%s sounds an octave below", n.name)
		}
	}
}

func TestSilence(t *testing.T) {
	file, err := WAV(tune(t, "X:1\nM:C\nK:C\nz8|"))
	if err != nil || len(file) < rate {
		t.Errorf("got %d bytes and %v", len(file), err)
	}
}

func TestTooLong(t *testing.T) {
	long := tune(t, "X:1\nM:C\nK:C\n"+strings.Repeat("Z64|", 10))
	if _, err := WAV(long); err == nil || !strings.Contains(err.Error(), "at most 600") {
		t.Errorf("got %v", err)
	}
	if _, err := MIDI(long); err == nil {
		t.Error("no error")
	}
}

func TestTempo(t *testing.T) {
	for _, c := range []struct {
		meter abc.Meter
		beat  int
	}{
		{abc.Meter{Beats: 6, Unit: 8}, 3 * abc.Whole / 8},
		{abc.Meter{Beats: 9, Unit: 8}, 3 * abc.Whole / 8},
		{abc.Meter{Beats: 4, Unit: 4}, abc.Whole / 2},
		{abc.Meter{Beats: 2, Unit: 2}, abc.Whole / 2},
		{abc.Meter{Beats: 2, Unit: 4}, abc.Whole / 4},
		{abc.Meter{}, abc.Whole / 4},
	} {
		if got := usual(c.meter); got.Beat != c.beat {
			t.Errorf("%s: got %+v", c.meter, got)
		}
	}
}
