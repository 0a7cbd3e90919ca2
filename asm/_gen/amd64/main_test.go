package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestCommittedFiles fails if package asm does not hold what this program
// prints, or holds a file that it does not.
func TestCommittedFiles(t *testing.T) {
	dir := t.TempDir()
	for _, f := range families {
		if err := f.write(dir); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
	}
	const home = "../.."
	printed, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range printed {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(home, filepath.Base(path)))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what this program prints; run generate.sh", filepath.Base(path))
		}
	}
	committed, _ := filepath.Glob(filepath.Join(home, "*_avx*_amd64.*"))
	if len(committed) != len(printed) {
		t.Errorf("%d files are committed, %d are printed", len(committed), len(printed))
	}
}

// TestRegistersRunOut checks that a kernel with too many live vectors is
// refused and not given registers of AVX-512.
func TestRegistersRunOut(t *testing.T) {
	crowd := family{"crowd", func(g *gen) {
		g.kernel("crowdAVX2", "func(x *float32)", "holds 17 vectors at once.")
		var v []vec
		for range 17 {
			v = append(v, g.zero())
		}
		for _, x := range v[1:] {
			g.VADDPS(x, v[0], v[0])
		}
		g.end()
	}, avx2}
	if crowd.write(t.TempDir()) == nil {
		t.Error("17 vectors fitted into 16 registers")
	}
}
