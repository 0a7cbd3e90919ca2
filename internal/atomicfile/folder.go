package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Check finds out whether [Write] could write a file, before the work whose
// result it is to hold. It leaves nothing behind.
//
// Errors: those that Write would return before it calls write.
func Check(path string) error {
	target, info, err := look(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if info != nil && !info.Mode().IsRegular() {
		return nil
	}
	_, dir, err := missing(filepath.Dir(target))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := createTemp(filepath.Join(dir, filepath.Base(target)))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f.Close()
	os.Remove(f.Name())
	return nil
}

// makeFolders makes a folder and those that lead to it. undo removes the ones
// that it has made, as far as they are empty.
func makeFolders(dir string) (undo func(), err error) {
	absent, _, err := missing(dir)
	if err != nil {
		return nil, err
	}
	undo = func() {
		for _, d := range absent {
			os.Remove(d)
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}

// missing lists the folders that there are not on the way to one, the innermost
// first, and names the innermost that there is.
//
// Errors: something on the way is no folder.
func missing(dir string) (absent []string, present string, err error) {
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return nil, "", fmt.Errorf("%s is not a folder", dir)
		case err == nil:
			return absent, dir, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, "", err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil, "", err
		}
		absent, dir = append(absent, dir), up
	}
}
