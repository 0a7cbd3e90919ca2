package report

import (
	"bytes"
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The legend stands beside the lines, never on them; one line needs none.
func TestLegendIsOffTheLines(t *testing.T) {
	series := func(name string) Series {
		s := Series{Name: name}
		for i := range 100 {
			s.Steps, s.Values = append(s.Steps, 1+10*i), append(s.Values, float64(i*i%17))
		}
		return s
	}
	c := Curve{Title: "Losses", Axis: "loss", Series: []Series{series("generator"), series("discriminator")}}
	svg, err := c.svg()
	require.NoError(t, err)
	right := 0.0 // of the lines
	for _, path := range regexp.MustCompile(`<path d="([^"]{200,})"`).FindAllStringSubmatch(string(svg), -1) {
		for _, x := range regexp.MustCompile(`[ML](-?[0-9.]+),`).FindAllStringSubmatch(path[1], -1) {
			v, err := strconv.ParseFloat(x[1], 64)
			require.NoError(t, err)
			right = max(right, v)
		}
	}
	require.Positive(t, right)
	found := 0
	for _, text := range regexp.MustCompile(`<text x="([0-9.]+)"[^>]*>([^<]*)</text>`).FindAllStringSubmatch(string(svg), -1) {
		if name := strings.TrimSpace(text[2]); name == "generator" || name == "discriminator" {
			x, err := strconv.ParseFloat(text[1], 64)
			require.NoError(t, err)
			assert.Greater(t, x, right)
			found++
		}
	}
	assert.Equal(t, 2, found)
	c.Series = c.Series[:1]
	svg, err = c.svg()
	require.NoError(t, err)
	assert.NotContains(t, string(svg), "generator")
}

func TestPageOfPredictions(t *testing.T) {
	r := &Report{Title: "Predictions", Facts: []Facts{
		{Title: "Classes", Matrix: &Matrix{Down: "is", Across: "predicted", Rows: []string{"<b>", "c"}, Columns: []string{"<b>", "c"}, Counts: [][]int{{3, 1}, {0, 0}}}},
		{Title: "Numbers", Scatter: &Scatter{Title: "Prices", Actual: []float64{1, 2, 3}, Predicted: []float64{1, 2, 4}}},
	}}
	var b bytes.Buffer
	require.NoError(t, r.Write(&b))
	html := b.String()
	assert.Contains(t, html, `<tr><th>&lt;b&gt;</th><td style="background: rgba(0, 114, 178, 0.45)">3</td><td style="background: rgba(0, 114, 178, 0.15)">1</td></tr>`)
	assert.Contains(t, html, `rgba(0, 114, 178, 0)">0</td>`, "a class without rows")
	assert.NotContains(t, html, "ZgotmplZ")
	assert.Contains(t, html, ">Prices<")
}

// A chart of anything is drawn, and is no larger than it need be.
func TestScatterOfAnything(t *testing.T) {
	many := make([]float64, 20*MostPoints)
	for i := range many {
		many[i] = float64(i)
	}
	nan, inf := math.NaN(), math.Inf(1)
	for name, s := range map[string]Scatter{
		"nothing":  {},
		"one":      {Actual: []float64{3}, Predicted: []float64{3}},
		"one, log": {Actual: []float64{3}, Predicted: []float64{3}, Log: true},
		"no place": {Actual: []float64{nan, inf, -inf, 0, math.MaxFloat64}, Predicted: []float64{1, 1, 1, -1, 1}, Log: true},
		"extremes": {Actual: []float64{-1e300, 1e300}, Predicted: []float64{1e300, -1e300}},
		"tiny":     {Actual: []float64{1e-300, 1e-299}, Predicted: []float64{1e-300, 1e-299}, Log: true},
		"many":     {Actual: many, Predicted: many},
	} {
		svg, err := s.svg()
		require.NoError(t, err, name)
		assert.Less(t, len(svg), 400_000, name)
		assert.NoError(t, xml.Unmarshal([]byte(svg), new(struct{})), name)
		assert.NotContains(t, string(svg), "NaN", name)
	}
}
