package settings

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// Contradictions returns an error if the command line gives another value than
// the file to a setting that a run cannot change on its way. Settings with the
// tag conf:"free" may change.
func (f *File) Contradictions(ctx *kong.Context) error {
	var differ []string
	for _, flag := range Explicit(ctx) {
		if flag.Tag.Get(tag) == "free" {
			continue
		}
		given := Text(reflect.ValueOf(ctx.FlagValue(flag)))
		saved, ok := f.values[flag.Name]
		if !ok {
			saved = Text(flag.Target) // the default: files leave nothing out unless edited
		}
		if given != saved {
			differ = append(differ, fmt.Sprintf("--%s is %s there, %s here", flag.Name, orNone(saved), orNone(given)))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("--resume continues a run with its own configuration, but in %s %s: leave the flag out, or start a new run in another folder",
		f.Path, strings.Join(differ, "; "))
}

func orNone(s string) string {
	if s == "" {
		return "not set"
	}
	return s
}

// Drop forgets settings, so that they have their defaults.
func (f *File) Drop(names ...string) {
	for _, name := range names {
		delete(f.values, name)
	}
}
