package asm

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Path names a set of kernels that this package can run.
type Path string

// The paths. Generic is there on every machine and in every build.
const (
	Generic Path = "generic"
	AVX2    Path = "avx2"   // amd64 with AVX2 and FMA
	AVX512  Path = "avx512" // amd64 with AVX2, FMA and AVX-512F
	NEON    Path = "neon"   // arm64
)

// The environment variables that this package reads when a program starts.
const (
	EnvPath    = "ARTNN_CPU"     // the path to run: generic, avx2, avx512 or neon
	EnvRequire = "ARTNN_REQUIRE" // the path that tests must have run
)

var (
	selected Path
	envErr   error
)

func init() {
	paths := Paths()
	var p Path
	p, envErr = choose(os.Getenv(EnvPath), paths)
	setPath(p)
}

// choose gives the path that the environment asks for, or the best one there is.
func choose(want string, paths []Path) (Path, error) {
	best := paths[len(paths)-1]
	if want == "" {
		return best, nil
	}
	if p := Path(want); slices.Contains(paths, p) {
		return p, nil
	}
	return best, fmt.Errorf("%s=%s: this build on this machine has %s; using %s",
		EnvPath, want, join(paths), best)
}

func join(paths []Path) string {
	s := make([]string, len(paths))
	for i, p := range paths {
		s[i] = string(p)
	}
	return strings.Join(s, ", ")
}

// Paths lists what this build can run on this machine, slowest first.
func Paths() []Path { return append([]Path{Generic}, machinePaths()...) }

// Selected is the path that kernels run now.
func Selected() Path { return selected }

// Use makes every kernel run path p until restore is called. It is for tests
// and benchmarks: no kernel may be running in another goroutine meanwhile.
//
// Panics if p is not one of [Paths].
func Use(p Path) (restore func()) {
	if !slices.Contains(Paths(), p) {
		panic(fmt.Sprintf("asm: use: path %q, have %s", p, join(Paths())))
	}
	old := selected
	setPath(p)
	return func() { setPath(old) }
}

// setPath sets the bools that dispatch reads.
func setPath(p Path) {
	selected = p
	enable(p)
}

// EnvError says what was wrong with ARTNN_CPU and which path runs instead; it
// is nil if the variable was empty or obeyed.
func EnvError() error { return envErr }

// Required returns an error if ARTNN_REQUIRE names another path than the one
// selected. Tests call it so that a run meant for one path cannot pass on
// another unnoticed.
func Required() error { return required(os.Getenv(EnvRequire)) }

func required(want string) error {
	if want == "" || Path(want) == selected {
		return nil
	}
	return fmt.Errorf("%s=%s: the path selected is %s (this build on this machine has %s)",
		EnvRequire, want, selected, join(Paths()))
}
