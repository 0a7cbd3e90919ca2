// Package golden loads results computed by PyTorch and compares ours with them.
//
// The files are written by make.py; README.md says what is in them and CASES.md
// lists it.
package golden

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/org/artnn/format/safetensors"
)

// Array is one named array of a case.
type Array struct {
	Shape []int
	Data  []float64
}

// Int32s is the array as class indices or token ids.
func (a Array) Int32s() []int32 {
	ids := make([]int32, len(a.Data))
	for i, v := range a.Data {
		ids[i] = int32(v)
	}
	return ids
}

// At is the sub-array a[i] along the first axis. It shares a's data.
func (a Array) At(i int) Array {
	n := len(a.Data) / a.Shape[0]
	return Array{a.Shape[1:], a.Data[i*n : (i+1)*n]}
}

// File is a loaded golden file.
type File struct {
	name  string
	cases map[string]*Case
}

// Case is one case of a file: its arrays and its hyperparameters.
type Case struct {
	Name   string
	t      testing.TB
	arrays map[string]Array
	notes  map[string]string
	used   map[string]bool
}

// Load reads a golden file, or fails the test.
func Load(t testing.TB, path string) *File {
	t.Helper()
	file, err := safetensors.Open(path)
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	defer file.Close()
	f := &File{name: path, cases: map[string]*Case{}}
	for _, full := range file.Names() {
		info, err := file.Info(full)
		if err != nil {
			t.Fatalf("golden: %v", err)
		}
		data, err := file.Float64s(full)
		if err != nil {
			t.Fatalf("golden: %s: %v", path, err)
		}
		c, name := f.split(t, full)
		c.arrays[name] = Array{info.Shape, data}
	}
	for full, value := range file.Metadata() {
		c, name := f.split(t, full)
		c.notes[name] = value
	}
	return f
}

// split finds the case of "case/name", new or not.
func (f *File) split(t testing.TB, full string) (*Case, string) {
	t.Helper()
	name, rest, ok := strings.Cut(full, "/")
	if !ok {
		t.Fatalf("golden: %s: %q belongs to no case", f.name, full)
	}
	c := f.cases[name]
	if c == nil {
		c = &Case{Name: name, arrays: map[string]Array{}, notes: map[string]string{}}
		f.cases[name] = c
	}
	return c, rest
}

// Cases lists the cases in alphabetical order.
func (f *File) Cases() []string {
	names := make([]string, 0, len(f.cases))
	for name := range f.cases {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Case is one case, whose failures go to t.
func (f *File) Case(t testing.TB, name string) *Case {
	t.Helper()
	c := f.cases[name]
	if c == nil {
		t.Fatalf("golden: %s: no case %q among %v", f.name, name, f.Cases())
	}
	own := *c
	own.t, own.used = t, map[string]bool{}
	return &own
}

// Run runs test on every case as a subtest, and fails it if it leaves a result
// uncompared: every out., grad., after and state array must have been asked for.
func (f *File) Run(t *testing.T, test func(t *testing.T, c *Case)) {
	for _, name := range f.Cases() {
		t.Run(name, func(t *testing.T) {
			c := f.Case(t, name)
			test(t, c)
			for _, rest := range c.Unused() {
				t.Errorf("golden: %s of case %s was never compared", rest, name)
			}
		})
	}
}

// Unused lists the results that were not asked for yet.
func (c *Case) Unused() []string {
	var list []string
	for _, name := range c.Names("") {
		kind, _, _ := strings.Cut(name, ".")
		kind = strings.TrimRight(kind, "0123456789")
		if slices.Contains([]string{"out", "grad", "after", "after_state", "state"}, kind) && !c.used[name] {
			list = append(list, name)
		}
	}
	return list
}

// Has reports whether the case holds an array.
func (c *Case) Has(name string) bool {
	_, ok := c.arrays[name]
	return ok
}

// Array returns an array of the case, or fails the test.
func (c *Case) Array(name string) Array {
	c.t.Helper()
	a, ok := c.arrays[name]
	if !ok {
		c.t.Fatalf("golden: case %s has no array %q; it has %v", c.Name, name, c.Names(""))
	}
	c.used[name] = true
	return a
}

// Names lists the arrays that begin with prefix, without it, in alphabetical
// order: Names("param.") is the names of the parameters.
func (c *Case) Names(prefix string) []string {
	var names []string
	for name := range c.arrays {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			names = append(names, rest)
		}
	}
	slices.Sort(names)
	return names
}

// Note returns a hyperparameter, or fails the test.
func (c *Case) Note(key string) string {
	c.t.Helper()
	s, ok := c.notes[key]
	if !ok {
		c.t.Fatalf("golden: case %s has no note %q; it has %v", c.Name, key, c.notes)
	}
	return s
}

// Notes is every hyperparameter. The caller must not change it.
func (c *Case) Notes() map[string]string { return c.notes }

// List is a hyperparameter of several values.
func (c *Case) List(key string) []string {
	c.t.Helper()
	return strings.Split(c.Note(key), ",")
}

// Float is a numeric hyperparameter.
func (c *Case) Float(key string) float64 {
	c.t.Helper()
	return parse(c, key, c.Note(key), func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
}

// Floats is a hyperparameter of several numbers, such as betas.
func (c *Case) Floats(key string) []float64 {
	c.t.Helper()
	var list []float64
	for _, s := range c.List(key) {
		list = append(list, parse(c, key, s, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }))
	}
	return list
}

// Int is a whole-number hyperparameter.
func (c *Case) Int(key string) int {
	c.t.Helper()
	return parse(c, key, c.Note(key), strconv.Atoi)
}

// Ints is a hyperparameter of several whole numbers, such as layer sizes.
func (c *Case) Ints(key string) []int {
	c.t.Helper()
	var list []int
	for _, s := range c.List(key) {
		list = append(list, parse(c, key, s, strconv.Atoi))
	}
	return list
}

// Bool is a yes-or-no hyperparameter.
func (c *Case) Bool(key string) bool {
	c.t.Helper()
	return parse(c, key, c.Note(key), strconv.ParseBool)
}

func parse[T any](c *Case, key, s string, f func(string) (T, error)) T {
	c.t.Helper()
	v, err := f(s)
	if err != nil {
		c.t.Fatalf("golden: case %s: note %q: %v", c.Name, key, err)
	}
	return v
}

// Close compares got with an array of the case; see the function Close.
func (c *Case) Close(name string, got []float64, tol float64) {
	c.t.Helper()
	Close(c.t, c.Name+"/"+name, got, c.Array(name).Data, tol)
}

// Close fails the test unless max|got−want| ≤ tol·max|want|. Where want is all
// zeros, or empty, tol itself is the bound. NaN and infinities must match
// exactly.
func Close(t testing.TB, name string, got, want []float64, tol float64) {
	t.Helper()
	if message := compare(got, want, tol); message != "" {
		t.Errorf("%s: %s", name, message)
	}
}

// compare says how got differs from want, or nothing.
func compare(got, want []float64, tol float64) string {
	if len(got) != len(want) {
		return fmt.Sprintf("expected %d elements, got %d", len(want), len(got))
	}
	scale := 0.0
	for _, w := range want {
		if !math.IsInf(w, 0) { // NaN never wins
			scale = max(scale, nanToZero(math.Abs(w)))
		}
	}
	if scale == 0 {
		scale = 1
	}
	worst, at, bad := 0.0, 0, 0
	for i, w := range want {
		d := math.Abs(got[i]-w) / scale
		switch {
		case got[i] == w, math.IsNaN(got[i]) && math.IsNaN(w):
			d = 0
		case math.IsNaN(d):
			d = math.Inf(1)
		}
		if d > tol {
			bad++
		}
		if d > worst {
			worst, at = d, i
		}
	}
	if bad == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d elements are off by more than %.1e of the largest, %.4g; worst is element %d: got %v, want %v, off by %.2e of the largest",
		bad, len(want), tol, scale, at, got[at], want[at], worst)
}

func nanToZero(x float64) float64 {
	if x != x {
		return 0
	}
	return x
}
