package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/examples/music/abc"
	"github.com/org/artnn/internal/words"
)

//go:embed tunes.abc.gz
var ryans []byte

// mostBytes bounds the files of tunes, all together. A hundred thousand tunes have less.
const mostBytes = 100 << 20

// builtIn is the collection that comes with the program.
func builtIn() ([]*abc.Tune, error) {
	z, err := gzip.NewReader(bytes.NewReader(ryans))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return abc.Parse(string(text))
}

// load reads a file of tunes, or all .abc files of a folder and those in it. Tunes that
// cannot be read, or have bars that do not add up, are left out: why, it says too.
func load(path string) (tunes []*abc.Tune, left []string, err error) {
	files := []string{path}
	if info, err := os.Stat(path); err != nil {
		return nil, nil, err
	} else if info.IsDir() {
		files = nil
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.EqualFold(filepath.Ext(name), ".abc") {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if len(files) == 0 {
			return nil, nil, fmt.Errorf("%s: no .abc files in it", path)
		}
	}
	room := int64(mostBytes)
	for _, name := range files {
		text, err := read(name, room)
		if err != nil {
			return nil, nil, err
		}
		room -= int64(len(text))
		some, err := abc.Parse(text)
		for line := range strings.Lines(message(err)) {
			left = append(left, name+", "+strings.TrimSpace(line))
		}
		for _, t := range some {
			if bad := t.BadBars(); len(bad) > 0 {
				left = append(left, fmt.Sprintf("%s, %s", name, bad[0]))
				continue
			}
			tunes = append(tunes, t)
		}
	}
	if len(tunes) == 0 {
		return nil, left, fmt.Errorf("%s: no tune in it that can be read", path)
	}
	return tunes, left, nil
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func read(name string, most int64) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return "", err
	case int64(len(text)) > most:
		return "", fmt.Errorf("%s: more than %d MB of tunes", name, mostBytes>>20)
	}
	if !utf8.Valid(text) { // old files are in Latin-1, where a byte is a character
		runes := make([]rune, len(text))
		for i, b := range text {
			runes[i] = rune(b)
		}
		return string(runes), nil
	}
	return string(text), nil
}

// distinct leaves out tunes whose music has come before.
func distinct(tunes []*abc.Tune) (some []*abc.Tune) {
	seen := map[string]bool{}
	for _, t := range tunes {
		if text := bare(t); !seen[text] {
			seen[text] = true
			some = append(some, t)
		}
	}
	return some
}

// bare is a tune as the network learns it: kind, metre, key and music.
func bare(t *abc.Tune) string {
	b := *t
	b.Number, b.Title, b.Tempo = "", "", abc.Tempo{}
	b.Rhythm = strings.ToLower(b.Rhythm)
	return b.String()
}

const (
	// between is what stands between two tunes that are learned from.
	between = "\n\n"
	// before is what the network reads before it writes: the end of another tune.
	before = "|]" + between
)

// lesson is the text to learn from. The order is random, so that the end, which is
// held out, is like the rest.
func lesson(tunes []*abc.Tune, seed uint64) string {
	tunes = slices.Clone(tunes)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(tunes), func(i, j int) { tunes[i], tunes[j] = tunes[j], tunes[i] })
	var b strings.Builder
	for _, t := range tunes {
		b.WriteString(bare(t) + "\n")
	}
	return b.String()
}

// book is tunes as a file, numbered.
func book(tunes []*abc.Tune) string {
	var b strings.Builder
	for i, t := range tunes {
		numbered := *t
		numbered.Number = fmt.Sprint(i + 1)
		b.WriteString(numbered.String() + "\n")
	}
	return b.String()
}

// written is a text that the network wrote, as a tune.
type written struct {
	text string // as a file
	tune *abc.Tune
	err  error // why it is none
	bad  int   // bars that do not add up
}

// newWritten reads a text that the network wrote as tune number i.
func newWritten(text string, i int) written {
	w := written{text: fmt.Sprintf("X:%d\nT:Tune %d\n%s\n", i, i, strings.TrimRight(text, "\n"))}
	tunes, err := abc.Parse(w.text)
	switch {
	case err != nil:
		w.err = err
	case len(tunes) != 1:
		w.err = errors.New("more than one tune")
	default:
		w.tune, w.bad = tunes[0], len(tunes[0].BadBars())
	}
	return w
}

// shares says how good tunes are.
func shares(tunes []written) string {
	parse, whole, bars, bad := 0, 0, 0, 0
	for _, w := range tunes {
		if w.tune == nil {
			continue
		}
		parse++
		bars += len(w.tune.Bars)
		bad += w.bad
		if w.bad == 0 {
			whole++
		}
	}
	s := fmt.Sprintf("%d of %s parse", parse, words.Count(len(tunes), "tune"))
	if bars > 0 {
		s += fmt.Sprintf(", %.1f %% of their bars add up, in %s all", 100*float64(bars-bad)/float64(bars), words.Count(whole, "tune"))
	}
	return s
}
