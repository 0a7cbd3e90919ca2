package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/org/artnn/data"
)

// emojiSide is the width and height of the drawings.
const emojiSide = 64

// leftOutStyle may not be in a model that others pass on under their own terms: its
// drawings are CC BY-SA.
const leftOutStyle = "openmoji"

// emoji is one drawing.
type emoji struct {
	style, base string // base is its name without skin tone, the same in all styles
	group       string // of Unicode
	pixels      []byte // [side, side, 3]
}

// loadEmoji reads an archive of drawings, emoji64/STYLE/NAME.png and what they are called
// in emoji64/metadata.jsonl, and gives those whose name Unicode has a group for, in
// the order of their names.
func loadEmoji(archive, names string) (found []emoji, unnamed int, err error) {
	groups, err := loadGroups(names)
	if err != nil {
		return nil, 0, err
	}
	files, err := unpack(archive)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", archive, err)
	}
	list := json.NewDecoder(bytes.NewReader(files["metadata.jsonl"]))
	for {
		var about struct {
			File  string `json:"file_name"`
			Text  string `json:"text"`
			Style string `json:"style"`
		}
		err := list.Decode(&about)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: metadata.jsonl: %w", archive, err)
		}
		if about.Style == leftOutStyle {
			continue
		}
		base, group := groups.of(about.Text)
		if group == "" {
			unnamed++
			continue
		}
		pixels, err := decode(files[about.File])
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %s: %w", archive, about.File, err)
		}
		found = append(found, emoji{about.Style, base, group, pixels})
	}
	if len(found) == 0 {
		return nil, 0, fmt.Errorf("%s: no drawing has a name of %s", archive, names)
	}
	slices.SortStableFunc(found, func(a, b emoji) int {
		return cmp.Or(strings.Compare(a.base, b.base), strings.Compare(a.style, b.style))
	})
	return found, unnamed, nil
}

// unpack reads the files of a .tar.gz by their names below its one folder.
func unpack(archive string) (map[string][]byte, error) {
	f, err := os.Open(archive)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(t)
		if err != nil {
			return nil, err
		}
		_, name, _ := strings.Cut(path.Clean(h.Name), "/")
		files[name] = content
	}
}

// decode reads a PNG of the right size as RGB.
func decode(file []byte) ([]byte, error) {
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if size := m.Bounds().Size(); size != image.Pt(emojiSide, emojiSide) {
		return nil, fmt.Errorf("is %d×%d, not %d×%d", size.X, size.Y, emojiSide, emojiSide)
	}
	rgba := image.NewRGBA(image.Rect(0, 0, emojiSide, emojiSide))
	draw.Draw(rgba, rgba.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(rgba, rgba.Bounds(), m, m.Bounds().Min, draw.Over)
	pixels := make([]byte, 0, 3*emojiSide*emojiSide)
	for p := range slices.Chunk(rgba.Pix, 4) {
		pixels = append(pixels, p[:3]...)
	}
	return pixels, nil
}

// unicodeGroups are the groups of emoji by their plain names.
type unicodeGroups map[string]string

// loadGroups reads data-by-emoji.json of unicode-emoji-json.
func loadGroups(file string) (unicodeGroups, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all map[string]struct{ Name, Group string }
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	groups := unicodeGroups{}
	for _, e := range all {
		groups[plain(e.Name)] = e.Group
	}
	return groups, nil
}

var (
	skinTones = regexp.MustCompile(` (medium light|medium dark|medium|light|dark) skin tone\b`)
	lastTones = regexp.MustCompile(`( (medium light|medium dark|medium|light|dark))+$`)
)

// of finds the group of a drawing's name, and that name without a skin tone. The group
// is "" if Unicode has no such name.
func (g unicodeGroups) of(name string) (base, group string) {
	whole := plain(name)
	if group, ok := g[whole]; ok {
		return whole, group
	}
	base = plain(lastTones.ReplaceAllString(skinTones.ReplaceAllString(name, ""), ""))
	return base, g[base]
}

var latin = strings.NewReplacer("ã", "a", "å", "a", "ç", "c", "é", "e", "í", "i", "ñ", "n", "ô", "o", " & ", " ", " and ", " ")

// plain is a name by its small letters and digits alone: styles write it apart or not,
// with marks or without.
func plain(name string) string {
	var b strings.Builder
	for _, r := range latin.Replace(strings.ToLower(name)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// pictures makes a set of some drawings, whose classes are the groups.
func pictures(of []emoji, groups []string) (*data.Images, error) {
	var pixels []byte
	for _, e := range of {
		pixels = append(pixels, e.pixels...)
	}
	m, err := data.NewImages(pixels, emojiSide, emojiSide, 3)
	if err != nil {
		return nil, err
	}
	m.Classes = groups
	for i, e := range of {
		m.Labels[i] = int32(slices.Index(groups, e.group))
	}
	return m, nil
}
