package tabular

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/checkpoint"
)

var nan = math.NaN()

func tableOf(t testing.TB, columns ...table.Column) *table.Table {
	t.Helper()
	made, err := table.New(columns...)
	require.NoError(t, err)
	return made
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// works is six sales with a column of every kind, gaps and rare levels.
func works(t testing.TB) *table.Table {
	t.Helper()
	return tableOf(t,
		table.Numbers("price", 100, 200, 400, 800, 1600, 3200),
		table.Numbers("height", 10, 20, nan, 30, 20, 20),
		table.Categories("medium", "oil", "print", "oil", "print", "oil", "pastel"),
		table.Categories("signed", "yes", "", "no", "yes", "yes", "no"),
		table.Dates("sold", day(2000, 1, 1), day(2000, 4, 1), day(2000, 7, 1), day(2000, 10, 1), day(2001, 1, 1), day(2001, 4, 1)),
		table.Categories("title", "a", "b", "c", "d", "e", "f"),
		table.Numbers("lots", 1, 1, 1, 1, 1, 1),
	)
}

// batchOf is all rows of a table.
func batchOf(t testing.TB, m *Model, from *table.Table) Batch {
	t.Helper()
	rows, err := m.Rows(from)
	require.NoError(t, err)
	all := make([]int, rows.Len())
	for i := range all {
		all[i] = i
	}
	return rows.Batch(all)
}

func tabularOf(t testing.TB, from *table.Table, cfg Config) *Model {
	t.Helper()
	m, err := New(from, cfg)
	require.NoError(t, err)
	return m
}

// The encoding of works, worked out by hand.
func TestTabularEncodes(t *testing.T) {
	m := tabularOf(t, works(t), Config{Target: "price", MinCount: 2})
	// Five heights: mean 20, squares 100+0+100+0+0, deviation √40.
	h := 10 / math.Sqrt(40)
	// Days from the first: 0, 91, 182, 274, 366, 456.
	days := []float64{0, 91, 182, 274, 366, 456}
	mean, squares := 1369.0/6, 0.0
	for _, d := range days {
		squares += (d - mean) * (d - mean)
	}
	deviation := math.Sqrt(squares / 6)
	ofYear := []float64{0, 91, 182, 274, 0, 90}
	want := [][]float64{
		// height, missing; oil, print, other; no, yes, missing; trend, sin, cos
		{-h, 0, 1, 0, 0, 0, 1, 0},
		{0, 0, 0, 1, 0, 0, 0, 1},
		{0, 1, 1, 0, 0, 1, 0, 0},
		{h, 0, 0, 1, 0, 0, 1, 0},
		{0, 0, 1, 0, 0, 0, 1, 0},
		{0, 0, 0, 0, 1, 1, 0, 0},
	}
	b := batchOf(t, m, works(t))
	require.Len(t, b.X, 6*11)
	for i, row := range want {
		angle := 2 * math.Pi * ofYear[i] / 365.25
		row = append(row, (days[i]-mean)/deviation, math.Sin(angle), math.Cos(angle))
		for k, v := range row {
			assert.InDelta(t, v, b.X[11*i+k], 1e-6, "row %d, input %d", i, k)
		}
	}
	// Prices: mean 1050, squares 950² + 850² + 650² + 250² + 550² + 2150².
	d := math.Sqrt((950*950 + 850*850 + 650*650 + 250*250 + 550*550 + 2150*2150) / 6.0)
	assert.InDeltaSlice(t, []float64{-950 / d, -850 / d, -650 / d, -250 / d, 550 / d, 2150 / d}, b.Y, 1e-6)
	assert.Nil(t, b.Labels)

	assert.Equal(t, strings.TrimPrefix(`
price     number    to predict: mean 1050, deviation 1083
  height  number    mean 20, deviation 6.325, 17 % missing → 2 inputs
  medium  category  oil, print, other → 3 inputs
  signed  category  no, yes, 17 % missing → 3 inputs
  sold    date      mean 2000-08-16, deviation 156 days, time of year → 3 inputs
  title   category  left out: too few rows share a value: there are 6 different ones
  lots    number    left out: the same in every row`, "\n"), m.Schema().String())
}

// What training has never seen: a new level is "other" if there is one, the
// average row if not; so is a gap in a column that had none.
func TestTabularMeetsTheUnknown(t *testing.T) {
	m := tabularOf(t, tableOf(t,
		table.Numbers("y", 1, 2, 3, 4),
		table.Numbers("x", 1, 3, 1, 3),
		table.Categories("rare", "a", "a", "b", "c"),
		table.Categories("plain", "p", "p", "p", "q"),
		table.Dates("day", day(2000, 1, 1), day(2000, 7, 1), day(2000, 1, 1), day(2000, 7, 1)),
	), Config{Target: "y", MinCount: 1, MaxLevels: 2})
	sin, cos := math.Sincos(2 * math.Pi * 182 / 365.25)
	row := func(columns ...table.Column) []float32 {
		rows, err := m.bind(tableOf(t, columns...))
		require.NoError(t, err)
		return rows.Batch([]int{0}).X
	}
	assert.InDeltaSlice(t, []float64{1, 0, 1, 0, 1, 0, -1, 0, 1}, row(
		table.Numbers("x", 3), table.Categories("rare", "b"), table.Categories("plain", "p"), table.Dates("day", day(2000, 1, 1))), 1e-6)
	assert.InDeltaSlice(t, []float64{0, 0, 0, 1, 0.75, 0.25, 0, sin / 2, (1 + cos) / 2}, row(
		table.Numbers("x", nan), table.Categories("rare", "z"), table.Categories("plain", "z"), table.Dates("day", time.Time{})), 1e-6)
	assert.InDeltaSlice(t, []float64{0, 0.5, 0.25, 0.25, 0.75, 0.25, 0, sin / 2, (1 + cos) / 2}, row(
		table.Numbers("x", nan), table.Categories("rare", ""), table.Categories("plain", ""), table.Dates("day", time.Time{})), 1e-6)
	assert.Equal(t, float32(1e6), row(
		table.Numbers("x", 1e300), table.Categories("rare", ""), table.Categories("plain", ""), table.Dates("day", time.Time{}))[0])
	for _, x := range row(table.Numbers("x", -math.MaxFloat64), table.Categories("rare", ""), table.Categories("plain", ""), table.Dates("day", day(9999, 12, 31))) {
		assert.False(t, math.IsNaN(float64(x)) || math.IsInf(float64(x), 0))
	}
}

func TestTabularLearnsPrices(t *testing.T) {
	x, colour, price := make([]float64, 400), make([]string, 400), make([]float64, 400)
	for i := range x {
		x[i] = 2 * math.Sin(float64(i))
		colour[i] = []string{"red", "blue"}[i*i%3%2]
		price[i] = 1000 * math.Exp(x[i]*x[i])
		if colour[i] == "red" {
			price[i] *= 3
		}
	}
	all := tableOf(t, table.Numbers("x", x...), table.Categories("colour", colour...), table.Numbers("price", price...))
	m := tabularOf(t, all, Config{Target: "price", Log: true, Network: models.MLPConfig{LR: 0.01, EMA: 0.9}})
	before, err := m.Evaluate(all)
	require.NoError(t, err)
	b := batchOf(t, m, all)
	var loss float64
	for range 300 {
		loss = m.Step(b)
	}
	assert.Less(t, loss, 0.01)
	e, err := m.Evaluate(all)
	require.NoError(t, err)
	assert.Less(t, before.Network.LogR2, 0.5)
	assert.Greater(t, e.Network.LogR2, 0.99)
	assert.InDelta(t, 1-loss, e.Network.LogR2, 0.01, "the loss is in deviations of the logarithm")
	assert.Less(t, e.Linear.LogR2, 0.3, "a parabola has no slope, only the colour counts")
	assert.Greater(t, e.Linear.LogR2, 0.05)
	assert.InDelta(t, 0, e.Constant.LogR2, 1e-9)
	assert.Greater(t, e.Network.R2, 0.95)
	assert.Less(t, e.Network.MAE, e.Constant.MAE/5)

	p, err := m.Predict(tableOf(t, table.Numbers("x", 0, 1), table.Categories("colour", "blue", "red")))
	require.NoError(t, err)
	assert.InEpsilon(t, 1000, p[0].Value, 0.15)
	assert.InEpsilon(t, 3000*math.E, p[1].Value, 0.15)
	assert.Nil(t, p[0].Probabilities)
}

func TestTabularLearnsClasses(t *testing.T) {
	x, y, quadrant := make([]float64, 300), make([]float64, 300), make([]string, 300)
	for i := range x {
		x[i], y[i] = math.Sin(float64(7*i)), math.Sin(float64(11*i+1))
		quadrant[i] = "same"
		if x[i]*y[i] < 0 {
			quadrant[i] = "different"
		}
	}
	all := tableOf(t, table.Categories("signs", quadrant...), table.Numbers("x", x...), table.Numbers("y", y...))
	m := tabularOf(t, all, Config{Target: "signs", Network: models.MLPConfig{LR: 0.01}})
	b := batchOf(t, m, all)
	assert.Nil(t, b.Y)
	for range 300 {
		m.Step(b)
	}
	e, err := m.Evaluate(all)
	require.NoError(t, err)
	assert.Greater(t, e.Network.Accuracy, 0.97)
	assert.Less(t, e.Network.LogLoss, 0.1)
	assert.Less(t, e.Linear.Accuracy, 0.7, "no line divides them")
	assert.LessOrEqual(t, e.Linear.LogLoss, e.Constant.LogLoss+1e-9)
	assert.InDelta(t, max(m.Schema().Target.Shares[0], m.Schema().Target.Shares[1]), e.Constant.Accuracy, 1e-9)

	p, err := m.Predict(tableOf(t, table.Numbers("x", 0.5, -0.5), table.Numbers("y", 0.5, 0.5)))
	require.NoError(t, err)
	assert.Equal(t, "same", p[0].Class)
	assert.Equal(t, "different", p[1].Class)
	assert.Equal(t, []string{"different", "same"}, m.Schema().Target.Classes)
	assert.InDelta(t, 1, p[0].Probabilities[0]+p[0].Probabilities[1], 1e-6)
	assert.Greater(t, p[0].Probabilities[1], 0.9)
}

// Scores worked out by hand.
func TestScoreNumbers(t *testing.T) {
	s := ScoreNumbers([]float64{1, 2, 3, 6}, []float64{2, 2, 2, 8}, false)
	assert.InDelta(t, 1-6.0/14, s.R2, 1e-12)
	assert.InDelta(t, 1, s.MAE, 1e-12)
	assert.InDelta(t, math.Sqrt(1.5), s.RMSE, 1e-12)
	assert.Zero(t, s.LogR2)
	s = ScoreNumbers([]float64{1, math.E}, []float64{1, math.E * math.E}, true)
	assert.InDelta(t, 1-1/0.5, s.LogR2, 1e-12)
	assert.InDelta(t, math.Sqrt(0.5), s.LogRMSE, 1e-12)
	assert.True(t, math.IsNaN(ScoreNumbers([]float64{0.1, 0.1, 0.1}, []float64{1, 2, 3}, false).R2))
	assert.Panics(t, func() { ScoreNumbers(nil, nil, false) })
	assert.Panics(t, func() { ScoreNumbers([]float64{1}, []float64{1, 2}, false) })
}

func TestClassScores(t *testing.T) {
	m := tabularOf(t, works(t), Config{Target: "medium", MinCount: 2}) // oil 3, print 2, pastel 1
	held := tableOf(t,
		table.Categories("medium", "oil", "pastel", "etching"), table.Numbers("price", 1, 2, 3), table.Numbers("height", 1, 2, 3),
		table.Categories("signed", "yes", "no", "no"), table.Dates("sold", day(2000, 1, 1), day(2000, 1, 1), day(2000, 1, 1)))
	e, err := m.Evaluate(held)
	require.NoError(t, err)
	assert.InDelta(t, 1.0/3, e.Constant.Accuracy, 1e-12)
	assert.InDelta(t, -(math.Log(3.0/6)+math.Log(1.0/6)+math.Log(1e-15))/3, e.Constant.LogLoss, 1e-9, "a class never seen was impossible")
	_, err = m.Rows(held)
	assert.ErrorContains(t, err, `tabular: target "medium": row 3 is "etching", a class that the model does not know`)
}

func TestEvaluationIsReadable(t *testing.T) {
	e := Evaluation{
		Rows: 800, Target: Target{Name: "price", Kind: table.Number, Log: true},
		Network: Scores{R2: 0.81234, MAE: 1234.5, RMSE: 4567.8, LogR2: 0.9, LogRMSE: 0.25}, Linear: &Scores{R2: -1, LogR2: 0.5},
	}
	assert.Equal(t, strings.TrimPrefix(`
800 predictions of "price"
              R² of ln  RMSE of ln       R²     MAE    RMSE
  network       0.9000      0.2500   0.8123  1234.5  4567.8
  linear        0.5000      0.0000  -1.0000       0       0
  constant      0.0000      0.0000   0.0000       0       0`, "\n"), e.String())
	e = Evaluation{Rows: 1, Target: Target{Name: "class", Kind: table.Category}, Network: Scores{Accuracy: 0.5, LogLoss: 0.7}}
	assert.Equal(t, strings.TrimPrefix(`
1 prediction of "class"
              accuracy  log loss
  network      50.00 %    0.7000
  constant      0.00 %    0.0000`, "\n"), e.String())
}

func TestTabularPredictsConcurrently(t *testing.T) {
	m := tabularOf(t, works(t), Config{Target: "medium", MinCount: 2})
	want, err := m.Predict(works(t))
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := m.Predict(works(t))
			assert.NoError(t, err)
			assert.Equal(t, want, got)
			_, err = m.Evaluate(works(t))
			assert.NoError(t, err)
		})
	}
	wait.Wait()
}

// More rows than are predicted at a time.
func TestTabularPredictsManyRows(t *testing.T) {
	m := tabularOf(t, works(t), Config{Target: "price", MinCount: 2})
	few, err := m.Predict(works(t))
	require.NoError(t, err)
	many := make([]int, 2*predictChunk+5)
	for i := range many {
		many[i] = i * i % 6
	}
	got, err := m.Predict(works(t).Select(many))
	require.NoError(t, err)
	require.Len(t, got, len(many))
	for i, row := range many {
		require.InEpsilon(t, few[row].Value, got[i].Value, 1e-4)
	}
	each, err := m.Predictions(works(t).Select(many))
	require.NoError(t, err)
	assert.Equal(t, got, slices.Collect(each))
	for p := range each { // from the beginning again, and not to the end
		assert.Equal(t, got[0], p)
		break
	}
}

// With more inputs than a linear model can be fitted to in good time there is none,
// and everything else works.
func TestTabularWithoutLinearModel(t *testing.T) {
	columns := []table.Column{table.Numbers("y", 1, 2, 3)}
	for i := range maxLinear + 1 {
		columns = append(columns, table.Numbers(fmt.Sprint("x", i), float64(i), 1, 2.5))
	}
	wide := tableOf(t, columns...)
	m := tabularOf(t, wide, Config{Target: "y", Hidden: []int{2}})
	e, err := m.Evaluate(wide)
	require.NoError(t, err)
	assert.Nil(t, e.Linear)
	assert.NotContains(t, e.String(), "linear")
	_, err = loaded(written(t, m))
	assert.NoError(t, err)
}

func TestTabularErrors(t *testing.T) {
	price, size := table.Numbers("price", 1, 2, 3), table.Numbers("size", 1, 2, 3)
	many := make([]string, 1001)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for name, c := range map[string]struct {
		columns []table.Column
		cfg     Config
		want    string
	}{
		"no target":        {[]table.Column{price, size}, Config{}, "tabular: target: name the column to predict"},
		"other target":     {[]table.Column{price, size}, Config{Target: "prize"}, `tabular: target: no column "prize"; there are "price", "size"`},
		"sizes":            {[]table.Column{price, size}, Config{Target: "price", Network: models.MLPConfig{Sizes: []int{1, 1}}}, "tabular: network sizes [1 1]: they follow from the table"},
		"loss":             {[]table.Column{price, size}, Config{Target: "price", Network: models.MLPConfig{Loss: "cross_entropy"}}, "tabular: network output and loss"},
		"hidden":           {[]table.Column{price, size}, Config{Target: "price", Hidden: []int{0}}, "tabular: hidden sizes: 0"},
		"min count":        {[]table.Column{price, size}, Config{Target: "price", MinCount: -1}, "tabular: min count: -1"},
		"max levels":       {[]table.Column{price, size}, Config{Target: "price", MaxLevels: -1}, "tabular: max levels: -1"},
		"learning rate":    {[]table.Column{price, size}, Config{Target: "price", Network: models.MLPConfig{LR: -1}}, "learning rate: -1"},
		"missing":          {[]table.Column{table.Numbers("price", 1, nan, 3), size}, Config{Target: "price"}, `tabular: target "price": it is missing in 1 of 3 rows`},
		"all the same":     {[]table.Column{table.Numbers("price", 7, 7, 7), size}, Config{Target: "price"}, `it is the same in every row`},
		"one class":        {[]table.Column{table.Categories("class", "a", "a", "a"), size}, Config{Target: "class"}, `it is the same in every row`},
		"too many classes": {[]table.Column{table.Categories("class", many...), table.Numbers("n", make([]float64, 1001)...)}, Config{Target: "class"}, `1001 classes are more than the limit of 1000`},
		"a date":           {[]table.Column{table.Dates("sold", day(1, 1, 2), day(1, 1, 2), day(1, 1, 3)), size}, Config{Target: "sold"}, `a date cannot be predicted`},
		"no logarithm":     {[]table.Column{table.Numbers("price", 1, 0, 3), size}, Config{Target: "price", Log: true}, `row 2 is 0, which has no logarithm`},
		"log of a class":   {[]table.Column{table.Categories("class", "a", "b", "a"), size}, Config{Target: "class", Log: true}, `a category has no logarithm`},
		"no inputs":        {[]table.Column{price, table.Numbers("size", 5, 5, 5)}, Config{Target: "price"}, `no column tells one row from another`},
		"only the target":  {[]table.Column{price}, Config{Target: "price"}, `no column tells one row from another`},
		"too far apart":    {[]table.Column{price, table.Numbers("size", -1e308, 1e308, 0)}, Config{Target: "price"}, `column "size": values from -1e+308 to 1e+308 are too far apart`},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New(tableOf(t, c.columns...), c.cfg)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}

	m := tabularOf(t, tableOf(t, price, size), Config{Target: "price", Log: true})
	for want, columns := range map[string][]table.Column{
		`no column "size"; there are "price"`: {price},
		`column "size": the model has learned it as a number, the table has it as a category; read it as the model's`: {price, table.Categories("size", "a", "b", "c")},
		`target: no column "price"`:                            {size},
		`target "price": it is missing in 1 of 1 rows`:         {table.Numbers("price", nan), table.Numbers("size", 1)},
		`target "price": row 1 is -1, which has no logarithm`:  {table.Numbers("price", -1), table.Numbers("size", 1)},
		`column "price": the model has learned it as a number`: {table.Categories("price", "1"), table.Numbers("size", 1)},
	} {
		_, err := m.Evaluate(tableOf(t, columns...))
		assert.ErrorContains(t, err, want)
		_, err = m.Rows(tableOf(t, columns...))
		assert.ErrorContains(t, err, want)
	}
	_, err := m.Predict(tableOf(t, price))
	assert.ErrorContains(t, err, `tabular: no column "size"`)
	assert.Error(t, tensor.Try(func() { m.Step(Batch{}) }), "an empty batch is a programming error")
}

// Files with other rows are read as the model has learned the columns.
func TestCSVOptions(t *testing.T) {
	m := tabularOf(t, works(t), Config{Target: "medium", MinCount: 2})
	text := "title,price,height,signed,sold,medium\nx,1,NA,,2001-02-03,oil\n"
	got, err := table.ReadCSV(strings.NewReader(text), m.CSVOptions(true))
	require.NoError(t, err)
	_, err = m.Evaluate(got)
	assert.NoError(t, err)
	_, err = table.ReadCSV(strings.NewReader("price,height,signed,sold\n1,2,,2001-02-03\n"), m.CSVOptions(true))
	assert.ErrorContains(t, err, `no column "medium"`)
	got, err = table.ReadCSV(strings.NewReader("price,height,signed,sold\n1,NA,,NA\n"), m.CSVOptions(false))
	require.NoError(t, err)
	_, err = m.Predict(got)
	assert.NoError(t, err)
}

// Extremes of float64 are brought to mean 0 and deviation 1 like anything else.
func TestMoments(t *testing.T) {
	for name, scale := range map[string]float64{"tiny": 1e-300, "denormal": 1e-320, "huge": 1e307, "usual": 1} {
		mean, deviation, err := moments(slices.Values([]float64{scale, 2 * scale, 3 * scale, 6 * scale}))
		require.NoError(t, err)
		assert.InEpsilon(t, 3, mean/scale, 1e-3, name)
		assert.InEpsilon(t, math.Sqrt(3.5), deviation/scale, 1e-3, name)
	}
	_, deviation, err := moments(slices.Values([]float64{0.1, 0.1, 0.1}))
	require.NoError(t, err)
	assert.Zero(t, deviation)
	_, _, err = moments(slices.Values([]float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 5e-324}))
	assert.ErrorContains(t, err, "too close together")
}

func TestCheckpointOfTabularIsOfItsTable(t *testing.T) {
	a := tabularOf(t, works(t), Config{Target: "price"})
	file := written(t, a, models.WithTraining())
	restore := func(m *Model) error {
		return checkpoint.Restore(m, m.Updates(), bytes.NewReader(file), int64(len(file)))
	}
	require.NoError(t, restore(tabularOf(t, works(t), Config{Target: "price"})))
	fewer := works(t).Select([]int{0, 1, 2, 3, 4})
	other := tabularOf(t, fewer, Config{Target: "price"})
	err := restore(other)
	require.Error(t, err)
	assert.Contains(t, err.Error(), "schema is not the same")
	assert.Less(t, len(err.Error()), 500)
}
