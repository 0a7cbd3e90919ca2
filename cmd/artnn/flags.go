package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/recipe"
)

// variables are what help texts and enums of flags refer to.
var variables = kong.Vars{"previews": preview.Modes, "time": "10m", "networks": strings.Join(recipe.Networks(), ", ")}

// groups are the headings of flags in help texts and configuration files.
var groups = []kong.Group{
	{Key: "data", Title: "Data:"},
	{Key: "model", Title: "Model:"},
	{Key: "learning", Title: "Learning:"},
	{Key: "budget", Title: "How long:"},
	{Key: "output", Title: "Output:"},
	{Key: "trial", Title: "Trials, which write nothing:"},
}
