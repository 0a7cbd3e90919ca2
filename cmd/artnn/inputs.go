package main

import (
	"cmp"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/internal/imagefile"
	"github.com/org/artnn/recipe"
)

// inputTag marks a flag or an argument that names what a command reads, by the kind of
// it: one of inputs.
const inputTag = "input"

// emptyTag says what to give for one, if that is not only a name.
const emptyTag = "empty"

// inputs tell what a file to write is, of those that are read by a name: "" if none.
var inputs = map[string]func(to target, name string) string{
	"data": func(to target, name string) string {
		switch {
		case to.is(name):
			return "what is read"
		case to.isIn(name):
			return "one of the files that are read"
		}
		return ""
	},
	"model": func(to target, name string) string {
		if file, err := recipe.ModelFile(name); err == nil && to.is(file) {
			return "the model"
		}
		return ""
	},
}

// emptyNames returns an error if the name of what to read was given and is empty: most
// likely it is that of a variable in a script, and the default is not what was meant.
func emptyNames(k *kong.Context) error {
	for _, p := range k.Path {
		v, name := p.Positional, ""
		if p.Flag != nil {
			v, name = p.Flag.Value, settings.Dashed(p.Flag.Name)
		} else if v != nil {
			name = v.Summary()
		}
		if v == nil || v.Tag.Get(inputTag) == "" {
			continue
		}
		if given, ok := v.Target.Interface().(string); ok && given == "" {
			return usagef("%s is empty: give %s", name, cmp.Or(v.Tag.Get(emptyTag), "the name of what to read"))
		}
	}
	return nil
}

// overwrites returns an error if a file to write is one that the command reads: the
// same path, a link to it, what standard input is taken from, or a picture in a folder
// of them. written is how the error names it.
func overwrites(k *kong.Context, path, written string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil // writing will tell
	}
	to := target{path, info}
	values := slices.Clone(k.Selected().Positional)
	for _, f := range k.Flags() {
		values = append(values, f.Value)
	}
	for _, v := range values {
		kind := v.Tag.Get(inputTag)
		if kind == "" {
			continue
		}
		for _, name := range namesIn(v.Target) {
			if what := inputs[kind](to, name); what != "" {
				return usagef("%s is %s, and would be lost: name another file", written, what)
			}
		}
	}
	return nil
}

// namesIn are the names that a flag or an argument has been given.
func namesIn(v reflect.Value) []string {
	switch given := v.Interface().(type) {
	case []string:
		return given
	case string:
		if given != "" {
			return []string{given}
		}
	}
	return nil
}

// target is a file that is there and is to be written.
type target struct {
	path string
	info os.FileInfo
}

// is tells whether it is the file of a name; - is standard input.
func (t target) is(name string) bool {
	if name == "-" {
		info, err := os.Stdin.Stat()
		return err == nil && os.SameFile(t.info, info)
	}
	info, err := os.Stat(name)
	return err == nil && os.SameFile(t.info, info)
}

// readInFolders are the endings of files that are read if their folder is named.
var readInFolders = append([]string{".json", ".bin", ".txt", ".md"}, imagefile.Extensions...)

// isIn tells whether it is a file that is read with the folder of a name.
func (t target) isIn(folder string) bool {
	return isFolder(folder) && isWithin(t.path, folder) && slices.Contains(readInFolders, strings.ToLower(filepath.Ext(t.path)))
}

// isFolder tells whether there is a folder of a name.
func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// isWithin tells whether a path leads to a folder or into it.
func isWithin(path, folder string) bool {
	inside, err := filepath.Rel(resolved(folder), resolved(path))
	return err == nil && filepath.IsLocal(inside)
}

// resolved is a path from the root, without links as far as it is there.
func resolved(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(resolved(parent), filepath.Base(path))
	}
	return path
}
