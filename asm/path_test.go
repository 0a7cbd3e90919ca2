package asm

import (
	"slices"
	"strings"
	"testing"
)

// eachPath runs f as one subtest for each path of this machine.
func eachPath(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for _, p := range Paths() {
		t.Run(string(p), func(t *testing.T) {
			defer Use(p)()
			f(t)
		})
	}
}

// onGeneric runs f on the generic path.
func onGeneric(f func()) {
	defer Use(Generic)()
	f()
}

// TestRequiredPath fails a run that was meant for another path.
func TestRequiredPath(t *testing.T) {
	if err := Required(); err != nil {
		t.Fatal(err)
	}
	if err := EnvError(); err != nil {
		t.Fatal(err)
	}
}

func TestChoose(t *testing.T) {
	have := []Path{Generic, AVX2}
	for _, c := range []struct {
		want string
		path Path
		bad  bool
	}{
		{"", AVX2, false},
		{"generic", Generic, false},
		{"avx2", AVX2, false},
		{"neon", AVX2, true},
		{"AVX2", AVX2, true},
		{"fast", AVX2, true},
	} {
		p, err := choose(c.want, have)
		if p != c.path || (err != nil) != c.bad {
			t.Errorf("choose(%q) = %s, %v", c.want, p, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "using avx2")) {
			t.Errorf("choose(%q): %v names neither the value nor the path in use", c.want, err)
		}
	}
}

func TestRequiredNamesBothPaths(t *testing.T) {
	defer Use(Generic)()
	if err := required("generic"); err != nil {
		t.Error(err)
	}
	if err := required(""); err != nil {
		t.Error(err)
	}
	err := required("avx512")
	if err == nil || !strings.Contains(err.Error(), "avx512") || !strings.Contains(err.Error(), "selected is generic") {
		t.Errorf("got %v", err)
	}
}

func TestUse(t *testing.T) {
	before := Selected()
	for _, p := range Paths() {
		restore := Use(p)
		if Selected() != p {
			t.Errorf("selected %s, want %s", Selected(), p)
		}
		restore()
		if Selected() != before {
			t.Errorf("restored %s, want %s", Selected(), before)
		}
	}
	if Paths()[0] != Generic || !slices.Contains(Paths(), before) {
		t.Errorf("paths %v, selected %s", Paths(), before)
	}
	mustPanic(t, `path "mmx"`, func() { Use("mmx") })
}

// mustPanic requires a panic whose text contains want.
func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if s, _ := recover().(string); !strings.Contains(s, want) {
			t.Errorf("panic %q, want one with %q", s, want)
		}
	}()
	f()
}
