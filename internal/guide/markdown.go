// Package guide reads the repository's Markdown for the tests that hold it to
// the truth: its code, the output it shows, and its links.
package guide

import (
	"fmt"
	"regexp"
	"strings"
)

// Block is a fenced block.
type Block struct {
	Lang string
	Text string // with its last line end
	Line int    // of the opening fence, from 1
}

// Page is what a Markdown file holds, as far as tests look at it.
type Page struct {
	Blocks  []Block
	Links   []Link
	Anchors map[string]bool // of its headings, as GitHub names them
}

// Link is where a link or a picture leads.
type Link struct {
	Target string
	Line   int
}

var (
	heading = regexp.MustCompile(`^#{1,6} +(.*?) *$`)
	link    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	code    = regexp.MustCompile("`[^`]*`")
)

// Parse reads a page. Fences are three backticks at the start of a line.
//
// Errors: a fence that is not closed.
func Parse(text string) (Page, error) {
	p := Page{Anchors: map[string]bool{}}
	open := false
	for i, line := range strings.Split(text, "\n") {
		if lang, fence := strings.CutPrefix(line, "```"); fence {
			if !open {
				p.Blocks = append(p.Blocks, Block{Lang: lang, Line: i + 1})
			}
			open = !open
			continue
		}
		if open {
			p.Blocks[len(p.Blocks)-1].Text += line + "\n"
			continue
		}
		if strings.HasPrefix(line, "    ") {
			continue // indented code
		}
		if h := heading.FindStringSubmatch(line); h != nil {
			p.anchor(h[1])
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
			p.Links = append(p.Links, Link{m[1], i + 1})
		}
	}
	if open {
		return p, fmt.Errorf("the fence of line %d is not closed", p.Blocks[len(p.Blocks)-1].Line)
	}
	return p, nil
}

var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

// anchor adds the name of a heading: small letters, hyphens for spaces, and a
// number where the name has been used.
func (p *Page) anchor(title string) {
	name := strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
	free := name
	for n := 1; p.Anchors[free]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	p.Anchors[free] = true
}
