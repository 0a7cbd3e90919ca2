package report_test

import (
	"bytes"
	"encoding/xml"
	"image"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/recipe/report"
)

func sample() *report.Report {
	return &report.Report{
		Title:  "A <run>",
		Config: []report.Setting{{Name: "seed", Value: "1"}},
		Chapters: []report.Chapter{{
			Title:   "Faces",
			Final:   []report.Sample{{Caption: "step 10", Image: image.NewRGBA(image.Rect(0, 0, 2, 2))}},
			Samples: []report.Sample{{Caption: "step 5", Text: "春風又綠江南岸"}},
			Curves:  []report.Curve{{Title: "loss", Series: []report.Series{{Name: "d", Steps: []int{1, 2, 3}, Values: []float64{3, 2, 1}}}}},
		}},
	}
}

func TestPageStandsAlone(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().Write(&b))
	html := b.String()
	assert.Contains(t, html, "A &lt;run&gt;", "text is escaped")
	assert.Contains(t, html, "data:image/png;base64,")
	assert.Contains(t, html, "春風又綠江南岸")
	for _, outside := range []string{"src=\"http", "href=\"http", "url(", "<script", "@import"} {
		assert.NotContains(t, html, outside, "the page asks for nothing else")
	}
	assert.NotContains(t, html, "<?xml")
	assert.NotContains(t, html, "<p></p>", "sample has no introductions")
	assert.Equal(t, 1, strings.Count(html, "<table>"), "and settings of the run only")
	chart := html[strings.Index(html, "<svg"):]
	chart = chart[:strings.Index(chart, "</svg>")+len("</svg>")]
	d := xml.NewDecoder(strings.NewReader(chart))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err, "the chart is well-formed")
		}
	}
}

func TestSameContentSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	require.NoError(t, sample().Write(&a))
	require.NoError(t, sample().Write(&b))
	assert.Equal(t, a.Bytes(), b.Bytes())
}
