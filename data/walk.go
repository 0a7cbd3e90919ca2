package data

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/org/artnn/internal/regular"
)

// Skipped is a file that was passed over, and why.
type Skipped struct {
	Path string // within the folder, with slashes
	Err  error
}

// found is what walk saw.
type found struct {
	files   []string  // with one of the extensions, sorted
	skipped []Skipped // what could not even be tried
	ignored int       // files with other extensions
}

// maxDepth stops a file system that is made up as it is read.
const maxDepth = 100

// walk lists the files of fsys with one of the extensions, in any case.
//
// Names that begin with a dot are passed over (they are other programs' notes,
// such as macOS's ._ files). Links to files are followed, links to folders are
// not: they may lead round in circles or out of the folder.
func walk(ctx context.Context, fsys fs.FS, extensions []string) (found, error) {
	var w found
	rooted := false
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if name == "." {
				return err
			}
			w.skipped = append(w.skipped, Skipped{name, err})
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if name == "." {
			if rooted { // a file system that lists itself as its own child
				return fs.SkipDir
			}
			rooted = true
			return nil
		}
		if strings.Count(name, "/") > maxDepth {
			w.skipped = append(w.skipped, Skipped{name, errors.New("nested too deeply")})
			return fs.SkipDir
		}
		if strings.HasPrefix(entry.Name(), ".") {
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := fs.Stat(fsys, name) // of a link's target
		switch {
		case err == nil && info.IsDir():
			w.skipped = append(w.skipped, Skipped{name, errors.New("a link to a folder, which is not followed; load its target by itself")})
		case !slices.Contains(extensions, strings.ToLower(path.Ext(name))):
			w.ignored++
		case err != nil:
			w.skipped = append(w.skipped, Skipped{name, err})
		case regular.Check(info.Mode()) != nil: // to open a pipe could wait for ever
			w.skipped = append(w.skipped, Skipped{name, regular.Check(info.Mode())})
		default:
			w.files = append(w.files, name)
		}
		return nil
	})
	slices.Sort(w.files)
	return w, err
}
