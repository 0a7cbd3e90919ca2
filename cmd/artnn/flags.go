package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/recipe"
)

// variables are what help texts and enums of flags refer to.
var variables = kong.Vars{"previews": preview.Modes, "time": "10m", "encodings": strings.Join(table.Encodings(), ", "), "networks": strings.Join(recipe.Networks(), ", "),
	"writers": strings.Join(recipe.Writers(), ", "), "vocabularies": strings.Join(recipe.Vocabularies(), ", ")}

// groups are the headings of flags in help texts and configuration files.
var groups = []kong.Group{
	{Key: "data", Title: "Data:"},
	{Key: "table", Title: "How a table is written, where it does not tell:"},
	{Key: "model", Title: "Model:"},
	{Key: "learning", Title: "Learning:"},
	{Key: "budget", Title: "How long:"},
	{Key: "output", Title: "Output:"},
	{Key: "trial", Title: "Trials, which write nothing:"},
}

// outputTag marks a flag that names a file or folder to write. Folders on the way
// to a file are made.
const outputTag = "output"

// checkOutputs finds out, before a command works, whether the files can be
// written that its flags name, and are none of those that it reads. Of a folder, the recipe that fills it finds out.
func checkOutputs(k *kong.Context) error {
	for _, f := range k.Flags() {
		if path := f.Target.String(); f.Tag.Get(outputTag) == "file" && path != "" {
			if err := atomicfile.Check(path); err != nil {
				return err
			}
			if err := overwrites(k, path, "-o "+path); err != nil {
				return err
			}
		}
	}
	return nil
}
