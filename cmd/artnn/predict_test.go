package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// line is a network that has learned y from x.
func line(t *testing.T, flags ...string) string {
	run, _ := trained(t, rowsOf("x,y", 100, func(i int) string { return fmt.Sprintf("%.1f,%d", float64(i)/10, 2*i) }), "y", flags...)
	return run
}

// identified is a table like those that people keep: identifiers, codes, dates and
// prices as text.
const identified = `id,code,when,price_txt,flag,note,x
9007199254740993,00123,03/04/2021,1.50,TRUE,null,1.0
12345678901234567890,00456,13/04/2021,2.00,FALSE,"a, b",2.50
0000000042,007,14/04/2021,3.10,TRUE,-,1e0
`

func TestPredictKeepsEveryCell(t *testing.T) {
	made := strings.Split(predicted(t, line(t), identified), "\n")
	for i, row := range strings.Split(strings.TrimSuffix(identified, "\n"), "\n") {
		added, found := strings.CutPrefix(made[i], row)
		assert.True(t, found, made[i])
		if i == 0 {
			assert.Equal(t, ",predicted y", added)
		} else {
			assert.Regexp(t, `^,-?\d+\.?\d*$`, added)
		}
	}
}

// Whatever a table's delimiter, line ends, mark, quotes and blank lines are, the
// result less the added cells is the table.
func TestPredictKeepsEveryByte(t *testing.T) {
	run := line(t)
	added := regexp.MustCompile(`[,;\t|](predicted y( 2)?|"?-?\d+[.,]?\d*"?)(\r?\n|$)`)
	rng := rand.New(rand.NewPCG(1, 1))
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	for range 40 {
		comma, end := pick(",", ";", "\t", "|"), pick("\n", "\r\n")
		names := []string{pick("x", " x"), `"note ""1"""`}
		more := rng.IntN(2) == 0
		if more {
			names = append(names, "predicted y")
		}
		var b strings.Builder
		b.WriteString(pick("", "\ufeff") + strings.Join(names, comma) + end)
		for range 1 + rng.IntN(5) {
			digit := fmt.Sprint(rng.IntN(10))
			cells := []string{pick(digit, " "+digit, `"`+digit+`"`), pick("", "a b ", `"a`+comma+end+`b"`, `"she said ""no"""`, "007", "NA", "日本")}
			if more {
				cells = append(cells, pick("", "x", "1.50"))
			}
			b.WriteString(pick("", "", end) + strings.Join(cells, comma) + end)
		}
		text := strings.TrimSuffix(b.String(), pick("", end))
		made := predicted(t, run, text, "--delimiter", comma)
		assert.Equal(t, text, added.ReplaceAllString(made, "$3"))
		assert.Equal(t, more, strings.Contains(made, "predicted y 2"), "a name that is there already")
	}
}

// A table keeps its encoding, and what is added is in it too.
func TestPredictKeepsTheEncoding(t *testing.T) {
	text := rowsOf("größe,farbe", 60, func(i int) string { return fmt.Sprintf("%d,%s", i%2, []string{"grün", "weiß"}[i%2]) })
	run, _ := trained(t, text, "farbe", "--epochs=60")
	for name, coder := range map[string]transform.Transformer{
		"utf-16":  unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"gb18030": simplifiedchinese.GB18030.NewEncoder(),
	} {
		file, _, err := transform.String(coder, "größe\n0\n1\n")
		require.NoError(t, err)
		made := predicted(t, run, file, "--encoding="+name)
		coder.Reset()
		want, _, err := transform.String(coder, "größe,predicted farbe,probability\n0,grün,")
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(made, want), "%s: %q", name, made)
	}
}

// The mark before decimals of what is added is that of the table.
func TestPredictWritesTheTablesDecimals(t *testing.T) {
	run, _ := trained(t, rowsOf("x;y", 100, func(i int) string { return fmt.Sprintf("%d,%d;%d,5", i/10, i%10, i) }), "y")
	assert.Regexp(t, `^x;predicted y\n1,5;\d+,\d+\n$`, predicted(t, run, "x\n1,5\n"))
}

// The table that is read is never written to, whatever it is called.
func TestPredictNeverOverwritesItsInput(t *testing.T) {
	run, data := line(t), written(t, "new.csv", identified)
	dir := filepath.Dir(data)
	for name, link := range map[string]func(old, new string) error{"symbolic": os.Symlink, "hard": os.Link} {
		if err := link(data, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	t.Chdir(dir)
	for in, outs := range map[string][]string{"new.csv": {"new.csv", "./new.csv", "symbolic", "hard", data}, "symbolic": {"new.csv", "symbolic", "hard"}} {
		for _, out := range outs {
			r := call(t, "predict", "-m", run, "--data", in, "-o", out)
			assert.Equal(t, statusUsage, r.status, "%s to %s", in, out)
			assert.Contains(t, r.err, "name another file")
			assert.Equal(t, identified, string(read(t, data)))
		}
	}
	model := filepath.Join(run, "model.safetensors")
	before := read(t, model)
	for _, command := range []string{"predict", "eval"} {
		r := call(t, command, "-m", run, "--data", data, "-o", model)
		assert.Equal(t, statusUsage, r.status, command)
		assert.Contains(t, r.err, "is the model")
		assert.Equal(t, before, read(t, model))
	}
}

// What would settle an error is said with flags that the command has.
func TestAdviceOnTables(t *testing.T) {
	run := line(t)
	flag := regexp.MustCompile(`--[a-z-]+`)
	for data, want := range map[string]string{
		"x,y\n1,2\nabc,3\n":                  "--missing",
		"x;y\n1,5;2\n2,5;3\n":                "--delimiter",
		"x,y\n\"1,5\",2\n\"2,5\",3\n":        "--decimal",
		"x,y\n1,2\n\xff\xfe\xfd,3\n":         "--encoding",
		"x,y,when\n1,2,1/2/2021\n":           "--dates",
		"x,y,when\n1,2,1/2/2021\n2,3,soon\n": "--kind",
	} {
		file := written(t, "t.csv", data)
		for _, args := range [][]string{
			{"predict", "-m", run, "--data", file}, {"eval", "-m", run, "--data", file},
			{"train", "mlp", "--target=y", "-o", filepath.Join(t.TempDir(), "run"), "--data", file},
		} {
			r := call(t, args...)
			help := call(t, append(strings.Fields(strings.Replace(args[0], "train", "train mlp", 1)), "--help")...).out
			for _, f := range flag.FindAllString(r.err, -1) {
				assert.Contains(t, help, f, "%q: %s", data, r.err)
			}
			if args[0] == "train" && !strings.Contains(r.err, "not enough to learn from") {
				assert.Contains(t, r.err, want)
			}
			if args[0] == "predict" && want != "--dates" && want != "--kind" {
				assert.Contains(t, r.err, want)
			}
		}
	}
}

// asProcess runs the program with a file as its standard input.
func asProcess(t *testing.T, stdin string, args ...string) (out []byte, err error) {
	t.Helper()
	f, err := os.Open(stdin)
	require.NoError(t, err)
	defer f.Close()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), beTheProgram+"=1")
	c.Stdin = f
	return c.Output()
}

func TestPredictReadsStandardInput(t *testing.T) {
	run, data := line(t), written(t, "new.csv", identified)
	out, err := asProcess(t, data, "predict", "-m", run, "--data", "-")
	require.NoError(t, err)
	assert.Equal(t, predicted(t, run, identified), string(out))
	_, err = asProcess(t, data, "predict", "-m", run, "--data", "-", "-o", data)
	assert.Error(t, err, "standard input is the file to write")
	assert.Equal(t, identified, string(read(t, data)))
	out, err = asProcess(t, written(t, "y.csv", "x,y\n1,2\n3,4\n"), "eval", "-m", run, "--data", "-")
	require.NoError(t, err)
	assert.Contains(t, string(out), `2 predictions of "y"`)
	for name, text := range map[string]string{"no column": "z\n1\n", "delimiter": "z|x\n1|2\n", "no text": ""} {
		_, err = asProcess(t, written(t, "bad.csv", text), "predict", "-m", run, "--data", "-")
		failed := (*exec.ExitError)(nil)
		require.ErrorAs(t, err, &failed, name)
		assert.Contains(t, string(failed.Stderr), "artnn: standard input: ", name)
		if name == "delimiter" {
			assert.Contains(t, string(failed.Stderr), "; use --delimiter '|'\n")
		}
	}
}

func TestPredictCountsWhatWasNeverSeen(t *testing.T) {
	run, _ := trained(t, rowsOf("site,y", 90, func(i int) string { return fmt.Sprintf("%c,%d", 'A'+i%3, i%3) }), "y")
	r := call(t, "predict", "-m", run, "--data", written(t, "new.csv", "site\nA\nX\nB\nY\nX\n\"\"\n"))
	assert.Zero(t, r.status)
	assert.Equal(t, "artnn: note: column \"site\": training has never seen X, Y (3 rows): predictions for these rest on the other columns\n", r.err)
	predicted(t, run, "site\nA\nB\n") // without a note
}

// A column of names is no use, and that is said, with flags that exist.
func TestTrainNamesColumnsThatAreLeftOut(t *testing.T) {
	data := written(t, "train.csv", rowsOf("title,x,y", 60, func(i int) string { return fmt.Sprintf("Study no. %d,%d,%d", i, i, i) }))
	train := func(flags ...string) result {
		return call(t, append([]string{"train", "mlp", "--data", data, "--target=y", "-o", t.TempDir(), "--epochs=2", "--hidden=4"}, flags...)...)
	}
	r := train()
	assert.Zero(t, r.status, r.err)
	assert.Regexp(t, `^artnn: note: column "title": left out[^\n]*--skip title[^\n]*--kind title=number[^\n]*\n$`, r.err)
	ok(t, train("--skip", "title"))
}

func TestEvalShowsWhatWasTakenForWhat(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.html")
	data := rowsOf("x,class", 100, func(i int) string { return fmt.Sprintf("%d,%s", i, []string{"low", "high"}[i/50]) })
	run, _ := trained(t, data, "class")
	r := ok(t, call(t, "eval", "-m", run, "--data", written(t, "more.csv", data), "-o", page))
	assert.Regexp(t, `is \\ predicted high low right\n +high +\d+ +\d+ +\d+ %\n +low +\d+ +\d+ +\d+ %\n`, r.out)
	assert.Contains(t, string(read(t, page)), `class="matrix"`)
	assert.Contains(t, string(read(t, filepath.Join(run, "report.html"))), `class="matrix"`)

	run = line(t)
	r = ok(t, call(t, "eval", "-m", run, "--data", written(t, "more.csv", "x,y\n1,20\n2,40\n3,55\n"), "-o", page))
	assert.Contains(t, r.out, "\npredicted\n        55 |")
	assert.Contains(t, string(read(t, page)), "Predicted against actual: y")
	assert.Contains(t, string(read(t, filepath.Join(run, "report.html"))), "Predicted against actual: y")

	r = call(t, "eval", "-m", run, "--data", written(t, "more.csv", "x,y\n1,20\n"), "-o", filepath.Dir(page))
	assert.Equal(t, statusError, r.status)
}
