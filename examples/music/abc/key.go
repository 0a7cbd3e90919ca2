package abc

import (
	"fmt"
	"strings"
)

// Key is a key: which accidentals notes have that are written without.
type Key struct {
	Name        string // as in the field K, such as "Ador"
	Accidentals [7]int // of C, D, E, F, G, A, B
}

const (
	letters = "CDEFGAB"
	// sharps is the order in which keys have sharps; that of flats is the reverse.
	sharps = "FCGDAEB"
)

// modes are names of modes by their first three letters, with the number of sharps
// that they have more than major.
var modes = map[string]struct {
	sharps int
	name   string
}{
	"": {0, ""}, "maj": {0, ""}, "ion": {0, ""}, "m": {-3, "m"}, "min": {-3, "m"}, "aeo": {-3, "m"},
	"mix": {-1, "mix"}, "dor": {-2, "dor"}, "phr": {-4, "phr"}, "loc": {-5, "loc"}, "lyd": {1, "lyd"},
}

// parseKey reads what follows K:. What says how to draw the staff is passed over.
func parseKey(text string) (Key, error) {
	words := strings.Fields(text)
	if len(words) == 0 || words[0] == "none" {
		return Key{Name: "none"}, nil
	}
	if words[0] == "HP" || words[0] == "Hp" { // the Highland pipes have F♯ and C♯
		return Key{"D", [7]int{0: 1, 3: 1}}, nil
	}
	first := words[0]
	fifths := strings.IndexByte(sharps, first[0]) - 1
	if fifths < -1 {
		return Key{}, fmt.Errorf("%q is no key: expected one such as G, Bb or Em", first)
	}
	name, rest := first[:1], first[1:]
	switch {
	case strings.HasPrefix(rest, "#"):
		fifths, name, rest = fifths+7, name+"#", rest[1:]
	case strings.HasPrefix(rest, "b"):
		fifths, name, rest = fifths-7, name+"b", rest[1:]
	}
	words = words[1:]
	if rest == "" && len(words) > 0 {
		if _, ok := modeOf(words[0]); ok {
			rest, words = words[0], words[1:]
		}
	}
	mode, ok := modeOf(rest)
	if !ok {
		return Key{}, fmt.Errorf("%q is no mode: expected m, mix, dor, phr, lyd or loc", rest)
	}
	if fifths += modes[mode].sharps; fifths < -7 || fifths > 7 {
		return Key{}, fmt.Errorf("%s has more than seven sharps or flats", name+modes[mode].name)
	}
	k := Key{Name: name + modes[mode].name}
	for i := range 7 {
		if i < fifths {
			k.Accidentals[strings.IndexByte(letters, sharps[i])] = 1
		}
		if i < -fifths {
			k.Accidentals[strings.IndexByte(letters, sharps[6-i])] = -1
		}
	}
	return k, k.modify(words)
}

func modeOf(word string) (string, bool) {
	word = strings.ToLower(word)
	word = word[:min(3, len(word))]
	_, ok := modes[word]
	return word, ok
}

// modify adds accidentals that are given one by one, as in "D ^f _b".
func (k *Key) modify(words []string) error {
	for _, word := range words {
		accidental, rest := cutAccidental(word)
		if rest == word {
			if strings.ContainsRune(word, '=') || isClef(word) {
				continue
			}
			return fmt.Errorf("%q in a key: expected an accidental such as ^f", word)
		}
		letter := strings.Index(letters, strings.ToUpper(rest))
		if len(rest) != 1 || letter < 0 {
			return fmt.Errorf("%q in a key: expected an accidental such as ^f", word)
		}
		k.Accidentals[letter] = accidental
		k.Name += " " + accidentals[accidental] + strings.ToLower(rest)
	}
	return nil
}

func isClef(word string) bool {
	for _, clef := range []string{"treble", "alto", "tenor", "bass", "perc", "clef", "exp"} {
		if strings.HasPrefix(strings.ToLower(word), clef) {
			return true
		}
	}
	return false
}

var accidentals = map[int]string{-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}

// cutAccidental reads ^, ^^, _, __ or = at the beginning of s.
func cutAccidental(s string) (semitones int, rest string) {
	for _, a := range []int{-2, 2, -1, 1, 0} {
		if rest, ok := strings.CutPrefix(s, accidentals[a]); ok {
			return a, rest
		}
	}
	return 0, s
}
