package tabular

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/table"
)

func readTable(t testing.TB, text string, o table.Options) *table.Table {
	t.Helper()
	made, err := table.ReadCSV(strings.NewReader(text), o)
	require.NoError(t, err)
	return made
}

// german is a table of flats as a German office has it.
func german(n int) string {
	var b strings.Builder
	b.WriteString("flaeche;verkauft;lage;rabatt;preis\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d;%d.%d.2021;%c;%d,5 %%;1.%03d,00 €\n", 20+i%90, i%10, 1+i%28, 1+i%12, 'A'+i%3, i%7, i*37%1000)
	}
	return b.String()
}

// What was learned of how a file is written is kept with the model, and holds for
// other files.
func TestReadingIsKeptWithTheModel(t *testing.T) {
	m := tabularOf(t, readTable(t, german(60), table.Options{Missing: []string{"unbekannt"}}), Config{Target: "preis"})
	back, err := loaded(written(t, m))
	require.NoError(t, err)
	m = back.(*Model)
	assert.Equal(t, table.Dialect{Delimiter: ";", Missing: []string{"unbekannt"}}, m.Schema().File)
	assert.Equal(t, table.Format{Decimal: ",", Unit: "€"}, m.Schema().Target.Format)

	o := m.CSVOptions(false)
	got := readTable(t, "extra;flaeche;verkauft;lage;rabatt\n007;1.234;1.2.2021;unbekannt;3 %\n\"1,2,3\";25,5;1.3.2021;A;4 %\n", o)
	assert.Len(t, got.Columns(), 4, "other columns are not looked at")
	area, err := got.Column("flaeche")
	require.NoError(t, err)
	assert.Equal(t, []float64{1234, 25.5}, area.Values(), "which are thousands, since a comma was before decimals")
	site, err := got.Column("lage")
	require.NoError(t, err)
	assert.True(t, site.Missing(0))

	for text, want := range map[string]string{
		"flaeche,verkauft,lage,rabatt\n":                        `line 1: the columns are separated by ",", and by ";" in what was learned from; use Options.Delimiter = ","`,
		"flaeche;verkauft;lage;rabatt\n2.5;1.2.2021;A;1 %\n":    `line 2: column "flaeche": "2.5" is not a number with the decimal mark ",", which was learned; use Options.Decimal = "."`,
		"flaeche;verkauft;lage;rabatt\n2,5;2021-02-01;A;1 %\n":  `line 2: column "verkauft": "2021-02-01" is not a date as "2.1.2006", which was learned; use Options.Dates = "ymd"`,
		"flaeche;verkauft;lage;rabatt\n2,5;1.2.2021;A;0,5\n":    `line 2: column "rabatt": "0,5" is not in %, as the values were that were learned from`,
		"flaeche;verkauft;lage;rabatt\n2,5 %;1.2.2021;A;0 %\n":  `line 2: column "flaeche": "2,5 %" is in %, as the values were not that were learned from`,
		"flaeche;verkauft;lage\n2,5;1.2.2021;A\n":               `no column "rabatt"`,
		"flaeche;verkauft;lage;rabatt\n2,5;1.2.2021;A;1 %;9 \n": `line 2: more fields than there are columns, 4`,
	} {
		_, err := table.ReadCSV(strings.NewReader(text), o)
		assert.ErrorContains(t, err, want)
	}
	_, err = table.ReadCSV(strings.NewReader("preis;flaeche;verkauft;lage;rabatt\n$5;2,5;1.2.2021;A;1 %\n"), m.CSVOptions(true))
	assert.EqualError(t, err, `line 2: column "preis": "$5" is in "$", not in "€" as the values were that were learned from`)
}

// Columns of names and numbers that nobody could read are named, not used.
func TestColumnsOfNamesAreLeftOut(t *testing.T) {
	const n = 60
	var names, sizes, few, same []string
	y, x := make([]float64, n), make([]float64, n)
	for i := range n {
		names = append(names, fmt.Sprintf("lot %d", i))
		sizes = append(sizes, fmt.Sprintf("%d by %d", i, i+1))
		few = append(few, fmt.Sprintf("%c", 'a'+i/4))
		same = append(same, "x")
		y[i], x[i] = float64(i), float64(i%7)
	}
	names[3] = ""
	m := tabularOf(t, tableOf(t, table.Numbers("y", y...), table.Numbers("x", x...),
		table.Categories("title", names...), table.Categories("size", sizes...), table.Categories("few", few...), table.Categories("same", same...)), Config{Target: "y"})
	var said []string
	for _, e := range m.Schema().LeftOut() {
		said = append(said, e.Error())
	}
	require.Len(t, said, 3)
	assert.Equal(t, `column "title": left out, since too few rows share a value: there are 59 different ones; if they are names, that is right, and if they are numbers or dates, say so; use Options.Skip = "title", Options.Kinds["title"] = "number" or Options.Kinds["title"] = "date"`, said[0])
	assert.Contains(t, said[1], `column "size"`)
	assert.Contains(t, said[2], `column "few": left out, since too few rows share a value: there are 15 different ones`)
	assert.Equal(t, []string{"x"}, m.CSVOptions(false).Only)
	_, err := m.Predict(tableOf(t, table.Numbers("x", 1)))
	assert.NoError(t, err)

	_, err = New(tableOf(t, table.Numbers("x", x...), table.Categories("size", sizes...)), Config{Target: "size"})
	assert.EqualError(t, err, `tabular: target: column "size": 60 of 60 rows have a value of their own, such as "0 by 1", so that no class can be learned: if it is a number, say so; use Options.Kinds["size"] = "number", Options.Decimal or Options.Missing`)
}

// Only what training has never seen counts, not what was too rare to learn.
func TestUnseen(t *testing.T) {
	m := tabularOf(t, tableOf(t,
		table.Categories("class", "p", "q", "p", "q", "p", "q"),
		table.Categories("site", "a", "a", "a", "b", "b", "rare"),
		table.Numbers("x", 1, 2, 3, 4, 5, 6)), Config{Target: "class", MinCount: 2})
	back, err := loaded(written(t, m))
	require.NoError(t, err)
	new := tableOf(t, table.Categories("site", "a", "rare", "new", "newer", "new", ""), table.Numbers("x", 1, 2, 3, 4, 5, 6))
	unseen, err := back.(*Model).Unseen(new)
	require.NoError(t, err)
	assert.Equal(t, []Unseen{{Column: "site", Levels: []string{"new", "newer"}, Count: 2, Rows: 3}}, unseen)
	known, err := new.With(table.Categories("class", "p", "q", "r", "r", "p", "p"))
	require.NoError(t, err)
	unseen, err = m.Unseen(known.Select([]int{0, 2, 3}))
	require.NoError(t, err)
	assert.Equal(t, []Unseen{
		{Column: "site", Levels: []string{"new", "newer"}, Count: 2, Rows: 2},
		{Column: "class", Levels: []string{"r"}, Count: 1, Rows: 2},
	}, unseen)
	_, err = m.Unseen(tableOf(t, table.Numbers("x", 1)))
	assert.ErrorContains(t, err, `no column "site"`)
}

// An input with which training would diverge is named, with what to do.
func TestInputsThatWouldDiverge(t *testing.T) {
	_, err := New(tableOf(t, table.Numbers("y", 1, 2, 3), table.Numbers("a", 1, 2, 1e300)), Config{Target: "y"})
	assert.ErrorContains(t, err, `tabular: column "a": values from 1 to 1e+300 have a deviation of 4.7e+299`)
	assert.ErrorContains(t, err, `use Options.Skip = "a"`)
	_, err = New(tableOf(t, table.Numbers("y", 1, 2, 1e300), table.Numbers("a", 1, 2, 3)), Config{Target: "y"})
	assert.ErrorContains(t, err, `use Options.Log = "true"`)
	m := tabularOf(t, tableOf(t, table.Numbers("y", 1, 2, 1e300), table.Numbers("a", 1, 2, 3)), Config{Target: "y", Log: true})
	e, err := m.Evaluate(tableOf(t, table.Numbers("y", 1e300, 1), table.Numbers("a", 1e9, -1e9)))
	require.NoError(t, err)
	for _, s := range []Scores{e.Network, *e.Linear, e.Constant} {
		for _, v := range []float64{s.R2, s.RMSE, s.MAE, s.LogR2, s.LogRMSE} {
			assert.False(t, v != v || v > 1e308 || v < -1e308, "%v", s)
		}
	}
	assert.NotContains(t, e.String(), "Inf")
}

// A schema that says what no reading can be is refused.
func TestSchemasOfNoReading(t *testing.T) {
	m := tabularOf(t, readTable(t, german(60), table.Options{}), Config{Target: "preis"})
	file := written(t, m)
	for was, is := range map[string]string{
		`"decimal":","`:       `"decimal":";"`,
		`"layout":"2.1.2006"`: `"layout":"soon"`,
		`"delimiter":";"`:     `"delimiter":"--"`,
	} {
		_, err := loaded(rewritten(t, file, func(meta map[string]string) {
			for name, text := range meta {
				meta[name] = strings.ReplaceAll(text, was, is)
			}
		}))
		assert.Error(t, err, is)
	}
	assert.True(t, bytes.Contains(file, []byte("decimal")))
}
