package main

import (
	"math/rand/v2"

	"github.com/alecthomas/kong"
)

var _ = commands.add(20, func() any {
	return &struct {
		Generate generateCommands `cmd:"" help:"Make pictures or text with a trained model."`
	}{generateCommands{generators.plugins()}}
})

// generateCommands are the commands that make something with a trained model.
type generateCommands struct{ kong.Plugins }

// newSeed is a seed for those who name none. It is small, to be typed again.
func newSeed() uint64 { return rand.Uint64N(1_000_000) }
