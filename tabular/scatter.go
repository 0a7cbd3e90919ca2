package tabular

import (
	"fmt"
	"math"
	"strings"
)

const (
	scatterWidth  = 60 // characters
	scatterHeight = 16 // lines
)

// density marks a place in a text by how many rows fall there, in powers of four.
const density = ".:*#@"

// Scatter draws the predictions of a number against what is, as text of at most
// 80 columns: each row is a mark, darker where there are many; on the diagonal,
// which is drawn with slashes, a prediction is right. With Log, the axes are
// logarithmic. Predictions beyond the axes are marked at their ends. It is empty
// where the target is a class.
func (e Evaluation) Scatter() string {
	low, high := e.bounds()
	if !(low < high) {
		return ""
	}
	counts := make([][scatterWidth]int, scatterHeight)
	for i, y := range e.Actual {
		x, up := e.along(y, low, high), e.along(e.Predicted[i], low, high)
		if math.IsNaN(up) {
			continue
		}
		counts[cell(up, scatterHeight)][cell(x, scatterWidth)]++
	}
	var b strings.Builder
	b.WriteString("predicted\n")
	for r := scatterHeight - 1; r >= 0; r-- {
		label := ""
		switch r {
		case scatterHeight - 1:
			label = fmt.Sprintf("%.5g", high)
		case 0:
			label = fmt.Sprintf("%.5g", low)
		}
		fmt.Fprintf(&b, "%10s |%s\n", label, strings.TrimRight(scatterLine(counts[r], r), " "))
	}
	left, right := fmt.Sprintf("%.5g", low), fmt.Sprintf("%.5g", high)
	fmt.Fprintf(&b, "%10s +%s\n", "", strings.Repeat("-", scatterWidth))
	fmt.Fprintf(&b, "%12s%s%*s\n", "", left, scatterWidth-len(left), right)
	fmt.Fprintf(&b, "%12s%*s", "", scatterWidth, "actual")
	return b.String()
}

// bounds are what the axes reach from and to: the actual values.
func (e Evaluation) bounds() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, y := range e.Actual {
		low, high = min(low, y), max(high, y)
	}
	return low, high
}

// along is where a value lies between two others, from 0 to 1.
func (e Evaluation) along(v, low, high float64) float64 {
	if e.Target.Log {
		v, low, high = math.Log(v), math.Log(low), math.Log(high)
	}
	return v/(high-low) - low/(high-low)
}

// cell is the place of a share of a line of n.
func cell(share float64, n int) int { return int(max(0, min(share*float64(n), float64(n-1)))) }

func scatterLine(counts [scatterWidth]int, r int) string {
	line := []byte(strings.Repeat(" ", scatterWidth))
	for x, n := range counts {
		switch {
		case n > 0:
			line[x] = density[min(int(math.Log(float64(n))/math.Log(4)), len(density)-1)]
		case x*scatterHeight/scatterWidth == r && (x+1)*scatterHeight/scatterWidth > r: // the last of the line's
			line[x] = '/'
		}
	}
	return string(line)
}
