package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
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

// palette is readable in print and by colour-blind people (Okabe and Ito 2008).
var palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff},
	color.RGBA{0xd5, 0x5e, 0x00, 0xff},
	color.RGBA{0x00, 0x9e, 0x73, 0xff},
	color.RGBA{0xcc, 0x79, 0xa7, 0xff},
}

const (
	rightMargin = vg.Length(18)
	legendRoom  = 0.09 // of the height, for each line of the legend
)

func (c Curve) svg() (template.HTML, error) {
	p := plot.New()
	p.Title.Text = c.Title
	p.X.Label.Text = "step"
	p.Y.Label.Text = c.Axis
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for i, s := range c.Series {
		if len(s.Steps) == 0 { // nothing was measured yet
			continue
		}
		points := make(plotter.XYs, 0, len(s.Steps))
		for k, step := range s.Steps {
			if y := s.Values[k]; !math.IsNaN(y) && !math.IsInf(y, 0) { // there is no place for others
				points = append(points, plotter.XY{X: float64(step), Y: y})
			}
		}
		if len(points) == 0 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return "", fmt.Errorf("curve %q of %q: %w", s.Name, c.Title, err)
		}
		line.Color = palette[i%len(palette)]
		line.Width = vg.Points(1.2)
		p.Add(line)
		p.Legend.Add(s.Name, line)
	}
	// Room for the legend above the lines. An axis without data has infinite bounds,
	// and one that is not a number would be drawn for ever.
	if height := p.Y.Max - p.Y.Min; height > 0 && height < math.MaxFloat64/2 {
		p.Y.Max += legendRoom * float64(len(c.Series)) * height
	}
	canvas := vgsvg.New(6*vg.Inch, 3*vg.Inch)
	// Text set in the reader's fonts may be wider than the plot reckons.
	p.Legend.XOffs = -rightMargin
	p.Draw(draw.Crop(draw.New(canvas), 0, -rightMargin, 0, 0))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	// Inside a page the XML declaration in front of the element is an error.
	svg := b.Bytes()
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:]
	}
	return template.HTML(svg), nil
}
