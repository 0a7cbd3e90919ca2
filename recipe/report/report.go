// Package report writes a run's story as one HTML file that needs nothing else:
// samples over time, loss curves, configuration.
//
// A report holds no clock times of its own, so that two runs of the same seed
// and number of steps give the same bytes where their facts are the same.
package report

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"io"
)

// Report is the content of the page.
type Report struct {
	Title    string
	Intro    string
	Config   []Setting
	Chapters []Chapter
	Facts    []Facts // at the end, such as the machine
}

// Facts is a table with a heading and a remark.
type Facts struct {
	Title    string
	Settings []Setting
	Matrix   *Matrix  // nil if there is none
	Scatter  *Scatter // nil if there is none

	Attention *Attention // nil if there is none

	Remark string
}

// Setting is one line of the configuration.
type Setting struct{ Name, Value string }

// Chapter is about one model: how its samples changed and its losses fell.
type Chapter struct {
	Title    string
	Intro    string
	Final    []Sample // shown large
	Samples  []Sample // over time, oldest first
	Curves   []Curve
	Settings []Setting
}

// Sample is a picture or a text at one moment of training.
type Sample struct {
	Caption string
	Image   image.Image // or
	Text    string
	Aligned bool // the text is a table: show it in a fixed-width font
}

// chart is what is drawn: [Curve], [Scatter] and [Attention].
type chart interface{ svg() (template.HTML, error) }

//go:embed page.html
var pages embed.FS

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"picture": dataURL,
	"chart":   func(c chart) (template.HTML, error) { return c.svg() },
}).ParseFS(pages, "page.html"))

// Write renders the page.
func (r *Report) Write(w io.Writer) error {
	var b bytes.Buffer // nothing is written unless all of it can be
	if err := page.Execute(&b, r); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// dataURL is a picture inside the page.
func dataURL(m image.Image) (template.URL, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return "", err
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil
}
