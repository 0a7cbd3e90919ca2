package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/org/artnn/internal/regular"
)

// npmLevels is how many folders up a package.json is looked for: packages have networks
// in models/x2.
const npmLevels = 3

// maxPackage bounds a package.json, in bytes.
const maxPackage = 1 << 20

// npmFacts are source and licence of the npm package that a path lies in; none if it
// lies in none.
//
// Errors: a package.json that cannot be read.
func npmFacts(path string) (map[string]string, error) {
	facts := map[string]string{}
	dir, err := filepath.Abs(path)
	if err != nil {
		return facts, err
	}
	for range npmLevels + 1 {
		f, err := regular.Open(filepath.Join(dir, "package.json"))
		switch {
		case err == nil:
			defer f.Close()
			return facts, readFacts(f, facts)
		case !errors.Is(err, fs.ErrNotExist) && !notFolder(dir):
			return facts, err
		}
		dir = filepath.Dir(dir)
	}
	return facts, nil
}

// notFolder reports whether a path, such as that of model.json, is no folder.
func notFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// readFacts takes name, version and licence from a package.json.
func readFacts(f *os.File, facts map[string]string) error {
	text, err := io.ReadAll(io.LimitReader(f, maxPackage))
	if err != nil {
		return err
	}
	var p struct {
		Name, Version string
		License       any // of old, an object
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("%s: %w: name the network's origin with --source and --licence in another folder", f.Name(), err)
	}
	if p.Name != "" {
		facts["source"] = "npm " + p.Name + " " + p.Version
	}
	if licence, ok := p.License.(string); ok {
		facts["licence"] = licence
	}
	return nil
}
