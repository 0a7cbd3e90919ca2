package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
)

// recordKeyword is that of the text in a PNG or GIF file that tells how it was made.
const recordKeyword = "artnn"

// record is how a picture was made. Command, Args, Settings and Out make it again;
// the rest tells people what it is, and whether the model is still what it was.
type record struct {
	Command  string            `json:"command"`        // such as "generate image"
	Args     []string          `json:"args,omitempty"` // those that are no flags
	Settings map[string]string `json:"settings"`       // all flags with their values, also those that were not given
	Out      string            `json:"out"`            // file that was written, without its folder
	Model    string            `json:"model"`          // where it was; "" for the one that comes with the program
	Kind     string            `json:"kind"`           // of the model; "" if none was used
	Weights  string            `json:"weights"`        // fingerprint of the model
	Kernels  string            `json:"kernels"`        // other ones may round otherwise
}

// seedFlags say which pictures: they are shown by themselves.
var seedFlags = []string{"seed", "seeds"}

// notRecorded are flags that do not change what is written.
var notRecorded = []string{"out", "preview"}

// recordOf is the record of a command that is running, which made its pictures with a
// model, or of others with none. chosen are settings that it was not given.
func recordOf(k *kong.Context, m models.Model, model, out string, chosen ...settings.Value) record {
	r := record{
		Command: strings.TrimPrefix(k.Selected().FullPath(), "artnn "), Out: filepath.Base(out),
		Settings: map[string]string{}, Model: model, Kernels: string(asm.Selected()),
	}
	if m != nil {
		r.Kind, r.Weights = models.Kind(m), models.Fingerprint(m)
	}
	for _, p := range k.Path {
		if p.Positional != nil {
			r.Args = append(r.Args, settings.Text(p.Positional.Target))
		}
	}
	for _, f := range settings.Of(k) {
		text := settings.Text(f.Target)
		if text != "" && (f.Set || f.HasDefault) && !slices.Contains(notRecorded, f.Name) {
			r.Settings[f.Name] = text
		}
	}
	return r.with(chosen...)
}

// with is a record with more settings.
func (r record) with(more ...settings.Value) record {
	r.Settings = maps.Clone(r.Settings)
	for _, s := range more {
		r.Settings[s.Name] = s.Text
	}
	return r
}

// texts are what a PNG or GIF file keeps of it.
func (r record) texts() []data.PNGText {
	text, err := json.Marshal(r)
	if err != nil { // strings alone
		panic(err)
	}
	return []data.PNGText{{Keyword: "Software", Text: "artnn"}, {Keyword: recordKeyword, Text: string(text)}}
}

// seed is the seed, "" if there is none.
func (r record) seed() string {
	for _, name := range seedFlags {
		if seed := r.Settings[name]; seed != "" {
			return seed
		}
	}
	return ""
}

// line is the command as one types it, without settings that are defaults. Files come
// from anywhere: every word is quoted for a shell, and what is no flag of the command
// is an error.
func (r record) line(k *kong.Kong) (string, error) {
	leaves := k.Model.Leaves(false)
	i := slices.IndexFunc(leaves, func(n *kong.Node) bool { return n.FullPath() == "artnn "+r.Command })
	if i < 0 || !slices.Contains(pictureCommands, r.Command) {
		return "", fmt.Errorf("its note is of %s, which makes no pictures", strconv.Quote(r.Command))
	}
	parts := []string{"artnn", r.Command}
	for _, arg := range r.Args {
		parts = append(parts, shellWord(arg))
	}
	known := map[string]bool{}
	for _, f := range leaves[i].Flags {
		known[f.Name] = true
		switch text, ok := r.Settings[f.Name]; {
		case !ok, text == f.Default && f.HasDefault, f.IsBool() && text == "false":
		case f.IsBool():
			parts = append(parts, settings.Dashed(f.Name))
		default:
			parts = append(parts, flagged(f.Name, text))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Settings)) {
		if !known[name] {
			return "", fmt.Errorf("its note has a setting %s, which this program does not know", strconv.Quote(name))
		}
	}
	return strings.Join(append(parts, "-o", shellWord(r.Out)), " "), nil
}

// recordIn is the record among the texts of a file.
func recordIn(texts []data.PNGText) (record, error) {
	var r record
	i := slices.IndexFunc(texts, func(t data.PNGText) bool { return t.Keyword == recordKeyword })
	if i < 0 {
		return r, errors.New("no note of this program is in it")
	}
	if err := json.Unmarshal([]byte(texts[i].Text), &r); err != nil {
		return r, fmt.Errorf("its note cannot be read: %w", err)
	}
	return r, nil
}

// pictureCommands are those whose pictures have a record.
var pictureCommands []string

// recorded adds a command. The result is of no use, but lets a variable be declared.
func recorded(command string) bool {
	pictureCommands = append(pictureCommands, command)
	return true
}
