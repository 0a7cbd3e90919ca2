package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// written is a file of a text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

// rowsOf is a table of n rows.
func rowsOf(header string, n int, row func(i int) string) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.String()
}

// trained is the run of a small network for a table, with what was said.
func trained(t *testing.T, data, target string, flags ...string) (run, said string) {
	t.Helper()
	run = filepath.Join(t.TempDir(), "run")
	args := []string{"train", "mlp", "--data", written(t, "train.csv", data), "--target", target, "-o", run, "--hidden=8", "--epochs=10", "--no-log"}
	return run, ok(t, call(t, append(args, flags...)...)).out
}

var testScore = regexp.MustCompile(`on the test rows: [-0-9.]+`)

// predicted is what predict makes of a table.
func predicted(t *testing.T, run, data string, flags ...string) string {
	t.Helper()
	return ok(t, call(t, append([]string{"predict", "-m", run, "--data", written(t, "new.csv", data)}, flags...)...)).out
}

// flats are a flat's area, its site and its price, with numbers written as a
// country does.
func flats(header, delimiter string, number func(float64) string) string {
	return rowsOf(header, 120, func(i int) string {
		area, site := 20+float64(i*7919%1300)/10, i*31%3
		return strings.Join([]string{number(area), string(rune('A' + site)), number(area*10 + 500*float64(site))}, delimiter)
	})
}

func pointed(x float64) string { return fmt.Sprintf("%.2f", x) }

func grouped(x float64) string {
	whole, rest := int(x), math.Abs(x-math.Trunc(x))
	return fmt.Sprintf("\"%d,%03d%s\"", 1+whole/1000, whole%1000, fmt.Sprintf("%.2f", rest)[1:])
}

// However numbers are written, the same network comes out.
func TestNumbersOfSeveralCountries(t *testing.T) {
	_, point := trained(t, flats("area,site,price", ",", pointed), "price")
	_, comma := trained(t, flats("area;site;price", ";", func(x float64) string { return strings.ReplaceAll(pointed(x), ".", ",") }), "price")
	require.Regexp(t, testScore, point)
	assert.Equal(t, testScore.FindString(point), testScore.FindString(comma))
	_, thousands := trained(t, flats("area,site,price", ",", grouped), "price")
	assert.Regexp(t, `area +number`, thousands)
	assert.Regexp(t, `a linear model: 1\.000`, thousands)
}

func TestTimestampsOfSeveralCountries(t *testing.T) {
	times := func(layout string) string {
		return rowsOf("when,x,y", 150, func(i int) string {
			month, day := 1+i*7%12, 1+i*11%28
			when := fmt.Sprintf(layout, 2021, month, day, i%24)
			return fmt.Sprintf("%s,%.3f,%.3f", when, float64(i%10)/10, float64(30*month+day))
		})
	}
	_, iso := trained(t, times("%04d-%02d-%02d %02d:30"), "y")
	_, us := trained(t, times("%[2]d/%[3]d/%[1]d %[4]d:30"), "y")
	assert.Regexp(t, `when +date`, us)
	assert.Equal(t, testScore.FindString(iso), testScore.FindString(us))
}

// The order of day and month that was learned holds for tables that do not tell.
func TestOrderOfDatesIsKept(t *testing.T) {
	dates := func(layout string, month, day int) string { return fmt.Sprintf(layout, month, day) }
	us, iso := "%d/%d/2021", "2021-%02d-%02d"
	table := func(layout string) string {
		return rowsOf("when,y", 300, func(i int) string {
			month, day := 1+i*7%12, 1+i*11%28
			return fmt.Sprintf("%s,%d", dates(layout, month, day), 10*month)
		})
	}
	run, _ := trained(t, table(us), "y")
	same, _ := trained(t, table(iso), "y")
	made := predicted(t, run, "when\n1/2/2021\n12/2/2021\n")
	want := predicted(t, same, "when\n2021-01-02\n2021-12-02\n")
	assert.Equal(t, strings.NewReplacer("2021-01-02", "1/2/2021", "2021-12-02", "12/2/2021").Replace(want), made)

	contradicts := written(t, "new.csv", "when\n1/2/2021\n13/2/2021\n")
	r := call(t, "predict", "-m", run, "--data", contradicts)
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "line 3")
	ok(t, call(t, "predict", "-m", run, "--data", contradicts, "--dates=dmy"))

	unclear := written(t, "unclear.csv", rowsOf("when,y", 40, func(i int) string { return fmt.Sprintf("%d/%d/2021,%d", 1+i%12, 1+i%11, i) }))
	r = call(t, "train", "mlp", "--data", unclear, "--target=y", "-o", t.TempDir(), "--epochs=2")
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "--dates")
	for _, order := range []string{"dmy", "mdy"} {
		assert.Contains(t, r.err, order)
		ok(t, call(t, "train", "mlp", "--data", unclear, "--target=y", "-o", t.TempDir(), "--epochs=2", "--quiet", "--dates", order))
	}
}

func TestClassesCalledNA(t *testing.T) {
	data := rowsOf("x,region", 300, func(i int) string { return fmt.Sprintf("%d,%s", i%3*10+i%4, []string{"EU", "NA", "AS"}[i%3]) })
	_, said := trained(t, data, "region", "--kind=region=category")
	assert.Contains(t, said, "from 240 rows")
	assert.NotContains(t, said, "left out")
	_, said = trained(t, data, "region", "--missing=unknown")
	assert.Contains(t, said, "from 240 rows")
	_, said = trained(t, data, "region")
	assert.Contains(t, said, "100 rows have no region and are left out")
}

// Numbers with which float64 has no room are refused by name, not after steps in
// which something became infinite.
func TestExtremeNumbers(t *testing.T) {
	for name, row := range map[string]string{"big": "%d,%de300", "tiny": "%de-310,%de-320"} {
		data := written(t, name+".csv", rowsOf("a,y", 60, func(i int) string { return fmt.Sprintf(row, i, i%2*2-1) }))
		out := filepath.Join(t.TempDir(), "run")
		r := call(t, "train", "mlp", "--data", data, "--target=y", "-o", out, "--epochs=3")
		assert.Equal(t, statusError, r.status)
		assert.Contains(t, r.err, `"y"`)
		assert.Contains(t, r.err, "diverge")
		assert.NotContains(t, r.err, "json")
		assert.Equal(t, 1, strings.Count(r.err, "\n"))
	}
}

// What was said of a table holds when a run goes on.
func TestResumedTableIsReadTheSame(t *testing.T) {
	for _, delimiter := range []string{";", "tab", "|"} {
		sign := strings.ReplaceAll(delimiter, "tab", "\t")
		data := written(t, "t.csv", rowsOf("when"+sign+"x"+sign+"y", 60, func(i int) string {
			return strings.Join([]string{fmt.Sprintf("%d/%d/2021", 1+i%12, 1+i%11), []string{"1,500", "2,750", "~", "#x, y"}[i%4], fmt.Sprint(i)}, sign)
		}))
		out := filepath.Join(t.TempDir(), "run")
		ok(t, call(t, "train", "mlp", "--data", data, "--target=y", "-o", out, "--epochs=2", "--hidden=4", "--quiet",
			"--delimiter", delimiter, "--decimal", ",", "--dates", "dmy", "--missing", "~,#x\\, y", "--encoding", "UTF-8", "--optimizer=adamw", "--dropout=0.1"))
		ok(t, call(t, "train", "mlp", "--resume", "-o", out, "--epochs=3", "--quiet"))
	}
}
