package abc

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// music is the notes of a tune of one line as "60:1/4", the keys of MIDI and the length.
func music(t *testing.T, text string) string {
	t.Helper()
	tunes, err := Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	var s []string
	for _, n := range tunes[0].Play() {
		var keys []string
		for _, p := range n.Pitches {
			keys = append(keys, fmt.Sprint(p.MIDI()))
		}
		s = append(s, strings.Join(keys, "+")+":"+fraction(n.Length))
	}
	return strings.Join(s, " ")
}

func TestNotes(t *testing.T) {
	for _, c := range []struct{ key, body, want string }{
		{"C", "C c c' C, =C", "60:1/8 72:1/8 84:1/8 48:1/8 60:1/8"},
		{"C", "C2 C/ C// C/4 C3/2 C16", "60:1/4 60:1/16 60:1/32 60:1/32 60:3/16 60:2/1"},
		{"C", "^C C|C _D D =D ^^F __B", "61:1/8 61:1/8 60:1/8 61:1/8 61:1/8 62:1/8 67:1/8 69:1/8"},
		{"C", "^C c C,", "61:1/8 73:1/8 49:1/8"}, // in all octaves
		{"G", "F =F F|F", "66:1/8 65:1/8 65:1/8 66:1/8"},
		{"C", "^c-|c c", "73:1/4 72:1/8"}, // only over the bar line
		{"C", "C>D E<F", "60:3/16 62:1/16 64:1/16 65:3/16"},
		{"C", "C>>D E<<F", "60:7/32 62:1/32 64:1/32 65:7/32"},
		{"C", "C {de}> D", "60:3/16 62:1/16"},
		{"C", "(3CDE F", "60:1/12 62:1/12 64:1/12 65:1/8"},
		{"C", "(3:2:2C2D", "60:1/6 62:1/12"},
		{"C", "(3C/D/E/ (2CD (5CDEFG", "60:1/24 62:1/24 64:1/24 60:3/16 62:3/16 60:1/20 62:1/20 64:1/20 65:1/20 67:1/20"},
		{"C", "[CEG]2 [C2E2]", "60+64+67:1/4 60+64:1/4"},
		{"C", "z2 x|Z|C", ":1/4 :1/8 :1/1 60:1/8"},
		{"C", "C-C-|C D", "60:3/8 62:1/8"},
		{"C", `"Am7"C !trill!D ~E .F uG {ga}A (B c) d$ e\`, "60:1/8 62:1/8 64:1/8 65:1/8 67:1/8 69:1/8 71:1/8 72:1/8 74:1/8 76:1/8"},
		{"C", "C [K:D]F|[L:1/4]F [M:3/4]F", "60:1/8 66:1/8 66:1/4 66:1/4"},
		{"C", "C % D E", "60:1/8"},
		{"C", "|:C|D:|E", "60:1/8 62:1/8 60:1/8 62:1/8 64:1/8"},
		{"C", "C|D:|E", "60:1/8 62:1/8 60:1/8 62:1/8 64:1/8"},
		{"C", "C||D:|E", "60:1/8 62:1/8 62:1/8 64:1/8"}, // from the double bar
		{"C", "|:C||D:|E", "60:1/8 62:1/8 60:1/8 62:1/8 64:1/8"},
		{"C", "|:C::D:|", "60:1/8 60:1/8 62:1/8 62:1/8"},
		{"C", "|:C|1D:|2E||F", "60:1/8 62:1/8 60:1/8 64:1/8 65:1/8"},
		{"C", "|:C [1 D :| [2 E :|: F :|", "60:1/8 62:1/8 60:1/8 64:1/8 65:1/8 65:1/8"},
		{"C", "|:C[1,3 D:|[2 E:|", "60:1/8 62:1/8 60:1/8 64:1/8 60:1/8 62:1/8"},
		{"C", "|:C[1-2 D:|[3 E|]F", "60:1/8 62:1/8 60:1/8 62:1/8 60:1/8 64:1/8 65:1/8"},
	} {
		if got := music(t, "X:1\nM:4/4\nK:"+c.key+"\n"+c.body+"\n"); got != c.want {
			t.Errorf("%s: expected %s, got %s", c.body, c.want, got)
		}
	}
}

func TestHeaders(t *testing.T) {
	tunes, err := Parse("M:6/8\nL:1/4\n\nX:7\r\nT:First\nT:Second name\nR:Jig\nQ:\"Fast\" 3/8=120\nK:E Minor\nEFG|]\n\nNo tune.\n\nX:8\nM:C|\nQ:90\nK:none\nC4\n")
	if err != nil || len(tunes) != 2 {
		t.Fatalf("got %v, %v", tunes, err)
	}
	a, b := tunes[0], tunes[1]
	if a.Number != "7" || a.Title != "First" || a.Rhythm != "Jig" || a.Meter != (Meter{6, 8}) || a.Key.Name != "Em" ||
		a.Tempo != (Tempo{3 * Whole / 8, 120}) || a.Bars[0].Length() != 3*Whole/4 || a.Line != 4 {
		t.Errorf("got %+v", a)
	}
	if b.Meter != (Meter{2, 2}) || b.Tempo != (Tempo{Whole / 4, 90}) || b.Bars[0].Length() != Whole {
		t.Errorf("got %+v", b)
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct{ key, name, sharps string }{
		{"C", "C", ""}, {"G", "G", "^F"}, {"Amaj", "A", "^F^C^G"}, {"F#", "F#", "^F^C^G^D^A^E"}, {"Eb", "Eb", "_B_E_A"},
		{"Em", "Em", "^F"}, {"A minor", "Am", ""}, {"Cmin", "Cm", "_B_E_A"}, {"Ador", "Ador", "^F"}, {"D Mixolydian", "Dmix", "^F"},
		{"F lyd", "Flyd", ""}, {"Ephr", "Ephr", ""}, {"Bloc", "Bloc", ""}, {"C#", "C#", "^F^C^G^D^A^E^B"}, {"Cb", "Cb", "_B_E_A_D_G_C_F"},
		{"Bb clef=treble", "Bb", "_B_E"}, {"HP", "D", "^F^C"}, {"D ^g _b", "D ^g _b", "^F^C^G_B"}, {"", "none", ""}, {"none", "none", ""},
	} {
		k, err := parseKey(c.key)
		if err != nil {
			t.Errorf("%q: %v", c.key, err)
			continue
		}
		got := ""
		for _, letter := range sharps {
			if a := k.Accidentals[strings.IndexRune(letters, letter)]; a > 0 {
				got += "^" + string(letter)
			}
		}
		for i := range sharps {
			letter := sharps[6-i]
			if a := k.Accidentals[strings.IndexByte(letters, letter)]; a < 0 {
				got += "_" + string(letter)
			}
		}
		if k.Name != c.name || got != c.sharps {
			t.Errorf("%q: expected %s with %q, got %s with %q", c.key, c.name, c.sharps, k.Name, got)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no tune"},
		{"abc", "no tune"},
		{"X:1\nT:a\n", "no field K"},
		{"X:1\nCDE\n", "line 2, column 1: the music begins before the header"},
		{"X:1\nK:C\n\nCDE", "the tune has no notes"},
		{"X:1\nK:H\nC", `line 2, column 1: "H" is no key`},
		{"X:1\nK:Cxyz\nC", `"xyz" is no mode`},
		{"X:1\nK:G#\nC", "more than seven"},
		{"X:1\nK:C ^h\nC", "expected an accidental"},
		{"X:1\nM:3\nK:C\nC", `"3" is no metre`},
		{"X:1\nM:3/5\nK:C\nC", "no metre"},
		{"X:1\nM:0/4\nK:C\nC", "no metre"},
		{"X:1\nL:1/3\nK:C\nC", "no length"},
		{"X:1\nQ:fast\nK:C\nC", "no tempo"},
		{"X:1\nQ:1/4=0\nK:C\nC", "no tempo"},
		{"X:1\nV:2\nK:C\nC", "one voice"},
		{"X:1\nK:C\nCD&EF", "line 3, column 3: & begins a second voice"},
		{"X:1\nK:C\nCD猫", "line 3, column 3: '猫' is nothing"},
		{"X:1\nK:C\nC ^2", "column 3: an accidental without"},
		{"X:1\nK:C\n\"Am C", "column 1: \" without a second"},
		{"X:1\nK:C\nC !trill D", "! without a second"},
		{"X:1\nK:C\n{CD", "{ without"},
		{"X:1\nK:C\n{fox}C", "{ without grace notes"},
		{"X:1\nK:C\n[CE", "column 1: [ without"},
		{"X:1\nK:C\n[]C", "[ without"},
		{"X:1\nK:C\n[K:G C", "[ without ]"},
		{"X:1\nK:C\n[K:Z]C", "no key"},
		{"X:1\nK:C\n>C", "> without a note"},
		{"X:1\nK:C\nC>>>>D", "more than three"},
		{"X:1\nK:C\nC>|D", "bar line amid"},
		{"X:1\nK:C\nC>", "ends amid"},
		{"X:1\nK:C\n(3CD|E", "bar line amid"},
		{"X:1\nK:C\n(1C", "tuplet of 1"},
		{"X:1\nK:C\n(3C(3DEF", "within another"},
		{"X:1\nK:C\n(3:0C", "a tuplet with 0"},
		{"X:1\nK:C\n-C", "a tie without"},
		{"X:1\nK:C\nz-C", "a tie without"},
		{"X:1\nK:C\nC0", "not supported"},
		{"X:1\nK:C\nC/3000", "not supported"},
		{"X:1\nK:C\nC999", "not supported"},
		{"X:1\nK:C\nC" + strings.Repeat("/", 100), "not supported"},
		{"X:1\nK:C\nC" + strings.Repeat(",", 10), "out of the range"},
		{"X:1\nK:C\nCD:D", `":" is no bar line`},
		{"X:1\nK:C\nC]D", `"]" is no bar line`},
		{"X:1\nK:C\nC|[99 D", "passes that are not"},
		{"X:1\nK:C\nC|1,2-1D", "passes that are not"},
		{"X:1\nM:C\nK:C\nZ99|", "Z must be"},
		{"X:1\nK:C\nZ4|", "Z must be"},
		{"X:1\nK:C\n" + strings.Repeat("C|", 5000), "more bars than 4096"},
		{"X:1\nK:C\n" + strings.Repeat("C99-", 400), "longer than 2048 whole notes"},
		{"X:1\nM:64/1\nK:C\n" + strings.Repeat("Z64|", 2), "longer than 2048 whole notes"},
	} {
		tunes, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: expected an error with %q, got %v and %v", c.text, c.want, tunes, err)
		}
	}
	// The others come all the same, and each error says where.
	tunes, err := Parse("X:1\nK:C\nC\n\nX:2\nK:C\nC&\nD\n\nX:3\nK:C\nE\n")
	var e *Error
	if len(tunes) != 2 || tunes[1].Number != "3" || !errors.As(err, &e) || e.Line != 7 || e.Column != 2 {
		t.Errorf("got %v, %v", tunes, err)
	}
}

func TestBadBars(t *testing.T) {
	for _, c := range []struct {
		body string
		want string
	}{
		{"C|CDEF|CDE|]", ""}, // an upbeat, and a bar that is shorter by it
		{"CDEF|CDE|CDEF|]", "[line 5, column 6: the bar has 3/8 of 2/4]"},
		{"CDEF|CDEFG|]", "[line 5, column 6: the bar has 5/8 of 2/4]"},
		{"CDEFGA|CDEF|]", "[line 5, column 1: the bar has 3/4 of 2/4]"},
		{"CDEF|CD:|EF|CDEF|]", ""},  // a repeat within a bar
		{"CDEF|[1 CD:|[2 CD|]", ""}, // endings
		{"CDEF|CD||EF|CDEF", ""},    // parts
		{"CDEF|[M:3/8]CDE|CDE|CD|CDE|", "[line 5, column 21: the bar has 1/4 of 3/8]"},
	} {
		tunes, err := Parse("X:1\nM:2/4\nL:1/8\nK:C\n" + c.body)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if bad := tunes[0].BadBars(); bad != nil {
			got = fmt.Sprint(bad)
		}
		if got != c.want {
			t.Errorf("%s: expected %q, got %q", c.body, c.want, got)
		}
	}
}

func TestString(t *testing.T) {
	in := "X: 3\nT: Any\nR:jig\nM:6/8\nL:1/4\nQ:3/8=100\nK:G major\n\"G\"B/|{c}d/d/d/ d/>c/B/|(3A/B/c/ z/ ^f-|f/f/f/ =f3/2:|[1 [Ce]3 ||"
	want := "X:3\nT:Any\nR:jig\nM:6/8\nQ:3/8=100\nK:G\nB|ddd d>cB|(3ABcz f2-|fff =f3:|[1 [Ce]6|]\n" // G has F♯
	tunes, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	if got := tunes[0].String(); got != want {
		t.Errorf("expected\n%s\ngot\n%s", want, got)
	}
}

// same fails if writing and reading a tune changes its music.
func same(t *testing.T, tune *Tune) {
	t.Helper()
	text := *tune
	text.Number = "1"
	again, err := Parse(text.String())
	if err != nil || len(again) != 1 {
		t.Fatalf("%v in what was written:\n%s", err, text.String())
	}
	for _, u := range []*Tune{&text, again[0]} {
		u.Line = 0
		u.Bars = append([]Bar(nil), u.Bars...)
		for i := range u.Bars {
			u.Bars[i].Line, u.Bars[i].Column = 0, 0
		}
	}
	if !reflect.DeepEqual(again[0], &text) {
		t.Fatalf("expected\n%+v\ngot\n%+v\nfrom\n%s", &text, again[0], text.String())
	}
}

func FuzzParse(f *testing.F) {
	f.Add("X:1\nT:a\nR:reel\nM:2/4\nL:1/16\nQ:1/4=90\nK:Ador\n|:\"Am\"E2A2 {c}A>^G(3ABc|[1 e-[ec]z2:|[2 _e,'/ =e//|]\n")
	f.Add("M:6/8\nX:1\nK:D =c\nd3/2-|d<<e [K:Bb]B3|:Z|[M:3/4](5:4:6cdefga::(2cd||\nX:2\nK:\nV:1\nC\n")
	f.Add("X:1\nM:none\nK:C\n|1,3-5 C:|2 D[|E|:F:||:G\n\n")
	f.Add("X:1\nK:A\nA :|") // a line must not begin with A:
	f.Add("K:C\nX:1\nA")
	f.Fuzz(func(t *testing.T, text string) {
		tunes, err := Parse(text)
		if len(tunes) == 0 && err == nil {
			t.Fatal("neither tunes nor an error")
		}
		for _, tune := range tunes {
			tune.Play()
			tune.BadBars()
			same(t, tune)
		}
	})
}
