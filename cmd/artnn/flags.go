package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/data/table"
)

// variables are what help texts and enums of flags refer to.
var variables = kong.Vars{"previews": preview.Modes, "time": "10m", "encodings": strings.Join(table.Encodings(), ", ")}

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
