package tabular

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
)

func TestLoadedTabularsDoTheSame(t *testing.T) {
	for _, kind := range []string{"prices", "classes"} {
		t.Run(kind, func(t *testing.T) {
			m := samples(t, nil)[kind].(*Model)
			path := filepath.Join(t.TempDir(), "model")
			require.NoError(t, m.Save(path))
			back, err := LoadTabular(path)
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
			again, err := ReadTabular(bytes.NewReader(file), int64(len(file)))
			require.NoError(t, err)
			assert.Equal(t, file, written(t, again))
		})
	}
}

// What New was given can be given again.
func TestTabularConfigIsItsOwn(t *testing.T) {
	a := samples(t, nil)["prices"].(*Model)
	b := tabularOf(t, works(t), a.Config())
	assert.Equal(t, a.Config(), b.Config())
	assert.Equal(t, a.Schema(), b.Schema())
}

func TestLoadRefusesDamagedTabulars(t *testing.T) {
	all := samples(t, nil)
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
			file := rewritten(t, c.file, func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
				require.Contains(t, m[configKey], c.old)
				m[configKey] = strings.Replace(m[configKey], c.old, c.new, 1)
				return l
			})
			m, err := readBytes(file)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}
}
