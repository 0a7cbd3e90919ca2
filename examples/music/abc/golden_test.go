package abc

import (
	"bufio"
	"fmt"
	"os"
	"testing"
)

// TestLikeAbc2midi compares pitches and onsets, repeats played out, with those of
// another program; see testdata/make.sh.
func TestLikeAbc2midi(t *testing.T) {
	text, err := os.ReadFile("testdata/golden.abc")
	if err != nil {
		t.Fatal(err)
	}
	tunes, err := Parse(string(text))
	if err != nil || len(tunes) != 6 {
		t.Fatalf("got %d tunes, %v", len(tunes), err)
	}
	type note struct{ onset, key int }
	want := map[int][]note{}
	f, err := os.Open("testdata/golden.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var tune int
		var n note
		if _, err := fmt.Sscanf(lines.Text(), "%d,%d,%d", &tune, &n.onset, &n.key); err != nil {
			t.Fatal(err)
		}
		want[tune] = append(want[tune], n)
	}
	for i, tune := range tunes {
		var got []note
		at := 0
		for _, n := range tune.Play() {
			for _, p := range n.Pitches {
				got = append(got, note{at / (Whole / 4 / 480), p.MIDI()})
			}
			at += n.Length
		}
		if len(got) != len(want[i+1]) {
			t.Errorf("%s: expected %d notes, got %d", tune.Title, len(want[i+1]), len(got))
			continue
		}
		for j, w := range want[i+1] {
			// It begins after one tick, and strikes the notes of a chord 10 or 11 ticks
			// after one another.
			if late := w.onset - got[j].onset; got[j].key != w.key || late < 0 || late > 25 {
				t.Errorf("%s: note %d: expected %v, got %v", tune.Title, j, w, got[j])
				break
			}
		}
	}
}
