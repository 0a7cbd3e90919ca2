package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/recipe/rundir"
)

// salesFile is a table with a price that no straight line fits, and a class that
// goes with it.
func salesFile(t *testing.T, n int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("lot,\"artist, name\",size,note,price,class\n")
	for i := range n {
		artist, size := rng.IntN(3), rng.Float64()*10
		price := math.Exp(float64(2*artist) + math.Abs(size-5)*0.8 + 0.05*rng.NormFloat64())
		class := "low"
		if price > 50 {
			class = "high"
		}
		fmt.Fprintf(&b, "%d,%s,%.3f,x,%.4f,%s\n", i, []string{"Ada", "Bo", "Cy"}[artist], size, price, class)
	}
	path := filepath.Join(t.TempDir(), "sales.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o666))
	return path
}

func TestTrainMLPAndUseIt(t *testing.T) {
	sales := salesFile(t, 800)
	out := filepath.Join(t.TempDir(), "run")
	r := ok(t, call(t, "train", "mlp", "--data", sales, "--target=price", "--skip=lot,class", "-o", out, "--epochs=80", "--hidden=32", "--batch=32", "--seed=3"))
	assert.Contains(t, r.out, "learns from 640 rows; 80 more choose its best weights, and 80 test them")
	assert.Regexp(t, `R² of the logarithm on the test rows: 0\.9\d+; a linear model: 0\.[678]\d+; mean absolute error`, r.out, "prices are learned as logarithms, and better than by a straight line")
	run := rundir.At(out)
	assert.Contains(t, string(read(t, run.Config())), "log: true\n")
	page := string(read(t, run.Report()))
	for _, part := range []string{"<h2>Test</h2>", "linear model", "val_r2_log", "<pre>is "} {
		assert.Contains(t, page, part)
	}

	t.Run("eval", func(t *testing.T) {
		r := ok(t, call(t, "eval", "-m", out, "--data", salesFile(t, 200)))
		assert.Contains(t, r.out, `200 predictions of "price"`)
	})
	t.Run("predict", func(t *testing.T) {
		lines := strings.SplitN(string(read(t, salesFile(t, 30))), "\n", 4)
		some := filepath.Join(t.TempDir(), "new.csv")
		require.NoError(t, os.WriteFile(some, []byte(strings.Join(lines[:3], "\n")), 0o666))
		r := ok(t, call(t, "predict", "-m", out, "--data", some))
		records, err := csv.NewReader(strings.NewReader(r.out)).ReadAll()
		require.NoError(t, err)
		require.Len(t, records, 3)
		assert.Equal(t, []string{"lot", "artist, name", "size", "note", "price", "class", "predicted price"}, records[0])
		for _, record := range records[1:] {
			is, err := strconv.ParseFloat(record[4], 64)
			require.NoError(t, err)
			predicted, err := strconv.ParseFloat(record[6], 64)
			require.NoError(t, err)
			assert.InDelta(t, 1, predicted/is, 0.4)
		}
		file := filepath.Join(t.TempDir(), "p.csv")
		ok(t, call(t, "predict", "-m", out, "--data", some, "-o", file))
		assert.Equal(t, r.out, string(read(t, file)))
	})
	t.Run("resume", func(t *testing.T) {
		whole, parts := rundir.At(t.TempDir()), rundir.At(t.TempDir())
		args := []string{"train", "mlp", "--data", sales, "--target=price", "--hidden=8", "--schedule=constant", "--quiet"}
		ok(t, call(t, append(args, "-o", string(whole), "--epochs=4")...))
		ok(t, call(t, append(args, "-o", string(parts), "--epochs=2")...))
		ok(t, call(t, "train", "mlp", "--resume", "-o", string(parts), "--epochs=4", "--quiet"))
		assert.Equal(t, read(t, whole.Model()), read(t, parts.Model()))
		assert.Equal(t, withoutSeconds(t, whole.Log()), withoutSeconds(t, parts.Log()))
	})
}

// withoutSeconds is a log with the column of seconds, which differs, left out.
func withoutSeconds(t *testing.T, path string) (rows [][]string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(string(read(t, path)))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"step", "epoch", "seconds"}, records[0][:3])
	for _, r := range records {
		rows = append(rows, append(r[:2], r[3:]...))
	}
	return rows
}

func TestTrainMLPOfAClass(t *testing.T) {
	out := t.TempDir()
	r := ok(t, call(t, "train", "mlp", "--data", salesFile(t, 600), "--target=class", "--skip=lot,price", "-o", out, "--epochs=40", "--hidden=16"))
	assert.Regexp(t, `Accuracy on the test rows: (9\d|100)\.\d %`, r.out)
	r = ok(t, call(t, "predict", "-m", out, "--data", salesFile(t, 20)))
	assert.Contains(t, r.out, "predicted class,probability\n")
	assert.Regexp(t, `,(low|high),[01]\.\d{4}\n`, r.out)
}

func TestMistakesInATable(t *testing.T) {
	t.Chdir(t.TempDir())
	sales := salesFile(t, 100)
	broken := filepath.Join(t.TempDir(), "broken.csv")
	require.NoError(t, os.WriteFile(broken, []byte("a,b\n1,2\n3\n"), 0o666))
	for args, want := range map[string]struct {
		status int
		err    string
	}{
		"train mlp --target=price -o x":                                             {2, "name its file with --data"},
		"train mlp --data " + sales + " -o x":                                       {2, "name it with --target"},
		"train mlp --data nope.csv --target=price -o x":                             {1, "nope.csv: there is no such file"},
		"train mlp --data " + sales + " --target=prize -o x":                        {1, `no column "prize"; there are "lot"`},
		"train mlp --data " + broken + " --target=a -o x":                           {1, "line 3"},
		"train mlp --data " + sales + " --target=price --kind=size -o x":            {2, "--kind must be like postcode=category"},
		"train mlp --data " + sales + " --target=price --kind=size=big -o x":        {2, "use number, category or date"},
		"train mlp --data " + sales + " --target=price --hidden=0 -o x":             {2, "--hidden must be at least 1, got 0"},
		"train mlp --data " + sales + " --target=price --hidden=900000,900000 -o x": {2, "--hidden must be lower: "},
		"train mlp --data " + sales + " --target=price --dropout=1 -o x":            {2, "--dropout must be from 0 to below 1"},
		"train mlp --data " + sales + " --target=price --weight-decay=0.1 -o x":     {2, "--weight-decay is of the optimizer adamw"},
		"train mlp --data " + sales + " --target=price --delimiter=ab -o x":         {2, "use one character"},
		"train mlp --data " + sales + " --target=price --encoding=latin-9 -o x":     {2, "use one of utf-8"},
		"train mlp --data " + sales + " --target=price --decimal=; -o x":            {2, "decimal mark"},
		"train mlp --data " + sales + " --target=price --dates=yesterday -o x":      {2, "dmy"},
		"train mlp --data " + sales + " --target=price --holdout=0 -o x":            {2, "--holdout must be above 0"},
		"train mlp --data " + salesFile(t, 10) + " --target=price -o x":             {1, "10 rows are not enough"},
		"train mlp --data " + sales + " --target=note -o x":                         {1, "note"},
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, want.status, r.status, "%s: %s", args, r.err)
		assert.Contains(t, r.err, want.err, args)
		assert.Regexp(t, "^artnn: [^\n]*\n$", r.err, args)
		assert.NoDirExists(t, "x", args)
	}
}
