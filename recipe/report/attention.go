package report

import (
	"fmt"
	"html"
	"html/template"
	"image"
	"image/color"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// Attention is how much each token of a sentence takes of those before it: a map for
// each head of each layer, with the tokens beside it.
type Attention struct {
	Tokens []string
	Layers [][]Map // [layer][head]
}

// Map is the weights of one head, [token][token it takes from] in row-major order.
type Map struct {
	Name    string
	Weights []float32
}

// Sizes of the drawing, in pixels.
const (
	mapSide   = 132 // of a map without its labels
	mapGap    = 14
	labelSide = 62 // room for the labels of tokens
	titleSide = 18 // room for the name of a map
	mostRunes = 8  // of a label
)

// svg draws the maps. The darkest is a weight of 1.
func (a Attention) svg() (template.HTML, error) {
	columns, n := 0, len(a.Tokens)
	for _, layer := range a.Layers {
		columns = max(columns, len(layer))
	}
	if n == 0 || columns == 0 {
		return "", nil
	}
	width, row := labelSide+columns*(mapSide+mapGap), titleSide+mapSide+mapGap
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="9">`+"\n", width, labelSide+len(a.Layers)*row)
	place := func(i int) float64 { return (float64(i) + 0.5) * mapSide / float64(n) }
	for c := range columns {
		x := float64(labelSide + c*(mapSide+mapGap))
		for i, t := range a.Tokens {
			fmt.Fprintf(&b, `<text transform="translate(%.1f %d) rotate(-90)" dominant-baseline="middle">%s</text>`+"\n", x+place(i), labelSide-4, label(t))
		}
	}
	for l, layer := range a.Layers {
		y := labelSide + l*row + titleSide
		for i, t := range a.Tokens {
			fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end" dominant-baseline="middle">%s</text>`+"\n", labelSide-4, float64(y)+place(i), label(t))
		}
		for c, m := range layer {
			if len(m.Weights) != n*n {
				return "", fmt.Errorf("report: the map %q has %s, and %s need %d", m.Name, words.Count(len(m.Weights), "weight"), words.Count(n, "token"), n*n)
			}
			x := labelSide + c*(mapSide+mapGap)
			picture, err := dataURL(m.picture(n))
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", x, y-5, html.EscapeString(m.Name))
			fmt.Fprintf(&b, `<image x="%d" y="%d" width="%d" height="%[3]d" style="image-rendering: pixelated" href="%[4]s"/>`+"\n", x, y, mapSide, picture)
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%[3]d" fill="none" stroke="#888"/>`+"\n", x, y, mapSide)
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()), nil
}

// picture has a pixel for each weight: white is 0, blue is 1.
func (m Map) picture(n int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, n, n))
	full := palette[0]
	for i, w := range m.Weights {
		w = min(max(w, 0), 1)
		mixed := func(c uint8) uint8 { return uint8(255 - w*float32(255-c) + 0.5) }
		p.SetRGBA(i%n, i/n, color.RGBA{mixed(full.R), mixed(full.G), mixed(full.B), 255})
	}
	return p
}

// label is a token as it can be shown: short, with white space that can be seen.
func label(token string) string {
	t := strings.NewReplacer("\n", "↵", " ", "␣", "\t", "⇥").Replace(strings.ToValidUTF8(token, "�"))
	t = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '�'
		}
		return r
	}, t)
	if utf8.RuneCountInString(t) > mostRunes {
		t = string([]rune(t)[:mostRunes-1]) + "…"
	}
	return html.EscapeString(t)
}
