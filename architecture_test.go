//go:build !wasm

package artnn_test

import (
	"encoding/xml"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// picture is what docs/architecture.svg says.
type picture struct {
	Boxes []struct {
		ID       string `xml:"id,attr"`
		Packages string `xml:"data-packages,attr"`
		Rect     struct {
			X float64 `xml:"x,attr"`
			Y float64 `xml:"y,attr"`
			W float64 `xml:"width,attr"`
			H float64 `xml:"height,attr"`
		} `xml:"rect"`
		Texts []string `xml:"text"`
	} `xml:"g"`
	Arrows []struct {
		From string  `xml:"data-from,attr"`
		To   string  `xml:"data-to,attr"`
		X1   float64 `xml:"x1,attr"`
		Y1   float64 `xml:"y1,attr"`
		X2   float64 `xml:"x2,attr"`
		Y2   float64 `xml:"y2,attr"`
	} `xml:"line"`
}

// arrow is an import of one box by another.
type arrow struct{ from, to string }

const module = "github.com/org/artnn"

// The arrows of the picture are the imports in the source, less those that other
// arrows imply; every package but the internal ones is in a box.
func TestArchitecture(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.svg")
	require.NoError(t, err)
	var p picture
	require.NoError(t, xml.Unmarshal(text, &p))
	require.NotEmpty(t, p.Boxes)

	boxOf := map[string]string{}
	for _, b := range p.Boxes {
		for _, name := range strings.Fields(b.Packages) {
			require.NotContains(t, boxOf, name, "in two boxes")
			boxOf[name] = b.ID
			assert.Contains(t, b.Texts[0], name, "box %s", b.ID)
		}
	}
	drawn := map[arrow]bool{}
	for _, a := range p.Arrows {
		drawn[arrow{a.From, a.To}] = true
	}
	assert.Len(t, drawn, len(p.Arrows), "an arrow is there twice")
	assert.ElementsMatch(t, reduced(imports(t, boxOf)), slices.Collect(maps.Keys(drawn)))

	// What the attributes say is what is seen: an arrow leads from the edge of its
	// box to that of the other, never upward, and none crosses another.
	touches := func(id string, x, y float64) bool {
		for _, b := range p.Boxes {
			if r := b.Rect; b.ID == id {
				in := x >= r.X-2 && x <= r.X+r.W+2 && y >= r.Y-2 && y <= r.Y+r.H+2
				inside := x > r.X+2 && x < r.X+r.W-2 && y > r.Y+2 && y < r.Y+r.H-2
				return in && !inside
			}
		}
		return false
	}
	for _, a := range p.Arrows {
		assert.True(t, touches(a.From, a.X1, a.Y1), "%s → %s begins elsewhere", a.From, a.To)
		assert.True(t, touches(a.To, a.X2, a.Y2), "%s → %s ends elsewhere", a.From, a.To)
		assert.GreaterOrEqual(t, a.Y2, a.Y1, "%s → %s leads upward", a.From, a.To)
	}
	for i, a := range p.Arrows {
		for _, b := range p.Arrows[:i] {
			side := func(x, y float64) bool { return (a.X2-a.X1)*(y-a.Y1) > (a.Y2-a.Y1)*(x-a.X1) }
			other := func(x, y float64) bool { return (b.X2-b.X1)*(y-b.Y1) > (b.Y2-b.Y1)*(x-b.X1) }
			cross := side(b.X1, b.Y1) != side(b.X2, b.Y2) && other(a.X1, a.Y1) != other(a.X2, a.Y2)
			assert.False(t, cross, "%s → %s crosses %s → %s", a.From, a.To, b.From, b.To)
		}
	}
}

// imports is which box imports which, directly or by way of internal packages.
// Tests do not count.
func imports(t *testing.T, boxOf map[string]string) map[arrow]bool {
	list := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}",
		"./...", "./cmd/artnn/...", "./examples/...", "./bench/...", "./recipe/...")
	// Apart from the list: the first time, go says what it downloads.
	list.Stderr = os.Stderr
	out, err := list.Output()
	require.NoError(t, err)
	direct := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		var names []string
		for _, w := range words[1:] {
			if name, ours := strings.CutPrefix(w, module+"/"); ours {
				names = append(names, name)
			}
		}
		direct[strings.TrimPrefix(words[0], module+"/")] = names
	}
	// box is that of the longest name in the picture that a package lies under.
	box := func(name string) string {
		for name != "" {
			if b, ok := boxOf[name]; ok {
				return b
			}
			name = name[:max(0, strings.LastIndex(name, "/"))]
		}
		return ""
	}
	edges := map[arrow]bool{}
	var follow func(from, name string)
	follow = func(from, name string) {
		for _, to := range direct[name] {
			switch b := box(to); b {
			case "":
				follow(from, to)
			case from:
			default:
				edges[arrow{from, b}] = true
			}
		}
	}
	for name := range direct {
		if b := box(name); b != "" {
			follow(b, name)
		} else {
			assert.True(t, name == module || strings.HasPrefix(name, "internal/"), "package %s is in no box", name)
		}
	}
	return edges
}

// reduced leaves out what longer paths imply.
func reduced(edges map[arrow]bool) (out []arrow) {
	next := map[string][]string{}
	for e := range edges {
		next[e.from] = append(next[e.from], e.to)
	}
	reaches := func(from, to string) bool {
		seen := map[string]bool{}
		var walk func(at string) bool
		walk = func(at string) bool {
			if at == to || seen[at] {
				return at == to
			}
			seen[at] = true
			return slices.ContainsFunc(next[at], walk)
		}
		return walk(from)
	}
	for e := range edges {
		if !slices.ContainsFunc(next[e.from], func(n string) bool { return n != e.to && reaches(n, e.to) }) {
			out = append(out, e)
		}
	}
	return out
}
