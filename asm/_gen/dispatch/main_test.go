package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/org/artnn/asm/_gen/table"
)

// TestCommittedFiles fails if package asm does not hold what this program
// prints, or claims that it printed another file.
func TestCommittedFiles(t *testing.T) {
	printed := files()
	const home = "../.."
	committed, _ := filepath.Glob(filepath.Join(home, "*.go"))
	for _, path := range committed {
		name := filepath.Base(path)
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, ok := printed[name]
		if claims := bytes.HasPrefix(got, []byte(header)); claims && !ok {
			t.Errorf("%s is printed by no program", name)
		} else if ok && !bytes.Equal(got, want) {
			t.Errorf("%s is not what this program prints; run generate.sh", name)
		}
		delete(printed, name)
	}
	for name := range printed {
		t.Errorf("%s is missing; run generate.sh", name)
	}
}

// TestRowsAreUnique keeps a second row of a function from being overlooked.
func TestRowsAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, family := range table.Families() {
		for _, f := range family.Funcs {
			if other, ok := seen[f.Name]; ok {
				t.Errorf("%s stands in %s and in %s", f.Name, other, family.Name)
			}
			seen[f.Name] = family.Name
		}
	}
}
