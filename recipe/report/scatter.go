package report

import (
	"fmt"
	"html/template"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Scatter is a chart of predicted values against actual ones, with the diagonal on
// which a prediction is right.
type Scatter struct {
	Title             string
	Actual, Predicted []float64
	Log               bool // logarithmic axes; what is not positive is left out
}

// MostPoints is how many points a [Scatter] draws. More would make the page large
// and the cloud no clearer.
const MostPoints = 2000

func (s Scatter) svg() (template.HTML, error) {
	p := newPlot(s.Title, "actual", "predicted")
	low, high := math.Inf(1), math.Inf(-1)
	var points plotter.XYs
	for i, y := range s.Actual {
		if v := s.Predicted[i]; len(points) < MostPoints && s.drawable(y) && s.drawable(v) {
			points = append(points, plotter.XY{X: y, Y: v})
			low, high = min(low, y, v), max(high, y, v)
		}
	}
	if len(points) > 0 {
		if s.Log {
			p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
			p.X.Tick.Marker, p.Y.Tick.Marker = logTicks(ticksAcross.about), logTicks(ticksUp.about)
		} else {
			low, high = ticksUp.widened(low, high)
		}
		cloud, err := plotter.NewScatter(points)
		if err != nil {
			return "", fmt.Errorf("chart %q: %w", s.Title, err)
		}
		c := palette[0]
		cloud.GlyphStyle = draw.GlyphStyle{Color: color.NRGBA{c.R, c.G, c.B, 0x80}, Radius: vg.Points(1.8), Shape: draw.CircleGlyph{}}
		right, err := plotter.NewLine(plotter.XYs{{X: low, Y: low}, {X: high, Y: high}})
		if err != nil {
			return "", fmt.Errorf("chart %q: %w", s.Title, err)
		}
		right.Color, right.Width = color.Gray{0x70}, vg.Points(0.8)
		p.Add(right, cloud)
	}
	return drawn(p, plot.Legend{}, 4.5*vg.Inch, 4*vg.Inch)
}

// drawable reports whether a value has a place on the axes.
func (s Scatter) drawable(v float64) bool {
	return !math.IsNaN(v) && math.Abs(v) < math.MaxFloat64/4 && (v > 0 || !s.Log)
}
