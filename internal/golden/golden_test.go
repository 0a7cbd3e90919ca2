package golden

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
)

// recorder is a testing.TB that notes failures instead of failing.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Errorf(f string, a ...any) { r.errors = append(r.errors, fmt.Sprintf(f, a...)) }
func (r *recorder) Fatalf(f string, a ...any) { r.Errorf(f, a...); panic(r) }

// fatal returns what f failed with.
func fatal(t *testing.T, f func(t testing.TB)) (message string) {
	t.Helper()
	r := &recorder{TB: t}
	defer func() {
		require.Same(t, r, recover())
		message = r.errors[0]
	}()
	f(r)
	return ""
}

func TestClose(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		got, want []float64
		fails     string
	}{
		{nil, nil, ""},
		{[]float64{1, 1000.009}, []float64{1, 1000}, ""},
		{[]float64{1.009, 1000}, []float64{1, 1000}, ""}, // small elements are judged by the largest
		{[]float64{1, 1000.02}, []float64{1, 1000}, "1 of 2 elements are off by more than 1.0e-05 of the largest, 1000; worst is element 1: got 1000.02, want 1000, off by 2.00e-05 of the largest"},
		{[]float64{1.02, 1000}, []float64{1, 1000}, "element 0: got 1.02, want 1"},
		{[]float64{1e-6}, []float64{0}, ""},
		{[]float64{1e-4}, []float64{0}, "element 0"},
		{[]float64{-1}, []float64{1}, "element 0"},
		{[]float64{1, nan}, []float64{1, 2}, "element 1: got NaN, want 2"},
		{[]float64{1, 2}, []float64{1, nan}, "element 1: got 2, want NaN"},
		{[]float64{nan, inf, 1}, []float64{nan, inf, 1}, ""},
		{[]float64{inf, 1}, []float64{-inf, 1}, "element 0: got +Inf, want -Inf"},
		{[]float64{1e30, 1}, []float64{inf, 1}, "element 0: got 1e+30, want +Inf"},
		{[]float64{inf, 1}, []float64{inf, 2}, "element 1"},
		{[]float64{1}, []float64{1, 2}, "expected 2 elements, got 1"},
	} {
		r := &recorder{TB: t}
		Close(r, "x", c.got, c.want, 1e-5)
		if c.fails == "" {
			require.Empty(t, r.errors, "%v %v", c.got, c.want)
			continue
		}
		require.Len(t, r.errors, 1, "%v %v", c.got, c.want)
		require.Contains(t, r.errors[0], c.fails)
		require.Contains(t, r.errors[0], "x: ")
	}
}

func TestCase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, safetensors.Write(file, []safetensors.Tensor{
		{Name: "one/in.x", Shape: []int{2, 2}, Values: []float32{1, 2, 3, 4}},
		{Name: "one/in.ids", Shape: []int{2}, Values: []int32{-100, 7}},
		{Name: "one/out.y", Shape: []int{1}, Values: []float64{0.1}},
		{Name: "one/after10.w", Shape: []int{1}, Values: []float64{0.2}},
		{Name: "two/param.w", Shape: []int{1}, Values: []float64{0.2}},
	}, map[string]string{"one/lr": "0.1", "one/betas": "0.5,0.999", "one/sizes": "3,2,1", "one/n": "4", "one/bias": "true", "two/lr": "x"}))
	require.NoError(t, file.Close())

	f := Load(t, path)
	require.Equal(t, []string{"one", "two"}, f.Cases())
	c := f.Case(t, "one")
	require.Equal(t, Array{[]int{2, 2}, []float64{1, 2, 3, 4}}, c.Array("in.x"))
	require.Equal(t, Array{[]int{2}, []float64{3, 4}}, c.Array("in.x").At(1))
	require.Equal(t, []int32{-100, 7}, c.Array("in.ids").Int32s())
	require.Equal(t, []string{"ids", "x"}, c.Names("in."))
	require.True(t, c.Has("out.y"))
	require.False(t, c.Has("out.z"))
	require.Equal(t, 0.1, c.Float("lr"))
	require.Equal(t, []float64{0.5, 0.999}, c.Floats("betas"))
	require.Equal(t, []int{3, 2, 1}, c.Ints("sizes"))
	require.Equal(t, 4, c.Int("n"))
	require.True(t, c.Bool("bias"))
	require.Len(t, c.Notes(), 5)
	require.Equal(t, []string{"after10.w", "out.y"}, c.Unused())
	c.Close("out.y", []float64{0.1}, 0)
	require.Equal(t, []string{"after10.w"}, c.Unused())

	r := &recorder{TB: t}
	f.Case(r, "one").Close("out.y", []float64{0.3}, 1e-5)
	require.Len(t, r.errors, 1)
	require.Contains(t, r.errors[0], "one/out.y: 1 of 1 elements")
	require.Contains(t, fatal(t, func(t testing.TB) { f.Case(t, "three") }), `no case "three" among [one two]`)
	require.Contains(t, fatal(t, func(t testing.TB) { f.Case(t, "one").Array("out.z") }), `case one has no array "out.z"; it has [after10.w in.ids in.x out.y]`)
	require.Contains(t, fatal(t, func(t testing.TB) { f.Case(t, "one").Note("gamma") }), `case one has no note "gamma"`)
	require.Contains(t, fatal(t, func(t testing.TB) { f.Case(t, "two").Float("lr") }), `case two: note "lr"`)
	require.Contains(t, fatal(t, func(t testing.TB) { Load(t, path+".none") }), path+".none")
}

func TestRunVisitsEveryCase(t *testing.T) {
	f := Load(t, "../../layers/testdata/linear.safetensors")
	var seen []string
	f.Run(t, func(t *testing.T, c *Case) {
		seen = append(seen, c.Name)
		x, w := c.Array("in.x"), c.Array("param.weight")
		in, out := c.Int("in_features"), c.Int("out_features")
		var y []float64
		for row := 0; row < len(x.Data); row += in {
			for j := range out {
				sum := 0.0
				if c.Bool("bias") {
					sum = c.Array("param.bias").Data[j]
				}
				for k := range in {
					sum += x.Data[row+k] * w.Data[j*in+k]
				}
				y = append(y, sum)
			}
		}
		c.Close("out.y", y, 1e-14)
		for _, rest := range c.Unused() {
			require.True(t, strings.HasPrefix(rest, "grad."), rest)
			require.NotEmpty(t, c.Array(rest).Data)
		}
	})
	require.Equal(t, f.Cases(), seen)
}

// Every file of CASES.md loads, holds only finite numbers and the cases listed;
// together they stay small.
func TestCommittedFiles(t *testing.T) {
	listing, err := os.ReadFile("CASES.md")
	require.NoError(t, err)
	total, files := int64(0), 0
	for section := range strings.SplitSeq(string(listing), "\n## ") {
		name, text, _ := strings.Cut(section, "\n")
		name = strings.TrimSpace(name) // a checkout may have turned line ends into CRLF
		path := filepath.Join("../..", filepath.FromSlash(name))
		if !strings.HasSuffix(path, ".safetensors") || strings.HasPrefix(name, "internal/") ||
			strings.HasPrefix(name, "format/") { // those hold infinities too
			continue
		}
		file, err := safetensors.Open(path)
		require.NoError(t, err)
		require.NoError(t, file.NonFinite(), path)
		require.NoError(t, file.Close())
		f := Load(t, path)
		for _, name := range f.Cases() {
			require.NotEmpty(t, f.cases[name].arrays, "%s: case %s", path, name)
			require.Contains(t, text, "`"+name+"`", path)
		}
		stat, err := os.Stat(path)
		require.NoError(t, err)
		total += stat.Size()
		files++
	}
	require.GreaterOrEqual(t, files, 20)
	require.Less(t, total, int64(2220<<10))
}
