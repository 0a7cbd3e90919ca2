package tabular

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/table"
)

// What a network made of each row stands in its evaluation, in the rows' order.
func TestEvaluationHasEveryRow(t *testing.T) {
	m := tabularOf(t, works(t), Config{Target: "price", Log: true, MinCount: 2})
	e, err := m.Evaluate(works(t))
	require.NoError(t, err)
	made, err := m.Predict(works(t))
	require.NoError(t, err)
	assert.Equal(t, []float64{100, 200, 400, 800, 1600, 3200}, e.Actual)
	for i, p := range made {
		assert.Equal(t, p.Value, e.Predicted[i])
	}
	assert.Empty(t, e.Confusion(5))

	m = tabularOf(t, works(t), Config{Target: "medium", MinCount: 2})
	e, err = m.Evaluate(works(t))
	require.NoError(t, err)
	made, err = m.Predict(works(t))
	require.NoError(t, err)
	assert.Equal(t, []int32{0, 2, 0, 2, 0, 1}, e.Labels)
	for i, p := range made {
		assert.Equal(t, p.Class, e.Target.Classes[e.Guesses[i]])
	}
	assert.Empty(t, e.Scatter())
}

func classified(labels, guesses []int32) Evaluation {
	return Evaluation{
		Rows:   len(labels),
		Target: Target{Name: "kind", Kind: table.Category, Classes: []string{"a", "b", "c"}},
		Labels: labels, Guesses: guesses,
	}
}

func TestConfusion(t *testing.T) {
	e := classified([]int32{0, 0, 0, 1, 2, 2, 2, 2}, []int32{0, 0, 2, 0, 2, 2, 2, 1})
	c := e.Confusion(3)
	assert.Equal(t, Confusion{[]string{"a", "b", "c"}, [][]int{{2, 0, 1}, {1, 0, 0}, {0, 1, 3}}}, c)
	assert.Equal(t, strings.TrimPrefix(`
 is \ predicted a b c right
              a 2 0 1  67 %
              b 1 0 0   0 %
              c 0 1 3  75 %`, "\n"), c.String())
	assert.Equal(t, Confusion{[]string{"a", "c", OtherClasses}, [][]int{{2, 1, 0}, {0, 3, 1}, {1, 0, 0}}}, e.Confusion(2), "the rarest are together")

	unknown := classified([]int32{-1, 0}, []int32{1, 0}).Confusion(3)
	assert.Equal(t, Confusion{[]string{"a", "b", "c", OtherClasses}, [][]int{{1, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 1, 0, 0}}}, unknown)
	_, ok := unknown.Right(1)
	assert.False(t, ok)
	assert.Contains(t, unknown.String(), " b 0 0 0        0     -\n", "a class without rows")
	assert.Panics(t, func() { e.Confusion(0) })
}

// Every row is counted once, whatever is kept apart, and a terminal has room.
func TestConfusionCountsEveryRow(t *testing.T) {
	e := classified(nil, nil)
	e.Target.Classes = nil
	for k := range 40 {
		e.Target.Classes = append(e.Target.Classes, fmt.Sprintf("a class with a long name %02d", k))
	}
	for i := range int32(1000) {
		e.Labels, e.Guesses = append(e.Labels, i*i%41-1), append(e.Guesses, i%40)
	}
	for most := 1; most <= 41; most++ {
		c, total := e.Confusion(most), 0
		for _, row := range c.Counts {
			require.Len(t, row, len(c.Classes))
			for _, n := range row {
				total += n
			}
		}
		assert.Equal(t, 1000, total, most)
	}
	lines := strings.Split(e.Picture(), "\n")
	for _, line := range lines {
		assert.LessOrEqual(t, len([]rune(line)), 80, line)
	}
	assert.Len(t, lines, 1+4+1)
	for k := range e.Target.Classes {
		e.Target.Classes[k] = fmt.Sprintf("%02d", k)
	}
	assert.Len(t, strings.Split(e.Picture(), "\n"), 1+12+1, "short names leave room for more")
}

func TestScatter(t *testing.T) {
	e := Evaluation{Target: Target{Kind: table.Number}}
	for i := range 101 {
		e.Actual, e.Predicted = append(e.Actual, float64(i)), append(e.Predicted, 50)
	}
	lines := strings.Split(e.Scatter(), "\n")
	require.Len(t, lines, 1+scatterHeight+3)
	for _, line := range lines {
		assert.LessOrEqual(t, len(line), 80)
	}
	middle := lines[scatterHeight/2]
	assert.Len(t, strings.Trim(middle, " |"), scatterWidth, "all predictions are 50")
	assert.NotContains(t, middle, " .")
	assert.Equal(t, "       100 |", lines[1][:12])
	assert.Equal(t, "         0 |", lines[scatterHeight][:12])
	assert.True(t, strings.HasSuffix(lines[1], "/"), "the diagonal ends at the top right")

	// 1, 10, 100, 1000 are at equal distances on logarithmic axes.
	e = Evaluation{Target: Target{Kind: table.Number, Log: true}, Actual: []float64{1, 10, 100, 1000}, Predicted: []float64{1, 1, 1e9, math.NaN()}}
	lines = strings.Split(e.Scatter(), "\n")
	assert.Equal(t, "         1 |.  /                .", lines[scatterHeight])
	assert.Equal(t, byte('.'), lines[1][12+40], "what is beyond is at the end")

	e.Actual, e.Predicted = []float64{2, 2}, []float64{1, 3}
	assert.Empty(t, e.Scatter(), "there is no axis")
}

// Squares of large values are not infinite, of small ones not zero.
func TestScoresOfExtremes(t *testing.T) {
	for _, unit := range []float64{1e-320, 1e-300, 1, 1e300} {
		s := ScoreNumbers([]float64{1 * unit, 2 * unit, 3 * unit, 6 * unit}, []float64{2 * unit, 2 * unit, 2 * unit, 8 * unit}, false)
		assert.InDelta(t, 1-6.0/14, s.R2, 1e-2, unit)
		assert.InEpsilon(t, math.Sqrt(1.5), s.RMSE/unit, 1e-2, unit)
	}
}

func TestTargetsThatWouldDiverge(t *testing.T) {
	for _, unit := range []float64{1e-320, 1e300} {
		y, x := make([]float64, 60), make([]float64, 60)
		for i := range y {
			x[i], y[i] = float64(i), float64(i%2)*unit
		}
		_, err := New(tableOf(t, table.Numbers("a", x...), table.Numbers("y", y...)), Config{Target: "y"})
		assert.ErrorContains(t, err, `target: column "y": values from 0 to`)
		assert.ErrorContains(t, err, "training would diverge: give them in another unit")
	}
}
