package report_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"image/color"
	"image/png"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/recipe/report"
)

// Maps of attention show their weights and tokens, of whatever bytes these are.
func TestAttentionMaps(t *testing.T) {
	a := &report.Attention{
		Tokens: []string{"<a&b>", " \n\x01\xff"},
		Layers: [][]report.Map{
			{{Name: "layer 1, head 1", Weights: []float32{1, 0, 0.5, 0.5}}, {Name: "layer 1, head 2", Weights: []float32{1, 0, 0, 1}}},
			{{Name: "layer 2, head 1", Weights: []float32{1, 0, 1, 0}}, {Name: "layer 2, head 2", Weights: []float32{1, 0, 0.25, 0.75}}},
		},
	}
	page := report.Report{Facts: []report.Facts{{Title: "Attention", Attention: a}}}
	var b bytes.Buffer
	require.NoError(t, page.Write(&b))
	text := b.String()
	text = text[strings.Index(text, "<svg"):]
	text = text[:strings.Index(text, "</svg>")+len("</svg>")]
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
	assert.Equal(t, 4, strings.Count(text, ">&lt;a&amp;b&gt;<"), "in each of two columns and two rows")
	assert.Equal(t, 4, strings.Count(text, ">␣↵��<"))
	pictures := regexp.MustCompile(`base64,([^"]+)"`).FindAllStringSubmatch(text, -1)
	require.Len(t, pictures, 4)
	raw, err := base64.StdEncoding.DecodeString(pictures[3][1])
	require.NoError(t, err)
	m, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	assert.Equal(t, color.RGBA{0, 0x72, 0xb2, 255}, color.RGBAModel.Convert(m.At(0, 0)), "1")
	assert.Equal(t, color.RGBA{255, 255, 255, 255}, color.RGBAModel.Convert(m.At(1, 0)), "0")
	assert.Equal(t, color.RGBA{191, 220, 236, 255}, color.RGBAModel.Convert(m.At(0, 1)), "a quarter")

	a.Layers[0][0].Weights = nil
	assert.ErrorContains(t, page.Write(io.Discard), `the map "layer 1, head 1" has 0 weights, and 2 tokens need 4`)
}
