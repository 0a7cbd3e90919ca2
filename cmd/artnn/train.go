package main

import "github.com/alecthomas/kong"

var _ = commands.add(10, func() any {
	return &struct {
		Train trainCommands `cmd:"" help:"Train a model on your own pictures, text or table."`
	}{trainCommands{trainers.plugins()}}
})

// trainCommands are the commands that train.
type trainCommands struct{ kong.Plugins }
