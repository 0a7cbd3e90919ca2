package report

import (
	"bytes"
	"html/template"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// palette is readable in print and by colour-blind people (Okabe and Ito 2008).
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff},
	{0xd5, 0x5e, 0x00, 0xff},
	{0x00, 0x9e, 0x73, 0xff},
	{0xcc, 0x79, 0xa7, 0xff},
}

const (
	margin    = vg.Length(18) // at the right: text set in the reader's fonts may be wider than the plot reckons
	legendGap = vg.Length(8)  // between the plot and its legend
)

// Ticks of the two axes: no more than there is room for.
var (
	ticksAcross = roundTicks{about: 7}
	ticksUp     = roundTicks{about: 6}
)

// newPlot is a plot with a grid and round ticks.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.X.Tick.Marker, p.Y.Tick.Marker = ticksAcross, ticksUp
	p.Add(plotter.NewGrid())
	return p
}

// drawn is a plot with its legend beside it, where it covers nothing.
func drawn(p *plot.Plot, legend plot.Legend, width, height vg.Length) (template.HTML, error) {
	canvas := vgsvg.New(width, height)
	whole := draw.Crop(draw.New(canvas), 0, -margin, 0, 0)
	var room vg.Length
	if legend.TextStyle.Handler != nil {
		legend.Top, legend.Left = true, true
		room = legend.Rectangle(whole).Size().X + legendGap
		legend.Draw(draw.Crop(whole, whole.Size().X-room+legendGap, 0, 0, -p.Title.TextStyle.Height(p.Title.Text)-legendGap))
	}
	p.Draw(draw.Crop(whole, 0, -room, 0, 0))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	// The plot reckons with the widths of this typeface, which these others share.
	svg := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Serif"), []byte("font-family:'Liberation Serif','Times New Roman',Times,serif"))
	// Inside a page the XML declaration in front of the element is an error.
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:]
	}
	return template.HTML(svg), nil
}
