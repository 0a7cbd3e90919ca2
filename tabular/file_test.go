package tabular

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/models"
)

// samples are a model of prices and one of classes, a few steps into their
// training.
func samples(t testing.TB) map[string]*Model {
	t.Helper()
	all := map[string]*Model{
		"prices":  tabularOf(t, works(t), Config{Target: "price", Log: true, MinCount: 2, Hidden: []int{3}, Network: models.MLPConfig{EMA: 0.9}}),
		"classes": tabularOf(t, works(t), Config{Target: "medium", MinCount: 2, Hidden: []int{3, 2}, Network: models.MLPConfig{Optimizer: "sgd", Momentum: 0.9}}),
	}
	for _, m := range all {
		for range 3 {
			m.Step(batchOf(t, m, works(t)))
		}
	}
	return all
}

// written is what models.Save writes.
func written(t testing.TB, m models.Model, options ...models.SaveOption) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, models.Save(path, m, options...))
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	return file
}

func loaded(file []byte) (models.Model, error) {
	return models.LoadFS(fstest.MapFS{"model": {Data: file}}, "model")
}

// rewritten is a file with its metadata changed.
func rewritten(t testing.TB, file []byte, change func(meta map[string]string)) []byte {
	t.Helper()
	f, err := safetensors.Read(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	meta := maps.Clone(f.Metadata())
	var list []safetensors.Tensor
	for _, name := range f.Names() {
		info, err := f.Info(name)
		require.NoError(t, err)
		values, err := f.Float32s(name)
		require.NoError(t, err)
		list = append(list, safetensors.Tensor{Name: name, Shape: info.Shape, Values: values})
	}
	change(meta)
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, list, meta))
	return b.Bytes()
}

func TestLoadedTabularsDoTheSame(t *testing.T) {
	for _, kind := range []string{"prices", "classes"} {
		t.Run(kind, func(t *testing.T) {
			m := samples(t)[kind]
			path := filepath.Join(t.TempDir(), "model")
			require.NoError(t, models.Save(path, m))
			back, err := models.LoadAs[*Model](path)
			require.NoError(t, err)
			assert.Equal(t, m.Config(), back.Config())
			assert.Equal(t, m.Schema(), back.Schema())
			want, err := m.Predict(works(t))
			require.NoError(t, err)
			got, err := back.Predict(works(t))
			require.NoError(t, err)
			assert.Equal(t, want, got)
			before, err := m.Evaluate(works(t))
			require.NoError(t, err)
			after, err := back.Evaluate(works(t))
			require.NoError(t, err)
			assert.Equal(t, before, after, "the linear model was kept too")
			require.NotNil(t, after.Linear)
			back.Step(batchOf(t, back, works(t)))

			file := written(t, m)
			again, err := loaded(file)
			require.NoError(t, err)
			assert.Equal(t, file, written(t, again))
			assert.Equal(t, file, written(t, m, models.ForInference()), "all there is predicts")
		})
	}
}

// What New was given can be given again.
func TestTabularConfigIsItsOwn(t *testing.T) {
	a := samples(t)["prices"]
	b := tabularOf(t, works(t), a.Config())
	assert.Equal(t, a.Config(), b.Config())
	assert.Equal(t, a.Schema(), b.Schema())
}

func TestLoadRefusesDamagedTabulars(t *testing.T) {
	all := samples(t)
	prices, classes := written(t, all["prices"]), written(t, all["classes"])
	for name, c := range map[string]struct {
		file     []byte
		old, new string
		want     string
	}{
		"no target":             {prices, `"target":"price"`, `"target":""`, "target: name the column"},
		"another target":        {prices, `"target":"price"`, `"target":"height"`, `schema: its target is another: "price"`},
		"no logarithm":          {prices, `"log":true`, `"log":false`, "schema: its target is another"},
		"sizes":                 {prices, `"sizes":null`, `"sizes":[1,1]`, "they follow from the table"},
		"unknown field":         {prices, `"season"`, `"reason"`, `unknown field "reason"`},
		"kind of target":        {prices, `"kind":"number"`, `"kind":"date"`, `target: kind "date" cannot be predicted`},
		"kind of column":        {prices, `"name":"height","kind":"number"`, `"name":"height","kind":"picture"`, `column "height": unknown kind "picture"`},
		"number as category":    {prices, `"name":"height","kind":"number"`, `"name":"height","kind":"category"`, `a category has no deviation`},
		"category as number":    {prices, `"name":"medium","kind":"category"`, `"name":"medium","kind":"number"`, `only a category has levels`},
		"column twice":          {prices, `"name":"medium"`, `"name":"height"`, `column 1 has no name, or one that another has: "height"`},
		"column of the target":  {prices, `"name":"medium"`, `"name":"price"`, `has no name, or one that another has`},
		"no name":               {prices, `"name":"medium"`, `"name":""`, `has no name`},
		"deviation":             {prices, `"deviation":`, `"deviation":-`, "a number has a deviation above 0"},
		"negative deviation":    {prices, `"name":"height","kind":"number","mean":20,"deviation":`, `"name":"height","kind":"number","mean":20,"deviation":-`, "deviation: -6"},
		"infinite":              {prices, `"mean":20`, `"mean":2e999`, "cannot unmarshal"},
		"no season":             {prices, `"season":[`, `"season":[0,`, "a season is the sine and the cosine"},
		"level twice":           {prices, `["oil","print"]`, `["oil","oil"]`, `levels are not in ascending order`},
		"level more":            {prices, `["oil","print"]`, `["oil","print","zinc"]`, `3 levels have 2 shares`},
		"share":                 {prices, `"missing":0.16`, `"missing":1.16`, `share 1.16`},
		"one column less":       {prices, `"levels":["no","yes"]`, `"levels":["no"]`, `1 levels have 2 shares`},
		"weights of the linear": {prices, `"weights":[`, `"weights":[1,`, `linear: expected 11 weights, got 12`},
		"other linear":          {prices, `"ridge"`, `"softmax"`, `cannot unmarshal number`},
		"one class":             {classes, `["oil","pastel","print"]`, `["oil"]`, `a category has 2 to 1000 classes`},
		"a class less":          {classes, `["oil","pastel","print"]`, `["oil","pastel"]`, `2 levels have 3 shares`},
		"weights of classes":    {classes, `"bias":[`, `"bias":[1,`, `linear: expected 3 classes of 9 weights, got 4 and 27 numbers`},
		"hidden":                {classes, `"hidden":[3,2]`, `"hidden":[4,2]`, `tensor "0.weight": expected shape [4 9], got [3 9]`},
		"huge":                  {classes, `"hidden":[3,2]`, `"hidden":[10000000,3]`, `expected shape [10000000 9], got [3 9]`},
	} {
		t.Run(name, func(t *testing.T) {
			file := rewritten(t, c.file, func(m map[string]string) {
				require.Contains(t, m["config"], c.old)
				m["config"] = strings.Replace(m["config"], c.old, c.new, 1)
			})
			m, err := loaded(file)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}
}

// Ten steps, a checkpoint and ten more give the bits of twenty steps.
func TestResumedTabularsGoOn(t *testing.T) {
	for kind, m := range samples(t) {
		again, err := loaded(written(t, m, models.WithTraining()))
		require.NoError(t, err)
		for _, m := range []*Model{m, again.(*Model)} {
			rows, err := m.Rows(works(t))
			require.NoError(t, err)
			for i := range 10 {
				m.Step(rows.Batch([]int{i % 6, (i + 2) % 6}))
			}
		}
		assert.Equal(t, written(t, m, models.WithTraining()), written(t, again, models.WithTraining()), kind)
	}
}

func TestLoadNamesTheOtherKind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "prices")
	require.NoError(t, models.Save(path, samples(t)["prices"]))
	_, err := models.LoadAs[*models.MLP](path)
	assert.ErrorContains(t, err, "prices: holds a model of kind Tabular, not MLP")
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{1, 1}})
	require.NoError(t, err)
	require.NoError(t, models.Save(path, net))
	_, err = models.LoadAs[*Model](path)
	assert.ErrorContains(t, err, "prices: holds a model of kind MLP, not Tabular")
}

func TestHalfPrecisionPredictsNearlyTheSame(t *testing.T) {
	m := samples(t)["prices"]
	want, err := m.Predict(works(t))
	require.NoError(t, err)
	for _, option := range []models.SaveOption{models.Float16(), models.BFloat16()} {
		half, err := loaded(written(t, m, option))
		require.NoError(t, err)
		got, err := half.(*Model).Predict(works(t))
		require.NoError(t, err)
		for i := range want {
			assert.InEpsilon(t, want[i].Value, got[i].Value, 0.02)
		}
	}
}
