package report

import (
	"fmt"
	"html/template"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Curve is a chart of one or more series over steps.
type Curve struct {
	Title, Axis string
	Series      []Series
	Remark      string // how to read it
}

// Series is one line of a chart.
type Series struct {
	Name   string
	Steps  []int
	Values []float64
}

func (c Curve) svg() (template.HTML, error) {
	p := newPlot(c.Title, "step", c.Axis)
	p.X.Min, p.X.Tick.Marker = 0, roundTicks{about: ticksAcross.about, whole: true}
	legend := plot.NewLegend()
	shown := 0
	for i, s := range c.Series {
		points := make(plotter.XYs, 0, len(s.Steps))
		for k, step := range s.Steps {
			if y := s.Values[k]; !math.IsNaN(y) && !math.IsInf(y, 0) { // there is no place for others
				points = append(points, plotter.XY{X: float64(step), Y: y})
			}
		}
		if len(points) == 0 { // nothing was measured yet
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return "", fmt.Errorf("curve %q of %q: %w", s.Name, c.Title, err)
		}
		line.Color = palette[i%len(palette)]
		line.Width = vg.Points(1.2)
		p.Add(line)
		legend.Add(s.Name, line)
		shown++
	}
	if shown < 2 && len(c.Series) < 2 { // the title says what it is
		legend = plot.Legend{}
	}
	p.Y.Min, p.Y.Max = ticksUp.widened(p.Y.Min, p.Y.Max)
	return drawn(p, legend, 6*vg.Inch, 3*vg.Inch)
}
